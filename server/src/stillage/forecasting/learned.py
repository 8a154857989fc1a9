"""The learned way: gradient-boosted trees over all items at once, straight to each window ahead (LightGBM).

One model for the mean and one a quantile; a row is an item at a past week and a window after it, in the item's scale.
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
MOST_ROWS = 400_000
TRAIN_WEEKS = 104
YOUNGEST = 8  # weeks an item must have been there
HIGHEST = 30.0  # times an item's scale: beyond that a week is a mishap
FEWEST_ROWS = 2_000
TREES = 160
_COMMON: dict[str, Any] = {
    "num_leaves": 63,
    "learning_rate": 0.05,
    "min_child_samples": 150,
    "feature_fraction": 0.6,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "verbosity": -1,
    "deterministic": True,
    "force_row_wise": True,
}
_MEAN = {"objective": "tweedie", "tweedie_variance_power": 1.3}


@dataclass(frozen=True, slots=True)
class Models:
    """What was learned; `quantiles` by level."""

    mean: Any
    quantiles: dict[float, Any]

    def predict(self, state: State, week: int, windows: Sequence[Window]) -> tuple[Floats, Floats]:
        """Units a week: windows x items of means, windows x items x levels of quantiles."""
        size, item = state.scale(week), of_item(state, week)
        rows = np.concatenate([matrix(item, of_window(state, week, *window)) for window in windows])
        shape = (len(windows), len(size))
        mean = np.maximum(np.asarray(self.mean.predict(rows, num_threads=1)).reshape(shape), 0.0) * size
        found = np.stack(
            [
                np.asarray(model.predict(rows, num_threads=1)).reshape(shape) * size
                for model in self.quantiles.values()
            ],
            axis=2,
        )
        return mean, np.maximum(found, 0.0)


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
    windows: Sequence[Window],
    levels: Sequence[float],
    *,
    seed: int = 0,
    threads: int = 2,
) -> Models | None:
    """Learn from all that was known after a week. None where there is too little to learn from, or no engine."""
    lightgbm = engine()
    if lightgbm is None:
        return None
    rows, targets = _rows(state, week, windows, seed=seed)
    if len(targets) < FEWEST_ROWS:
        return None
    targets = np.minimum(targets, HIGHEST)
    wanted: list[dict[str, Any]] = [_MEAN, *({"objective": "quantile", "alpha": level} for level in levels)]
    common = {**_COMMON, "seed": seed, "num_threads": 1}

    def train(own: Sequence[dict[str, Any]]) -> list[Any]:
        data = lightgbm.Dataset(rows, targets, free_raw_data=False, params=common)
        return [lightgbm.train({**common, **one}, data, TREES) for one in own]

    # One thread a model: threads inside a model wait for each other at every branch, and crawl beside other work.
    with ThreadPoolExecutor(max_workers=max(1, threads)) as pool:
        parts = list(pool.map(train, [wanted[number::threads] for number in range(max(1, threads))]))
    found: list[Any] = [None] * len(wanted)
    for number, part in enumerate(parts):
        found[number::threads] = part
    return Models(mean=found[0], quantiles=dict(zip(levels, found[1:], strict=True)))


def _rows(state: State, week: int, windows: Sequence[Window], *, seed: int) -> tuple[Matrix, Floats]:
    """Past weeks with windows that had passed by then; of too many, a sample that each item has a part in."""
    items = len(state.series.items)
    longest = max(last for _, last in windows)
    oldest = max(week - TRAIN_WEEKS - longest, min(26, week // 3))
    origins = list(range(week - 1, oldest, -1))
    chance = np.random.default_rng(seed)
    each = max(1, min(len(windows), MOST_ROWS // max(1, items * len(origins))))
    share = min(1.0, MOST_ROWS / max(1, items * len(origins) * each))
    rows: list[Matrix] = []
    targets: list[Floats] = []
    for origin in origins:
        passed = [window for window in windows if origin + window[1] <= week]
        if not passed:
            continue
        item, size = of_item(state, origin), state.scale(origin)
        chosen = chance.permutation(len(passed))[:each]
        for index in sorted(chosen):
            window = passed[index]
            real = state.window(origin, *window)
            usable = ~np.isnan(real) & (state.age[:, origin] >= YOUNGEST)
            if share < 1.0:
                usable &= chance.random(items) < share
            rows.append(matrix(item[usable], of_window(state, origin, *window)[usable]))
            targets.append((real / size)[usable])
    if not rows:
        return np.empty((0, 0), dtype=np.float32), np.empty(0)
    return np.concatenate(rows), np.concatenate(targets)
