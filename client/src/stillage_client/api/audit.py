"""Who did what, and when; and how the ledger stands."""

from typing import Any

from stillage_client.api.audit_records import LedgerCheck, LedgerHealth, TrailChoices
from stillage_client.api.records import AuditEntry, Export, Page, read_page
from stillage_client.api.transport import Api


async def entries(api: Api, **filters: Any) -> Page[AuditEntry]:
    """Filters: user, user_id, action, object_type, object_id, object, warehouse, since, until, search."""
    return read_page(AuditEntry.read, await api.get("audit", **filters))


async def choices(api: Api) -> TrailChoices:
    """The people, actions and kinds of things the trail tells of."""
    return TrailChoices.read(await api.get("audit/choices"))


async def export(api: Api, kind: str, **filters: Any) -> Export:
    """What is filtered, as csv or xlsx."""
    return await api.download("audit/export", format=kind, **filters)


async def health(api: Api) -> LedgerHealth:
    """The newest check of the ledger, the one that goes on, and the seals."""
    return LedgerHealth.read(await api.get("ledger-health"))


async def check(api: Api, *, key: str | None = None) -> LedgerCheck:
    """Have the ledger checked now."""
    return LedgerCheck.read(await api.post("ledger-checks", {}, key=key))
