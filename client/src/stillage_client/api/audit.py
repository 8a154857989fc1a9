"""Who did what, and when."""

from typing import Any

from stillage_client.api.records import AuditEntry, Page, read_page
from stillage_client.api.transport import Api


async def entries(api: Api, **filters: Any) -> Page[AuditEntry]:
    """Filters: user, action, object_type, object_id, since, until, search."""
    return read_page(AuditEntry.read, await api.get("audit", **filters))
