"""Suppliers and purchase orders: what is asked for, on which terms, and how far it is.

Every act takes `key`, the Idempotency-Key. An order is named by its number or its id, a supplier by code or id.
"""

from collections.abc import Mapping
from typing import Any

from stillage_client.api.buying_records import (
    CatalogueEntry,
    Discrepancy,
    Purchase,
    PurchaseSummary,
    Trader,
    TraderFigures,
)
from stillage_client.api.records import Export, Page, read_page
from stillage_client.api.selling_records import Happened
from stillage_client.api.transport import Api, part

Ref = str | int
Body = Mapping[str, Any]
PAGE_MAX = 100


async def suppliers(api: Api, **filters: Any) -> Page[Trader]:
    return read_page(Trader.read, await api.get("suppliers", **filters))


async def supplier(api: Api, ref: Ref) -> Trader:
    return Trader.read(await api.get(f"suppliers/{part(ref)}"))


async def save_supplier(api: Api, known: Trader, changes: Body, *, key: str | None = None) -> Trader:
    """Refused with 412 when somebody changed it after `known` was read."""
    return Trader.read(
        await api.patch(f"suppliers/{part(known.id)}", dict(changes), version=known.version, key=key)
    )


async def figures(api: Api, ref: Ref) -> TraderFigures:
    return TraderFigures.read(await api.get(f"suppliers/{part(ref)}/summary"))


async def catalogue(api: Api, **filters: Any) -> Page[CatalogueEntry]:
    """What suppliers sell. Filters: supplier, product, search."""
    return read_page(CatalogueEntry.read, await api.get("supplier-products", **filters))


async def whole_catalogue(api: Api, supplier: str, *, pages: int = 5) -> tuple[CatalogueEntry, ...]:
    """All a supplier sells, as far as it can be looked through by eye."""
    found: tuple[CatalogueEntry, ...] = ()
    cursor: str | None = None
    for _ in range(pages):
        one = await catalogue(api, supplier=supplier, limit=PAGE_MAX, cursor=cursor)
        found, cursor = (*found, *one.results), one.next
        if cursor is None:
            break
    return found


async def purchases(api: Api, **filters: Any) -> Page[Purchase]:
    return read_page(Purchase.read, await api.get("purchase-orders", **filters))


async def summary(api: Api, *, warehouse: str | None = None) -> PurchaseSummary:
    return PurchaseSummary.read(await api.get("purchase-orders/summary", warehouse=warehouse))


async def purchase(api: Api, ref: Ref) -> Purchase:
    return Purchase.read(await api.get(f"purchase-orders/{part(ref)}"))


async def create(api: Api, body: Body, *, key: str | None = None) -> Purchase:
    return Purchase.read(await api.post("purchase-orders", dict(body), key=key))


async def change(api: Api, known: Purchase, body: Body, *, key: str | None = None) -> Purchase:
    """Replace what is named; in a draft the lines as a whole."""
    return Purchase.read(
        await api.patch(f"purchase-orders/{part(known.number)}", dict(body), version=known.version, key=key)
    )


async def step(
    api: Api, ref: Ref, verb: str, body: Body | None = None, *, key: str | None = None
) -> Purchase:
    """place, close, cancel, reopen."""
    answer = await api.post(f"purchase-orders/{part(ref)}/{verb}", dict(body or {}), key=key)
    return Purchase.read(answer)


async def history(api: Api, ref: Ref) -> tuple[Happened, ...]:
    answer = await api.get(f"purchase-orders/{part(ref)}/history")
    return Happened.read_all(answer["results"] if isinstance(answer, dict) else answer)


async def paper(api: Api, ref: Ref, kind: str) -> Export:
    """order, as PDF, or order.csv."""
    return await api.download(f"purchase-orders/{part(ref)}/papers/{kind}")


async def discrepancies(api: Api, **filters: Any) -> Page[Discrepancy]:
    """Filters: supplier, receipt, kind, open."""
    return read_page(Discrepancy.read, await api.get("discrepancies", **filters))


async def settle(api: Api, discrepancy: int, settlement: str, *, key: str | None = None) -> Discrepancy:
    """How it came out: credited, delivered after all, written off."""
    answer = await api.post(f"discrepancies/{part(discrepancy)}/settle", {"settlement": settlement}, key=key)
    return Discrepancy.read(answer)
