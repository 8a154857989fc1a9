"""How much stock our levels need for how many sales met, on real sales, against the textbook's and the spreadsheet's.

    python load/stock_simulation.py [--start 2020-09-27] [--weeks 48] [--items 1000] [--study-every 4] [--quick]

Every week each item is counted and ordered up to a level, in whole cases; what is ordered comes after two weeks, in time
for the third; what is not there when it is wanted is lost. Items are drawn as in `load/backtest.py`, costs and cases are
those of the price book. *Fill* is the part of demand that was met, by cost; *cover* is the mean stock on hand in weeks
of demand, by cost. Trees are grown every four weeks and kept in between. Prints tables for docs/forecasting.md.
"""

import argparse
import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from backtest import CLASSES, HISTORY_WEEKS, SHARED, categories, drawn, textbook_parts, weekly

from stillage.forecasting.forecast import Forecast, forecast, study
from stillage.forecasting.series import Floats, Series, from_first_sale, grouped, weeks_of_year
from stillage.forecasting.stocking import level_for_fill, level_for_service, levels_for_fill_of_all

LEAD, REVIEW = 2, 1
SERVICES = (0.80, 0.90, 0.95, 0.97, 0.98, 0.99)
FILLS = (0.90, 0.95, 0.98, 0.99)
SCORES = (0.8, 1.6, 2.0, 2.5, 3.0, 3.6)
COVERS = (4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 12.0)
WANTED = 0.98
Level = Callable[[Floats, Forecast], Floats]


class Policy:
    """One way of setting levels, and the stock that came of it: on hand, and what is due in the weeks ahead."""

    def __init__(self, name: str, asked: float, level: Level, items: int) -> None:
        self.name, self.asked, self.level = name, asked, level
        self.on_hand = np.full(items, np.nan)
        self.due = np.zeros((LEAD + 1, items))
        self.stock, self.met = np.zeros(items), np.zeros(items)

    def order(self, known: Floats, found: Forecast, case: Floats) -> None:
        level = self.level(known, found)
        if np.isnan(self.on_hand[0]):
            self.on_hand = np.ceil(level / case) * case
        position = self.on_hand + self.due.sum(axis=0)
        self.due[LEAD] += np.ceil(np.maximum(level - position, 0.0) / case - 1e-9) * case

    def sell(self, demand: Floats) -> None:
        self.on_hand = self.on_hand + self.due[0]
        self.due = np.concatenate([self.due[1:], np.zeros((1, len(demand)))])
        sold = np.minimum(self.on_hand, demand)
        self.stock += self.on_hand - sold / 2.0
        self.met += sold
        self.on_hand = self.on_hand - sold


def policies(case: Floats, cost: Floats) -> list[Policy]:
    items = len(case)
    found = [Policy("ours, by fill", fill, _ours_by_fill(fill, case), items) for fill in FILLS]
    found += [Policy("ours, fill of all", fill, _ours_of_all(fill, case, cost), items) for fill in FILLS]
    found += [Policy("ours, by P", service, _ours_by_service(service, case), items) for service in SERVICES]
    found += [Policy("textbook", score, _textbook(score), items) for score in SCORES]
    return found + [Policy("spreadsheet", weeks, _spreadsheet(weeks), items) for weeks in COVERS]


def _ours_by_fill(fill: float, case: Floats) -> Level:
    return lambda _, found: level_for_fill(found, fill, lead_weeks=LEAD, review_weeks=REVIEW, multiple=case)


def _ours_of_all(fill: float, case: Floats, cost: Floats) -> Level:
    return lambda _, found: levels_for_fill_of_all(
        found, fill, lead_weeks=LEAD, review_weeks=REVIEW, multiple=case, value=cost
    )[0]


def _ours_by_service(service: float, case: Floats) -> Level:
    return lambda _, found: level_for_service(
        found, service, lead_weeks=LEAD, review_weeks=REVIEW, multiple=case
    )


def _textbook(score: float) -> Level:
    def level(known: Floats, _: Forecast) -> Floats:
        mean, error = textbook_parts(known)
        return mean * (LEAD + REVIEW) + score * error * np.sqrt(LEAD + REVIEW)

    return level


def _spreadsheet(weeks: float) -> Level:
    return lambda known, _: np.nan_to_num(np.nanmean(known[:, -4:], axis=1)) * weeks


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--start", default="2020-09-27")
    asked.add_argument("--weeks", type=int, default=48)
    asked.add_argument("--items", type=int, default=1000)
    asked.add_argument("--seed", type=int, default=7)
    asked.add_argument("--study-every", type=int, default=4, help="weeks for which trees are kept")
    asked.add_argument("--quick", action="store_true")
    given = asked.parse_args()
    at = pd.Timestamp(given.start)
    table = weekly(at - pd.Timedelta(weeks=HISTORY_WEEKS), at + pd.Timedelta(weeks=given.weeks))
    items, classes = drawn(table, at, given.items, given.seed)
    series = Series(
        tuple(items),
        from_first_sale(table.loc[items].fillna(0.0).to_numpy(dtype=float)),
        weeks_of_year(table.columns.to_numpy(), LEAD + REVIEW),
        grouped(categories(items)),
    )
    cost, case = prices(items)
    print(
        f"{len(items)} items, {given.weeks} weeks from {given.start}, {'quick' if given.quick else 'with trees'}\n"
    )
    simulate(series, cost, case, np.asarray(classes), given)


def prices(items: list[str]) -> tuple[Floats, Floats]:
    """Cost of a bottle and bottles of a case; the usual ones where the book does not say."""
    book = pd.read_csv(SHARED / "iowa_products_2022-11.csv.gz", dtype={"Item Number": str})
    book = book.drop_duplicates("Item Number").set_index("Item Number").reindex(items)
    cost, case = book["State Bottle Cost"], book["Pack"]
    return (
        cost.fillna(cost.median()).to_numpy(dtype=float),
        case.fillna(case.median()).clip(lower=1).to_numpy(dtype=float),
    )


def simulate(
    series: Series, cost: Floats, case: Floats, classes: np.ndarray, given: argparse.Namespace
) -> None:
    tried, kept = policies(case, cost), None
    wanted = np.zeros(len(case))
    started = time.process_time()
    for week in range(given.weeks):
        known = series.until(HISTORY_WEEKS + week)
        if not given.quick and week % given.study_every == 0:
            kept = study(known, LEAD + REVIEW)
        found = forecast(known, LEAD + REVIEW, use_learned=not given.quick, studied=kept)
        real = np.nan_to_num(series.demand[:, HISTORY_WEEKS + week + 1])
        wanted += real
        for policy in tried:
            policy.order(known.demand, found, case)
            policy.sell(real)
        print(f"week {week + 1} of {given.weeks}", end="\r", file=sys.stderr)
    seconds = time.process_time() - started
    report(tried, wanted, cost, classes, given.weeks)
    print(f"\n{seconds:.0f} CPU seconds")


def report(tried: list[Policy], wanted: Floats, cost: Floats, classes: np.ndarray, weeks: int) -> None:
    value = float(wanted @ cost)
    print(
        "| policy | asked | fill | cover | fill by class: " + ", ".join(CLASSES) + " |\n|---|---|---|---|---|"
    )
    curves: dict[str, list[tuple[float, float]]] = {}
    for policy in tried:
        fill, cover = float(policy.met @ cost) / value, float(policy.stock @ cost) / value
        curves.setdefault(policy.name, []).append((fill, cover))
        own = [
            float(
                (policy.met * cost)[classes == name].sum() / max((wanted * cost)[classes == name].sum(), 1e-9)
            )
            for name in CLASSES
        ]
        by_class = ", ".join(f"{one:.3f}" for one in own)
        print(f"| {policy.name} | {policy.asked} | {fill:.4f} | {cover:.2f} | {by_class} |")
    print(f"\n| policy | cover at {WANTED:.0%} fill |\n|---|---|")
    for name, curve in curves.items():
        fills, covers = zip(*sorted(curve), strict=True)
        inside = fills[0] <= WANTED <= fills[-1]
        print(f"| {name} | {float(np.interp(WANTED, fills, covers)):.2f} |" if inside else f"| {name} | - |")


if __name__ == "__main__":
    main()
