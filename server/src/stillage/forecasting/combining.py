"""The learned way and the quick one together.

The trees tell the middle of what may come, which misses by least; but middles lie below means, and add up to too little.
So they are raised, by class of demand, until a class adds up to its means; of the most sporadic ones only so far that their
forecast lies between their middle, which is nought, and their mean, which misses most weeks.
"""

from collections.abc import Sequence

import numpy as np

from stillage.forecasting import learned
from stillage.forecasting.choice import MOST_STEPS, ORIGIN_STEP, scale_of
from stillage.forecasting.learned import LEARNED_LEVELS, Models
from stillage.forecasting.methods import Window
from stillage.forecasting.series import Floats, Ints
from stillage.forecasting.state import State
from stillage.forecasting.statistical import CLASSES, Quick, demand_class

# Before anything is known of how they did: three parts trees, one part the quick way; of quantiles half each.
LEARNED_ODDS = 3.0
SHARPNESS = 4.0
QUANTILE_LEARNED = 0.5
MOST_LIFT = 3.0
ADDED = 0.5  # of what is missing beyond the most lift
TRIED_WEEKS = 26
BELIEF_ITEMS = 30.0
LEAST_ERRORS = 200


def tried(quick: Quick, single: Sequence[Window], *, seed: int) -> tuple[Floats, Floats] | None:
    """How the trees would have done in the last half year, learned from what was known before it: their mean absolute
    error against the quick way's, by class of demand, and as a MASE of each item. None where that cannot be known.
    """
    state = quick.state
    last = state.series.weeks - 1
    before = last - TRIED_WEEKS
    steps = [window for window in single if window[1] <= MOST_STEPS]
    if before < TRIED_WEEKS or (model := learned.learn_middle(state, before, single, seed=seed)) is None:
        return None
    ours, theirs, count = (np.zeros(len(state.series.items)) for _ in range(3))
    for week in range(last - len(steps), before - 1, -ORIGIN_STEP):
        mean = np.stack([quick.mean(week, window) for window in steps])
        middle = raised(learned.tell_middle(model, state, week, steps), mean, demand_class(state, week))
        for number, window in enumerate(steps):
            real = state.window(week, *window)
            real = np.where(state.age[:, week] < learned.YOUNGEST, np.nan, real)
            ours += np.nan_to_num(np.abs(middle[number] - real))
            theirs += np.nan_to_num(np.abs(mean[number] - real))
            count += ~np.isnan(real)
    scale = scale_of(state.series.demand)
    usable = (count > 0) & (scale > 0)
    size = np.where(usable, scale * count, 1.0)
    return _by_class(ours / size, theirs / size, usable, demand_class(state, last)), np.where(
        usable, ours / size, np.nan
    )


def _by_class(ours: Floats, theirs: Floats, usable: np.ndarray, classes: Ints) -> Floats:
    """Errors against each other, drawn to those of all where a class is small."""
    every = ours[usable].sum() / max(float(theirs[usable].sum()), 1e-9) if usable.any() else 1.0
    found = np.empty(CLASSES)
    for one in range(len(found)):
        here = usable & (classes == one)
        belief = here.sum() / (here.sum() + BELIEF_ITEMS)
        own = ours[here].sum() / max(float(theirs[here].sum()), 1e-9) if here.any() else every
        found[one] = belief * own + (1 - belief) * every
    return np.clip(found, 0.5, 2.0)


def share_of_learned(ratio: Floats | None) -> Floats:
    """How much the trees count, by class of demand: the odds from before, changed by how they did."""
    if ratio is None:
        ratio = np.ones(CLASSES)
    odds = LEARNED_ODDS * ratio**-SHARPNESS
    found: Floats = odds / (1.0 + odds)
    return found


def raised(middle: Floats, mean: Floats, classes: Ints) -> Floats:
    """Middles raised by class of demand until they add up to the means; beyond a limit half of what is missing is added."""
    found = middle.copy()
    for one in np.unique(classes):
        here = classes == one
        wanted, have = float(mean[:, here].sum()), float(middle[:, here].sum())
        if wanted <= 0 or have <= 0:
            continue
        lift = np.clip(wanted / have, 1.0 / MOST_LIFT, MOST_LIFT)
        missing = max(wanted - lift * have, 0.0) / wanted
        found[:, here] = lift * middle[:, here] + ADDED * missing * mean[:, here]
    return found


def spelt_out(told: Floats, plain: Floats, levels: Sequence[float]) -> Floats:
    """Quantiles at all levels from those that were learned: between them as the quick way's lie between its own."""
    found = np.empty_like(plain)
    known = [levels.index(level) for level in LEARNED_LEVELS]
    for number, index in enumerate(known):
        found[:, :, index] = told[:, :, number]
    for index in range(len(levels)):
        if index in known:
            continue
        above = [place for place, one in enumerate(known) if one > index]
        right = above[0] if above and above[0] > 0 else 1
        low, high = known[right - 1], known[right]
        step = plain[:, :, high] - plain[:, :, low]
        part = np.where(
            step > 0, (plain[:, :, index] - plain[:, :, low]) / np.where(step > 0, step, 1.0), 0.5
        )
        part = np.clip(part, -2.0, 1.0)
        found[:, :, index] = found[:, :, low] + part * (found[:, :, high] - found[:, :, low])
    return np.maximum(found, 0.0)


def combined(
    state: State,
    models: Models,
    share: Floats,
    single: Sequence[Window],
    upto: Sequence[Window],
    levels: Sequence[float],
    told: tuple[Floats, Floats, Floats, Floats],
) -> tuple[Floats, Floats, Floats, Floats]:
    """Middles, means and quantiles of single weeks, quantiles of weeks together; from what the quick way told: `told` is
    its means, its middles, and both kinds of quantiles.
    """
    plain, mean, quantiles, totals = told
    week = state.series.weeks - 1
    classes = demand_class(state, week)
    middle, learned_mean = models.weeks(state, week, single)
    expected = (learned_mean + plain) / 2.0
    middle = raised(middle, expected, classes)
    part = share[classes]
    mixed = part * middle + (1 - part) * mean
    with np.errstate(invalid="ignore", divide="ignore"):
        moved = np.where(mean > 0, np.clip(mixed / mean, 0.25, 4.0), 1.0)
    learned_totals = spelt_out(models.quantiles(state, week, upto), totals, levels)
    half = 0.5 + 0.5 * moved[:, :, None]  # as for totals: half the learned way, half the quick one
    return (
        mixed,
        expected,
        quantiles * half,
        QUANTILE_LEARNED * learned_totals + (1 - QUANTILE_LEARNED) * totals,
    )
