"""Forecasts from a file into a file, so that anybody can hold them against anything: CSV or parquet."""

import datetime as dt
import resource
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from stillage.forecasting.events import holiday_weeks
from stillage.forecasting.forecast import LEVELS, Forecast, forecast
from stillage.forecasting.series import Series, from_first_sale, grouped, weeks_of_year

# The system counts memory in kilobytes, macOS in bytes.
MEGABYTE = 1024 if sys.platform != "darwin" else 1024 * 1024
NEEDED = ("item", "week", "quantity")
MOST_FAULTS = 20
DIGITS = 4
TOTAL_LEVELS = (0.80, 0.90, 0.95, 0.98, 0.99)
DAY, WEEK = np.timedelta64(1, "D"), np.timedelta64(7, "D")


class FileFault(Exception):
    """The file cannot be used; every reason is in `faults`."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def read_series(path: Path, *, horizon: int, origin: dt.date | None = None) -> tuple[Series, dt.date]:
    """The series of a file up to the week that ends on or before the origin, and that week's end.

    Columns `item`, `week` (the Sunday that ends it), `quantity`, perhaps `category`. Weeks that are missing after an
    item's first are weeks without demand; negative quantities are returns, taken off the week they stand in. Rows
    after the origin are left out before anything else is done. Raises FileFault.
    """
    table = _read(path)
    missing = [name for name in NEEDED if name not in table.columns]
    if missing:
        raise FileFault([f"column {name!r} is missing" for name in missing])
    table = table.assign(
        week=pd.to_datetime(table["week"], errors="coerce"),
        quantity=pd.to_numeric(table["quantity"], errors="coerce"),
    )
    _check(table)
    if origin is not None:
        table = table[table["week"] <= pd.Timestamp(origin)]
    if table.empty:
        raise FileFault(["no row lies on or before the origin"])
    last = table["week"].max() if origin is None else _sunday_before(pd.Timestamp(origin))
    return _series(table, last, horizon), last.date()


def _read(path: Path) -> pd.DataFrame:
    try:
        if path.suffix.lower() in (".parquet", ".pq"):
            return pd.read_parquet(path)
        return pd.read_csv(path, dtype={"item": str, "category": str})
    except (OSError, ValueError) as error:
        raise FileFault([f"{path.name} cannot be read: {error}"]) from None


def _check(table: pd.DataFrame) -> None:
    """Every row that says something unusable, up to twenty of them by number."""
    faults = []
    infinite = ~np.isfinite(table["quantity"].to_numpy(dtype=float, na_value=np.nan))
    for wrong, said in (
        (table["item"].isna(), "has no item"),
        (table["week"].isna(), "has no date as week"),
        (
            table["week"].dt.day_of_week.ne(6) & table["week"].notna(),
            "has a week that does not end on a Sunday",
        ),
        (pd.Series(infinite, index=table.index), "has no number as quantity"),
    ):
        rows = np.flatnonzero(wrong.to_numpy())
        faults += [f"row {row + 2} {said}" for row in rows[:MOST_FAULTS]]
        if len(rows) > MOST_FAULTS:
            faults.append(f"{len(rows) - MOST_FAULTS} more rows like that")
    if faults:
        raise FileFault(faults)


def _sunday_before(day: pd.Timestamp) -> pd.Timestamp:
    return day.normalize() - pd.Timedelta(days=(day.day_of_week + 1) % 7)


def _series(table: pd.DataFrame, last: pd.Timestamp, horizon: int) -> Series:
    items, row = np.unique(table["item"].astype(str).to_numpy(), return_inverse=True)
    first = table["week"].min()
    column = ((table["week"] - first).dt.days // 7).to_numpy()
    length = int((last - first).days // 7) + 1
    demand = np.zeros((len(items), length))
    np.add.at(demand, (row, column), table["quantity"].to_numpy(dtype=float))
    groups = np.zeros(len(items), dtype=np.int64)
    if "category" in table.columns:
        names = np.full(len(items), "", dtype=object)
        names[row] = table["category"].fillna("").astype(str).to_numpy()
        groups = grouped(list(names))
    ends = np.datetime64(first.date()) + WEEK * np.arange(length)
    return Series(
        items=tuple(str(item) for item in items),
        demand=from_first_sale(demand),
        week_of_year=weeks_of_year(ends, horizon),
        group=groups,
    )


def _with_holidays(series: Series, last_week: dt.date, horizon: int, country: str) -> Series:
    ends = np.datetime64(last_week) - WEEK * np.arange(series.weeks)[::-1]
    try:
        of_week, names = holiday_weeks(ends, horizon, country)
    except ValueError as error:
        raise FileFault([str(error)]) from None
    return replace(series, holidays=of_week, holiday_names=names)


def write_forecast(path: Path, found: Forecast, last_week: dt.date) -> int:
    """A row an item and week ahead. Returns how many."""
    count, horizon = found.mean.shape
    steps = np.tile(np.arange(1, horizon + 1), count)
    columns: dict[str, np.ndarray] = {
        "item": np.repeat(np.asarray(found.items, dtype=object), horizon),
        "week": np.datetime64(last_week, "D") + 7 * DAY * steps,
        "step": steps,
        "mean": found.mean.ravel(),
    }
    for index, level in enumerate(found.levels):
        columns[f"p{round(level * 100)}"] = found.quantiles[:, :, index].ravel()
    columns["cum_mean"] = found.total_mean.ravel()
    for level in TOTAL_LEVELS:
        columns[f"cum_p{round(level * 100)}"] = found.total_quantiles[:, :, LEVELS.index(level)].ravel()
    for name, values in columns.items():
        columns[name] = np.round(values, DIGITS) if values.dtype.kind == "f" else values
    table = pd.DataFrame(columns)
    if path.suffix.lower() in (".parquet", ".pq"):
        table.to_parquet(path, index=False)
    else:
        table.to_csv(path, index=False, date_format="%Y-%m-%d")
    return len(table)


def forecast_into(
    source: Path,
    target: Path,
    *,
    horizon: int,
    origin: dt.date | None = None,
    use_learned: bool = True,
    seed: int = 0,
    country: str | None = None,
    engine: str = "local",
    address: str | None = None,
) -> str:
    """Read, forecast, write; says what was done, how long it took and how much memory at most. `country` lets its public
    holidays count; `engine` "dask" spreads the work over the cluster at `address`, or over two processes. Raises
    FileFault.
    """
    started = time.monotonic()
    series, last_week = read_series(source, horizon=horizon, origin=origin)
    if country is not None:
        series = _with_holidays(series, last_week, horizon, country)
    if engine == "dask":
        from stillage.forecasting.spread import dask_client, forecast_spread

        with dask_client(address) as client:
            found = forecast_spread(series, horizon, engine=client, use_learned=use_learned, seed=seed)
    else:
        found = forecast(series, horizon, use_learned=use_learned, seed=seed)
    count = write_forecast(target, found, last_week)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE
    return (
        f"{len(series.items)} items, {series.weeks} weeks to {last_week}: {count} rows by the {found.way} way"
        f" in {time.monotonic() - started:.1f} s, at most {peak:.0f} MB"
    )
