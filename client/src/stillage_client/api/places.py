"""Warehouses and the locations in them."""

from typing import Any

from stillage_client.api.records import Location, Page, Warehouse, read_page
from stillage_client.api.transport import Api


async def warehouses(api: Api, **filters: Any) -> Page[Warehouse]:
    return read_page(Warehouse.read, await api.get("warehouses", **filters))


async def locations(api: Api, **filters: Any) -> Page[Location]:
    """Filters: warehouse, kind, zone, search, with_stock (adds on_hand and lot_count)."""
    return read_page(Location.read, await api.get("locations", **filters))


async def save_warehouse(
    api: Api, warehouse: Warehouse | None, *, key: str | None = None, **changes: Any
) -> Warehouse:
    """Change a warehouse, or make one when `warehouse` is None."""
    if warehouse is None:
        return Warehouse.read(await api.post("warehouses", changes, key=key))
    answer = await api.patch(f"warehouses/{warehouse.id}", changes, version=warehouse.version, key=key)
    return Warehouse.read(answer)


async def save_location(
    api: Api, location: Location | None, *, key: str | None = None, **changes: Any
) -> Location:
    """Change a location, or make one when `location` is None."""
    if location is None:
        return Location.read(await api.post("locations", changes, key=key))
    answer = await api.patch(f"locations/{location.id}", changes, version=location.version, key=key)
    return Location.read(answer)
