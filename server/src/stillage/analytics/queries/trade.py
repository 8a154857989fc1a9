"""What was sold against the year before, ABC and XYZ, how well customers were served and suppliers served us."""

import datetime as dt
import math
from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from stillage.accounts.roles import COST_VIEW, SALES_PRICES
from stillage.analytics.queries.report import (
    Asked,
    Column,
    Curve,
    Report,
    as_day,
    money,
    share,
    tenth,
)
from stillage.core.sql import as_date, as_instant, fetch, is_postgres, stored
from stillage.planning.calendar_sql import local_day, week_date
from stillage.stock.abc import classified

# A year of whole weeks, so that Mondays stand against Mondays.
YEAR_DAYS: Final = 364
# The customary limits of XYZ: the standard deviation of weekly demand over its mean.
STEADY, CHANGING = Decimal("0.5"), Decimal(1)
# By what sales are added up: its id among the lines, its name afterwards.
_BY: Final = {
    "week": ("", "a.pk", "a.pk", ""),
    "product": ("g.product_id", "x.sku", "x.name", "JOIN catalogue_product x ON x.id = a.pk"),
    "category": (
        "COALESCE(p.category_id, 0)",
        "COALESCE(x.name, '')",
        "COALESCE(x.name, '')",
        "LEFT JOIN catalogue_category x ON x.id = a.pk",
    ),
    "customer": ("g.customer_id", "x.code", "x.name", "JOIN sales_customer x ON x.id = a.pk"),
    "warehouse": ("g.warehouse_id", "x.code", "x.name", "JOIN places_warehouse x ON x.id = a.pk"),
}


def sales(asked: Asked) -> Report:
    """Units shipped and what they were sold for, before tax, against the same weeks a year before. One statement.

    Goods that came back are not taken off: they belong to the day on which they were sold, and their credit says so.
    """
    houses, values = asked.houses("h.warehouse_id")
    products, more = asked.products("p")
    year = dt.timedelta(days=YEAR_DAYS)
    spans = [asked.since, asked.until, asked.since - year, asked.until - year]
    pk, key, name, from_ = _BY[asked.by]
    if asked.by == "week":
        pk = week_date("g.day")  # last year's week stands where this year's does
    sums = ", ".join(
        f"SUM(CASE WHEN g.now = {now_} THEN {what} ELSE 0 END) AS {what[2:]}_{now_}"
        for now_ in (1, 0)
        for what in ("g.units", "g.net")
    )
    one = "h.id, h.warehouse_id, h.customer_id"
    # Step by step, each whole: SQLite would look names up first and go through the years for each of them.
    found = fetch(
        "WITH h AS MATERIALIZED (SELECT h.id, h.warehouse_id, o.customer_id,"
        f" {local_day('h.shipped_at', 'w.timezone')} AS day FROM sales_shipment h"
        " JOIN places_warehouse w ON w.id = h.warehouse_id JOIN sales_salesorder o ON o.id = h.order_id),"
        f" t AS MATERIALIZED (SELECT {one}, h.day, 1 AS now FROM h WHERE {houses} AND h.day >= {as_day()}"
        f" AND h.day <= {as_day()} UNION ALL SELECT {one}, {_a_year_on('h.day')}, 0 FROM h"
        f" WHERE {houses} AND h.day >= {as_day()} AND h.day <= {as_day()}),"
        " g AS MATERIALIZED (SELECT t.now, t.day, t.customer_id, t.warehouse_id, n.product_id, n.quantity AS units,"
        " l.net_amount * n.quantity / l.quantity AS net FROM t JOIN sales_shipmentline n ON n.shipment_id = t.id"
        " JOIN sales_salesorderline l ON l.id = n.line_id),"
        f" a AS MATERIALIZED (SELECT {pk} AS pk, {sums} FROM g JOIN catalogue_product p ON p.id = g.product_id"
        f" WHERE true{products} GROUP BY 1)"
        f" SELECT {key}, {name}, a.units_1, a.net_1, a.units_0, a.net_0 FROM a {from_}",
        [*values, *map(stored, spans[:2]), *values, *map(stored, spans[2:]), *more],
    )
    rows = [
        {
            "key": as_date(key_) if asked.by == "week" else key_,
            "name": name_,
            "units": int(units),
            "net": money(net_),
            "units_before": int(before),
            "net_before": money(net_before),
            "change_percent": share(int(units) - int(before), int(before)),
        }
        for key_, name_, units, net_, before, net_before in found
    ]
    if asked.by == "week":
        rows.sort(key=lambda row: row["key"])
    else:
        rows.sort(key=lambda row: (-Decimal(row["net"]), str(row["key"])))
    units, before = (sum(row[one] for row in rows) for one in ("units", "units_before"))
    return Report(
        columns=(
            Column("key", "date" if asked.by == "week" else "text"),
            *(() if asked.by == "week" else (Column("name", "text"),)),
            Column("units", "units"),
            Column("units_before", "units"),
            Column("change_percent", "percent"),
            Column("net", "money", SALES_PRICES),
            Column("net_before", "money", SALES_PRICES),
        ),
        rows=rows,
        curves=[
            Curve("units", "units", [(row["key"], row["units"]) for row in rows[:60]]),
            Curve("units_before", "units", [(row["key"], row["units_before"]) for row in rows[:60]]),
        ],
        totals={
            "units": units,
            "units_before": before,
            "change_percent": share(units - before, before),
            "net": money(sum((Decimal(row["net"]) for row in rows), Decimal(0))),
            "net_before": money(sum((Decimal(row["net_before"]) for row in rows), Decimal(0))),
        },
        notes=["returns_not_taken_off"],
    )


def _a_year_on(day: str) -> str:
    """The same day of the week a year later."""
    return f"{day} + {YEAR_DAYS}" if is_postgres() else f"date({day}, '+{YEAR_DAYS} days')"


def abc_xyz(asked: Asked) -> Report:
    """Products by what was issued at cost (A the first 80 %, B the next 15 %) and by how steadily (X, Y, Z).

    X: weekly demand varies by at most half its mean; Y by at most its mean; Z by more. Weeks without demand count.
    One statement.
    """
    houses, values = asked.houses("d.warehouse_id")
    products, more = asked.products("p")
    found = fetch(
        f"SELECT p.id, p.sku, p.name, {week_date('d.day')}, -SUM(d.units), -SUM(d.value) FROM analytics_flowday d"
        f" JOIN catalogue_product p ON p.id = d.product_id WHERE {houses}{products} AND d.day >= %s AND d.day <= %s"
        " AND d.flow IN ('shipped', 'returned') GROUP BY 1, 2, 3, 4",
        [*values, *more, stored(asked.since), stored(asked.until)],
    )
    weeks = max(1, math.ceil(asked.days / 7))
    worth: dict[int, Decimal] = defaultdict(Decimal)
    units: dict[int, list[int]] = defaultdict(list)
    named = {}
    for pk, sku, name, _, sold, value in found:
        worth[pk] += Decimal(str(value))
        units[pk].append(int(sold))
        named[pk] = (sku, name)
    classes = classified(worth)
    rows = []
    for pk, (sku, name) in named.items():
        spread = _spread(units[pk], weeks)
        rows.append(
            {
                "key": sku,
                "name": name,
                "abc": classes[pk],
                "xyz": "Z"
                if spread is None
                else "X"
                if spread <= STEADY
                else "Y"
                if spread <= CHANGING
                else "Z",
                "units": sum(units[pk]),
                "value": money(worth[pk]),
                "variation": None if spread is None else str(spread),
            }
        )
    rows.sort(key=lambda row: (-Decimal(row["value"]), row["key"]))
    cells = Counter(row["abc"] + row["xyz"] for row in rows)
    return Report(
        columns=(
            Column("key", "text"),
            Column("name", "text"),
            Column("abc", "text"),
            Column("xyz", "text"),
            Column("units", "units"),
            Column("variation", "number"),
            Column("value", "money", COST_VIEW),
        ),
        rows=rows,
        curves=[Curve("products", "number", [(a + x, cells[a + x]) for a in "ABC" for x in "XYZ"])],
        totals={"products": len(rows), **{a + x: cells[a + x] for a in "ABC" for x in "XYZ"}},
    )


def _spread(sold: list[int], weeks: int) -> Decimal | None:
    """The coefficient of variation of weekly demand; None without any."""
    mean = sum(sold) / weeks
    if mean <= 0:
        return None
    square = sum(one * one for one in sold) / weeks - mean * mean
    return Decimal(str(math.sqrt(max(square, 0.0)) / mean)).quantize(Decimal("0.01"))


def service(asked: Asked) -> Report:
    """Fill rate and OTIF of the orders that were due: units shipped by the delivery date over units ordered, and orders
    of which all was shipped by then. Orders that were cancelled as a whole do not count; lines that were do. One statement.
    """
    houses, values = asked.houses("o.warehouse_id")
    products, more = asked.products("p")
    until = min(asked.until, asked.today - dt.timedelta(days=1))
    found = fetch(
        "WITH h AS MATERIALIZED (SELECT h.id, x.delivery_date,"
        f" {local_day('h.shipped_at', 'w.timezone')} AS day FROM sales_shipment h"
        " JOIN sales_salesorder x ON x.id = h.order_id JOIN places_warehouse w ON w.id = h.warehouse_id"
        f" WHERE x.delivery_date >= {as_day()} AND x.delivery_date <= {as_day()})"
        f" SELECT o.id, {week_date('o.delivery_date')}, u.code, u.name, w.code, w.name, SUM(l.quantity),"
        " SUM(COALESCE(s.in_time, 0)), SUM(COALESCE(s.in_all, 0)) FROM sales_salesorder o"
        " JOIN sales_salesorderline l ON l.order_id = o.id JOIN catalogue_product p ON p.id = l.product_id"
        " JOIN sales_customer u ON u.id = o.customer_id JOIN places_warehouse w ON w.id = o.warehouse_id"
        " LEFT JOIN (SELECT n.line_id, SUM(n.quantity) AS in_all,"
        " SUM(CASE WHEN h.day <= h.delivery_date THEN n.quantity ELSE 0 END) AS in_time"
        " FROM sales_shipmentline n JOIN h ON h.id = n.shipment_id GROUP BY n.line_id) s ON s.line_id = l.id"
        f" WHERE {houses}{products} AND o.delivery_date >= %s AND o.delivery_date <= %s"
        " AND o.status NOT IN ('draft', 'cancelled') GROUP BY 1, 2, 3, 4, 5, 6",
        [stored(asked.since), stored(until), *values, *more, stored(asked.since), stored(until)],
    )
    groups: dict[Any, list[Any]] = {}
    for _, week, code, name, house, house_name, ordered, in_time, in_all in found:
        key, label = {
            "week": (as_date(week), ""),
            "customer": (code, name),
            "warehouse": (house, house_name),
        }[asked.by]
        own = groups.setdefault(key, [label, 0, 0, 0, 0, 0])
        own[1] += 1
        own[2] += int(ordered)
        own[3] += int(in_time)
        own[4] += int(in_time) >= int(ordered)
        own[5] += int(in_all)
    rows = [_served(key, *own) for key, own in groups.items()]
    if asked.by == "week":
        rows.sort(key=lambda row: row["key"])
    else:
        rows.sort(key=lambda row: (Decimal(row["otif_percent"] or 0), str(row["key"])))
    sums = [sum(own[n] for own in groups.values()) for n in range(1, 6)]
    return Report(
        columns=(
            Column("key", "date" if asked.by == "week" else "text"),
            *(() if asked.by == "week" else (Column("name", "text"),)),
            Column("orders", "number"),
            Column("ordered", "units"),
            Column("in_time", "units"),
            Column("late_units", "units"),
            Column("fill_rate_percent", "percent"),
            Column("otif_percent", "percent"),
        ),
        rows=rows,
        curves=[
            Curve("fill_rate_percent", "percent", [(r["key"], r["fill_rate_percent"]) for r in rows[:60]]),
            Curve("otif_percent", "percent", [(r["key"], r["otif_percent"]) for r in rows[:60]]),
        ],
        totals={key: value for key, value in _served("", "", *sums).items() if key not in ("key", "name")},
        notes=["orders_that_were_due"],
    )


def _served(
    key: Any, name: str, orders: int, ordered: int, in_time: int, whole: int, in_all: int
) -> dict[str, Any]:
    return {
        "key": key,
        "name": name,
        "orders": orders,
        "ordered": ordered,
        "in_time": in_time,
        "late_units": in_all - in_time,
        "fill_rate_percent": share(in_time, ordered),
        "otif_percent": share(whole, orders),
    }


def suppliers(asked: Asked) -> Report:
    """Orders that are done with: how long they took, how punctual and how complete they were. Two statements."""
    houses, values = asked.houses("o.warehouse_id")
    products, more = asked.products("p")
    found = fetch(
        "SELECT s.code, s.name, o.expected_date, o.placed_at, o.received_at, w.timezone, SUM(l.quantity), SUM(l.cancelled)"
        " FROM purchasing_purchaseorder o JOIN purchasing_supplier s ON s.id = o.supplier_id"
        " JOIN places_warehouse w ON w.id = o.warehouse_id JOIN purchasing_purchaseorderline l ON l.order_id = o.id"
        f" JOIN catalogue_product p ON p.id = l.product_id WHERE {houses}{products}"
        f" AND o.status IN ('received', 'closed') AND {local_day('o.placed_at', 'w.timezone')} >= {as_day()}"
        f" AND {local_day('o.placed_at', 'w.timezone')} <= {as_day()} GROUP BY o.id, s.code, s.name, o.expected_date,"
        " o.placed_at, o.received_at, w.timezone",
        [*values, *more, stored(asked.since), stored(asked.until)],
    )
    wrong = dict(
        fetch(
            "SELECT s.code, COUNT(*) FROM purchasing_discrepancy d JOIN purchasing_receipt o ON o.id = d.receipt_id"
            " JOIN purchasing_supplier s ON s.id = o.supplier_id JOIN places_warehouse w ON w.id = o.warehouse_id"
            f" WHERE {houses} AND d.withdrawn_at IS NULL AND {local_day('d.found_at', 'w.timezone')} >= {as_day()}"
            f" AND {local_day('d.found_at', 'w.timezone')} <= {as_day()} GROUP BY s.code",
            [*values, stored(asked.since), stored(asked.until)],
        )
    )
    groups: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    names = {}
    for code, name, *rest in found:
        groups[code].append(tuple(rest))
        names[code] = name
    rows = [_delivered(code, names[code], own, int(wrong.get(code, 0))) for code, own in groups.items()]
    rows.sort(key=lambda row: (Decimal(row["on_time_percent"] or 0), row["key"]))
    return Report(
        columns=(
            Column("key", "text"),
            Column("name", "text"),
            Column("orders", "number"),
            Column("lead_time_days", "days"),
            Column("lead_time_spread_days", "days"),
            Column("on_time_percent", "percent"),
            Column("short_percent", "percent"),
            Column("discrepancies", "number"),
        ),
        rows=rows,
        curves=[
            Curve("on_time_percent", "percent", [(row["name"], row["on_time_percent"]) for row in rows[:20]])
        ],
        totals={
            key: value
            for key, value in _delivered(
                "", "", [one for own in groups.values() for one in own], sum(int(n) for n in wrong.values())
            ).items()
            if key not in ("key", "name")
        },
    )


def _delivered(key: str, name: str, orders: list[tuple[Any, ...]], wrong: int) -> dict[str, Any]:
    days, punctual, ordered, missing = [], 0, 0, 0
    for expected, placed, received, zone, quantity, cancelled in orders:
        ordered, missing = ordered + int(quantity), missing + int(cancelled)
        sent, came, wanted = as_instant(placed), as_instant(received), as_date(expected)
        if sent is None or came is None or wanted is None:
            continue
        days.append((came - sent).total_seconds() / 86_400)
        punctual += came.astimezone(ZoneInfo(zone)).date() <= wanted
    mean = sum(days) / len(days) if days else None
    spread = math.sqrt(sum((one - mean) ** 2 for one in days) / len(days)) if mean is not None else None
    return {
        "key": key,
        "name": name,
        "orders": len(orders),
        "lead_time_days": None if mean is None else tenth(Decimal(str(mean))),
        "lead_time_spread_days": None if spread is None else tenth(Decimal(str(spread))),
        "on_time_percent": share(punctual, len(orders)),
        "short_percent": share(missing, ordered),
        "discrepancies": wrong,
    }


def picking(asked: Asked) -> Report:
    """Who picked how much, and how often there was less than the book said. One statement."""
    houses, values = asked.houses("k.warehouse_id")
    products, more = asked.products("p")
    day = local_day("t.finished_at", "w.timezone")
    key = week_date(day) if asked.by == "week" else "t.claimed_name"
    found = fetch(
        f"SELECT {key}, COUNT(*), SUM(t.picked), SUM(t.short), SUM(CASE WHEN t.short > 0 THEN 1 ELSE 0 END)"
        " FROM sales_picktask t JOIN sales_picklist k ON k.id = t.pick_list_id"
        " JOIN places_warehouse w ON w.id = k.warehouse_id JOIN stock_lot n ON n.id = t.lot_id"
        f" JOIN catalogue_product p ON p.id = n.product_id WHERE {houses}{products} AND t.finished_at IS NOT NULL"
        f" AND {day} >= {as_day()} AND {day} <= {as_day()} GROUP BY 1 ORDER BY 1",
        [*values, *more, stored(asked.since), stored(asked.until)],
    )
    rows: list[dict[str, Any]] = [
        {
            "key": as_date(key_) if asked.by == "week" else key_,
            "tasks": int(tasks),
            "units": int(picked),
            "short_units": int(short),
            "short_tasks": int(shorts),
            "right_percent": share(int(tasks) - int(shorts), int(tasks)),
        }
        for key_, tasks, picked, short, shorts in found
    ]
    tasks, shorts = sum(row["tasks"] for row in rows), sum(row["short_tasks"] for row in rows)
    return Report(
        columns=(
            Column("key", "date" if asked.by == "week" else "text"),
            Column("tasks", "number"),
            Column("units", "units"),
            Column("short_units", "units"),
            Column("short_tasks", "number"),
            Column("right_percent", "percent"),
        ),
        rows=rows,
        curves=[Curve("right_percent", "percent", [(row["key"], row["right_percent"]) for row in rows[:60]])],
        totals={
            "tasks": tasks,
            "units": sum(row["units"] for row in rows),
            "short_tasks": shorts,
            "right_percent": share(tasks - shorts, tasks),
        },
    )
