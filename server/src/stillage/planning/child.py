"""The arithmetic of a run, in a process of its own: series in by a file, forecasts out by another. No database, no Django.

`python -m stillage.planning.child IN OUT` reads what `series_file.py` wrote, and says on its output how far it is. It ends
when its input is closed, so that it does not outlive who started it.
"""

import contextlib
import os
import resource
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import orjson

from stillage.forecasting.events import holiday_weeks
from stillage.forecasting.forecast import Forecast, chunks, forecast_chunk
from stillage.forecasting.series import WEEKS, Floats, Likeness, Promotion, Series, weeks_of_year

NICENESS = 10
PER_WEEK = 13
KEPT_STEPS = (1, 2, 4, 8)
KEPT_HORIZON = max(KEPT_STEPS)
LEVELS = ("p10", "p50", "p80", "p90", "p95", "p98", "p99")


@dataclass(frozen=True, slots=True)
class Asked:
    """All that the file says: the series to their last week, whose they are, and which of them have changed."""

    head: dict[str, Any]
    series: Series
    keys: list[tuple[int, int]]  # product and warehouse
    changed: np.ndarray


def main(source: Path, target: Path) -> None:
    asked = read(source)
    with target.open("wb") as out:
        for line in answers(asked):
            out.write(orjson.dumps(line) + b"\n")
        out.write(orjson.dumps({"peak_mb": peak_mb()}) + b"\n")


def peak_mb() -> int:
    """The most memory of this process. What the system counts by itself remembers who started it, too."""
    with contextlib.suppress(OSError), Path("/proc/self/status").open() as lines:
        for line in lines:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def read(source: Path) -> Asked:
    with source.open("rb") as lines:
        head = orjson.loads(next(lines))
        rows = [orjson.loads(line) for line in lines]
    weeks, more = int(head["weeks"]), int(head["horizon"])
    demand = np.full((len(rows), weeks), np.nan)
    for place, row in enumerate(rows):
        if row["first"] is not None:
            demand[place, row["first"] : row["first"] + len(row["units"])] = np.array(
                row["units"], dtype=float
            )
    ends = np.datetime64(head["first_week"], "D") + 7 * np.arange(weeks)
    holidays, names = None, tuple[str, ...]()
    if head["country"]:
        holidays, names = holiday_weeks(ends, more, head["country"], head["region"] or None)
    numbers = np.array([row["numbers"] for row in rows], dtype=float).reshape(len(rows), 3)
    groups = np.unique([row["category"] for row in rows], return_inverse=True)[1] if rows else np.empty(0)
    series = Series(
        items=tuple(f"{row['product']}:{row['warehouse']}" for row in rows),
        demand=np.maximum(demand, 0.0),
        week_of_year=weeks_of_year(ends, more),
        group=groups.astype(np.int64),
        promotions=tuple(
            Promotion(place, week, percent)
            for place, row in enumerate(rows)
            for week, percent in row["events"]
        ),
        holidays=holidays,
        holiday_names=names,
        likeness=Likeness(np.array([row["brand"] for row in rows], dtype=np.int64), _spread(numbers)),
    )
    keys = [(row["product"], row["warehouse"]) for row in rows]
    return Asked(head, series, keys, np.array([row["changed"] for row in rows], dtype=bool))


def _spread(numbers: Floats) -> Floats:
    """Contents and prices differ by factors; a number that nobody of them has says nothing and is the same for all."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.column_stack([np.log(numbers[:, 0]), numbers[:, 1], np.log(numbers[:, 2])])
    found[~np.isfinite(found)] = np.nan
    found[:, np.isnan(found).all(axis=0)] = 0.0
    return found


def answers(asked: Asked) -> Iterator[dict[str, Any]]:
    """Past origins first, of which only what was told a few weeks ahead is kept; the last week's forecast whole."""
    last = asked.series.weeks - 1
    done = 0
    for back in asked.head["backfill"]:
        week = last - int(back)
        known = np.flatnonzero((~np.isnan(asked.series.demand[:, : week + 1])).any(axis=1))
        if len(known) == 0:
            continue
        then = _until(asked.series, week).of(known.astype(np.int64))
        for rows, found in _forecasts(asked, then, KEPT_HORIZON, np.ones(len(known), dtype=bool)):
            for place, row in enumerate(rows):
                yield _kept(asked, then, found, place, int(row), int(known[row]), int(back))
    for rows, found in _forecasts(asked, asked.series, int(asked.head["horizon"]), asked.changed):
        for place, row in enumerate(rows):
            if asked.changed[row]:
                kept = _kept(asked, asked.series, found, place, int(row), int(row), 0)
                yield {**kept, **_whole(found, place)}
        done += len(rows)
        say(done)


def _until(series: Series, week: int) -> Series:
    return series.until(week)


def _forecasts(
    asked: Asked, series: Series, horizon: int, wanted: np.ndarray
) -> Iterator[tuple[np.ndarray, Forecast]]:
    """Part by part; parts in which nothing has changed are left out. What is in a part does not depend on that."""
    if not series.items:
        return
    for part in chunks(series):
        if wanted[part].any():
            learned = bool(asked.head["learned"])
            with np.errstate(all="ignore"):
                found = forecast_chunk(
                    series.of(part), horizon, use_learned=learned, seed=int(asked.head["seed"])
                )
            yield part, found


def _whole(found: Forecast, place: int) -> dict[str, Any]:
    numbers = {"mean": _rounded(found.mean[place]), "cum_mean": _rounded(found.total_mean[place])}
    for number, name in enumerate(LEVELS):
        numbers[name] = _rounded(found.quantiles[place, :, number])
        numbers[f"cum_{name}"] = _rounded(found.total_quantiles[place, :, number])
    return {
        "horizon_weeks": found.mean.shape[1],
        "demand_class": found.demand_class[place],
        "per_week": round(float(found.mean[place, :PER_WEEK].mean()), 4),
        "error": _number(found.error[place]),
        "naive_error": _number(found.naive_error[place]),
        "numbers": orjson.dumps(numbers).decode(),
        "why": orjson.dumps(
            [{"code": one.code, "values": dict(one.params)} for one in found.why[place]]
        ).decode(),
    }


def _kept(
    asked: Asked, series: Series, found: Forecast, place: int, row: int, original: int, back: int
) -> dict[str, Any]:
    """What is told of the weeks some steps ahead, and what is needed to hold it against what comes."""
    product, warehouse = asked.keys[original]
    demand, week = series.demand[row], series.weeks - 1
    steps = []
    for step in KEPT_STEPS:
        if step <= found.mean.shape[1]:
            before = week + step - WEEKS
            naive = _number(demand[before]) if 0 <= before <= week else None
            told = dict(zip(LEVELS, _rounded(found.quantiles[place, step - 1]), strict=True))
            steps.append(
                {"step": step, "mean": round(float(found.mean[place, step - 1]), 2), **told, "naive": naive}
            )
    jumps = np.abs(np.diff(demand))
    jumps = jumps[~np.isnan(jumps)]
    return {
        "product": product,
        "warehouse": warehouse,
        "back": back,
        "method": found.method[place],
        "scale": _number(jumps.mean()) if len(jumps) else None,
        "steps": steps,
    }


def _rounded(values: Floats) -> list[float]:
    return [round(float(value), 2) for value in values]


def _number(value: float) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None


def say(done: int, out: IO[str] = sys.stdout) -> None:
    out.write(f"{done}\n")
    out.flush()


def _end_with_the_parent() -> None:
    """Whoever started this holds the other end of its input; when it is gone, so is the reason for this."""

    def wait() -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        os._exit(3)

    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    _end_with_the_parent()
    with contextlib.suppress(OSError):
        os.nice(NICENESS)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
    sys.stdout.flush()
    os._exit(0)
