"""What to buy, what will not sell in time, and the wishes both come from.

Every act takes `key`, the Idempotency-Key. A proposal is named by its id.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from stillage_client.api.records import Page, read_page
from stillage_client.api.replenishment_records import (
    Effective,
    ExpiryRisk,
    MadeOrder,
    PlanSummary,
    Policy,
    Proposal,
    RiskSummary,
    SupplierGroup,
    SupplierPlan,
)
from stillage_client.api.transport import Api, part

Body = Mapping[str, Any]
PAGE_MAX = 100


def _rows(answer: Any) -> Any:
    """The rows of a plain list or of a page."""
    return answer.get("results", answer.get("rows", [])) if isinstance(answer, Mapping) else answer


# --- proposals ------------------------------------------------------------------------------------


async def proposals(api: Api, **filters: Any) -> Page[Proposal]:
    """Filters: warehouse, supplier, status, urgency (late, now, soon), trouble, search."""
    return read_page(Proposal.read, await api.get("replenishment", **filters))


async def many_proposals(api: Api, most: int, **filters: Any) -> tuple[Proposal, ...]:
    """All that match, as far as a person can look through them."""
    found: tuple[Proposal, ...] = ()
    cursor: str | None = None
    while len(found) < most:
        page = await proposals(api, limit=PAGE_MAX, cursor=cursor, **filters)
        found, cursor = (*found, *page.results), page.next
        if cursor is None:
            break
    return found


async def proposal(api: Api, ref: int) -> Proposal:
    """One of them with what other service levels would ask for."""
    return Proposal.read(await api.get(f"replenishment/{part(ref)}"))


async def suppliers(api: Api, *, warehouse: str | None) -> tuple[SupplierGroup, ...]:
    return SupplierGroup.read_all(_rows(await api.get("replenishment/suppliers", warehouse=warehouse)))


async def summary(api: Api, *, warehouse: str | None) -> PlanSummary:
    return PlanSummary.read(await api.get("replenishment/summary", warehouse=warehouse))


async def accept(
    api: Api, lines: Iterable[Body], *, place: bool, ignore_warnings: bool = False, key: str | None = None
) -> tuple[MadeOrder, ...]:
    """Make purchase orders of them, one for each supplier and warehouse. All faults are told at once."""
    body: dict[str, Any] = {"lines": [dict(line) for line in lines], "place": place}
    if ignore_warnings:
        body["ignore_warnings"] = True
    return MadeOrder.read_all((await api.post("replenishment/accept", body, key=key))["orders"])


async def refuse(
    api: Api, ids: Sequence[int], reason: str, *, until: str = "", key: str | None = None
) -> None:
    """Not these; not before that day if one is said."""
    body: dict[str, Any] = {"lines": [{"id": one} for one in ids], "reason": reason}
    if until:
        body["until"] = until
    await api.post("replenishment/refuse", body, key=key)


async def reopen(api: Api, ids: Sequence[int], *, key: str | None = None) -> None:
    """Propose refused ones after all."""
    await api.post("replenishment/reopen", {"lines": [{"id": one} for one in ids]}, key=key)


async def work_out(api: Api, warehouse: str | None, *, key: str | None = None) -> None:
    """Work proposals out again from the stock of this moment."""
    await api.post("replenishment/work-out", {"warehouse": warehouse}, key=key)


# --- what will not sell in time -------------------------------------------------------------------


async def risks(api: Api, **filters: Any) -> Page[ExpiryRisk]:
    """Filters: warehouse, within_days, category, advice, search, ordering."""
    return read_page(ExpiryRisk.read, await api.get("expiry-risk", **filters))


async def risk_summary(api: Api, *, warehouse: str | None) -> RiskSummary:
    return RiskSummary.of(await api.get("expiry-risk/summary", warehouse=warehouse))


# --- wishes ---------------------------------------------------------------------------------------


async def policies(api: Api, **filters: Any) -> Page[Policy]:
    return read_page(Policy.read, await api.get("policies", **filters))


async def save_policy(api: Api, known: Policy, changes: Body, *, key: str | None = None) -> Policy:
    """Refused with 412 when somebody changed it after `known` was read. A policy without an id is made."""
    if not known.id:
        return Policy.read(await api.post("policies", dict(changes), key=key))
    answer = await api.patch(f"policies/{part(known.id)}", dict(changes), version=known.version, key=key)
    return Policy.read(answer)


async def remove_policy(api: Api, known: Policy, *, key: str | None = None) -> None:
    await api.delete(f"policies/{part(known.id)}", version=known.version, key=key)


async def effective(api: Api, *, product: str, warehouse: str | None) -> dict[str, Effective]:
    """Each wish that holds for the product there, by name."""
    answer = await api.get("policies/effective", product=product, warehouse=warehouse)
    return {
        name: Effective.read(said)
        for name, said in answer.items()
        if isinstance(said, Mapping) and "source" in said
    }


async def supplier_plans(api: Api, **filters: Any) -> Page[SupplierPlan]:
    return read_page(SupplierPlan.read, await api.get("supplier-plans", **filters))


async def save_supplier_plan(
    api: Api, known: SupplierPlan, changes: Body, *, key: str | None = None
) -> SupplierPlan:
    """Refused with 412 when somebody changed it after `known` was read. A plan without an id is made."""
    if not known.id:
        return SupplierPlan.read(await api.post("supplier-plans", dict(changes), key=key))
    answer = await api.patch(
        f"supplier-plans/{part(known.id)}", dict(changes), version=known.version, key=key
    )
    return SupplierPlan.read(answer)


async def remove_supplier_plan(api: Api, known: SupplierPlan, *, key: str | None = None) -> None:
    await api.delete(f"supplier-plans/{part(known.id)}", version=known.version, key=key)
