"""How good the forecasts are on real sales: rolling origins, no leakage, against the plain ways.

    python load/backtest.py [--start 2020-09-27] [--origins 12] [--every 4] [--items 1000] [--quick]

Reads the Iowa shipments beside the checkout. Items are drawn by what they sold in the year before the first origin: a
quarter each fast, medium and slow (steady sellers by size) and intermittent. Prints a table for docs/forecasting.md.
"""

import argparse
import os
import sys
import time
from collections import defaultdict
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pandas as pd

from stillage.forecasting import scoring
from stillage.forecasting.forecast import LEVELS, forecast
from stillage.forecasting.series import Floats, Series, from_first_sale, grouped, weeks_of_year

HORIZON, PROTECTED = 8, 3
CLASSES = ("fast", "medium", "slow", "intermittent")
SHARED = Path(os.environ.get("STILLAGE_SHARED", Path(__file__).parents[2] / "shared")) / "data"
HISTORY_WEEKS = 182


def weekly(start: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """Bottles by item and week (the Sunday that ends it)."""
    days = pd.read_parquet(SHARED / "iowa_item_day_2012_2021-09.parquet", columns=["item", "date", "bottles"])
    days["date"] = pd.to_datetime(days["date"])
    days = days[(days["date"] > start - pd.Timedelta(days=7)) & (days["date"] <= last)]
    week = days["date"] + pd.to_timedelta((6 - days["date"].dt.day_of_week) % 7, unit="D")
    table = days.assign(week=week).pivot_table(index="item", columns="week", values="bottles", aggfunc="sum")
    return table.reindex(columns=pd.date_range(start, last, freq="7D"))


def drawn(table: pd.DataFrame, at: pd.Timestamp, count: int, seed: int) -> tuple[list[str], list[str]]:
    """Items and their classes."""
    year = table.loc[:, :at].fillna(0.0).clip(lower=0.0).iloc[:, -52:]
    mean, empty = year.mean(axis=1), (year == 0).mean(axis=1)
    steady = mean[empty <= 0.3]
    low, high = steady.quantile([1 / 3, 2 / 3])
    classes = {
        "fast": steady[steady > high],
        "medium": steady[(steady <= high) & (steady > low)],
        "slow": steady[steady <= low],
        "intermittent": mean[(empty > 0.5) & (mean > 0.3)],
    }
    items, names = [], []
    for name in CLASSES:
        own = classes[name].sample(min(count // 4, len(classes[name])), random_state=seed)
        items += list(own.index)
        names += [name] * len(own)
    return items, names


def categories(items: list[str]) -> list[str]:
    book = pd.read_csv(SHARED / "iowa_products_2022-11.csv.gz", dtype={"Item Number": str})
    names = book.drop_duplicates("Item Number").set_index("Item Number")["Category Name"]
    return list(names.reindex(items).fillna("").astype(str))


def textbook_parts(known: Floats) -> tuple[Floats, Floats]:
    """The mean of a quarter, and its error one week ahead over a year."""
    means = [
        np.nanmean(known[:, week - 13 : week], axis=1) for week in range(known.shape[1] - 52, known.shape[1])
    ]
    error = np.nan_to_num(np.nanstd(known[:, -52:] - np.stack(means, axis=1), axis=1))
    return np.nan_to_num(np.nanmean(known[:, -13:], axis=1)), error


def textbook(known: Floats, level: float) -> Floats:
    """The mean of a quarter and z times the error of one week ahead, for the protected weeks."""
    mean, error = textbook_parts(known)
    total: Floats = mean * PROTECTED + NormalDist().inv_cdf(level) * error * np.sqrt(PROTECTED)
    return np.maximum(total, 0.0)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--start", default="2020-09-27")
    asked.add_argument("--origins", type=int, default=12)
    asked.add_argument("--every", type=int, default=4)
    asked.add_argument("--items", type=int, default=1000)
    asked.add_argument("--seed", type=int, default=7)
    asked.add_argument("--quick", action="store_true")
    given = asked.parse_args()
    at = pd.Timestamp(given.start)
    begin = at - pd.Timedelta(weeks=HISTORY_WEEKS)
    last = at + pd.Timedelta(weeks=given.every * (given.origins - 1) + HORIZON)
    table = weekly(begin, last)
    items, classes = drawn(table, at, given.items, given.seed)
    demand = from_first_sale(table.loc[items].fillna(0.0).to_numpy(dtype=float))
    series = Series(
        tuple(items),
        demand,
        weeks_of_year(table.columns.to_numpy(), HORIZON),
        grouped(categories(items)),
    )
    report(series, np.asarray(classes), given)


def report(series: Series, classes: np.ndarray, given: argparse.Namespace) -> None:
    """Forecast at every origin and print what came of it."""
    errors: dict[str, list[Floats]] = defaultdict(list)
    sums: dict[str, list[tuple[float, float]]] = defaultdict(list)
    hits: dict[float, list[np.ndarray]] = defaultdict(list)
    lost: dict[str, float] = defaultdict(float)
    came, seconds = 0.0, 0.0
    for number in range(given.origins):
        week = HISTORY_WEEKS + number * given.every
        known = series.until(week)
        real = series.demand[:, week + 1 : week + 1 + HORIZON]
        real = np.nan_to_num(real)
        started = time.process_time()
        found = forecast(known, HORIZON, use_learned=not given.quick)
        seconds += time.process_time() - started
        told = {
            "ours": found.mean,
            "seasonal naive": scoring.seasonal_naive(known.demand, HORIZON),
            "moving average 13": scoring.moving_average(known.demand, HORIZON),
        }
        for name, one in told.items():
            errors[name].append(scoring.scaled_error(real, one, known.demand))
            sums[name].append((float(np.abs(one - real).sum()), float((one - real).sum())))
        total = real[:, :PROTECTED].sum(axis=1)
        for level in (0.80, 0.95, 0.99):
            ours = found.total_quantiles[:, PROTECTED - 1, LEVELS.index(level)]
            hits[level].append(total <= ours + 1e-9)
            if level == 0.95:
                lost["ours"] += scoring.pinball(total, ours, level) * total.sum()
                lost["textbook"] += scoring.pinball(total, textbook(known.demand, level), level) * total.sum()
                came += float(total.sum())
        sold = float(real.sum())
        sums["sold"].append((sold, sold))
        print(f"{number + 1} of {given.origins}", end="\r", file=sys.stderr)
    mase = {name: float(np.nanmean(np.stack(found))) for name, found in errors.items()}
    all_sold = sum(one for one, _ in sums["sold"])
    print("| measure | here |\n|---|---|")
    print(f"| items, origins, from | {len(series.items)}, {given.origins}, {given.start} |")
    print(
        f"| MASE: ours, seasonal naive, moving average | {mase['ours']:.3f}, {mase['seasonal naive']:.3f}, "
        f"{mase['moving average 13']:.3f} |"
    )
    print(f"| MASE / seasonal naive | {mase['ours'] / mase['seasonal naive']:.3f} |")
    print(f"| MASE / moving average 13 | {mase['ours'] / mase['moving average 13']:.3f} |")
    print(
        f"| WAPE, bias | {sum(a for a, _ in sums['ours']) / all_sold:.3f}, "
        f"{sum(b for _, b in sums['ours']) / all_sold:+.4f} |"
    )
    print("| P80 / P95 / P99 cover | " + " / ".join(f"{np.mean(hits[level]):.3f}" for level in hits) + " |")
    by_class = np.stack(hits[0.95])
    print(
        "| P95 by class | "
        + ", ".join(f"{name} {by_class[:, classes == name].mean():.3f}" for name in CLASSES)
        + " |"
    )
    print(
        f"| pinball95: ours, textbook, ratio | {lost['ours'] / came:.4f}, {lost['textbook'] / came:.4f}, "
        f"{lost['ours'] / lost['textbook']:.3f} |"
    )
    print(f"| CPU seconds an origin | {seconds / given.origins:.1f} |")


if __name__ == "__main__":
    main()
