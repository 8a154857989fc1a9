"""Which lots will not sell in time is worked out again, for all warehouses."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from typing import Any, Final

from stillage.core.bulk import chunks
from stillage.core.locking import operation
from stillage.core.sql import execute, fetch, is_postgres, rows, stored, table
from stillage.core.written_json import dumps
from stillage.places.models import Warehouse
from stillage.planning.expiring import RETURNABLE_DAYS, Risk, Shelf, advise, risks_of
from stillage.planning.models import ForecastRun
from stillage.planning.queries.facts import policies
from stillage.planning.queries.lots import dated_products, shelves, who_sold
from stillage.purchasing import costing
from stillage.stock import abc
from stillage.stock.costs import lot_costs
from stillage.stock.expiry import FOREVER

ASSESSING: Final = 71_002  # names its lock (docs/locking.md)
_COLUMNS: Final = {
    "warehouse_id": "bigint",
    "product_id": "bigint",
    "lot_id": "bigint",
    "run_id": "bigint",
    "on_hand": "bigint",
    "last_saleable_date": "date",
    "unsold": "bigint",
    "unsold_p90": "bigint",
    "unit_cost": "numeric",
    "value": "numeric",
    "advice": "text",
    "why": "text",
    "made_at": "timestamptz",
}
_NAMES = ", ".join(_COLUMNS)
_WRITE = (
    f"INSERT INTO planning_expiryrisk ({_NAMES}) SELECT {_NAMES} FROM "
    "{table} WHERE true ON CONFLICT (warehouse_id, lot_id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name not in ("warehouse_id", "lot_id"))
)


@operation
def assess_expiry(*, run: ForecastRun | None, at: dt.datetime) -> int:
    """Hold every dated lot against the forecast. Returns how many are at risk.

    Lots are looked at some thousand products at a time, all warehouses together, for one may take what another does
    not sell. Locks: the assessing; nobody waits for it but its like. Audits: nothing, for nobody decides anything.
    """
    if is_postgres():
        fetch("SELECT pg_advisory_xact_lock(%s, 0)", [ASSESSING])
    warehouses = {one.pk: one for one in Warehouse.objects.filter(is_active=True)}
    said = policies()
    classes = {pk: abc.classes(pk, at) for pk in sorted(warehouses)}
    count = 0
    for products in chunks(dated_products()):
        found = shelves(products, warehouses, said, classes, at)
        risks = [
            risk
            for _, shelf in sorted(found.items())
            for risk in risks_of(shelf)
            if risk.lot.last_saleable_date < FOREVER
        ]
        by_product: dict[int, list[Shelf]] = defaultdict(list)
        for shelf in found.values():
            by_product[shelf.product_id].append(shelf)
        lots = [risk.lot.lot_id for risk in risks]
        advise(risks, found, by_product, who_sold(lots, at - dt.timedelta(days=RETURNABLE_DAYS + 1)))
        costs = lot_costs(lots) if lots else {}
        _write([_row(risk, costs, run, at, warehouses) for risk in risks])
        count += len(risks)
    execute("DELETE FROM planning_expiryrisk WHERE made_at <> %s", [stored(at)])
    return count


def _write(found: list[dict[str, Any]]) -> None:
    if found:
        execute(_WRITE.format(table=table("line", _COLUMNS)), [rows(found)])


def _row(
    risk: Risk,
    costs: dict[int, Decimal | None],
    run: ForecastRun | None,
    at: dt.datetime,
    warehouses: dict[int, Warehouse],
) -> dict[str, Any]:
    lot, cost = risk.lot, costs.get(risk.lot.lot_id)
    if move := risk.why.get("move_to"):
        there = warehouses[move["warehouse_id"]]
        risk.why["move_to"] = {"warehouse": there.code, "warehouse_name": there.name, **move}
    return {
        "warehouse_id": lot.warehouse_id,
        "product_id": lot.product_id,
        "lot_id": lot.lot_id,
        "run_id": run.pk if run else None,
        "on_hand": lot.on_hand,
        "last_saleable_date": lot.last_saleable_date,
        "unsold": risk.unsold,
        "unsold_p90": risk.unsold_p90,
        "unit_cost": cost,
        "value": None if cost is None else costing.net_amount(risk.unsold, cost),
        "advice": risk.advice,
        "why": dumps(risk.why).decode(),
        "made_at": at,
    }
