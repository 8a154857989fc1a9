"""A supplier at a glance: what is on order, how punctual and how complete they were in a year, what was spent."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from stillage.core.actor import Actor
from stillage.core.sql import as_date, as_instant, fetch, member, stored
from stillage.purchasing import costing
from stillage.purchasing.drafting import COST
from stillage.purchasing.models import Supplier, SupplierProduct

_NOW = """
SELECT
  (SELECT COUNT(*) FROM purchasing_purchaseorder o WHERE o.supplier_id = %s AND o.warehouse_id {seen}
    AND o.status IN ('draft', 'placed', 'partly_received')),
  (SELECT COALESCE(SUM(l.quantity - l.received - l.cancelled), 0) FROM purchasing_purchaseorder o
    JOIN purchasing_purchaseorderline l ON l.order_id = o.id WHERE o.supplier_id = %s AND o.warehouse_id {seen}
    AND o.status IN ('placed', 'partly_received') AND l.quantity > l.received + l.cancelled),
  (SELECT COUNT(*) FROM purchasing_receipt r WHERE r.supplier_id = %s AND r.warehouse_id {seen}),
  (SELECT MAX(r.opened_at) FROM purchasing_receipt r WHERE r.supplier_id = %s AND r.warehouse_id {seen}),
  (SELECT COUNT(*) FROM purchasing_discrepancy d JOIN purchasing_receipt r ON r.id = d.receipt_id
    WHERE r.supplier_id = %s AND r.warehouse_id {seen} AND d.settled_at IS NULL AND d.withdrawn_at IS NULL)
"""
# Orders of a year that are done with: when they were wanted, when the last of them came, what never came.
_DONE = """
SELECT o.expected_date, o.placed_at, o.received_at, w.timezone, SUM(l.quantity), SUM(l.cancelled)
FROM purchasing_purchaseorder o
JOIN places_warehouse w ON w.id = o.warehouse_id
JOIN purchasing_purchaseorderline l ON l.order_id = o.id
WHERE o.supplier_id = %s AND o.warehouse_id {seen} AND o.status IN ('received', 'closed') AND o.placed_at >= %s
GROUP BY o.id, o.expected_date, o.placed_at, o.received_at, w.timezone
"""
_SPENT = """
SELECT COALESCE(SUM(n.quantity * n.unit_cost), 0) FROM purchasing_receiptline n
JOIN purchasing_receipt r ON r.id = n.receipt_id
WHERE r.supplier_id = %s AND r.warehouse_id {seen} AND n.received_at >= %s AND n.unit_cost IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM purchasing_receiptundo u WHERE u.operation_id = n.operation_id)
"""


def supplier_summary(supplier: Supplier, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Sums over the warehouses that the actor sees. Five statements, whatever was bought."""
    seen, houses = _seen(actor)
    since = stored(at - dt.timedelta(days=365))
    ((orders, units, receipts, last, open_),) = fetch(
        _NOW.format(seen=seen), [value for _ in range(5) for value in (supplier.pk, *houses)]
    )
    done = fetch(_DONE.format(seen=seen), [supplier.pk, *houses, since])
    answer: dict[str, Any] = {
        "supplier": supplier.code,
        "supplier_id": supplier.pk,
        "supplier_name": supplier.name,
        "orders_open": int(orders),
        "on_order_units": int(units),
        "receipts": int(receipts),
        "last_receipt_at": as_instant(last),
        **_service(done),
        "discrepancies_open": int(open_),
        "products": SupplierProduct.objects.filter(supplier=supplier).count(),
    }
    if actor.can(COST):
        ((spent,),) = fetch(_SPENT.format(seen=seen), [supplier.pk, *houses, since])
        answer["spent_year"] = costing.cents(costing.decimal(spent))
    return answer


def _seen(actor: Actor) -> tuple[str, list[Any]]:
    if actor.warehouse_ids is None:
        return "IS NOT NULL", []
    return member(sorted(actor.warehouse_ids), "bigint")


def _service(done: Sequence[tuple[Any, ...]]) -> dict[str, str | None]:
    """How well they delivered: percentages and days to one place, None where nothing was ordered."""
    punctual, days, ordered, missing = 0, Decimal(0), 0, 0
    came = 0
    for expected, placed_at, received_at, zone, quantity, cancelled in done:
        ordered, missing = ordered + int(quantity), missing + int(cancelled)
        arrived, placed, wanted = as_instant(received_at), as_instant(placed_at), as_date(expected)
        if arrived is None or placed is None or wanted is None:
            continue  # never came whole: not in time either
        came += 1
        punctual += arrived.astimezone(ZoneInfo(zone)).date() <= wanted
        days += Decimal((arrived - placed).total_seconds()) / 86_400
    return {
        "on_time_percent": _tenth(Decimal(100 * punctual) / len(done)) if done else None,
        "short_percent": _tenth(Decimal(100 * missing) / ordered) if ordered else None,
        "average_lead_time_days": _tenth(days / came) if came else None,
    }


def _tenth(value: Decimal) -> str:
    return str(value.quantize(Decimal("0.1")))
