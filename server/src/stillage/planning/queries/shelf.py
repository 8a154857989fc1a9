"""Today's stock of one product in one warehouse against what is expected to sell."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from stillage.core.sql import as_date, fetch
from stillage.places.models import SALEABLE
from stillage.planning.projecting import Projected, Standing, project
from stillage.planning.weeks import WEEK, week_of
from stillage.stock.expiry import shown
from stillage.stock.incoming import incoming

_KINDS = ", ".join(f"'{kind.value}'" for kind in SALEABLE)
_LOTS = f"""
SELECT l.id, l.number, l.expiry_date, l.best_before_date, l.last_sale_date, SUM(b.on_hand),
  SUM(CASE WHEN x.kind IN ({_KINDS}) AND x.is_active AND NOT EXISTS (SELECT 1 FROM stock_hold h WHERE h.lot_id = l.id
      AND h.released_at IS NULL AND (h.location_id IS NULL OR h.location_id = b.location_id))
    THEN b.on_hand - b.allocated ELSE 0 END)
FROM stock_balance b
JOIN stock_lot l ON l.id = b.lot_id
JOIN places_location x ON x.id = b.location_id
WHERE b.product_id = %s AND b.warehouse_id = %s AND b.on_hand > 0
GROUP BY l.id, l.number, l.expiry_date, l.best_before_date, l.last_sale_date
ORDER BY l.last_sale_date, l.id
"""


def shelf(
    product_id: int,
    warehouse_id: int,
    numbers: Mapping[str, Sequence[float]],
    origin: dt.date,
    today: dt.date,
) -> tuple[dict[str, Any], int | None]:
    """The shelf, and how many days it lasts (None: beyond the forecast). One statement, and one for each who knows of
    goods on their way.

    Free stock is what lies where it may be sold, is not promised, not held and not past its last day.
    """
    lots = fetch(_LOTS, [product_id, warehouse_id])
    free = {row[0]: int(row[6]) if (as_date(row[4]) or today) >= today else 0 for row in lots}
    standing = [Standing(as_date(row[4]) or today, float(free[row[0]])) for row in lots]
    due = [one for one in incoming([product_id], [warehouse_id]) if one.warehouse_id == warehouse_id]
    arriving: dict[dt.date, float] = defaultdict(float)
    for one in due:
        arriving[one.expected_date] += one.quantity
    evenings = _evenings(origin, today, len(numbers["mean"]))
    found = {
        name: project(standing, daily(numbers[key], origin, today), today, evenings)
        for name, key in (("mean", "cum_mean"), ("p10", "cum_p90"), ("p90", "cum_p10"))
    }
    fuller = project(standing, daily(numbers["cum_mean"], origin, today), today, evenings, arriving)
    mean = found["mean"]
    answer = {
        "on_hand": sum(int(row[5]) for row in lots),
        "free": sum(free.values()),
        "on_order": sum(one.quantity for one in due),
        "lots": [_lot(row, mean.unsold[place]) for place, row in enumerate(lots)],
        "projection": _projection(evenings, found, fuller),
    }
    return answer, None if mean.empty_date is None else (mean.empty_date - today).days


def _projection(
    evenings: list[dt.date], found: dict[str, Projected], fuller: Projected
) -> list[dict[str, Any]]:
    return [
        {
            "date": day,
            **{name: round(one.left[place], 2) for name, one in found.items()},
            "with_orders": round(fuller.left[place], 2),
        }
        for place, day in enumerate(evenings)
    ]


def _lot(row: Sequence[Any], unsold: float) -> dict[str, Any]:
    return {
        "lot": row[1],
        "lot_id": row[0],
        "expiry_date": as_date(row[2]),
        "best_before_date": as_date(row[3]),
        "last_saleable_date": shown(as_date(row[4])),
        "on_hand": int(row[5]),
        "unsold": round(unsold, 2),
    }


def _evenings(origin: dt.date, today: dt.date, weeks: int) -> list[dt.date]:
    """The Sundays from this week's on, as far as the forecast goes."""
    last = origin + weeks * WEEK
    day = week_of(today)
    found = []
    while day <= last:
        found.append(day)
        day += WEEK
    return found


def daily(upto: Sequence[float], origin: dt.date, today: dt.date) -> list[float]:
    """From totals up to each week to demand of today, tomorrow, …: a week's part spread over its days."""
    parts = [now - before for now, before in zip(upto, [0.0, *upto], strict=False)]
    per_day = [max(part, 0.0) / 7 for part in parts for _ in range(7)]
    return per_day[max((today - origin).days - 1, 0) :]
