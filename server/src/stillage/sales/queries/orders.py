"""Orders as rows: how far each is, and one order with all that belongs to it."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, Count, F, Q, QuerySet
from django.db.models.expressions import RawSQL

from stillage.core.actor import Actor
from stillage.core.clock import today
from stillage.core.errors import NotFound
from stillage.core.sql import as_instant, fetch, member
from stillage.places.models import Kind
from stillage.sales.locking import find_order_ids
from stillage.sales.models import OrderStatus, SalesOrder, SalesOrderLine, Shipment
from stillage.sales.pricing import totals
from stillage.sales.states import ASKED, OPEN, Facts, allocation, possible_steps
from stillage.stock.expiry import may_be_sold, shown
from stillage.stock.queries import warehouse_days
from stillage.stock.queries_promises import PromisedRow, promised

STAGING = Kind.STAGING.value
SUMMED = (
    OrderStatus.DRAFT,
    OrderStatus.CONFIRMED,
    OrderStatus.ALLOCATED,
    OrderStatus.PICKING,
    OrderStatus.PACKED,
    OrderStatus.SHIPPED,
)


@dataclass(frozen=True, slots=True)
class Sums:
    """An order's lines added up; base units."""

    line_count: int = 0
    quantity: int = 0
    facts: Facts = field(default_factory=Facts)


_PROMISED = """
SELECT a.demand_id, SUM(a.quantity) AS allocated,
  SUM(CASE WHEN x.kind = 'staging' THEN a.quantity ELSE 0 END) AS picked
FROM stock_allocation a
JOIN places_location x ON x.id = a.location_id
JOIN sales_salesorderline m ON m.demand_id = a.demand_id
WHERE m.order_id {orders}
GROUP BY a.demand_id
"""
_SUMS = f"""
SELECT l.order_id, COUNT(*), SUM(l.quantity), SUM(l.quantity - l.shipped - l.cancelled), SUM(l.shipped),
  COALESCE(SUM(p.allocated), 0), COALESCE(SUM(p.picked), 0)
FROM sales_salesorderline l
LEFT JOIN ({_PROMISED}) p ON p.demand_id = l.demand_id
WHERE l.order_id {{orders}}
GROUP BY l.order_id
"""
_LINES = f"""
SELECT l.id, l.quantity - l.shipped - l.cancelled, COALESCE(p.allocated, 0), COALESCE(p.picked, 0), l.shipped
FROM sales_salesorderline l
LEFT JOIN ({_PROMISED}) p ON p.demand_id = l.demand_id
WHERE l.order_id {{orders}}
"""


def sums(order_ids: Iterable[int]) -> dict[int, Sums]:
    """Each order's lines added up. One statement whatever the number."""
    wanted, parameters = member(sorted(set(order_ids)), "bigint")
    return {
        order_id: Sums(
            int(count),
            int(quantity),
            Facts(owed=int(owed), allocated=int(allocated), picked=int(picked), shipped=int(shipped)),
        )
        for order_id, count, quantity, owed, shipped, allocated, picked in fetch(
            _SUMS.format(orders=wanted), [*parameters, *parameters]
        )
    }


def facts_of(order: SalesOrder) -> Facts:
    """What is owed, promised, picked and shipped of one order. One statement."""
    return sums([order.pk]).get(order.pk, Sums()).facts


def line_facts(order_ids: Iterable[int]) -> dict[int, Facts]:
    """The same for each line, by line id. One statement."""
    wanted, parameters = member(sorted(set(order_ids)), "bigint")
    return {
        pk: Facts(owed=int(owed), allocated=int(allocated), picked=int(picked), shipped=int(shipped))
        for pk, owed, allocated, picked, shipped in fetch(
            _LINES.format(orders=wanted), [*parameters, *parameters]
        )
    }


# ---- lists --------------------------------------------------------------------------------------
ROW = (
    "id",
    "number",
    "customer_id",
    "customer__code",
    "customer__name",
    "warehouse_id",
    "warehouse__code",
    "warehouse__timezone",
    "status",
    "delivery_date",
    "customer_reference",
    "net_total",
    "tax_total",
    "gross_total",
    "currency",
    "created_at",
    "confirmed_at",
    "version",
)
PRICES = "sales.prices"
# What the role may not see is not there at all: absent, not empty.
MONEY = ("net_total", "tax_total", "gross_total", "currency")
LINE_MONEY = ("pack_price", "discount_percent", "tax_rate_percent", "net_amount")
ALLOCATIONS = ("none", "part", "whole", "backordered")
DUE = tuple(status for status in OPEN if status != OrderStatus.DRAFT)
_OWED_SUM = (
    "(SELECT COALESCE(SUM(m.quantity - m.shipped - m.cancelled), 0) FROM sales_salesorderline m"
    " WHERE m.order_id = sales_salesorder.id)"
)
_ALLOCATED_SUM = (
    "(SELECT COALESCE(SUM(a.quantity), 0) FROM sales_salesorderline m"
    " JOIN stock_allocation a ON a.demand_id = m.demand_id WHERE m.order_id = sales_salesorder.id)"
)
_WITH_LOT = """
SELECT m.order_id FROM stock_lot l JOIN stock_allocation a ON a.lot_id = l.id
  JOIN sales_salesorderline m ON m.demand_id = a.demand_id WHERE {which}
UNION ALL
SELECT m.order_id FROM stock_lot l JOIN sales_shipmentline s ON s.lot_id = l.id
  JOIN sales_salesorderline m ON m.id = s.line_id WHERE {which}
"""


def visible(actor: Actor) -> QuerySet[SalesOrder, SalesOrder]:
    """The orders of the warehouses that the actor sees."""
    found = SalesOrder.objects.all()
    return found if actor.warehouse_ids is None else found.filter(warehouse__in=actor.warehouse_ids)


def with_allocation(found: QuerySet[SalesOrder, Any], word: str) -> QuerySet[SalesOrder, Any]:
    """Only orders that `states.allocation` has this word for."""
    found = found.alias(
        owed=RawSQL(_OWED_SUM, [], output_field=BigIntegerField()),  # noqa: S611 - our own names
        allocated=RawSQL(_ALLOCATED_SUM, [], output_field=BigIntegerField()),  # noqa: S611
    )
    owing = Q(status__in=OPEN, owed__gt=0)
    nothing = Q(allocated=0)
    return found.filter(
        {
            "none": ~owing | nothing & ~Q(status__in=ASKED),
            "backordered": owing & nothing & Q(status__in=ASKED),
            "part": owing & Q(allocated__gt=0, allocated__lt=F("owed")),
            "whole": owing & Q(allocated__gte=F("owed")),
        }[word]
    )


def with_lot(reference: str) -> Q:
    """Orders to which a lot (its number or id) is promised, or with which it left."""
    which, parameters = "l.number = %s", [reference]
    if reference.isascii() and reference.isdecimal() and len(reference) < 19:
        which, parameters = "(l.number = %s OR l.id = %s)", [reference, reference]
    return Q(pk__in=RawSQL(_WITH_LOT.format(which=which), parameters * 2))  # noqa: S611 - values are bound


def sscc_in(text: str) -> str | None:
    """The 18 digits of an SSCC as it is scanned or typed, with or without (00), or None."""
    digits = text.replace(" ", "").replace("-", "")
    for prefix in ("]C1", "(00)"):
        digits = digits.removeprefix(prefix)
    if len(digits) == 20 and digits.startswith("00"):
        digits = digits[2:]
    return digits if len(digits) == 18 and digits.isascii() and digits.isdecimal() else None


def matching(found: QuerySet[SalesOrder, Any], text: str) -> QuerySet[SalesOrder, Any]:
    """A search by number, customer, reference, lot, SSCC or shipment; each word must be met."""
    sscc = sscc_in(text)
    if sscc is not None:
        return found.filter(Q(handling_units__sscc=sscc)).distinct()
    for word in text.split()[:5]:
        shipments = Shipment.objects.filter(number__icontains=word).values("order")
        found = found.filter(
            Q(number__icontains=word)
            | Q(customer__code__icontains=word)
            | Q(customer__name__icontains=word)
            | Q(customer_reference__icontains=word)
            | Q(pk__in=shipments)
            | with_lot(word)
        )
    return found


def shown_rows(found: list[dict[str, Any]], actor: Actor) -> list[dict[str, Any]]:
    """Rows of `ROW` as the API answers them. One statement, for the sums."""
    added = sums(row["id"] for row in found)
    return [_shown(row, added.get(row["id"], Sums()), actor) for row in found]


def _shown(row: dict[str, Any], added: Sums, actor: Actor) -> dict[str, Any]:
    facts, status = added.facts, row["status"]
    answer = {
        "id": row["id"],
        "number": row["number"],
        "customer": row["customer__code"],
        "customer_id": row["customer_id"],
        "customer_name": row["customer__name"],
        "warehouse": row["warehouse__code"],
        "warehouse_id": row["warehouse_id"],
        "status": status,
        "allocation": allocation(status, facts),
        "delivery_date": row["delivery_date"],
        "customer_reference": row["customer_reference"],
        "line_count": added.line_count,
        "quantity": added.quantity,
        "allocated": facts.allocated,
        "picked": facts.picked,
        "shipped": facts.shipped,
        "net_total": row["net_total"],
        "tax_total": row["tax_total"],
        "gross_total": row["gross_total"],
        "currency": row["currency"],
        "created_at": row["created_at"],
        "confirmed_at": row["confirmed_at"],
        "late": status in DUE and row["delivery_date"] < today(row["warehouse__timezone"]),
        "possible_steps": possible_steps(status, facts),
        "version": row["version"],
    }
    return answer if actor.can(PRICES) else {k: v for k, v in answer.items() if k not in MONEY}


def summary(actor: Actor, warehouse_ids: list[int] | None) -> dict[str, int]:
    """How many orders there are in each state that somebody has to do something about. Three statements."""
    found = visible(actor)
    if warehouse_ids is not None:
        found = found.filter(warehouse__in=warehouse_ids)
    late = Q(pk__in=[])
    for pk, day in warehouse_days(actor, warehouse_ids).items():
        late |= Q(warehouse=pk, delivery_date__lt=day, status__in=DUE)
    rows = list(found.order_by().values("status").annotate(n=Count("pk"), late=Count("pk", filter=late)))
    counted = {row["status"]: int(row["n"]) for row in rows}
    return {
        **{status.value: counted.get(status.value, 0) for status in SUMMED},
        "backordered": with_allocation(found, "backordered").count(),
        "late": sum(row["late"] for row in rows),
        "open": sum(counted.get(status.value, 0) for status in OPEN),
    }


# ---- one order ----------------------------------------------------------------------------------
def find_order(reference: int | str, actor: Actor) -> int:
    """The id behind a reference, for reading. NotFound when it is not there for the actor."""
    (found,) = find_order_ids([reference], actor=actor)
    if found is None:
        raise NotFound("There is nothing of that name.")
    return found


def order_answer(order_id: int, actor: Actor) -> dict[str, Any]:
    """An order with all that belongs to it. Four statements, whatever its length."""
    row = SalesOrder.objects.filter(pk=order_id).values(*ROW, "note", "shipped_at", "cancel_reason").get()
    lines = list(SalesOrderLine.objects.filter(order=order_id).select_related("product").order_by("position"))
    found = promised([line.demand_id for line in lines])
    by_demand: dict[UUID, list[PromisedRow]] = {}
    for one in found:
        by_demand.setdefault(one.demand_id, []).append(one)
    shown_lines = [_shown_line(line, by_demand.get(line.demand_id, []), actor) for line in lines]
    facts = Facts(
        owed=sum(line["open"] for line in shown_lines),
        allocated=sum(line["allocated"] for line in shown_lines),
        picked=sum(line["picked"] for line in shown_lines),
        shipped=sum(line.shipped for line in lines),
    )
    answer = _shown(row, Sums(len(lines), sum(line.quantity for line in lines), facts), actor)
    taxes = totals((line.net_amount, line.tax_rate_percent) for line in lines).taxes
    if actor.can(PRICES):
        answer["taxes"] = [asdict(tax) for tax in taxes]
    return answer | {
        "note": row["note"],
        "cancel_reason": row["cancel_reason"],
        "shipped_at": row["shipped_at"],
        "lines": shown_lines,
        **_documents(order_id),
        "warnings": list(_warnings(row, lines, found, actor)),
    }


_DOCUMENTS = """
SELECT 'shipments', s.id, s.number, '', s.shipped_at FROM sales_shipment s WHERE s.order_id = %s
UNION ALL
SELECT 'returns', r.id, r.number, r.status, NULL FROM sales_return r
  JOIN sales_shipment s ON s.id = r.shipment_id WHERE s.order_id = %s
UNION ALL
SELECT 'pick_lists', l.id, l.number, l.status, NULL FROM sales_picklist l
  WHERE l.id IN (SELECT t.pick_list_id FROM sales_picktask t WHERE t.order_id = %s)
UNION ALL
SELECT 'handling_units', h.id, h.sscc, h.kind, NULL FROM sales_handlingunit h WHERE h.order_id = %s
ORDER BY 1, 2
"""
_NAMED = {
    "shipments": ("id", "number", None, "shipped_at"),
    "returns": ("id", "number", "status", None),
    "pick_lists": ("id", "number", "status", None),
    "handling_units": ("id", "sscc", "kind", None),
}


def _documents(order_id: int) -> dict[str, list[dict[str, Any]]]:
    """What was made of an order, by kind, the oldest first. One statement: every step of an order answers it."""
    found: dict[str, list[dict[str, Any]]] = {kind: [] for kind in _NAMED}
    for kind, *values, instant in fetch(_DOCUMENTS, [order_id] * 4):
        row = zip(_NAMED[kind], (*values, as_instant(instant)), strict=True)
        found[kind].append({name: value for name, value in row if name is not None})
    return found


def _shown_line(line: SalesOrderLine, own: list[PromisedRow], actor: Actor) -> dict[str, Any]:
    answer = {
        "id": line.pk,
        "position": line.position,
        "product": line.product.sku,
        "product_id": line.product_id,
        "product_name": line.product.name,
        "base_unit": line.product.base_unit,
        "pack_name": line.pack_name,
        "units_per_pack": line.units_per_pack,
        "quantity_packs": line.quantity_packs,
        "quantity": line.quantity,
        "allocated": sum(one.quantity for one in own),
        "picked": sum(one.quantity for one in own if one.location_kind == STAGING),
        "shipped": line.shipped,
        "cancelled": line.cancelled,
        "open": line.quantity - line.shipped - line.cancelled,
        "pack_price": line.pack_price,
        "discount_percent": line.discount_percent,
        "tax_rate_percent": line.tax_rate_percent,
        "net_amount": line.net_amount,
        "minimum_remaining_days": line.minimum_remaining_days,
        "note": line.note,
        "allocations": [
            {
                "lot": one.lot,
                "lot_id": one.lot_id,
                "expiry_date": one.expiry_date,
                "best_before_date": one.best_before_date,
                "last_sale_date": shown(one.last_sale_date),
                "location": one.location if actor.sees(one.warehouse_id) else "another warehouse",
                "location_id": one.location_id if actor.sees(one.warehouse_id) else None,
                "location_kind": one.location_kind,
                "quantity": one.quantity,
                "picked": one.location_kind == STAGING,
            }
            for one in own
        ],
    }
    return answer if actor.can(PRICES) else {k: v for k, v in answer.items() if k not in LINE_MONEY}


def _warnings(
    row: dict[str, Any], lines: list[SalesOrderLine], found: list[PromisedRow], actor: Actor
) -> Iterator[dict[str, Any]]:
    """What somebody should look at: no price, and promised lots that may not leave as things are now."""
    by_demand = {line.demand_id: line for line in lines}
    if row["status"] in OPEN and actor.can(PRICES):
        for line in lines:
            if not line.pack_price:
                detail = f"{line.product.sku} has no price; it goes out for nothing."
                yield {"pointer": f"/lines/{line.position - 1}", "code": "no_price", "detail": detail}
    day = max(row["delivery_date"], today(row["warehouse__timezone"]))
    for one in found:
        line = by_demand[one.demand_id]
        pointer = f"/lines/{line.position - 1}"
        if one.held:
            detail = f"Lot {one.lot} of {line.product.sku} is on hold; it will not be shipped."
            yield {"pointer": pointer, "code": "lot_held", "detail": detail}
        if not may_be_sold(one.last_sale_date, on=day, minimum_remaining_days=line.minimum_remaining_days):
            detail = (
                f"Lot {one.lot} of {line.product.sku} may be sold until {shown(one.last_sale_date)}; the customer"
                f" needs {line.minimum_remaining_days} days after {day.isoformat()}."
            )
            yield {"pointer": pointer, "code": "lot_no_longer_fits", "detail": detail}
