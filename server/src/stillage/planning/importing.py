"""Past sales as a file: what was sold before this system counted, by product and day. Several rows of a day add up."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from stillage.audit.record import Change
from stillage.catalogue.importing import cells
from stillage.catalogue.importing.columns import Field
from stillage.catalogue.importing.kinds import Kind, Plan, Row, Run
from stillage.catalogue.queries import products_by_reference
from stillage.core.clock import today
from stillage.core.sql import as_date, execute, fetch, member, table
from stillage.core.sql import rows as as_parameter
from stillage.places.models import Warehouse
from stillage.planning.calendar_sql import local_day

MOST_UNITS: Final = 10**9
AT_ONCE: Final = 2_000
PRODUCTS_AT_ONCE: Final = 1_000

FIELDS = (
    Field(
        name="product",
        required=True,
        read=cells.code(),
        headings=("sku", "gtin", "ean", "item", "item number", "product code", "Artikelnummer", "Artikel"),
    ),
    Field(name="warehouse", read=cells.text(20), headings=("warehouse code", "site", "Lager", "Lagerort")),
    Field(
        name="date",
        required=True,
        read=cells.day,
        headings=("day", "sold on", "ship date", "week", "Datum", "Tag", "Verkaufsdatum"),
    ),
    Field(
        name="quantity",
        required=True,
        read=cells.integer(-MOST_UNITS, MOST_UNITS),
        headings=("units", "qty", "bottles", "pieces", "sold", "Menge", "Stück", "Flaschen"),
    ),
)
Key = tuple[int, int, dt.date]  # warehouse, product, day


@dataclass(frozen=True, slots=True)
class _House:
    """A warehouse, its day today, and the day on which it began to ship by itself."""

    warehouse: Warehouse
    today: dt.date
    began: dt.date | None


def plan_sales(rows: list[Row], run: Run) -> Plan:
    """Add up the rows of a day and compare with what was imported of it; a file imported again changes nothing."""
    houses = _houses(run)
    products: dict[int | str, Any] = {}
    named = sorted({row.values["product"] for row in rows})
    for start in range(0, len(named), PRODUCTS_AT_ONCE):
        products |= products_by_reference(set(named[start : start + PRODUCTS_AT_ONCE]))
    units: dict[Key, int] = defaultdict(int)
    for row in rows:
        product = products.get(row.values["product"])
        if product is None:
            run.refuse(row, "product", "unknown_product", "There is no such product; name its SKU or a GTIN.")
        house = _house(row, houses, run)
        if house is not None and _day_is_right(row, house, run) and product is not None:
            units[house.warehouse.pk, product.id, row.values["date"]] += row.values["quantity"]
    there = _imported({key[:2] for key in units})
    changed = {key: sold for key, sold in units.items() if there.get(key, 0) != sold}
    plan = Plan(
        created=sum(there.get(key, 0) == 0 for key in changed),
        updated=sum(there.get(key, 0) != 0 for key in changed),
        unchanged=len(units) - len(changed),
    )
    if changed:
        plan.steps.append(
            partial(_write, changed, {one.warehouse.pk: one.warehouse.code for one in houses.values()})
        )
    return plan


def _houses(run: Run) -> dict[str, _House]:
    found = Warehouse.objects.filter(is_active=True)
    if run.warehouse_ids is not None:
        found = found.filter(pk__in=run.warehouse_ids)
    began = {
        pk: as_date(day)
        for pk, day in fetch(
            f"SELECT w.id, {local_day('MIN(m.moved_at)', 'w.timezone')} FROM stock_movement m"
            " JOIN places_location v ON v.id = m.to_location_id AND v.kind = 'customer'"
            " JOIN places_warehouse w ON w.id = v.warehouse_id"
            " WHERE m.kind = 'issue' GROUP BY w.id, w.timezone",
            [],
        )
    }
    return {one.code: _House(one, today(one.timezone), began.get(one.pk)) for one in found}


def _house(row: Row, houses: dict[str, _House], run: Run) -> _House | None:
    code = row.values.get("warehouse")
    if code is None:
        if len(houses) == 1:
            return next(iter(houses.values()))
        run.refuse(row, "warehouse", "required", "Say from which warehouse it was sold.")
        return None
    if code not in houses:
        run.refuse(row, "warehouse", "unknown_warehouse", "There is no such warehouse.")
    return houses.get(code)


def _day_is_right(row: Row, house: _House, run: Run) -> bool:
    day = row.values["date"]
    if day > house.today:
        run.refuse(row, "date", "in_the_future", "This day is still to come; nothing was sold on it yet.")
        return False
    if house.began is not None and day >= house.began:
        detail = f"{house.warehouse.code} ships by itself since {house.began}; this would count twice."
        run.refuse(row, "date", "counted_already", detail)
        return False
    return True


def _imported(series: set[tuple[int, int]]) -> dict[Key, int]:
    """What was imported of some products, by day. A statement a warehouse and thousand products."""
    by_warehouse: dict[int, list[int]] = defaultdict(list)
    for warehouse_id, product_id in sorted(series):
        by_warehouse[warehouse_id].append(product_id)
    found: dict[Key, int] = {}
    for warehouse_id, ids in by_warehouse.items():
        for start in range(0, len(ids), PRODUCTS_AT_ONCE):
            wanted, parameters = member(ids[start : start + PRODUCTS_AT_ONCE], "bigint")
            for product_id, day, imported in fetch(
                "SELECT product_id, day, imported FROM planning_demandday"
                f" WHERE warehouse_id = %s AND imported <> 0 AND product_id {wanted}",
                [warehouse_id, *parameters],
            ):
                found[warehouse_id, product_id, as_date(day) or dt.date.min] = int(imported)
    return found


_COLUMNS = {"warehouse_id": "bigint", "product_id": "bigint", "day": "date", "imported": "bigint"}
_UPSERT = (
    "INSERT INTO planning_demandday (warehouse_id, product_id, day, shipped, returned, imported)"
    " SELECT warehouse_id, product_id, day, 0, 0, imported FROM {table} WHERE true"
    " ON CONFLICT (warehouse_id, product_id, day) DO UPDATE SET imported = excluded.imported"
)


def _write(changed: dict[Key, int], codes: dict[int, str]) -> list[Change]:
    """The days, some thousand at a time; the trail has a row a warehouse, for a row a day would bury all others."""
    keys = sorted(changed)
    for start in range(0, len(keys), AT_ONCE):
        part = keys[start : start + AT_ONCE]
        lines = (
            {"warehouse_id": key[0], "product_id": key[1], "day": key[2], "imported": changed[key]}
            for key in part
        )
        execute(_UPSERT.format(table=table("line", _COLUMNS)), [as_parameter(lines)])
    execute("DELETE FROM planning_demandday WHERE shipped = 0 AND returned = 0 AND imported = 0", [])
    told: dict[int, list[Key]] = defaultdict(list)
    for key in keys:
        told[key[0]].append(key)
    return [
        Change(
            action="demand.import",
            object_type="warehouse",
            object_id=warehouse_id,
            label=codes[warehouse_id],
            after={
                "days": len(own),
                "products": len({key[1] for key in own}),
                "units": sum(changed[key] for key in own),
                "first_date": min(key[2] for key in own),
                "last_date": max(key[2] for key in own),
            },
            warehouse_id=warehouse_id,
        )
        for warehouse_id, own in sorted(told.items())
    ]


PAST_SALES = Kind(name="past-sales", permission="planning.change", fields=FIELDS, key=(), plan=plan_sales)
