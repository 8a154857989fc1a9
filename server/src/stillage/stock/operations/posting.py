"""What the stock operations share: from found names to ledger entries, the audit row, and the answer."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from stillage.audit.record import record
from stillage.core.actor import Actor
from stillage.core.errors import Fault, Kind, refuse_all
from stillage.core.events import StockFreed, publish
from stillage.places.models import SALEABLE
from stillage.stock import errors, ledger
from stillage.stock.expiry import shown
from stillage.stock.naming import LocationName, LotName, ProductName

# Beyond this many lines the answer names the operation only; its movements are read page by page.
MAX_ANSWERED_LINES = 500
VIRTUAL_NAMES = {"supplier": "supplier", "customer": "customer", "scrap": "scrap", "adjustment": "adjustment"}


class End(NamedTuple):
    """One end of a movement: a physical location, or a virtual one of its warehouse."""

    id: int
    name: str
    warehouse_id: int | None  # None where virtual
    kind: str = ""

    @property
    def sells(self) -> bool:
        """Whether stock may be promised from here."""
        return self.kind in SALEABLE


def physical(location: LocationName) -> End:
    return End(location.id, location.full_code, location.warehouse_id, location.kind)


class Step(NamedTuple):
    """One line of an operation, with everything found."""

    product: ProductName
    lot: LotName
    source: End
    target: End
    quantity: int
    field: str = "quantity"
    reason: str = ""
    unit_cost: Any = None
    reverses_id: int | None = None
    demand_id: UUID | None = None

    def entry(self) -> ledger.Entry:
        return ledger.Entry(
            self.product.id,
            self.lot.id,
            self.source.id,
            self.target.id,
            self.source.warehouse_id,
            self.target.warehouse_id,
            self.quantity,
            self.reason,
            self.unit_cost,
            self.reverses_id,
            self.demand_id,
        )


def carry_out(
    steps: Sequence[Step],
    *,
    actor: Actor,
    kind: str,
    at: dt.datetime,
    reference: str = "",
    promised: bool = False,
    shortage_detail: str = "",
) -> dict[str, Any]:
    """Post the steps, write one audit row a warehouse, and say what was done."""
    operation_id = uuid4()
    try:
        ids, balances = ledger.post(
            [step.entry() for step in steps],
            actor=actor,
            kind=kind,
            operation_id=operation_id,
            reference=reference,
            at=at,
            promised=promised,
        )
    except ledger.Short as short:
        faults = [_shortage(steps[one.index], one) for one in short.shortages]
        refuse_all(faults, summary=shortage_detail or _not_done(len(faults), len(steps)), kind=Kind.CONFLICT)
        raise
    _audit(steps, actor=actor, kind=kind, operation_id=operation_id, reference=reference, at=at)
    if not promised:
        _tell_of_freed(steps)
    return _answer(
        steps, ids, balances, operation_id=operation_id, kind=kind, actor=actor, reference=reference, at=at
    )


def _tell_of_freed(steps: Sequence[Step]) -> None:
    """What can be promised now that could not before: it came from outside, from another house, or out of a cage."""
    freed: dict[int, set[int]] = {}
    for step in steps:
        to, source = step.target, step.source
        if to.sells and to.warehouse_id and not (source.sells and source.warehouse_id == to.warehouse_id):
            freed.setdefault(to.warehouse_id, set()).add(step.product.id)
    for warehouse_id, products in sorted(freed.items()):
        publish(StockFreed(tuple(sorted(products)), warehouse_id))


def _not_done(bad: int, lines: int) -> str:
    return f"{bad} of {lines} lines cannot be done, so none were."


def _shortage(step: Step, shortage: ledger.Shortage) -> Fault:
    return errors.insufficient(
        index=shortage.index,
        field=step.field,
        product=step.product.sku,
        lot=step.lot.number,
        location=step.source.name,
        asked=step.quantity,
        on_hand=shortage.balance.on_hand,
        allocated=shortage.balance.allocated,
    )


def _audit(
    steps: Sequence[Step], *, actor: Actor, kind: str, operation_id: UUID, reference: str, at: dt.datetime
) -> None:
    by_warehouse: dict[int, list[Step]] = {}
    for step in steps:
        for warehouse_id in {step.source.warehouse_id, step.target.warehouse_id} - {None}:
            by_warehouse.setdefault(warehouse_id, []).append(step)  # type: ignore[arg-type]
    for warehouse_id, own in by_warehouse.items():
        record(
            actor=actor,
            action=f"stock.{kind}",
            object_type="operation",
            object_id=operation_id,
            label=label(own),
            after={
                "reference": reference,
                "lines": [
                    {
                        "product": step.product.sku,
                        "lot": step.lot.number,
                        "from": step.source.name,
                        "to": step.target.name,
                        "quantity": step.quantity,
                        "reason": step.reason,
                        **(_dates(step) if kind == "receive" else {}),
                    }
                    for step in own
                ],
            },
            warehouse_id=warehouse_id,
            at=at,
        )


def _dates(step: Step) -> dict[str, dt.date | None]:
    """With which dates a lot came in."""
    return {"expiry_date": step.lot.expiry_date, "best_before_date": step.lot.best_before_date}


def label(steps: Sequence[Step]) -> str:
    """An operation in a few words, for the audit list."""
    first = steps[0]
    lot = f" {first.lot.number}" if first.lot.number else ""
    more = f" and {len(steps) - 1} more" if len(steps) > 1 else ""
    return f"{first.quantity} x {first.product.sku}{lot}: {first.source.name} to {first.target.name}{more}"


def _answer(
    steps: Sequence[Step],
    ids: Sequence[int],
    balances: dict[ledger.Place, ledger.Held],
    *,
    operation_id: UUID,
    kind: str,
    actor: Actor,
    reference: str,
    at: dt.datetime,
) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "operation_id": operation_id,
        "kind": kind,
        "reference": reference,
        "moved_at": at,
        "line_count": len(steps),
        "movements": [],
        "balances": [],
    }
    if len(steps) > MAX_ANSWERED_LINES:
        return answer
    answer["movements"] = [
        {
            "id": movement_id,
            "product": step.product.sku,
            "product_id": step.product.id,
            "product_name": step.product.name,
            "lot": step.lot.number,
            "lot_id": step.lot.id,
            "expiry_date": step.lot.expiry_date,
            "best_before_date": step.lot.best_before_date,
            "last_sale_date": shown(step.lot.last_sale_date),
            "from_location": step.source.name,
            "from_location_id": step.source.id if step.source.warehouse_id else None,
            "to_location": step.target.name,
            "to_location_id": step.target.id if step.target.warehouse_id else None,
            "quantity": step.quantity,
            "reason": step.reason,
            "reverses_id": step.reverses_id,
        }
        for movement_id, step in zip(ids, steps, strict=True)
    ]
    named: dict[ledger.Place, tuple[Step, End]] = {}
    for step in steps:
        for end in (step.source, step.target):
            if end.warehouse_id is not None:
                named[step.lot.id, end.id] = (step, end)
    answer["balances"] = [
        {
            "id": balance.id,
            "product": step.product.sku,
            "product_id": step.product.id,
            "lot": step.lot.number,
            "lot_id": step.lot.id,
            "location": end.name,
            "location_id": end.id,
            "on_hand": balance.on_hand,
            "allocated": balance.allocated,
            "available": balance.free,
        }
        for place, (step, end) in named.items()
        for balance in (balances[place],)
    ]
    return answer
