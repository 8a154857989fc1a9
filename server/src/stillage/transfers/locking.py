"""Transfers as people name them, within the warehouses somebody works in; and under lock, with their lines and items."""

from django.db.models import Q, QuerySet

from stillage.core.actor import Actor
from stillage.core.errors import Kind, NotFound, Refusal
from stillage.core.finding import Reference, named
from stillage.transfers.models import Transfer, TransferItem, TransferLine
from stillage.transfers.states import BOTH_ENDS, STEPS, Ends, Step, check


def visible(actor: Actor) -> QuerySet[Transfer]:
    """Transfers of which the actor sees an end; the others are not told from missing ones."""
    found = Transfer.objects.select_related("from_warehouse", "to_warehouse")
    if actor.warehouse_ids is None:
        return found
    return found.filter(Q(from_warehouse__in=actor.warehouse_ids) | Q(to_warehouse__in=actor.warehouse_ids))


def find_transfer(reference: Reference, *, actor: Actor) -> Transfer:
    """One transfer by id or number. 404 when it is not there for the actor. One statement."""
    found = visible(actor).filter(named(reference)).first()
    if found is None:
        raise NotFound("There is nothing of that name.")
    return found


def lock_transfer(reference: Reference, step: Step, *instead: Step, actor: Actor) -> Transfer:
    """A transfer under lock that may take a step, by somebody at the end which that step needs. Two statements.

    `instead` are steps that will do as well, where the state allows only them.
    """
    one = find_transfer(reference, actor=actor)
    ends = ends_of(one, actor)
    if not ends.may(step):
        raise Refusal(_elsewhere(one, step, ends), code="other_warehouse", kind=Kind.FORBIDDEN)
    found = Transfer.objects.select_for_update(no_key=True, of=("self",))
    one = found.select_related("from_warehouse", "to_warehouse", "transit_location").get(pk=one.pk)
    check(one.number, one.status, next((more for more in instead if more in STEPS[one.status]), step), ends)
    return one


def ends_of(one: Transfer, actor: Actor) -> Ends:
    return Ends(actor.sees(one.from_warehouse_id), actor.sees(one.to_warehouse_id))


def _elsewhere(one: Transfer, step: Step, ends: Ends) -> str:
    needed = one.from_warehouse.code if not ends.here else one.to_warehouse.code
    if step in BOTH_ENDS:
        return f"Who works in {one.from_warehouse.code} and {one.to_warehouse.code} does this; you do not work in {needed}."
    return f"Who works in {needed} does this; you do not work there."


def lines_of(one: Transfer) -> list[TransferLine]:
    """Its lines with product and lot, by position. One statement."""
    return list(
        TransferLine.objects.filter(transfer=one).select_related("product", "lot").order_by("position")
    )


def items_of(one: Transfer) -> list[TransferItem]:
    """Its items with product, lot and place, in the order they were dispatched. One statement."""
    found = TransferItem.objects.filter(transfer=one).select_related("product", "lot", "from_location")
    return list(found.order_by("pk"))


def on_the_way(item: TransferItem) -> int:
    """What neither arrived nor was written off."""
    return item.dispatched - item.received - item.missing


def touch(one: Transfer, **values: object) -> None:
    """Write columns of a locked transfer, with a new version. One statement."""
    for name, value in values.items():
        setattr(one, name, value)
    one.version += 1
    one.save(update_fields=[*values, "version", "updated_at"])
