"""What is where, what happened to it, and the acts that change it. Quantities are whole base units.

Every act takes `key`, the Idempotency-Key: make it before the first try (transport.new_key, or the id of the
scan that asked) and pass the same one again when the answer was lost.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from stillage_client.api.records import (
    Availability,
    AvailabilitySummary,
    Balance,
    Lot,
    Movement,
    Operation,
    Page,
    read_page,
)
from stillage_client.api.transport import Api, part

Ref = str | int  # a code as people write it, or an id


@dataclass(frozen=True, kw_only=True)
class ReceiveLine:
    product: Ref
    lot: Ref
    location: Ref
    quantity: int
    expiry_date: date | None = None
    best_before_date: date | None = None
    production_date: date | None = None
    unit_cost: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class MoveLine:
    product: Ref
    lot: Ref
    from_location: Ref
    to_location: Ref
    quantity: int


@dataclass(frozen=True, kw_only=True)
class AdjustLine:
    product: Ref
    lot: Ref
    location: Ref
    quantity_delta: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class ScrapLine:
    product: Ref
    lot: Ref
    location: Ref
    quantity: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class HoldLine:
    """Without a location the whole lot is meant."""

    product: Ref
    lot: Ref
    location: Ref | None = None
    reason: str = ""


Line = ReceiveLine | MoveLine | AdjustLine | ScrapLine | HoldLine


async def availability(api: Api, **filters: Any) -> Page[Availability]:
    """One row a product. Filters: warehouse, status (expiring, expired, held, out), category, zone, search,
    in_stock; ordering by name, sku, next_expiry_date, on_hand, available, allocated (- for descending)."""
    return read_page(Availability.read, await api.get("availability", **filters))


async def summary(api: Api, *, warehouse: str | None = None) -> AvailabilitySummary:
    return AvailabilitySummary.read(await api.get("availability/summary", warehouse=warehouse))


async def balances(api: Api, **filters: Any) -> Page[Balance]:
    """One row a lot and place. Filters: product, lot, location, warehouse, category, zone, kind, status,
    search, as_of (an instant)."""
    return read_page(Balance.read, await api.get("stock", **filters))


async def lots(api: Api, **filters: Any) -> Page[Lot]:
    return read_page(Lot.read, await api.get("lots", **filters))


async def lot(api: Api, lot_id: int) -> Lot:
    return Lot.read(await api.get(f"lots/{part(lot_id)}"))


async def movements(api: Api, **filters: Any) -> Page[Movement]:
    """Filters: product, lot, location, warehouse, kind, user, operation_id, since, until."""
    return read_page(Movement.read, await api.get("movements", **filters))


async def receive(
    api: Api, lines: Sequence[ReceiveLine], *, reference: str = "", key: str | None = None
) -> Operation:
    return await _act(api, "receive", lines, key, reference=reference)


async def move(api: Api, lines: Sequence[MoveLine], *, key: str | None = None) -> Operation:
    return await _act(api, "move", lines, key)


async def adjust(api: Api, lines: Sequence[AdjustLine], *, key: str | None = None) -> Operation:
    return await _act(api, "adjust", lines, key)


async def scrap(api: Api, lines: Sequence[ScrapLine], *, key: str | None = None) -> Operation:
    return await _act(api, "scrap", lines, key)


async def hold(api: Api, lines: Sequence[HoldLine], *, key: str | None = None) -> Operation:
    return await _act(api, "hold", lines, key)


async def release(api: Api, lines: Sequence[HoldLine], *, key: str | None = None) -> Operation:
    return await _act(api, "release", lines, key)


async def reverse(api: Api, operation_id: str, *, reason: str = "", key: str | None = None) -> Operation:
    """Take an operation back by posting its opposite. That is an operation too: it can be undone."""
    body = {"operation_id": operation_id} | ({"reason": reason} if reason else {})
    return Operation.read(await api.post("stock/reverse", body, key=key))


async def _act(api: Api, verb: str, lines: Sequence[Line], key: str | None, **head: str) -> Operation:
    body: dict[str, Any] = {"lines": [_said(line) for line in lines]}
    body |= {name: value for name, value in head.items() if value}
    return Operation.read(await api.post(f"stock/{verb}", body, key=key))


def _said(line: Line) -> dict[str, Any]:
    values = {name: value for name, value in asdict(line).items() if value is not None and value != ""}
    return {
        name: str(value) if isinstance(value, date | Decimal) else value for name, value in values.items()
    }
