"""Lots that will not sell in time, as answers: pages and sums."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

import orjson
from django.db.models import Q, QuerySet

from stillage.core.actor import Actor
from stillage.core.clock import today
from stillage.core.sql import fetch, stored
from stillage.planning.models import ExpiryRisk
from stillage.planning.queries.proposals import COST, houses
from stillage.purchasing import costing
from stillage.stock.queries import case_packs

ADVICE: Final = ("move", "return", "discount", "sell_first", "donate", "scrap")
WITHIN: Final = (7, 30, 90)
ROW: Final = (
    "id",
    "warehouse_id",
    "warehouse__code",
    "warehouse__timezone",
    "product_id",
    "product__sku",
    "product__name",
    "product__base_unit",
    "product__container_ml",
    "product__category_id",
    "product__category__name",
    "lot_id",
    "lot__number",
    "lot__expiry_date",
    "lot__best_before_date",
    "last_saleable_date",
    "on_hand",
    "unsold",
    "unsold_p90",
    "unit_cost",
    "value",
    "advice",
    "why",
    "made_at",
)


def visible(actor: Actor) -> QuerySet[ExpiryRisk, Any]:
    """Risks in the actor's warehouses."""
    found = ExpiryRisk.objects.all()
    return found if actor.warehouse_ids is None else found.filter(warehouse__in=actor.warehouse_ids)


def matching(word: str) -> Q:
    """Those whose product or lot is called so."""
    return Q(product__sku__icontains=word) | Q(product__name__icontains=word) | Q(lot__number__icontains=word)


def shown_rows(found: Sequence[dict[str, Any]], actor: Actor) -> list[dict[str, Any]]:
    """Rows of `ROW` as the API answers them. One statement, for the packs."""
    cases = case_packs(row["product_id"] for row in found)
    return [_shown(row, actor, cases) for row in found]


def _shown(row: dict[str, Any], actor: Actor, cases: dict[int, tuple[str, int]]) -> dict[str, Any]:
    case_name, units = cases.get(row["product_id"], ("", 1))
    why = orjson.loads(row["why"])
    move = why.get("move_to")
    if move and not actor.sees(move["warehouse_id"]):
        why["move_to"] = {"warehouse": "another warehouse", "warehouse_name": "", "units": move["units"]}
    answer = {
        "id": row["id"],
        "warehouse": row["warehouse__code"],
        "warehouse_id": row["warehouse_id"],
        "product": row["product__sku"],
        "product_id": row["product_id"],
        "product_name": row["product__name"],
        "category": row["product__category__name"] or "",
        "category_id": row["product__category_id"],
        "container_ml": row["product__container_ml"],
        "base_unit": row["product__base_unit"],
        "case_name": case_name,
        "units_per_case": units,
        "lot": row["lot__number"],
        "lot_id": row["lot_id"],
        "expiry_date": row["lot__expiry_date"],
        "best_before_date": row["lot__best_before_date"],
        "last_saleable_date": row["last_saleable_date"],
        "days_left": (row["last_saleable_date"] - today(row["warehouse__timezone"])).days,
        "on_hand": row["on_hand"],
        "unsold": row["unsold"],
        "unsold_p90": row["unsold_p90"],
        "advice": row["advice"],
        "why": why,
        "made_at": row["made_at"],
    }
    if actor.can(COST):
        answer["unit_cost"], answer["value"] = row["unit_cost"], row["value"]
    return answer


_SUMS = """
SELECT COUNT(*), COALESCE(SUM(r.unsold), 0), COALESCE(SUM(r.value), 0) FROM planning_expiryrisk r
WHERE r.unsold > 0 AND r.warehouse_id {seen} AND r.last_saleable_date <= %s
"""


def summary(actor: Actor, warehouse_ids: Sequence[int] | None, day: dt.date) -> dict[str, Any]:
    """Lots, units and money that will not sell: at all, and within some days. Four statements."""
    seen, parameters = houses(actor, warehouse_ids)
    sums = {}
    for days in (None, *WITHIN):
        until = dt.date(9999, 12, 31) if days is None else day + dt.timedelta(days=days)
        ((lots, units, value),) = fetch(_SUMS.format(seen=seen), [*parameters, stored(until)])
        one: dict[str, Any] = {"lots": int(lots), "units": int(units)}
        if actor.can(COST):
            one["value"] = costing.cents(costing.decimal(value))
        sums[days] = one
    return {**sums[None], "within": {str(days): sums[days] for days in WITHIN}}
