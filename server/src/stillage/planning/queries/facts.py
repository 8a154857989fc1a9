"""Everything that proposals for one warehouse are worked out from: a fixed number of statements, whatever is in it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from stillage.core.sql import as_date, as_instant, fetch, member, stored
from stillage.places.models import SALEABLE, Warehouse
from stillage.planning.ahead import Ahead
from stillage.planning.models import Policy, SupplierPlan, WarehousePlan
from stillage.planning.rounding import Offer
from stillage.planning.shelf import Dated
from stillage.planning.terms import FIELDS, Policies
from stillage.purchasing import costing
from stillage.stock import abc
from stillage.stock.expiry import FOREVER
from stillage.stock.incoming import incoming

_SALEABLE = ", ".join(f"'{kind.value}'" for kind in SALEABLE)
YEARS_OF_RECEIPTS: Final = 2
LAST_LOTS: Final = 12
BUDGET_DAYS: Final = 7
MOST_RECEIPTS: Final = 20_000
Pair = tuple[int, int]  # a warehouse and a product


@dataclass(frozen=True, slots=True)
class Told:
    """A stored forecast, opened."""

    method: str
    demand_class: str
    origin_date: dt.date
    ahead: Ahead


@dataclass(frozen=True, slots=True)
class Known:
    """What the catalogue says of a product, and how it is packed."""

    id: int
    category_id: int | None
    discontinued: bool
    shelf_life_days: int | None
    packs: tuple[tuple[str, int], ...] = ()  # of more than a unit, the largest first

    @property
    def layers(self) -> tuple[tuple[str, int], ...]:
        """Its packs that are stacked: pallets and layers."""
        return tuple(one for one in self.packs if _is(one[0], "pallet") or _is(one[0], "layer"))

    @property
    def pallet_units(self) -> int | None:
        return next((units for name, units in self.packs if _is(name, "pallet")), None)

    def pack_of(self, units: int) -> str:
        """What so many units are called; nothing where no pack is as large."""
        return next((name for name, own in self.packs if own == units), "")


def _is(name: str, word: str) -> bool:
    return word in name.casefold()


@dataclass(slots=True)
class Lying:
    """What lies in the house: `on_hand` all of it, `shelf` what may be sold and is promised to nobody; `held` what is
    held, or lies where nothing is sold from."""

    on_hand: int = 0
    held: int = 0
    shelf: list[Dated] = field(default_factory=list)


@dataclass(slots=True)
class Facts:
    """By product, where nothing else is said."""

    warehouse: Warehouse
    today: dt.date
    forecasts: dict[int, Told]
    products: dict[int, Known]
    lying: dict[int, Lying]
    coming: dict[int, list[tuple[dt.date, int]]]
    drafted: dict[int, int]
    owed: dict[int, int]
    offers: dict[int, list[Offer]]
    lives: dict[int, int]
    classes: Mapping[int, str]
    policies: Policies
    plans: dict[int, dict[str, Any]]  # by supplier
    minimum_values: dict[int, Decimal | None]  # by supplier
    lead_times: dict[int, list[float]]  # by supplier
    ordered_on: dict[int, dt.date]  # by supplier: the last day on which something was ordered, before today
    snoozed: set[int]
    budget: Decimal | None
    spent: Decimal


_FORECASTS = """
SELECT product_id, method, demand_class, origin_date, numbers FROM planning_forecast WHERE warehouse_id = %s {only}
"""
# What is owed to customers and promised by no lot: asked for, not shipped, not allocated.
_OWED = """
SELECT w.product_id, SUM(w.missing) FROM (
  SELECT l.product_id, l.quantity - l.shipped - l.cancelled
    - COALESCE((SELECT SUM(a.quantity) FROM stock_allocation a WHERE a.demand_id = l.demand_id), 0) AS missing
  FROM sales_salesorderline l JOIN sales_salesorder o ON o.id = l.order_id
  WHERE o.warehouse_id = %s AND o.status IN ('confirmed', 'allocated', 'picking')
    AND l.quantity > l.shipped + l.cancelled {only}
) w WHERE w.missing > 0 GROUP BY w.product_id
"""
_WANTED = """
SELECT DISTINCT product_id FROM planning_policy WHERE product_id IS NOT NULL AND minimum_units > 0
  AND (warehouse_id = %s OR warehouse_id IS NULL)
"""
_PRODUCTS = """
SELECT id, category_id, status, shelf_life_days FROM catalogue_product WHERE id {products}
"""
_PACKS = """
SELECT product_id, name, units_per_pack FROM catalogue_pack WHERE product_id {products} AND units_per_pack > 1
ORDER BY product_id, units_per_pack DESC, id
"""
_LYING = f"""
SELECT b.warehouse_id, b.product_id, l.last_sale_date, SUM(b.on_hand), SUM(b.on_hand - b.allocated),
  SUM(CASE WHEN x.is_active AND x.kind IN ({_SALEABLE}) AND NOT EXISTS (
      SELECT 1 FROM stock_hold h WHERE h.lot_id = b.lot_id AND h.released_at IS NULL
      AND (h.location_id IS NULL OR h.location_id = b.location_id))
    THEN b.on_hand - b.allocated ELSE 0 END)
FROM stock_balance b JOIN stock_lot l ON l.id = b.lot_id JOIN places_location x ON x.id = b.location_id
WHERE b.warehouse_id {{warehouses}} AND b.on_hand > 0 AND x.kind <> 'transit' AND b.product_id {{products}}
GROUP BY b.warehouse_id, b.product_id, l.last_sale_date ORDER BY b.warehouse_id, b.product_id, l.last_sale_date
"""
_DRAFTED = """
SELECT o.warehouse_id, l.product_id, COALESCE(l.expected_date, o.expected_date), SUM(l.quantity)
FROM purchasing_purchaseorderline l JOIN purchasing_purchaseorder o ON o.id = l.order_id
WHERE o.warehouse_id {warehouses} AND o.status = 'draft' AND l.product_id {products}
GROUP BY o.warehouse_id, l.product_id, COALESCE(l.expected_date, o.expected_date)
"""
_OFFERS = """
SELECT k.product_id, s.supplier_id, k.id, k.name, k.units_per_pack, s.cost, s.lead_time_days, p.lead_time_days,
  s.minimum_quantity, s.order_multiple, p.minimum_order_value
FROM purchasing_supplierproduct s JOIN catalogue_pack k ON k.id = s.pack_id
JOIN purchasing_supplier p ON p.id = s.supplier_id
WHERE k.product_id {products} ORDER BY k.product_id, s.id
"""
_LEAD_TIMES = """
SELECT supplier_id, placed_at, received_at FROM purchasing_purchaseorder
WHERE warehouse_id = %s AND status IN ('received', 'closed') AND placed_at >= %s AND received_at IS NOT NULL
ORDER BY id DESC LIMIT %s
"""
_ORDERED = """
SELECT supplier_id, MAX(COALESCE(placed_at, created_at)) FROM purchasing_purchaseorder
WHERE warehouse_id = %s AND status <> 'cancelled' AND COALESCE(placed_at, created_at) < %s
GROUP BY supplier_id
"""
_LIVES = """
SELECT product_id, last_sale_date, created_at FROM stock_lot
WHERE product_id {products} AND created_at >= %s AND last_sale_date < %s ORDER BY product_id, id DESC
"""
_SPENT = """
SELECT COALESCE(SUM(net_total), 0) FROM purchasing_purchaseorder
WHERE warehouse_id = %s AND status <> 'cancelled' AND COALESCE(placed_at, created_at) >= %s
"""


def gather(warehouse: Warehouse, *, at: dt.datetime, products: Sequence[int] | None = None) -> Facts:
    """The facts of a warehouse, of all its products or of some. Nineteen statements."""
    zone = ZoneInfo(warehouse.timezone)
    today = at.astimezone(zone).date()
    pk = warehouse.pk
    forecasts = _forecasts(pk, today, products)
    owed = _owed(pk, products)
    if products is None:
        minimum = {row[0] for row in fetch(_WANTED, [pk])}
        products = sorted({*forecasts, *owed, *minimum})
    among, ids = member(products, "bigint")
    midnight = dt.datetime.combine(today, dt.time(), zone)
    offers, minimum_values = _offers(among, ids)
    on_the_way, drafted = coming([pk], products, today)
    plan = WarehousePlan.objects.filter(warehouse=pk).values_list("budget", flat=True).first()
    ((spent,),) = fetch(_SPENT, [pk, stored(midnight - dt.timedelta(days=BUDGET_DAYS - 1))])
    return Facts(
        warehouse=warehouse,
        today=today,
        forecasts=forecasts,
        products=_products(among, ids),
        lying={product_id: own for (_, product_id), own in lying([pk], products).items()},
        coming={product_id: own for (_, product_id), own in on_the_way.items()},
        drafted={product_id: units for (_, product_id), units in drafted.items()},
        owed=owed,
        offers=offers,
        lives=_lives(among, ids, at),
        classes=abc.classes(pk, at),
        policies=policies(),
        plans={row["supplier_id"]: dict(row) for row in SupplierPlan.objects.filter(warehouse=pk).values()},
        minimum_values=minimum_values,
        lead_times=_lead_times(pk, at),
        ordered_on=_ordered_on(pk, midnight, zone),
        snoozed=_snoozed(pk, today),
        budget=plan,
        spent=costing.decimal(spent),
    )


def policies() -> Policies:
    """All that is said. One statement."""
    return Policies(Policy.objects.values("id", "scope", *FIELDS))


def opened(numbers: str, origin_date: dt.date, today: dt.date) -> Ahead:
    """A stored forecast as it looks from today."""
    return Ahead(orjson.loads(numbers), passed_days=(today - origin_date).days - 1)


def _forecasts(warehouse_id: int, today: dt.date, products: Sequence[int] | None) -> dict[int, Told]:
    only, parameters = ("", []) if products is None else member(products, "bigint")
    only = f"AND product_id {only}" if products is not None else ""
    found = {}
    for product_id, method, demand_class, origin, numbers in fetch(
        _FORECASTS.format(only=only), [warehouse_id, *parameters]
    ):
        day = as_date(origin) or today
        found[product_id] = Told(method, demand_class, day, opened(numbers, day, today))
    return found


def _owed(warehouse_id: int, products: Sequence[int] | None) -> dict[int, int]:
    only, parameters = ("", []) if products is None else member(products, "bigint")
    only = f"AND l.product_id {only}" if products is not None else ""
    return {row[0]: int(row[1]) for row in fetch(_OWED.format(only=only), [warehouse_id, *parameters])}


def _products(among: str, ids: list[Any]) -> dict[int, Known]:
    packs: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for product_id, name, units in fetch(_PACKS.format(products=among), ids):
        packs[product_id].append((name, units))
    return {
        pk: Known(pk, category_id, status != "active", life, tuple(packs.get(pk, ())))
        for pk, category_id, status, life in fetch(_PRODUCTS.format(products=among), ids)
    }


def lying(warehouse_ids: Sequence[int], products: Sequence[int]) -> dict[Pair, Lying]:
    """What lies in some warehouses of some products. One statement."""
    houses, places = member(list(warehouse_ids), "bigint")
    among, ids = member(list(products), "bigint")
    found: dict[Pair, Lying] = defaultdict(Lying)
    for warehouse_id, product_id, last, on_hand, unpromised, free in fetch(
        _LYING.format(products=among, warehouses=houses), [*places, *ids]
    ):
        own = found[warehouse_id, product_id]
        own.on_hand += int(on_hand)
        own.held += int(unpromised) - int(free)
        if free:
            own.shelf.append(Dated(as_date(last) or FOREVER, int(free)))
    return found


def coming(
    warehouse_ids: Sequence[int], products: Sequence[int], today: dt.date
) -> tuple[dict[Pair, list[tuple[dt.date, int]]], dict[Pair, int]]:
    """What is on its way, drafts of orders too: somebody has decided on them. By day, never in the past; of drafts
    besides the units. One statement a source, one for drafts."""
    found: dict[Pair, list[tuple[dt.date, int]]] = defaultdict(list)
    for one in incoming(products, warehouse_ids):
        found[one.warehouse_id, one.product_id].append((max(one.expected_date, today), one.quantity))
    houses, places = member(list(warehouse_ids), "bigint")
    among, ids = member(list(products), "bigint")
    drafted: dict[Pair, int] = defaultdict(int)
    for warehouse_id, product_id, expected, units in fetch(
        _DRAFTED.format(products=among, warehouses=houses), [*places, *ids]
    ):
        pair = warehouse_id, product_id
        found[pair].append((max(as_date(expected) or today, today), int(units)))
        drafted[pair] += int(units)
    for own in found.values():
        own.sort()
    return found, drafted


def offers_of(products: Sequence[int]) -> dict[int, list[Offer]]:
    """What suppliers sell of some products. One statement."""
    return _offers(*member(list(products), "bigint"))[0]


def _offers(among: str, ids: list[Any]) -> tuple[dict[int, list[Offer]], dict[int, Decimal | None]]:
    found: dict[int, list[Offer]] = defaultdict(list)
    minimum_values: dict[int, Decimal | None] = {}
    for (
        product_id,
        supplier_id,
        pack_id,
        name,
        units,
        cost,
        own_days,
        supplier_days,
        least,
        multiple,
        value,
    ) in fetch(_OFFERS.format(products=among), ids):
        days, source = (own_days, "catalogue") if own_days is not None else (supplier_days, "supplier")
        found[product_id].append(
            Offer(
                supplier_id,
                pack_id,
                name,
                units,
                costing.decimal(cost),
                days,
                source,
                max(least, 1),
                multiple,
            )
        )
        minimum_values[supplier_id] = None if value is None else costing.decimal(value)
    return found, minimum_values


def _lead_times(warehouse_id: int, at: dt.datetime) -> dict[int, list[float]]:
    since = stored(at - dt.timedelta(days=365 * YEARS_OF_RECEIPTS))
    found: dict[int, list[float]] = defaultdict(list)
    for supplier_id, placed_at, received_at in fetch(_LEAD_TIMES, [warehouse_id, since, MOST_RECEIPTS]):
        placed, received = as_instant(placed_at), as_instant(received_at)
        if placed is not None and received is not None:
            found[supplier_id].append((received - placed).total_seconds() / 86_400)
    return found


def _ordered_on(warehouse_id: int, midnight: dt.datetime, zone: ZoneInfo) -> dict[int, dt.date]:
    found = {}
    for supplier_id, last in fetch(_ORDERED, [warehouse_id, stored(midnight)]):
        at = as_instant(last)
        if at is not None:
            found[supplier_id] = at.astimezone(zone).date()
    return found


def _lives(among: str, ids: list[Any], at: dt.datetime) -> dict[int, int]:
    """Days that lots of a product typically had left when they came in: the middle of the last dozen."""
    since = stored(at - dt.timedelta(days=365 * YEARS_OF_RECEIPTS))
    found: dict[int, list[int]] = defaultdict(list)
    for product_id, last, created_at in fetch(_LIVES.format(products=among), [*ids, since, stored(FOREVER)]):
        day, came = as_date(last), as_instant(created_at)
        own = found[product_id]
        if day is not None and came is not None and len(own) < LAST_LOTS:
            own.append(max((day - came.date()).days, 0))
    return {product_id: int(median(days)) for product_id, days in found.items() if days}


def _snoozed(warehouse_id: int, today: dt.date) -> set[int]:
    sql = (
        "SELECT product_id FROM planning_proposal"
        " WHERE warehouse_id = %s AND status = 'refused' AND snoozed_until >= %s"
    )
    return {row[0] for row in fetch(sql, [warehouse_id, stored(today)])}
