"""The learned way: gradient-boosted trees over all items at once, straight to each window ahead (LightGBM).

A row is an item at a past week and a window after it, in the item's scale. Two models tell single
weeks, their middle and their mean; one a quantile tells all weeks up to one together: what is trained for one purpose
serves it better.
"""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np

from stillage.forecasting.features import Matrix, matrix, of_item, of_window
from stillage.forecasting.methods import Window
from stillage.forecasting.series import Floats
from stillage.forecasting.state import State

log = logging.getLogger("stillage.forecasting")
MOST_ROWS = 200_000
TRAIN_WEEKS = 156
YOUNGEST = 8  # weeks an item must have been there
HIGHEST = 30.0  # times an item's scale: beyond that a week is a mishap
FEWEST_ROWS = 2_000
TREES = 80
LEARNED_LEVELS = (0.50, 0.80, 0.95, 0.99)
_COMMON: dict[str, Any] = {
    "num_leaves": 31,
    "learning_rate": 0.1,
    "min_child_samples": 150,
    "feature_fraction": 0.6,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "max_bin": 63,
    "verbosity": -1,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
}
_MIDDLE: dict[str, Any] = {"objective": "l1"}
_MEAN: dict[str, Any] = {"objective": "tweedie", "tweedie_variance_power": 1.3}


@dataclass(frozen=True, slots=True)
class Models:
    """What was learned of single weeks, and of weeks together by level."""

    middle: Any
    mean: Any
    totals: dict[float, Any]

    def weeks(self, state: State, week: int, windows: Sequence[Window]) -> tuple[Floats, Floats]:
        """The middle and the mean of windows of single weeks: windows x items, units a week."""
        rows, size = _asked(state, week, windows)
        return _told(self.middle, rows, size, len(windows)), _told(self.mean, rows, size, len(windows))

    def quantiles(self, state: State, week: int, windows: Sequence[Window]) -> Floats:
        """Windows x items x LEARNED_LEVELS of weeks together, units a week."""
        rows, size = _asked(state, week, windows)
        return np.stack([_told(model, rows, size, len(windows)) for model in self.totals.values()], axis=2)


def _asked(state: State, week: int, windows: Sequence[Window]) -> tuple[Matrix, Floats]:
    item = of_item(state, week)
    return np.concatenate([matrix(item, of_window(state, week, *window)) for window in windows]), state.scale(
        week
    )


def _told(model: Any, rows: Matrix, size: Floats, windows: int) -> Floats:
    found: Floats = np.asarray(model.predict(rows, num_threads=1)).reshape(windows, len(size)) * size
    return np.maximum(found, 0.0)


@cache
def engine() -> ModuleType | None:
    """LightGBM, loaded when it is needed; None where the system lacks what it is built on."""
    try:
        import lightgbm
    except OSError as error:
        log.warning("forecasts are made without trees: %s (on Debian the package libgomp1 gives it)", error)
        return None
    module: ModuleType = lightgbm
    return module


def learn(
    state: State,
    week: int,
    single: Sequence[Window],
    upto: Sequence[Window],
    *,
    seed: int = 0,
    threads: int = 2,
) -> Models | None:
    """Learn from all that was known after a week. None where there is too little to learn from, or no engine."""
    lightgbm = engine()
    if lightgbm is None:
        return None
    of_weeks, of_totals = (_rows(state, week, windows, seed=seed) for windows in (single, upto))
    if min(len(of_weeks[1]), len(of_totals[1])) < FEWEST_ROWS:
        return None
    common = {**_COMMON, "seed": seed}

    def train(task: tuple[tuple[Matrix, Floats], dict[str, Any]]) -> Any:
        (rows, targets), own = task
        params = {**common, **own}
        return lightgbm.train(params, lightgbm.Dataset(rows, targets, params=params), TREES)

    tasks: list[tuple[tuple[Matrix, Floats], dict[str, Any]]] = [(of_weeks, _MIDDLE), (of_weeks, _MEAN)]
    tasks += [(of_totals, {"objective": "quantile", "alpha": level}) for level in LEARNED_LEVELS]
    # One thread a model: threads inside a model wait for each other at every branch, and crawl beside other work.
    with ThreadPoolExecutor(max_workers=max(1, threads)) as pool:
        middle, mean, *totals = pool.map(train, tasks)
    return Models(middle, mean, dict(zip(LEARNED_LEVELS, totals, strict=True)))


def learn_middle(state: State, week: int, single: Sequence[Window], *, seed: int = 0) -> Any:
    """Only the middle of single weeks, from what was known after an earlier week: to see how it would have done."""
    lightgbm = engine()
    if lightgbm is None:
        return None
    rows, targets = _rows(state, week, single, seed=seed, most=MOST_ROWS // 2)
    if len(targets) < FEWEST_ROWS:
        return None
    params = {**_COMMON, **_MIDDLE, "seed": seed}
    return lightgbm.train(params, lightgbm.Dataset(rows, targets, params=params), TREES)


def tell_middle(model: Any, state: State, week: int, windows: Sequence[Window]) -> Floats:
    rows, size = _asked(state, week, windows)
    return _told(model, rows, size, len(windows))


def _rows(
    state: State, week: int, windows: Sequence[Window], *, seed: int, most: int | None = None
) -> tuple[Matrix, Floats]:
    """Past weeks with windows that had passed by then; of too many, a sample that each item and week has a part in."""
    items = len(state.series.items)
    oldest = max(week - TRAIN_WEEKS, min(26, week // 3))
    cases = [
        (origin, [window for window in windows if origin + window[1] <= week])
        for origin in range(week - 1, oldest, -1)
    ]
    chance = np.random.default_rng(seed)
    all_rows = items * sum(len(passed) for _, passed in cases)
    share = min(1.0, (most or MOST_ROWS) / max(1, all_rows))
    rows: list[Matrix] = []
    targets: list[Floats] = []
    for origin, passed in cases:
        if not passed:
            continue
        item, size, old = of_item(state, origin), state.scale(origin), state.age[:, origin] >= YOUNGEST
        for window in passed:
            real = state.window(origin, *window)
            usable = np.flatnonzero(~np.isnan(real) & old & (chance.random(items) < share))
            if len(usable):
                rows.append(matrix(item[usable], of_window(state, origin, *window, usable)))
                targets.append(real[usable] / size[usable])
    if not rows:
        return np.empty((0, 0), dtype=np.float32), np.empty(0)
    return np.concatenate(rows), np.minimum(np.concatenate(targets), HIGHEST)
