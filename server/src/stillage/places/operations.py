"""Making warehouses and locations, and changing what may be changed about them."""

from stillage.core.errors import Conflict
from stillage.core.locking import operation
from stillage.places.models import VIRTUAL, Kind, Location, Warehouse


@operation
def open_warehouse(*, code: str, name: str, timezone: str) -> Warehouse:
    """Make a warehouse with its virtual locations and one receiving dock."""
    warehouse = Warehouse.objects.create(code=code, name=name, timezone=timezone)
    kinds = [(kind, f"~{kind.value}") for kind in VIRTUAL] + [(Kind.RECEIVING, "RECV")]
    Location.objects.bulk_create(
        Location(warehouse=warehouse, code=name_, full_code=f"{code}/{name_}", kind=kind)
        for kind, name_ in kinds
    )
    return warehouse


@operation
def transit_location(warehouse: Warehouse) -> Location:
    """Where goods on the way to a warehouse are booked: its first transit place, made when there is none."""
    found = (
        Location.objects.filter(warehouse=warehouse, kind=Kind.TRANSIT, is_active=True).order_by("id").first()
    )
    if found is not None:
        return found
    code = "TRANSIT"
    values = {"full_code": f"{warehouse.code}/{code}", "kind": Kind.TRANSIT}
    return Location.objects.get_or_create(warehouse=warehouse, code=code, defaults=values)[0]


# Goods on the way must not become goods for sale because their place is called something else.
STAYS_TRANSIT = "A place for goods on the way stays one, and no other place becomes one; make another."


@operation
def import_locations(*, create: list[Location], update: list[Location]) -> None:
    """Write many locations at once, as a file says; codes and warehouses of those that are there stay.

    Refuses: a place for goods on the way that would be another, or the other way round.
    """
    way = {location.pk for location in update if location.kind == Kind.TRANSIT}
    there = Location.objects.filter(pk__in=[location.pk for location in update], kind=Kind.TRANSIT)
    if update and way != set(there.values_list("pk", flat=True)):
        raise Conflict(STAYS_TRANSIT, code="fixed")
    Location.objects.bulk_create(create, batch_size=1_000)
    if update:
        Location.objects.bulk_create(
            update,
            batch_size=1_000,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["kind", "zone", "pick_sequence", "is_active", "version", "updated_at"],
        )
