"""Why an item is forecast as it is: codes and numbers, which a client says in its own language."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from stillage.forecasting import events
from stillage.forecasting.choice import Choice
from stillage.forecasting.kinds import DEAD, INTERMITTENT, LUMPY, weeks_silent
from stillage.forecasting.likeness import Launch
from stillage.forecasting.methods import METHODS
from stillage.forecasting.series import WEEKS, Ints, Series
from stillage.forecasting.state import State

SEASON_WORTH_SAYING = 0.10
FEW_WEEKS = 26
HALF_YEAR = 26
WEIGHT_WORTH_SAYING = 10
MOST_EVENTS = 3


class Reason(NamedTuple):
    """One reason, in a stable code; the parameters are in `docs/forecasting.md`."""

    code: str
    params: Mapping[str, str | int | float]


def reasons(
    series: Series,
    state: State,
    kinds: Ints,
    choice: Choice,
    methods: tuple[str, ...],
    launch: Launch | None,
    horizon: int,
) -> tuple[tuple[Reason, ...], ...]:
    """For each item, the most telling first."""
    silent = weeks_silent(series.demand)
    ages = state.age[:, -1].astype(int)
    begun = ~np.isnan(series.demand)
    first = np.where(begun.any(axis=1), begun.argmax(axis=1), series.weeks)
    half_year = np.arange(series.weeks)[None, :] >= np.maximum(first, series.weeks - HALF_YEAR)[:, None]
    unknown = (~begun & half_year).sum(axis=1)
    ahead = (
        events.ahead(series, state.factor, horizon)
        if state.factor is not None
        else [[] for _ in series.items]
    )
    donors = (
        {int(row): int(count) for row, count in zip(launch.rows, launch.donors, strict=True)}
        if launch
        else {}
    )
    sold = (np.nan_to_num(series.demand[:, -2 * WEEKS :]) > 0).sum(axis=1)
    season = state.season[:, : series.weeks]
    found = []
    for row, method in enumerate(methods):
        why: list[Reason] = []
        if method == "none":
            why.append(
                Reason("no_sale_since", {"weeks": int(silent[row])})
                if ages[row]
                else Reason("never_sold", {})
            )
        elif row in donors:
            why.append(Reason("like", {"items": donors[row], "weeks": int(ages[row])}))
        elif ages[row] < FEW_WEEKS:
            why.append(Reason("few_weeks", {"weeks": int(ages[row])}))
        if method not in ("none", "likeness"):
            why += _of_backtests(choice, row, method)
        if kinds[row] in (INTERMITTENT, LUMPY) and sold[row]:
            weeks = min(int(ages[row]), 2 * WEEKS)
            why.append(Reason("sells_rarely", {"every_weeks": round(weeks / int(sold[row]), 1)}))
        if kinds[row] != DEAD:
            why += _of_season(season[row], series.week_of_year[: series.weeks])
        if unknown[row]:
            why.append(Reason("weeks_without_stock", {"weeks": int(unknown[row])}))
        why += [
            Reason("event_ahead", {"what": what, "step": step, "percent": percent})
            for what, step, percent in ahead[row][:MOST_EVENTS]
        ]
        found.append(tuple(why))
    return tuple(found)


def _of_backtests(choice: Choice, row: int, method: str) -> list[Reason]:
    """The best single way and by how much it beat the next; of a combination, its parts."""
    errors = choice.errors[:, row]
    if np.isnan(errors).all():
        return []
    why = []
    order = np.argsort(errors, kind="stable")
    best, second = float(errors[order[0]]), float(errors[order[1]])
    if best > 0:
        why.append(
            Reason(
                "best_of_backtests",
                {
                    "method": METHODS[order[0]],
                    "runner_up": METHODS[order[1]],
                    "by_percent": round((second / best - 1.0) * 100),
                    "origins": choice.origins,
                },
            )
        )
    if method in ("combined", "learned"):
        parts = {
            name: round(100 * float(weight))
            for name, weight in zip(METHODS, choice.weights[:, row], strict=True)
        }
        why.append(
            Reason("weights", {name: part for name, part in parts.items() if part >= WEIGHT_WORTH_SAYING})
        )
    return why


def _of_season(season: np.ndarray, of_year: Ints) -> list[Reason]:
    part = season[-WEEKS:]
    peak = int(part.argmax())
    if part[peak] < 1.0 + SEASON_WORTH_SAYING:
        return []
    week = int(of_year[-WEEKS:][peak]) + 1
    return [
        Reason("season_of_category", {"peak_week": week, "percent": round((float(part[peak]) - 1) * 100)})
    ]
