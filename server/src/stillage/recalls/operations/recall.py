"""Lots are called back: held wherever they are, promised to nobody, and everybody who had of them is known."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from stillage.core.actor import Actor
from stillage.core.clock import now
from stillage.core.errors import Fault, Kind, refuse_all
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.core.sql import execute, fetch, member, rows, table
from stillage.numbering.take import document_number, take
from stillage.recalls.locking import begin_again, check_all_warehouses, stop_all_postings
from stillage.recalls.models import Recall, RecallStatus
from stillage.recalls.trail import record_step
from stillage.sales import operations as sales
from stillage.stock import operations as stock
from stillage.stock.naming import Line, LotName, ProductName, find_all, lot_reference

EVERYWHERE = "everywhere"


@dataclass(frozen=True, slots=True)
class AskedLot:
    """A lot that is to come back; a product without lots has the one without a number."""

    product: Reference
    lot: Reference | None = None


@operation
def recall(
    *,
    actor: Actor,
    lots: Sequence[AskedLot],
    reason: str,
    at: dt.datetime,
    title: str = "",
    instructions: str = "",
    drill: bool = False,
) -> Recall:
    """Call lots back. A drill finds and counts all of it, holds nothing and takes nothing back.

    Refuses: somebody who works in some warehouses only; unknown lots, one named twice; one that is called back already.
    Locks: the orders promised some of them by id, their pick lists, the tasks; then all postings; the series.
    Audits: recall.open, stock.hold, sales_order.take_back, stock.deallocate. Publishes: StockFreed.
    """
    check_all_warehouses(actor)
    found = _named(lots, actor=actor)
    ids = [lot.id for _, lot in found]
    freed: dict[int, int] = dict.fromkeys(ids, 0)
    if drill:
        number = document_number("RC", take("recall").start)
    else:
        number, freed = _stopped(found, reason, actor=actor, at=at)
    made = Recall.objects.create(
        number=number,
        title=title or _title(found),
        reason=reason,
        instructions=instructions,
        drill=drill,
        status=RecallStatus.OPEN,
        user_id=actor.user_id,
        username=actor.username,
        opened_at=at,
    )
    _keep_lots(made, freed)
    customers = _keep_customers(made, ids)
    made.found_at = max(at, now())
    made.all_told_at = None if customers else at
    made.save(update_fields=["found_at", "all_told_at"])
    record_step(
        made,
        "open",
        actor=actor,
        at=at,
        after={
            "drill": drill,
            "reason": reason,
            "lots": [f"{product.sku} {lot.number}".strip() for product, lot in found],
            "customers": customers,
            "freed": sum(freed.values()),
        },
    )
    return made


Found = list[tuple[ProductName, LotName]]


def _named(lots: Sequence[AskedLot], *, actor: Actor) -> Found:
    """The lots, each once. Two statements."""
    names = find_all([Line(one.product, one.lot, ()) for one in lots], actor=actor)
    faults = [
        Fault(fault.pointer.replace("/lines/", "/lots/", 1), fault.code, fault.detail, fault.meta)
        for fault in names.faults
    ]
    found: dict[int, tuple[ProductName, LotName]] = {}
    for index, one in enumerate(lots):
        product = names.products.get(one.product)
        lot = names.lots.get((product.id, lot_reference(product, one.lot))) if product else None
        if product is None or lot is None:
            continue
        if lot.id in found:
            detail = f"Lot {lot.number or product.sku} of {product.sku} is named twice; once is enough."
            faults.append(Fault(f"/lots/{index}/lot", "named_twice", detail))
        found[lot.id] = (product, lot)
    refuse_all(faults, summary=f"{len(faults)} things are wrong, so nothing was called back.")
    return list(found.values())


def _title(found: Found) -> str:
    product, lot = found[0]
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return f"{product.name} {lot.number}".strip()[: 120 - len(more)] + more


def _stopped(found: Found, reason: str, *, actor: Actor, at: dt.datetime) -> tuple[str, dict[int, int]]:
    """Hold the lots and free what is promised of them; the recall's number, and the units freed by lot."""
    ids = [lot.id for _, lot in found]
    stopped = sales.stop_for(lot_ids=ids)
    stop_all_postings()
    _check_new(found)
    promises = sales.promises_on(ids)
    if any(one.order_id not in stopped.orders for one in promises if one.order_id and not one.picked):
        begin_again()
    number = document_number("RC", take("recall").start)
    stock.hold(
        actor=actor,
        lines=[stock.HoldLine(product.id, f"{number}: {reason}"[:200], lot.id) for product, lot in found],
        at=at,
        unless_held=True,
    )
    freed = sales.take_back(actor=actor, stopped=stopped, promises=promises, reference=number, at=at)
    return number, freed


def _check_new(found: Found) -> None:
    """No lot is called back twice at a time. One statement, under the lock."""
    lots, parameters = member([lot.id for _, lot in found], "bigint")
    already = dict(
        fetch(
            "SELECT l.lot_id, r.number FROM recalls_recalllot l JOIN recalls_recall r ON r.id = l.recall_id"
            f" WHERE l.lot_id {lots} AND r.status = %s AND NOT r.drill",
            [*parameters, RecallStatus.OPEN.value],
        )
    )
    refuse_all(
        [
            Fault(
                f"/lots/{index}/lot",
                "recalled_already",
                f"Lot {lot.number or product.sku} of {product.sku} is called back by {already[lot.id]} already.",
                {"recall": already[lot.id]},
            )
            for index, (product, lot) in enumerate(found)
            if lot.id in already
        ],
        kind=Kind.CONFLICT,
        summary="Some of these lots are called back already, so nothing was done.",
    )


def _keep_lots(one: Recall, freed: dict[int, int]) -> None:
    """The lots with the holds that keep them here; a drill has none. One statement."""
    execute(
        "INSERT INTO recalls_recalllot (recall_id, lot_id, hold_id, freed)"
        " SELECT %s, line.lot_id, h.id, line.freed FROM "
        + table("line", {"lot_id": "bigint", "freed": "bigint"})
        + " LEFT JOIN stock_hold h ON h.lot_id = line.lot_id AND h.released_at IS NULL AND h.scope = %s",
        [
            one.pk,
            rows({"lot_id": lot_id, "freed": units} for lot_id, units in freed.items()),
            "nowhere" if one.drill else EVERYWHERE,
        ],
    )


def _keep_customers(one: Recall, lot_ids: Sequence[int]) -> int:
    """Who was ever sent some of it, with how much; returns how many. One statement."""
    lots, parameters = member(lot_ids, "bigint")
    return execute(
        "INSERT INTO recalls_recallcustomer (recall_id, customer_id, shipped, told_by, told_how, note, answered_by)"
        " SELECT %s, o.customer_id, SUM(n.quantity), '', '', '', '' FROM sales_shipmentline n"
        " JOIN sales_shipment s ON s.id = n.shipment_id JOIN sales_salesorder o ON o.id = s.order_id"
        f" WHERE n.lot_id {lots} GROUP BY o.customer_id ORDER BY o.customer_id",
        [one.pk, *parameters],
    )
