"""The clock on the wall of a warehouse."""

from stillage_client.api import places
from stillage_client.api.transport import Api, ApiError


async def zone_of(api: Api, warehouse: str | None) -> str:
    """The warehouse's time zone; UTC while it cannot be read."""
    try:
        known = await places.warehouses(api)
    except ApiError:
        return "UTC"
    return next((one.timezone for one in known.results if one.code == warehouse), "UTC")
