"""A history made elsewhere enters an empty ledger whole: lots, movements, and the balances they add up to."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from stillage.audit.record import record
from stillage.core.actor import Actor
from stillage.core.bulk import chunks, insert
from stillage.core.errors import Conflict, Fault, refuse_all
from stillage.core.locking import operation
from stillage.core.sql import fetch
from stillage.core.written_json import dumps
from stillage.places.models import VIRTUAL
from stillage.stock.expiry import FOREVER, last_sale_date
from stillage.stock.models import MovementKind
from stillage.stock.operations.posting import End

MAX_FAULTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PastLot:
    """A lot as it was received. `dated` is false for a product that is not lot-tracked: it lasts for ever."""

    product_id: int
    number: str
    created_at: dt.datetime
    expiry_date: dt.date | None = None
    best_before_date: dt.date | None = None
    production_date: dt.date | None = None
    dated: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PastMovement:
    """A movement of the past. `lot` counts the lots handed in, from 0."""

    operation_id: UUID
    kind: str
    lot: int
    from_location_id: int
    to_location_id: int
    quantity: int
    moved_at: dt.datetime
    user_id: int | None
    username: str
    reason: str = ""
    reference: str = ""
    unit_cost: Decimal | None = None
    demand_id: UUID | None = None


Place = tuple[int, int]  # lot (as counted here), location_id


@operation
def load_history(
    *,
    actor: Actor,
    lots: Sequence[PastLot],
    movements: Sequence[PastMovement],
    at: dt.datetime,
    on_progress: Callable[[float], None] = lambda share: None,
) -> dict[str, int]:
    """Write a whole history set-based: the one way past `ledger.post`, and open once only.

    Movements come in the order of their time. Refuses: a ledger that holds a lot or a movement already, a
    movement that is later than `at` or earlier than the one before it, and one that takes more than its place
    held at that instant. Each place a lot touched gets its balance, also where nothing is left of it, as
    `ledger.post` would leave it.
    Audits: each operation of the history as it would have been, and stock.load_history, one row.
    """
    if fetch("SELECT EXISTS (SELECT 1 FROM stock_movement) OR EXISTS (SELECT 1 FROM stock_lot)", [])[0][0]:
        raise Conflict("There is a history here already; another cannot be loaded.", code="ledger_not_empty")
    ends = _ends()
    balances = _balances(movements, lots=lots, ends=ends, at=at)
    lot_ids = _write_lots(lots)
    _write_balances(balances, lots=lots, lot_ids=lot_ids, ends=ends)
    written = 0
    for chunk in chunks(movements):
        _write_movements(chunk, lots=lots, lot_ids=lot_ids)
        written += len(chunk)
        on_progress(0.7 * written / len(movements))
    _write_audit(movements, lots=lots, ends=ends)
    on_progress(1.0)
    counts = {"lots": len(lots), "movements": len(movements), "balances": len(balances)}
    record(
        actor=actor,
        action="stock.load_history",
        object_type="ledger",
        object_id="history",
        label=f"{len(movements)} movements of {len(lots)} lots",
        after=counts,
        at=at,
    )
    return counts


def _ends() -> dict[int, End]:
    """Every location under the name it has in answers; a virtual one has no warehouse and no balance."""
    virtual = {kind.value for kind in VIRTUAL}
    found = fetch("SELECT id, kind, full_code, warehouse_id FROM places_location", [])
    return {
        pk: End(pk, kind, None) if kind in virtual else End(pk, full_code, warehouse_id)
        for pk, kind, full_code, warehouse_id in found
    }


def _balances(
    movements: Sequence[PastMovement],
    *,
    lots: Sequence[PastLot],
    ends: dict[int, End],
    at: dt.datetime,
) -> dict[Place, int]:
    """What the movements add up to, having looked at each of them; refuses all that is wrong at once."""
    on_hand: dict[Place, int] = {}
    faults: list[Fault] = []
    kinds = {kind.value for kind in MovementKind} - {MovementKind.REVERSE.value}
    before = movements[0].moved_at if movements else at
    for index, one in enumerate(movements):
        wrong = _fault_in(one, before=before, at=at, kinds=kinds, lots=len(lots), ends=ends)
        if wrong is None:
            source, target = (one.lot, one.from_location_id), (one.lot, one.to_location_id)
            if ends[one.from_location_id].warehouse_id is not None:
                left = on_hand.get(source, 0) - one.quantity
                if left < 0:
                    wrong = (
                        "insufficient_stock",
                        f"Only {left + one.quantity} were there; {one.quantity} left.",
                    )
                on_hand[source] = left
            if ends[one.to_location_id].warehouse_id is not None:
                on_hand[target] = on_hand.get(target, 0) + one.quantity
        before = one.moved_at
        if wrong is not None and len(faults) < MAX_FAULTS:
            faults.append(Fault(f"/movements/{index}", *wrong))
    refuse_all(faults, summary=f"{len(faults)} movements or more are wrong, so no history was loaded.")
    return on_hand


def _fault_in(
    one: PastMovement,
    *,
    before: dt.datetime,
    at: dt.datetime,
    kinds: set[str],
    lots: int,
    ends: dict[int, End],
) -> tuple[str, str] | None:
    if one.kind not in kinds:
        return "unknown_kind", f"A history has no movements of kind {one.kind!r}."
    if not 0 <= one.lot < lots:
        return "unknown_lot", f"There is no lot {one.lot} among those handed in."
    if one.from_location_id not in ends or one.to_location_id not in ends:
        return "unknown_location", "There is no such location."
    if one.quantity <= 0 or one.from_location_id == one.to_location_id:
        return "moves_nothing", "A movement takes at least one unit somewhere else."
    if not before <= one.moved_at <= at:
        return "out_of_order", "Movements come in the order of their time, none of them from the future."
    return None


_LOT = {
    "product_id": "bigint",
    "number": "text",
    "expiry_date": "date",
    "best_before_date": "date",
    "production_date": "date",
    "last_sale_date": "date",
    "created_at": "timestamptz",
}


def _write_lots(lots: Sequence[PastLot]) -> list[int]:
    """The lots' ids, in the order of the lots."""
    for chunk in chunks(lots):
        insert("stock_lot", _LOT, [_lot_row(lot) for lot in chunk])
    ids = {
        (product_id, number): pk
        for pk, product_id, number in fetch("SELECT id, product_id, number FROM stock_lot", [])
    }
    return [ids[lot.product_id, lot.number] for lot in lots]


def _lot_row(lot: PastLot) -> dict[str, Any]:
    last_sale = last_sale_date(expiry_date=lot.expiry_date, best_before_date=lot.best_before_date)
    row = {name: getattr(lot, name) for name in _LOT if name != "last_sale_date"}
    return {**row, "last_sale_date": last_sale if lot.dated else FOREVER}


_BALANCE = {
    "product_id": "bigint",
    "lot_id": "bigint",
    "location_id": "bigint",
    "warehouse_id": "bigint",
    "on_hand": "bigint",
    "allocated": "bigint",
}


def _write_balances(
    balances: dict[Place, int],
    *,
    lots: Sequence[PastLot],
    lot_ids: list[int],
    ends: dict[int, End],
) -> None:
    for chunk in chunks(sorted(balances)):
        insert(
            "stock_balance",
            _BALANCE,
            [
                {
                    "product_id": lots[lot].product_id,
                    "lot_id": lot_ids[lot],
                    "location_id": location_id,
                    "warehouse_id": ends[location_id].warehouse_id,
                    "on_hand": balances[lot, location_id],
                    "allocated": 0,
                }
                for lot, location_id in chunk
            ],
        )


_MOVEMENT = {
    "operation_id": "uuid",
    "kind": "text",
    "product_id": "bigint",
    "lot_id": "bigint",
    "from_location_id": "bigint",
    "to_location_id": "bigint",
    "quantity": "bigint",
    "reason": "text",
    "reference": "text",
    "unit_cost": "numeric",
    "demand_id": "uuid",
    "user_id": "bigint",
    "username": "text",
    "moved_at": "timestamptz",
}


def _write_movements(chunk: Sequence[PastMovement], *, lots: Sequence[PastLot], lot_ids: list[int]) -> None:
    names = [name for name in _MOVEMENT if name not in ("product_id", "lot_id")]
    insert(
        "stock_movement",
        _MOVEMENT,
        [
            {
                **{name: getattr(one, name) for name in names},
                "product_id": lots[one.lot].product_id,
                "lot_id": lot_ids[one.lot],
            }
            for one in chunk
        ],
    )


_AUDIT = {
    "at": "timestamptz",
    "user_id": "bigint",
    "username": "text",
    "action": "text",
    "object_type": "text",
    "object_id": "text",
    "object_label": "text",
    "warehouse_id": "bigint",
    "after": "text",
    "address": "text",
    "request_id": "text",
}


def _write_audit(movements: Sequence[PastMovement], *, lots: Sequence[PastLot], ends: dict[int, End]) -> None:
    """One row an operation and warehouse, as `posting.carry_out` writes it."""
    skus = dict(fetch("SELECT id, sku FROM catalogue_product", []))
    operations: dict[UUID, list[PastMovement]] = {}
    for one in movements:
        operations.setdefault(one.operation_id, []).append(one)
    told = [row for own in operations.values() for row in _audit_rows(own, lots=lots, ends=ends, skus=skus)]
    for chunk in chunks(told):
        insert("audit_entry", _AUDIT, list(chunk))


def _audit_rows(
    operation: list[PastMovement], *, lots: Sequence[PastLot], ends: dict[int, End], skus: dict[int, str]
) -> Iterator[dict[str, Any]]:
    by_warehouse: dict[int, list[PastMovement]] = {}
    for one in operation:
        for end in {ends[one.from_location_id].warehouse_id, ends[one.to_location_id].warehouse_id} - {None}:
            by_warehouse.setdefault(end, []).append(one)  # type: ignore[arg-type]
    for warehouse_id, own in sorted(by_warehouse.items()):
        lines = [
            {
                "product": skus[lots[one.lot].product_id],
                "lot": lots[one.lot].number,
                "from": ends[one.from_location_id].name,
                "to": ends[one.to_location_id].name,
                "quantity": one.quantity,
                "reason": one.reason,
            }
            for one in own
        ]
        first = own[0]
        yield {
            "at": first.moved_at,
            "user_id": first.user_id,
            "username": first.username,
            "action": f"stock.{first.kind}",
            "object_type": "operation",
            "object_id": str(first.operation_id),
            "object_label": _label(lines),
            "warehouse_id": warehouse_id,
            "after": dumps({"reference": first.reference, "lines": lines}).decode(),
            "address": "",
            "request_id": "",
        }


def _label(lines: list[dict[str, Any]]) -> str:
    first = lines[0]
    thing = f"{first['quantity']} x {first['product']} {first['lot']}".rstrip()
    more = f" and {len(lines) - 1} more" if len(lines) > 1 else ""
    return f"{thing}: {first['from']} to {first['to']}{more}"
