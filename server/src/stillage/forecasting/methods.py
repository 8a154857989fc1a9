"""The well-known ways of telling one series' demand, for all items and weeks at once.

Each works on demand without its season (pooled over a category, `seasons.py`) and gives it back for the weeks ahead, but
for the seasonal naive way, which is last year as it was. Their levels are kept after each week, so that what a way would
have told at any week of the past costs nothing more: that is what the choice among them rests on (`choice.py`).
"""

from dataclasses import dataclass

import numpy as np

from stillage.forecasting.series import WEEKS, Floats
from stillage.forecasting.smoothing import exponential, intermittent, known, syntetos_boylan
from stillage.forecasting.state import State

Window = tuple[int, int]  # first and last week ahead, both from 1

METHODS = ("pooled", "ets", "theta", "croston_sba", "tsb", "moving_average", "seasonal_naive")
ALPHAS = (0.03, 0.08, 0.2, 0.4)
POOLED = {"smooth": 0.3, "quarter": 0.3, "half": 0.2, "slow": 0.2}
LAST_YEAR = 0.12  # of what the same weeks were a year ago
THETA_WEEKS = 104  # a longer trend than that is none


@dataclass(frozen=True, slots=True)
class Methods:
    """Levels of every way after each week (items x weeks), and the slope of the one that has one."""

    state: State
    levels: dict[str, Floats]
    slope: Floats

    def mean(self, method: str, week: int, window: Window) -> Floats:
        """Units a week over a window ahead, as a way would have told it after a week."""
        first, last = window
        before = self.year_before(week, window)
        if method == "seasonal_naive":
            plain = np.nan_to_num(self.levels["moving_average"][:, week])
            return np.where(np.isnan(before), plain, before)
        level = np.nan_to_num(self.levels[method][:, week])
        if method == "theta":
            level = np.maximum(level + self.slope[:, week] * (first + last) / 2.0, 0.25 * level)
        found: Floats = level * self.state.season_ahead(week, first, last)
        if method == "pooled":
            found = np.where(np.isnan(before), found, (1 - LAST_YEAR) * found + LAST_YEAR * before)
        return found

    def year_before(self, week: int, window: Window) -> Floats:
        """What the same weeks were a year ago; NaN where that is not known."""
        low, high = week + window[0] - WEEKS, week + window[1] - WEEKS
        if low < 0 or high > week:
            return np.full(len(self.slope), np.nan)
        found: Floats = self.state.series.demand[:, low : high + 1].mean(axis=1)
        return found


def methods_of(state: State) -> Methods:
    """Work all levels out."""
    best, alpha = _exponential_smoothing(state)
    levels = {
        "pooled": POOLED["smooth"] * state.smooth[0.2]
        + POOLED["quarter"] * state.means[13]
        + POOLED["half"] * state.means[26]
        + POOLED["slow"] * state.smooth[0.08],
        "ets": best,
        "croston_sba": syntetos_boylan(state.calm),
        "tsb": intermittent(state.calm, size_alpha=0.2, chance_alpha=0.1),
        "moving_average": state.means[13],
    }
    slope = _slope(state.calm) / 2.0  # theta 2: half the slope of the line (Hyndman and Billah 2003)
    levels["theta"] = best + slope * (1.0 - alpha) / alpha
    return Methods(state, levels, slope)


def _exponential_smoothing(state: State) -> tuple[Floats, Floats]:
    """Simple exponential smoothing whose weight is, after each week, the one whose steps were best so far."""
    all_levels, losses = [], []
    for alpha in ALPHAS:
        level = exponential(state.calm, alpha)
        step = np.abs(state.calm[:, 1:] - level[:, :-1])
        loss = np.cumsum(np.nan_to_num(step), axis=1)
        all_levels.append(level)
        losses.append(np.pad(loss, ((0, 0), (1, 0))))
    chosen = np.argmin(np.stack(losses), axis=0)
    best: Floats = np.take_along_axis(np.stack(all_levels), chosen[None], axis=0)[0]
    return best, np.asarray(ALPHAS)[chosen]


def _slope(calm: Floats) -> Floats:
    """The slope of a straight line through the last two years, after each week; nought where there is hardly a year."""
    here = known(calm)
    weeks = np.arange(calm.shape[1], dtype=float)[None, :]
    value = np.nan_to_num(calm)
    size = np.maximum(value.max(axis=1, keepdims=True), 1e-9)
    value = value / size
    count, time, square, total, cross = (
        _over(part, THETA_WEEKS)
        for part in (here.astype(float), here * weeks, here * weeks**2, value * here, value * weeks * here)
    )
    spread = square - time**2 / np.maximum(count, 1.0)
    slope = (cross - time * total / np.maximum(count, 1.0)) / np.maximum(spread, 1e-9)
    found: Floats = np.where(count >= WEEKS / 2, slope, 0.0) * size
    return found


def _over(values: Floats, weeks: int) -> Floats:
    totals = np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=1)
    start = np.maximum(np.arange(1, values.shape[1] + 1) - weeks, 0)
    found: Floats = totals[:, 1:] - totals[:, start]
    return found
