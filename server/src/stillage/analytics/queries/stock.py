"""Stock over time, how quickly it turns, what lies too long, how old it is, what was written off."""

import datetime as dt
from decimal import Decimal
from typing import Any, Final

from stillage.accounts.roles import COST_VIEW
from stillage.analytics.queries.report import (
    Asked,
    Column,
    Curve,
    Report,
    as_day,
    days_between,
    money,
    month_of,
    tenth,
)
from stillage.core.clock import today
from stillage.core.sql import as_date, fetch, stored
from stillage.planning.calendar_sql import local_day
from stillage.stock.costs import costs_of_lots
from stillage.stock.expiry import FOREVER

DEAD_DAYS: Final = 180
SLOW_COVER_DAYS: Final = 180
PACE_DAYS: Final = 90
_BUCKETS: Final = ("expired", "0-7", "8-30", "31-90", "over 90", "no date")
_NAMES: Final = {
    "product": ("p.sku", "p.name"),
    "category": ("COALESCE(c.name, '')", "COALESCE(c.name, '')"),
    "warehouse": ("w.code", "w.name"),
}
_FROM: Final = """
FROM analytics_flowday d
JOIN catalogue_product p ON p.id = d.product_id
LEFT JOIN catalogue_category c ON c.id = p.category_id
JOIN places_warehouse w ON w.id = d.warehouse_id
"""


def over_time(asked: Asked) -> Report:
    """What lay in the house at the end of each day or week, in units and at cost. One statement."""
    houses, values = asked.houses("d.warehouse_id")
    products, more = asked.products("p")
    found = fetch(
        f"SELECT d.day, SUM(d.units), SUM(d.value) {_FROM} WHERE {houses}{products} AND d.day <= %s"
        " GROUP BY d.day ORDER BY d.day",
        [*values, *more, stored(asked.until)],
    )
    units, value, place = 0, Decimal(0), 0
    rows: list[dict[str, Any]] = []
    day = asked.since
    while day <= asked.until:
        while place < len(found) and (as_date(found[place][0]) or day) <= day:
            units += int(found[place][1])
            value += Decimal(str(found[place][2]))
            place += 1
        if asked.by == "day" or day.isoweekday() == 7 or day == asked.until:
            rows.append({"date": day, "units": units, "value": money(value)})
        day += dt.timedelta(days=1)
    return Report(
        columns=(Column("date", "date"), Column("units", "units"), Column("value", "money", COST_VIEW)),
        rows=rows,
        curves=[
            Curve("units", "units", [(row["date"], row["units"]) for row in rows]),
            Curve("value", "money", [(row["date"], row["value"]) for row in rows], COST_VIEW),
        ],
        totals={"units": units, "value": money(value)},
    )


def turnover(asked: Asked) -> Report:
    """How often the stock was sold in a year, and how long it would last at that pace.

    Turns are what was shipped (less what came back) at cost over the mean stock at cost, for a year; days of cover the
    mean stock over the shipped units of a day. One statement.
    """
    houses, values = asked.houses("d.warehouse_id")
    products, more = asked.products("p")
    key, name = _NAMES[asked.by]
    first, last = as_day(), as_day()
    # A change on a day is in the stock of that evening and of all that follow.
    weight = f"CASE WHEN d.day < {first} THEN %s ELSE {days_between('d.day', last)} + 1 END"
    sold = f"CASE WHEN d.flow IN ('shipped', 'returned') AND d.day >= {first} THEN"
    since, until = stored(asked.since), stored(asked.until)
    found = fetch(
        f"SELECT {key}, {name}, -SUM({sold} d.units ELSE 0 END), -SUM({sold} d.value ELSE 0 END),"
        f" SUM(d.units * {weight}), SUM(d.value * {weight}) {_FROM} WHERE {houses}{products} AND d.day <= %s"
        " GROUP BY 1, 2",
        [since, since, *[since, asked.days, until] * 2, *values, *more, until],
    )
    rows = [_turned(row, asked.days) for row in found]
    rows = [row for row in rows if row["shipped_units"] or row["mean_units"]]
    rows.sort(key=lambda row: (-Decimal(row["shipped_value"]), row["key"]))
    return Report(
        columns=(
            Column("key", "text"),
            Column("name", "text"),
            Column("shipped_units", "units"),
            Column("shipped_value", "money", COST_VIEW),
            Column("mean_units", "units"),
            Column("mean_value", "money", COST_VIEW),
            Column("turns", "number", COST_VIEW),
            Column("cover_days", "days"),
        ),
        rows=rows,
        curves=[
            Curve("cover_days", "days", [(row["name"], row["cover_days"]) for row in rows[:15]]),
        ],
        totals=_turned(
            ("", "", *(sum((Decimal(str(row[n])) for row in found), Decimal(0)) for n in range(2, 6))),
            asked.days,
        ),
    )


def _turned(row: tuple[Any, ...], days: int) -> dict[str, Any]:
    key, name, units, value, unit_days, value_days = row
    mean_units, mean_value = Decimal(str(unit_days)) / days, Decimal(str(value_days)) / days
    shipped, cost = int(units), Decimal(str(value))
    return {
        "key": key,
        "name": name,
        "shipped_units": shipped,
        "shipped_value": money(cost),
        "mean_units": round(mean_units),
        "mean_value": money(mean_value),
        "turns": tenth(cost / mean_value * 365 / days) if mean_value > 0 else None,
        "cover_days": round(mean_units * days / shipped) if shipped > 0 else None,
    }


def slow(asked: Asked) -> Report:
    """What lies and does not move: dead (nothing shipped for half a year), slow (lasts over half a year). One statement."""
    houses, values = asked.houses("d.warehouse_id")
    products, more = asked.products("p")
    recent = asked.until - dt.timedelta(days=PACE_DAYS)
    found = fetch(
        "SELECT p.sku, p.name, SUM(d.units), SUM(d.value),"
        " MAX(CASE WHEN d.flow = 'shipped' AND d.units < 0 THEN d.day END),"
        " MIN(CASE WHEN d.flow IN ('received', 'transferred') AND d.units > 0 THEN d.day END),"
        f" -SUM(CASE WHEN d.flow IN ('shipped', 'returned') AND d.day > {as_day()} THEN d.units ELSE 0 END)"
        f" {_FROM} WHERE {houses}{products} AND d.day <= %s GROUP BY p.sku, p.name HAVING SUM(d.units) > 0",
        [stored(recent), *values, *more, stored(asked.until)],
    )
    rows = []
    for sku, name, units, value, shipped, came, pace in found:
        last, first = as_date(shipped), as_date(came)
        idle = (asked.until - (last or first or asked.until)).days
        cover = round(int(units) * PACE_DAYS / int(pace)) if int(pace) > 0 else None
        dead = idle >= DEAD_DAYS
        if dead or cover is None or cover > SLOW_COVER_DAYS:
            rows.append(
                {
                    "key": sku,
                    "name": name,
                    "status": "dead" if dead else "slow",
                    "units": int(units),
                    "value": money(value),
                    "last_shipped": last,
                    "idle_days": idle,
                    "cover_days": cover,
                }
            )
    rows.sort(key=lambda row: (-Decimal(row["value"]), row["key"]))
    return Report(
        columns=(
            Column("key", "text"),
            Column("name", "text"),
            Column("status", "text"),
            Column("units", "units"),
            Column("value", "money", COST_VIEW),
            Column("last_shipped", "date"),
            Column("idle_days", "days"),
            Column("cover_days", "days"),
        ),
        rows=rows,
        totals={
            "dead": sum(row["status"] == "dead" for row in rows),
            "slow": sum(row["status"] == "slow" for row in rows),
            "units": sum(row["units"] for row in rows),
            "value": money(sum((Decimal(row["value"]) for row in rows), Decimal(0))),
        },
    )


def expiry(asked: Asked) -> Report:
    """How long what lies here may still be sold, in units and at cost, as of now. One statement."""
    houses, values = asked.houses("b.warehouse_id")
    products, more = asked.products("p")
    zones = fetch("SELECT id, timezone FROM places_warehouse", [])
    # The day is the house's own, so a lot that expires at midnight expires there.
    local = " ".join(f"WHEN {int(pk)} THEN {as_day()}" for pk, _ in zones)
    days = days_between(f"CASE b.warehouse_id {local} END", "n.last_sale_date")
    found = fetch(
        f"SELECT CASE WHEN n.last_sale_date >= {as_day()} THEN 'no date' WHEN {days} < 0 THEN 'expired'"
        f" WHEN {days} <= 7 THEN '0-7' WHEN {days} <= 30 THEN '8-30' WHEN {days} <= 90 THEN '31-90'"
        " ELSE 'over 90' END AS bucket, COALESCE(c.name, '') AS category, SUM(b.on_hand),"
        " SUM(b.on_hand * COALESCE(cost.unit_cost, 0)) FROM stock_balance b"
        " JOIN stock_lot n ON n.id = b.lot_id JOIN catalogue_product p ON p.id = b.product_id"
        " LEFT JOIN catalogue_category c ON c.id = p.category_id"
        f" LEFT JOIN ({costs_of_lots('IN (SELECT lot_id FROM stock_present)')}) cost ON cost.lot_id = b.lot_id"
        f" WHERE {houses}{products} AND b.on_hand > 0 GROUP BY 1, 2",
        [stored(FOREVER), *[stored(today(zone)) for _, zone in zones] * 4, *values, *more],
    )
    rows: list[dict[str, Any]] = []
    keys = _BUCKETS if asked.by == "bucket" else sorted({str(row[1]) for row in found})
    place = 0 if asked.by == "bucket" else 1
    for key in keys:
        own = [row for row in found if row[place] == key]
        rows.append(
            {
                "key": key,
                "units": sum(int(row[2]) for row in own),
                "value": money(sum((Decimal(str(row[3])) for row in own), Decimal(0))),
                "expired_units": sum(int(row[2]) for row in own if row[0] == "expired"),
                "month_units": sum(int(row[2]) for row in own if row[0] in ("0-7", "8-30")),
            }
        )
    return Report(
        columns=(
            Column("key", "text"),
            Column("units", "units"),
            Column("value", "money", COST_VIEW),
            *((Column("expired_units", "units"), Column("month_units", "units")) if place else ()),
        ),
        rows=rows,
        curves=[
            Curve("units", "units", [(row["key"], row["units"]) for row in rows]),
            Curve("value", "money", [(row["key"], row["value"]) for row in rows], COST_VIEW),
        ],
        totals={
            "units": sum(row["units"] for row in rows),
            "value": money(sum((Decimal(row["value"]) for row in rows), Decimal(0))),
        },
        notes=["as_of_now"],
    )


_LOST = ("scrapped", "adjusted", "counted")


def write_offs(asked: Asked) -> Report:
    """What was scrapped, and what counts and corrections took or found, at cost: a loss is positive. One statement."""
    houses, values = asked.houses("d.warehouse_id")
    products, more = asked.products("p")
    if asked.by == "reason":
        found = _by_reason(asked)
    else:
        key, name = (month_of("d.day"),) * 2 if asked.by == "month" else _NAMES[asked.by]
        sums = ", ".join(
            f"-SUM(CASE WHEN d.flow = '{flow}' THEN d.{what} ELSE 0 END)"
            for what in ("units", "value")
            for flow in _LOST
        )
        found = fetch(
            f"SELECT {key}, {name}, {sums} {_FROM} WHERE {houses}{products} AND d.day >= %s AND d.day <= %s"
            " AND d.flow IN ('scrapped', 'adjusted', 'counted') GROUP BY 1, 2 ORDER BY 1",
            [*values, *more, stored(asked.since), stored(asked.until)],
        )
    rows = []
    for key_, name_, *parts in found:
        units, worth = [int(part) for part in parts[:3]], [Decimal(str(part)) for part in parts[3:]]
        rows.append(
            {
                "key": key_,
                "name": name_,
                **dict(zip(_LOST, units, strict=True)),
                "units": sum(units),
                **{f"{flow}_value": money(one) for flow, one in zip(_LOST, worth, strict=True)},
                "value": money(sum(worth, Decimal(0))),
            }
        )
    if asked.by != "month":
        rows.sort(key=lambda row: (-Decimal(row["value"]), str(row["key"])))
    return Report(
        columns=(
            Column("key", "date" if asked.by == "month" else "text"),
            *(() if asked.by == "month" else (Column("name", "text"),)),
            *(Column(flow, "units") for flow in _LOST),
            Column("units", "units"),
            *(Column(f"{flow}_value", "money", COST_VIEW) for flow in _LOST),
            Column("value", "money", COST_VIEW),
        ),
        rows=rows,
        curves=[Curve("value", "money", [(row["key"], row["value"]) for row in rows[:60]], COST_VIEW)],
        totals={
            "units": sum(row["units"] for row in rows),
            "value": money(sum((Decimal(row["value"]) for row in rows), Decimal(0))),
        },
    )


def _by_reason(asked: Asked) -> list[tuple[Any, ...]]:
    """The same by what somebody gave as the reason; out of the movements, of which these are few."""
    houses, values = asked.houses("w.id")
    products, more = asked.products("p")
    lost = "IN (SELECT z.id FROM places_location z WHERE z.kind IN ('scrap', 'adjustment'))"
    which = f"(from_location_id {lost} OR to_location_id {lost})"
    sign = "CASE WHEN f.is_virtual THEN -1 ELSE 1 END"
    flow = (
        "CASE WHEN 'scrap' IN (f.kind, t.kind) THEN 'scrapped' WHEN COALESCE(o.kind, m.kind) = 'count' THEN 'counted'"
        " ELSE 'adjusted' END"
    )
    sums = ", ".join(
        f"SUM(CASE WHEN {flow} = '{one}' THEN {sign} * m.quantity * {worth} ELSE 0 END)"
        for worth in ("1", "COALESCE(cost.unit_cost, 0)")
        for one in _LOST
    )
    day = local_day("m.moved_at", "w.timezone")
    return fetch(
        f"SELECT COALESCE(o.reason, m.reason), COALESCE(o.reason, m.reason), {sums}"
        f" FROM (SELECT * FROM stock_movement WHERE {which}) m"
        " LEFT JOIN stock_movement o ON o.id = m.reverses_id"
        " JOIN places_location f ON f.id = m.from_location_id JOIN places_location t ON t.id = m.to_location_id"
        " JOIN places_warehouse w ON w.id = CASE WHEN f.is_virtual THEN t.warehouse_id ELSE f.warehouse_id END"
        " JOIN catalogue_product p ON p.id = m.product_id"
        f" LEFT JOIN ({costs_of_lots(f'IN (SELECT lot_id FROM stock_movement WHERE {which})')}) cost"
        " ON cost.lot_id = m.lot_id"
        f" WHERE {houses}{products} AND {day} >= {as_day()} AND {day} <= {as_day()} GROUP BY 1, 2",
        [*values, *more, stored(asked.since), stored(asked.until)],
    )
