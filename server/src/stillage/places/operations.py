"""Making warehouses and locations, and changing what may be changed about them."""

from stillage.core.locking import operation
from stillage.places.models import VIRTUAL, Kind, Location, Warehouse


@operation
def open_warehouse(*, code: str, name: str, timezone: str) -> Warehouse:
    """Make a warehouse with its virtual locations and one receiving dock."""
    warehouse = Warehouse.objects.create(code=code, name=name, timezone=timezone)
    kinds = [(kind, f"~{kind.value}") for kind in VIRTUAL] + [(Kind.RECEIVING, "RECV")]
    Location.objects.bulk_create(
        Location(warehouse=warehouse, code=name_, full_code=f"{code}/{name_}", kind=kind) for kind, name_ in kinds
    )
    return warehouse
