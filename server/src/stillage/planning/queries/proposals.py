"""Proposals as answers: pages, groups by supplier, sums, and what another level of service would ask for."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

import orjson
from django.db.models import Q, QuerySet

from stillage.core.actor import Actor
from stillage.core.errors import NotFound
from stillage.core.sql import as_date, fetch, member
from stillage.planning.explaining import explanation, sentence
from stillage.planning.models import Forecast, Proposal
from stillage.planning.queries.facts import Lying, Pair, coming, lying, opened
from stillage.planning.replenishing import LATE, NOW, Line, Stock, Terms, packs_at
from stillage.planning.rounding import Offer
from stillage.planning.safety import LeadTime
from stillage.purchasing import costing
from stillage.purchasing.models import PurchaseOrder
from stillage.stock.queries import case_packs

COST: Final = "cost.view"
LEVELS: Final = (90.0, 92.0, 94.0, 95.0, 96.0, 97.0, 98.0, 99.0, 99.5)
URGENCIES: Final = ("late", "now", "soon")
ROW: Final = (
    "id",
    "status",
    "warehouse_id",
    "warehouse__code",
    "supplier_id",
    "supplier__code",
    "supplier__name",
    "product_id",
    "product__sku",
    "product__name",
    "product__base_unit",
    "product__container_ml",
    "product__category_id",
    "product__category__name",
    "pack_name",
    "units_per_pack",
    "pack_cost",
    "quantity_packs",
    "quantity",
    "net_amount",
    "needed",
    "on_hand",
    "free",
    "on_order",
    "urgency",
    "runs_out_date",
    "order_by_date",
    "expected_date",
    "why",
    "troubles",
    "made_at",
    "answered_at",
    "answered_by",
    "chosen_packs",
    "reason",
    "snoozed_until",
    "purchase_order_id",
    "purchase_order__number",
)
_PLAIN: Final = (
    "pack_name",
    "units_per_pack",
    "quantity_packs",
    "quantity",
    "needed",
    "on_hand",
    "free",
    "on_order",
    "urgency",
    "runs_out_date",
    "order_by_date",
    "expected_date",
    "made_at",
    "answered_at",
    "answered_by",
    "chosen_packs",
    "reason",
    "snoozed_until",
)
_OF_WHY: Final = ("minimum_packs", "order_multiple", "multiple_name", "units_per_pallet")
_HIDDEN: Final = (*_OF_WHY, "lead_points", "layers", "limit_reason")


def visible(actor: Actor) -> QuerySet[Proposal, Any]:
    """Proposals for the actor's warehouses."""
    found = Proposal.objects.all()
    return found if actor.warehouse_ids is None else found.filter(warehouse__in=actor.warehouse_ids)


def urgent(name: str) -> Q:
    """late: too late already; now: today or tomorrow; soon: what can wait some days."""
    return {"late": Q(urgency=LATE), "now": Q(urgency=NOW), "soon": Q(urgency__gt=NOW)}[name]


def troubled(code: str) -> Q:
    """Those with a trouble of that code."""
    return Q(troubles__contains=f'"code":"{code}"')


def matching(word: str) -> Q:
    """Those whose product or supplier is called so."""
    return (
        Q(product__sku__icontains=word)
        | Q(product__name__icontains=word)
        | Q(supplier__name__icontains=word)
        | Q(supplier__code__icontains=word)
    )


def shown_rows(found: Sequence[dict[str, Any]], actor: Actor, today: dt.date) -> list[dict[str, Any]]:
    """Rows of `ROW` as the API answers them. Packs, stock and what is on order are looked up for all at once."""
    cases = case_packs(row["product_id"] for row in found)
    moved = _moved([row for row in found if row["status"] == "open"], today)
    return [_shown(row, actor, cases, moved) for row in found]


def _shown(
    row: dict[str, Any], actor: Actor, cases: dict[int, tuple[str, int]], moved: set[int]
) -> dict[str, Any]:
    case_name, units = cases.get(row["product_id"], ("", 1))
    why = orjson.loads(row["why"])
    troubles = orjson.loads(row["troubles"])
    answer: dict[str, Any] = {
        "id": row["id"],
        "status": row["status"],
        "warehouse": row["warehouse__code"],
        "warehouse_id": row["warehouse_id"],
        "supplier": row["supplier__code"],
        "supplier_id": row["supplier_id"],
        "supplier_name": row["supplier__name"],
        "product": row["product__sku"],
        "product_id": row["product_id"],
        "product_name": row["product__name"],
        "category": row["product__category__name"] or "",
        "category_id": row["product__category_id"],
        "container_ml": row["product__container_ml"],
        "base_unit": row["product__base_unit"],
        "case_name": case_name,
        "units_per_case": units,
        **{name: row[name] for name in _PLAIN},
        **{name: why.get(name) for name in _OF_WHY},
        "changed_since": row["id"] in moved,
        "purchase_order": row["purchase_order__number"],
        "purchase_order_id": row["purchase_order_id"],
    }
    if actor.can(COST):
        answer["pack_cost"], answer["net_amount"] = row["pack_cost"], row["net_amount"]
    else:
        troubles = [{"code": one["code"], "values": _without_money(one["values"])} for one in troubles]
    answer["why"] = {name: value for name, value in why.items() if name not in _HIDDEN}
    answer["sentence"] = sentence(answer, why)
    answer["troubles"] = troubles
    return answer


def _without_money(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if not name.endswith(("amount", "cost"))}


def _moved(found: Sequence[dict[str, Any]], today: dt.date) -> set[int]:
    """Open proposals whose stock or orders are not as they were. Four statements."""
    if not found:
        return set()
    houses = sorted({row["warehouse_id"] for row in found})
    products = sorted({row["product_id"] for row in found})
    lies = lying(houses, products)
    comes, _ = coming(houses, products, today)
    return {row["id"] for row in found if not _as_told(row, lies, comes, today)}


def _as_told(
    row: dict[str, Any],
    lies: dict[Pair, Lying],
    comes: dict[Pair, list[tuple[dt.date, int]]],
    today: dt.date,
) -> bool:
    pair = row["warehouse_id"], row["product_id"]
    left = dt.timedelta(days=orjson.loads(row["why"]).get("sale_days_left") or 0)
    own = lies.get(pair) or Lying()
    free = sum(one.units for one in own.shelf if one.last_date - left >= today)
    on_order = sum(units for _, units in comes.get(pair, ()))
    return (own.on_hand, int(free), on_order) == (row["on_hand"], row["free"], row["on_order"])


# ---- one of them ----------------------------------------------------------------------------------
def proposal_answer(pk: int, actor: Actor, today: dt.date) -> dict[str, Any]:
    """One proposal: its row, its reckoning in sentences, and what other levels of service would ask for."""
    row = visible(actor).filter(pk=pk).values(*ROW).first()
    if row is None:
        raise NotFound("There is nothing of that name.")
    (answer,) = shown_rows([row], actor, today)
    why = orjson.loads(row["why"])
    answer["explanation"] = explanation(answer, why, answer["troubles"])
    answer["levels"] = _levels(row, why, actor)
    return answer


def _levels(row: dict[str, Any], why: dict[str, Any], actor: Actor) -> list[dict[str, Any]]:
    """The order at other levels of service, from the forecast of now and what was known when it was proposed."""
    forecast = Forecast.objects.filter(product=row["product_id"], warehouse=row["warehouse_id"]).first()
    if forecast is None or not why.get("lead_points"):
        return []
    made = row["made_at"].date()
    ahead = opened(forecast.numbers, forecast.origin_date, made)
    line = _line_again(row, why, made)
    line.ahead = ahead
    wait = round((why.get("protection_days") or 0) - (why.get("review_days") or 0) - line.lead.mean)
    levels = []
    for percent in LEVELS:
        level, packs = packs_at(line, percent / 100, wait_days=max(wait, 0))
        one: dict[str, Any] = {
            "service_level_percent": percent,
            "order_up_to": round(level.order_up_to, 2) if level else None,
            "quantity_packs": packs,
        }
        if actor.can(COST):
            cost = row["pack_cost"]
            one["net_amount"] = None if cost is None else costing.net_amount(packs, cost)
        levels.append(one)
    return levels


def _line_again(row: dict[str, Any], why: dict[str, Any], made: dt.date) -> Line:
    offer = None
    if row["supplier_id"] is not None:
        offer = Offer(
            row["supplier_id"],
            0,
            row["pack_name"],
            row["units_per_pack"],
            costing.decimal(row["pack_cost"] or 0),
            None,
            "",
            why["minimum_packs"],
            why["order_multiple"],
        )
    terms = Terms(
        service_level_percent=why["service_level_percent"],
        service_source=why["service_source"],
        review_days=why["review_days"],
        minimum_units=why["minimum_units"],
    )
    line = Line(
        product_id=row["product_id"],
        offer=offer,
        terms=terms,
        stock=Stock(on_hand=row["on_hand"]),
        ahead=None,
        lead=LeadTime(tuple((days, weight) for days, weight in why["lead_points"]), why["lead_time_source"]),
        order_date=made,
        expected_date=row["expected_date"] or made,
        review_days=why["review_days"],
        layers=tuple((name, units) for name, units in why["layers"]),
        position=why["position"],
        reason_for_most=why.get("limit_reason", ""),
    )
    line.most = _limit(why["cap"])
    line.prudent = _limit(why["prudent_cap"])
    return line


def _limit(value: int | None) -> float:
    return float("inf") if value is None else float(value)


# ---- sums -----------------------------------------------------------------------------------------
_GROUPS = """
SELECT p.supplier_id, s.code, s.name, s.minimum_order_value, p.warehouse_id, w.code, COUNT(*), SUM(p.quantity),
  COALESCE(SUM(p.net_amount), 0), MIN(p.urgency), MAX(p.expected_date),
  SUM(CASE WHEN p.urgency = 0 THEN 1 ELSE 0 END), SUM(CASE WHEN p.urgency = 1 THEN 1 ELSE 0 END),
  SUM(CASE WHEN k.units > 0 THEN p.quantity * 1.0 / k.units ELSE 0 END),
  SUM(CASE WHEN k.units IS NULL AND p.quantity > 0 THEN 1 ELSE 0 END),
  g.truck_pallets, g.budget
FROM planning_proposal p
JOIN places_warehouse w ON w.id = p.warehouse_id
LEFT JOIN purchasing_supplier s ON s.id = p.supplier_id
LEFT JOIN planning_supplierplan g ON g.supplier_id = p.supplier_id AND g.warehouse_id = p.warehouse_id
LEFT JOIN (SELECT product_id, MAX(units_per_pack) AS units FROM catalogue_pack WHERE LOWER(name) LIKE '%%pallet%%'
  GROUP BY product_id) k ON k.product_id = p.product_id
WHERE p.status = 'open' AND p.warehouse_id {seen}
GROUP BY p.supplier_id, s.code, s.name, s.minimum_order_value, p.warehouse_id, w.code, g.truck_pallets, g.budget
ORDER BY MIN(p.urgency), s.name, p.supplier_id, w.code
"""
_SUMS = """
SELECT COUNT(*), SUM(CASE WHEN urgency = 0 THEN 1 ELSE 0 END), SUM(CASE WHEN urgency = 1 THEN 1 ELSE 0 END),
  COALESCE(SUM(net_amount), 0), SUM(CASE WHEN supplier_id IS NULL THEN 1 ELSE 0 END)
FROM planning_proposal WHERE status = 'open' AND warehouse_id {seen}
"""
_RISKS = """
SELECT COUNT(*), COALESCE(SUM(unsold), 0), COALESCE(SUM(value), 0) FROM planning_expiryrisk
WHERE unsold > 0 AND warehouse_id {seen}
"""


def houses(actor: Actor, warehouse_ids: Sequence[int] | None) -> tuple[str, list[Any]]:
    """A condition on a warehouse's id: those asked for that the actor sees."""
    if warehouse_ids is not None:
        return member([pk for pk in warehouse_ids if actor.sees(pk)], "bigint")
    if actor.warehouse_ids is None:
        return "IS NOT NULL", []
    return member(sorted(actor.warehouse_ids), "bigint")


def supplier_groups(actor: Actor, warehouse_ids: Sequence[int] | None) -> list[dict[str, Any]]:
    """What is open, by supplier and warehouse, the most urgent first; nobody's at the end. One statement."""
    seen, parameters = houses(actor, warehouse_ids)
    answer = [_group(row, actor) for row in fetch(_GROUPS.format(seen=seen), parameters)]
    return sorted(answer, key=lambda one: one["supplier_id"] is None)


def _group(row: Sequence[Any], actor: Actor) -> dict[str, Any]:
    (supplier_id, code, name, least, warehouse_id, warehouse, lines, quantity, total, urgency, expected) = (
        row[:11]
    )
    late, now, pallets, unknown, truck, budget = row[11:]
    pallets = float(pallets or 0)
    answer: dict[str, Any] = {
        "supplier": code,
        "supplier_id": supplier_id,
        "supplier_name": name,
        "warehouse": warehouse,
        "warehouse_id": warehouse_id,
        "lines": int(lines),
        "late": int(late),
        "now": int(now),
        "soon": int(lines) - int(late) - int(now),
        "quantity": int(quantity),
        "pallets": round(pallets, 2),
        "lines_without_pallets": int(unknown),
        "truck_pallets": truck,
        "truck_percent": round(100 * pallets / truck, 1) if truck else None,
        "most_urgent": int(urgency),
        "expected_date": as_date(expected),
    }
    if actor.can(COST):
        money = costing.cents(costing.decimal(total))
        limit = None if budget is None else costing.decimal(budget)
        answer["net_total"] = money
        answer["minimum_order_value"] = None if least is None else costing.decimal(least)
        answer["budget"] = limit
        answer["over_budget"] = limit is not None and money > limit
    return answer


def summary(actor: Actor, warehouse_ids: Sequence[int] | None) -> dict[str, Any]:
    """How much is proposed, and what will not sell. Two statements."""
    seen, parameters = houses(actor, warehouse_ids)
    ((count, late, now, total, nobody),) = fetch(_SUMS.format(seen=seen), parameters)
    ((lots, units, value),) = fetch(_RISKS.format(seen=seen), parameters)
    answer: dict[str, Any] = {
        "open": int(count),
        "late": int(late or 0),
        "now": int(now or 0),
        "soon": int(count) - int(late or 0) - int(now or 0),
        "no_supplier": int(nobody or 0),
        "expiry_lots": int(lots),
        "expiry_units": int(units),
    }
    if actor.can(COST):
        answer["net_total"] = costing.cents(costing.decimal(total))
        answer["expiry_value"] = costing.cents(costing.decimal(value))
    return answer


def orders_answer(
    orders: Sequence[PurchaseOrder], lines: dict[int, int], actor: Actor
) -> list[dict[str, Any]]:
    """The orders that proposals became."""
    answer = []
    for order in orders:
        one: dict[str, Any] = {
            "id": order.pk,
            "number": order.number,
            "supplier": order.supplier.code,
            "supplier_id": order.supplier_id,
            "supplier_name": order.supplier.name,
            "warehouse": order.warehouse.code,
            "warehouse_id": order.warehouse_id,
            "lines": lines[order.pk],
            "status": order.status,
            "expected_date": order.expected_date,
        }
        if actor.can(COST):
            one["net_total"] = order.net_total
        answer.append(one)
    return answer
