"""Lots on the shelves of all warehouses, who sold them to us, and what is expected of their products."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from stillage.core.sql import as_date, as_instant, fetch, member, stored
from stillage.places.models import SALEABLE, Kind, Warehouse
from stillage.planning.expiring import Key, LotHere, Shelf
from stillage.planning.queries.facts import opened
from stillage.planning.terms import Policies
from stillage.stock.expiry import FOREVER

# What stands in a staging lane was picked for somebody and will be drunk.
_SELLABLE: Final = ", ".join(f"'{kind.value}'" for kind in (*SALEABLE, Kind.STAGING))
_PRODUCTS = """
SELECT DISTINCT product_id FROM stock_present WHERE last_sale_date < %s ORDER BY product_id
"""
_LOTS = f"""
SELECT b.warehouse_id, b.product_id, l.id, l.expiry_date, l.best_before_date, l.last_sale_date, p.category_id,
  SUM(b.on_hand), SUM(b.allocated),
  SUM(CASE WHEN x.is_active AND x.kind IN ({_SELLABLE}) AND NOT EXISTS (
      SELECT 1 FROM stock_hold h WHERE h.lot_id = b.lot_id AND h.released_at IS NULL
      AND (h.location_id IS NULL OR h.location_id = b.location_id))
    THEN b.on_hand ELSE 0 END)
FROM stock_balance b JOIN stock_lot l ON l.id = b.lot_id JOIN places_location x ON x.id = b.location_id
JOIN catalogue_product p ON p.id = b.product_id
WHERE b.on_hand > 0 AND x.kind <> 'transit' AND b.product_id {{products}}
GROUP BY b.warehouse_id, b.product_id, l.id, l.expiry_date, l.best_before_date, l.last_sale_date, p.category_id
ORDER BY b.warehouse_id, b.product_id, l.last_sale_date, l.id
"""
_FORECASTS = """
SELECT warehouse_id, product_id, origin_date, numbers FROM planning_forecast WHERE product_id {products}
"""
_CAME = """
SELECT n.lot_id, s.code, s.name, s.id, MAX(n.received_at) FROM purchasing_receiptline n
JOIN purchasing_receipt r ON r.id = n.receipt_id JOIN purchasing_supplier s ON s.id = r.supplier_id
WHERE n.lot_id {lots} AND n.received_at >= %s
  AND NOT EXISTS (SELECT 1 FROM purchasing_receiptundo u WHERE u.operation_id = n.operation_id)
GROUP BY n.lot_id, s.code, s.name, s.id
"""


def dated_products() -> list[int]:
    """Products of which something lies somewhere that has a date. One statement."""
    return [row[0] for row in fetch(_PRODUCTS, [stored(FOREVER)])]


def shelves(
    products: Sequence[int],
    warehouses: Mapping[int, Warehouse],
    policies: Policies,
    classes: Mapping[int, Mapping[int, str]],
    at: dt.datetime,
) -> dict[Key, Shelf]:
    """What lies where, and what is expected there; where nothing lies too, for that is where it may go. Two statements."""
    among, ids = member(list(products), "bigint")
    days = {pk: at.astimezone(ZoneInfo(one.timezone)).date() for pk, one in warehouses.items()}
    found: dict[Key, Shelf] = {}
    for warehouse_id, product_id, origin, numbers in fetch(_FORECASTS.format(products=among), ids):
        if warehouse_id in warehouses:
            today = days[warehouse_id]
            ahead = opened(numbers, as_date(origin) or today, today)
            found[warehouse_id, product_id] = Shelf(warehouse_id, product_id, today, [], ahead)
    for row in fetch(_LOTS.format(products=among), ids):
        warehouse_id, product_id = row[:2]
        if warehouse_id in warehouses:
            key = warehouse_id, product_id
            own = found.setdefault(key, Shelf(warehouse_id, product_id, days[warehouse_id], [], None))
            left = _sale_days_left(policies, classes, row)
            own.lots.append(_lot(row, left))
    return found


def _sale_days_left(
    policies: Policies, classes: Mapping[int, Mapping[int, str]], row: Sequence[Any]
) -> dt.timedelta:
    said = policies.effective(
        product_id=row[1],
        category_id=row[6],
        abc_class=classes[row[0]].get(row[1], "C"),
        warehouse_id=row[0],
    )
    return dt.timedelta(days=int(said["sale_days_left"].value or 0))


def _lot(row: Sequence[Any], left: dt.timedelta) -> LotHere:
    warehouse_id, product_id, lot_id, expiry, best_before, last, _, on_hand, allocated, sellable = row
    date = as_date(last) or FOREVER
    return LotHere(
        lot_id=lot_id,
        warehouse_id=warehouse_id,
        product_id=product_id,
        expiry_date=as_date(expiry),
        best_before_date=as_date(best_before),
        last_saleable_date=date if date >= FOREVER else date - left,
        on_hand=int(on_hand),
        stuck=int(on_hand) - int(sellable),
        allocated=int(allocated),
    )


def who_sold(lot_ids: Sequence[int], since: dt.datetime) -> dict[int, tuple[dt.date, dict[str, Any]]]:
    """Of lots that came lately: when, and from whom. One statement."""
    among, ids = member(list(lot_ids), "bigint")
    found: dict[int, tuple[dt.date, dict[str, Any]]] = defaultdict()
    for lot_id, code, name, supplier_id, received_at in fetch(
        _CAME.format(lots=among), [*ids, stored(since)]
    ):
        came = as_instant(received_at)
        if came is not None and (lot_id not in found or found[lot_id][0] < came.date()):
            told = {"supplier": code, "supplier_id": supplier_id, "supplier_name": name}
            found[lot_id] = came.date(), told
    return dict(found)
