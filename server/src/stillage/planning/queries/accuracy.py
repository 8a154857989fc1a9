"""How right what was told was: kept forecasts against what came, by week, product, category, method or class."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from stillage.core.actor import Actor
from stillage.core.sql import as_date, fetch, member, stored
from stillage.planning.weeks import WEEK

MOST_ROWS = 500
# key, its name, and what must be joined to know it
GROUPS: dict[str, tuple[str, str]] = {
    "week": ("k.week_date", "k.week_date"),
    "product": ("p.sku", "p.name"),
    "category": ("COALESCE(c.name, '')", "COALESCE(c.name, '')"),
    "method": ("k.method", "k.method"),
    "class": ("COALESCE(f.demand_class, '')", "COALESCE(f.demand_class, '')"),
}
_FROM = """
FROM planning_keptforecast k
JOIN catalogue_product p ON p.id = k.product_id
LEFT JOIN catalogue_category c ON c.id = p.category_id
LEFT JOIN planning_forecast f ON f.product_id = k.product_id AND f.warehouse_id = k.warehouse_id
WHERE k.step = %s AND k.week_date > %s {where}
"""
_ERROR = "ABS(k.mean - k.actual)"
_NAIVE = "ABS(k.naive - k.actual)"
_SCALED = "k.scale > 0 AND k.naive IS NOT NULL"
# (Koenker and Bassett 1978): what falls short of a P95 costs nineteen times what exceeds it.
_PINBALL = "CASE WHEN k.actual > k.p95 THEN 0.95 * (k.actual - k.p95) ELSE 0.05 * (k.p95 - k.actual) END"


def _covered(column: str) -> str:
    return f"AVG(CASE WHEN k.actual <= k.{column} + 0.005 THEN 100.0 ELSE 0.0 END)"


_MEASURES = f"""
  COUNT(DISTINCT k.product_id * 100000 + k.warehouse_id), COUNT(*), SUM(k.actual), SUM({_ERROR}), SUM(k.mean - k.actual),
  AVG(CASE WHEN {_SCALED} THEN {_ERROR} / k.scale END), AVG(CASE WHEN {_SCALED} THEN {_NAIVE} / k.scale END),
  SUM({_PINBALL}), {_covered("p50")}, {_covered("p90")}, {_covered("p95")}, {_covered("p99")},
  SUM(CASE WHEN k.naive IS NOT NULL THEN {_NAIVE} END), SUM(CASE WHEN k.naive IS NOT NULL THEN k.actual END)
"""
_SKIPPED = """
SELECT COALESCE(SUM(CASE WHEN k.out_of_stock THEN 1 ELSE 0 END), 0),
  COALESCE(SUM(CASE WHEN NOT k.out_of_stock AND k.actual IS NULL THEN 1 ELSE 0 END), 0),
  COALESCE(SUM(CASE WHEN k.actual IS NOT NULL AND k.naive IS NULL THEN 1 ELSE 0 END), 0)
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which forecasts are held against what came."""

    by: str
    step: int
    weeks: int
    warehouse_id: int | None = None
    product_id: int | None = None
    category: str | None = None


def accuracy(asked: Asked, *, last: dt.date, actor: Actor) -> dict[str, Any]:
    """Rows, all of them together, and what was left out. Three statements; at most five hundred rows, the largest first
    but for weeks, which come in their order."""
    where, more = _where(asked, actor)
    parameters = [asked.step, stored(last - asked.weeks * WEEK), *more]
    source = _FROM.format(where=where + " AND k.actual IS NOT NULL")
    key, name = GROUPS[asked.by]
    order = "1" if asked.by == "week" else "5 DESC, 1"
    grouped = f"SELECT {key}, {name}, {_MEASURES} {source} GROUP BY 1, 2 ORDER BY {order} LIMIT {MOST_ROWS}"
    rows = [_row(_text(row[0]), _text(row[1]), row[2:]) for row in fetch(grouped, parameters)]
    (total,) = fetch(f"SELECT {_MEASURES} {source}", parameters)
    beyond = " AND k.week_date <= %s"
    (skipped,) = fetch(_SKIPPED + _FROM.format(where=where + beyond), [*parameters, stored(last)])
    names = ("out_of_stock", "not_known", "no_naive")
    return {
        "by": asked.by,
        "step": asked.step,
        "weeks": asked.weeks,
        "rows": rows,
        "total": _row("", "", total),
        "skipped": {label: int(count) for label, count in zip(names, skipped, strict=True)},
    }


def _where(asked: Asked, actor: Actor) -> tuple[str, list[Any]]:
    where, parameters = "", []
    if actor.warehouse_ids is not None:
        wanted, values = member(sorted(actor.warehouse_ids), "bigint")
        where, parameters = f" AND k.warehouse_id {wanted}", values
    for column, value in (("k.warehouse_id", asked.warehouse_id), ("k.product_id", asked.product_id)):
        if value is not None:
            where += f" AND {column} = %s"
            parameters = [*parameters, value]
    if asked.category is not None:
        where += " AND (c.name = %s OR CAST(c.id AS text) = %s)"
        parameters = [*parameters, asked.category, asked.category]
    return where, parameters


def _text(value: Any) -> str:
    return str(as_date(value)) if not isinstance(value, str) else value


def _row(key: str, name: str, found: Any) -> dict[str, Any]:
    """Measures out of sums. What cannot be divided is not known."""
    (
        series,
        weeks,
        actual,
        error,
        over,
        mase,
        naive,
        pinball,
        p50,
        p90,
        p95,
        p99,
        naive_error,
        naive_actual,
    ) = found
    return {
        "key": key,
        "key_name": name,
        "series": int(series),
        "weeks": int(weeks),
        "actual": round(float(actual or 0), 2),
        "wape_percent": _part(error, actual),
        "bias_percent": _part(over, actual),
        "mase": _rounded(mase),
        "naive_mase": _rounded(naive),
        "ratio": _rounded(mase / naive) if mase is not None and naive else None,
        "pinball95": _rounded(pinball / actual) if actual else None,
        "p50_cover": _rounded(p50, 1),
        "p90_cover": _rounded(p90, 1),
        "p95_cover": _rounded(p95, 1),
        "p99_cover": _rounded(p99, 1),
        "naive_wape_percent": _part(naive_error, naive_actual),
    }


def _part(amount: float | None, whole: float | None) -> float | None:
    return round(100 * float(amount) / float(whole), 1) if amount is not None and whole else None


def _rounded(value: Any, digits: int = 3) -> float | None:
    return None if value is None else round(float(value), digits)
