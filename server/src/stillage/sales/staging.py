"""Where picked goods are made ready: the staging places of a warehouse."""

from collections.abc import Iterable

from stillage.core.actor import Actor
from stillage.core.errors import Conflict, Fault, Refusal
from stillage.core.finding import Reference, id_and_number
from stillage.places.models import Kind, Location


def staging_place(reference: Reference, *, actor: Actor) -> Location:
    """The staging place somebody names. Refuses: one that is not there, of another kind, or closed."""
    pk, code = id_and_number(reference)
    found = Location.objects.filter(is_virtual=False).select_related("warehouse")
    place = None
    if code:
        place = found.filter(full_code=code).first()
    if place is None and pk is not None:
        place = found.filter(pk=pk).first()
    if place is None or not actor.sees(place.warehouse_id):
        raise _refused("unknown_location", f"There is no location {str(reference)[:60]!r} here.")
    if place.kind != Kind.STAGING:
        raise _refused("not_staging", f"{place.full_code} is no staging place; picked goods wait in one.")
    if not place.is_active:
        raise _refused("location_closed", f"{place.full_code} is closed; choose another.")
    return place


def _refused(code: str, detail: str) -> Refusal:
    return Refusal(detail, code=code, faults=[Fault("/staging_location", code, detail)])


def default_staging(warehouse_ids: Iterable[int]) -> dict[int, Location]:
    """The first staging place of each warehouse. Refuses: a warehouse without one."""
    wanted = set(warehouse_ids)
    found = Location.objects.filter(warehouse__in=wanted, kind=Kind.STAGING, is_active=True)
    first: dict[int, Location] = {}
    for place in found.order_by("pick_sequence", "code").select_related("warehouse"):
        first.setdefault(place.warehouse_id, place)
    if wanted - set(first):
        raise Conflict(
            "There is no staging place to bring picked goods to; make a location of kind staging.",
            code="no_staging_place",
        )
    return first
