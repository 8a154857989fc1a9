"""What the arithmetic found, into the tables: the newest forecast of each series, and what is kept to be held against."""

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
from django.db import connection

from stillage.core.sql import execute, is_postgres, rows, stored, table
from stillage.planning.models import ForecastRun
from stillage.planning.weeks import WEEK

AT_ONCE = 250
_FORECAST = {
    "product_id": "bigint",
    "warehouse_id": "bigint",
    "run_id": "bigint",
    "origin_date": "date",
    "horizon_weeks": "int",
    "method": "text",
    "demand_class": "text",
    "per_week": "float8",
    "error": "float8",
    "naive_error": "float8",
    "numbers": "text",
    "why": "text",
    "fingerprint": "text",
}
_KEPT = {
    "product_id": "bigint",
    "warehouse_id": "bigint",
    "week_date": "date",
    "step": "int",
    "method": "text",
    "mean": "float8",
    "p10": "float8",
    "p50": "float8",
    "p90": "float8",
    "p95": "float8",
    "p99": "float8",
    "naive": "float8",
    "scale": "float8",
}


def _upsert(name: str, columns: dict[str, str], key: tuple[str, ...], also: str = "", where: str = "") -> str:
    names = ", ".join(columns)
    news = ", ".join(f"{column} = excluded.{column}" for column in columns if column not in key)
    return (
        f"INSERT INTO {name} ({names}{', out_of_stock' if also else ''}) SELECT {names}{also} FROM "
        f"{{table}} WHERE true ON CONFLICT ({', '.join(key)}) DO UPDATE SET {news}{where}"
    )


_WRITE = _upsert("planning_forecast", _FORECAST, ("product_id", "warehouse_id"))
# What came true already stays as it was told.
_KEEP = _upsert(
    "planning_keptforecast",
    _KEPT,
    ("warehouse_id", "product_id", "week_date", "step"),
    also=", false",
    where=" WHERE planning_keptforecast.actual IS NULL",
)
# Not EXISTS: SQLite would read the list anew for each row.
_DROP = """
DELETE FROM planning_forecast WHERE (product_id, warehouse_id) NOT IN (SELECT k.product_id, k.warehouse_id FROM {table})
"""


class Kept:
    """What came of the files of a run."""

    def __init__(self) -> None:
        self.by_method: dict[str, int] = {}
        self.peak_mb = 0


def keep_forecasts(
    run: ForecastRun,
    files: Iterable[tuple[Path, dt.date, dict[tuple[int, int], str]]],
    kept: Kept,
) -> None:
    """Write the forecasts of all files (with their origins and fingerprints), and let go of series that are no more.

    Is called within a transaction: all of them, or the old ones stay whole. A statement for each few hundred.
    """
    keys: list[tuple[int, int]] = []
    for path, origin, fingerprints in files:
        keys += fingerprints
        for part in _parts(path, kept):
            _write(run, part, origin, fingerprints, kept)
    columns = {"product_id": "bigint", "warehouse_id": "bigint"}
    execute(
        _DROP.format(table=table("k", columns)),
        [rows({"product_id": product, "warehouse_id": warehouse} for product, warehouse in keys)],
    )


def _parts(path: Path, kept: Kept) -> Iterator[list[dict[str, Any]]]:
    with path.open("rb") as lines:
        while part := [orjson.loads(line) for line in islice(lines, AT_ONCE)]:
            for line in part:
                kept.peak_mb = max(kept.peak_mb, line.pop("peak_mb", 0))
            yield [line for line in part if line]


def _write(
    run: ForecastRun,
    part: list[dict[str, Any]],
    origin: dt.date,
    fingerprints: dict[tuple[int, int], str],
    kept: Kept,
) -> None:
    forecasts, told = [], []
    for line in part:
        product, warehouse, then = line["product"], line["warehouse"], origin - line["back"] * WEEK
        for step in line["steps"]:
            week = then + step["step"] * WEEK
            more = {"product_id": product, "warehouse_id": warehouse, "week_date": week}
            told.append({**step, **more, "method": line["method"], "scale": line["scale"]})
        if "numbers" in line:
            kept.by_method[line["method"]] = kept.by_method.get(line["method"], 0) + 1
            own = {name: line[name] for name in _FORECAST if name in line}
            more = {"product_id": product, "warehouse_id": warehouse, "run_id": run.pk, "origin_date": origin}
            forecasts.append({**own, **more, "fingerprint": fingerprints[product, warehouse]})
    _put(_WRITE, _FORECAST, forecasts)
    _put(_KEEP, _KEPT, told)


def _put(statement: str, columns: dict[str, str], lines: list[dict[str, Any]]) -> None:
    """All of them in one statement; on SQLite in one that is carried out for each: to take long texts out of JSON there
    costs thirty times as much, while nobody else may write."""
    if not lines:
        return
    if is_postgres():
        execute(statement.format(table=table("line", columns)), [rows(lines)])
        return
    values = ", ".join(f"%s AS {name}" for name in columns)
    with connection.cursor() as cursor:
        cursor.executemany(
            statement.format(table=f"(SELECT {values}) AS line"),
            [[stored(line[name]) for name in columns] for line in lines],
        )
