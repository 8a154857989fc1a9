"""A forecast: the quick and the learned way together, for every week ahead and for all weeks up to it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from stillage.forecasting import combining, learned
from stillage.forecasting.choice import choose, scale_of
from stillage.forecasting.kinds import DEAD, KINDS, kinds_of
from stillage.forecasting.learned import Models
from stillage.forecasting.likeness import Launch, launches
from stillage.forecasting.methods import METHODS, Window, methods_of
from stillage.forecasting.reasons import Reason, reasons
from stillage.forecasting.series import Floats, Ints, Series
from stillage.forecasting.state import State, look_at
from stillage.forecasting.statistical import STEADY_CLASSES, Quick, demand_class, quick_way

LEVELS = (0.10, 0.50, 0.80, 0.90, 0.95, 0.98, 0.99)
# Of the weights: a way with as much of them has the forecast its name.
ALMOST_ALONE = 0.6
CHUNK_ITEMS = 2_000
SURE_NOUGHT = 3  # so many of the lowest quantiles of what is dead


@dataclass(frozen=True, slots=True)
class Forecast:
    """Units from the week after the origin on: items x weeks ahead (x levels). `total` is of all weeks up to it.

    `mean` is the middle way of a single week, which misses least; of sporadic items it lies below what they sell on
    the mean, for most of their weeks are nought. `total_mean` is what is expected of all weeks together, and nothing is
    left out of it: it can be more than the sum of `mean`.

    Of each item besides: `method`, the way it was told (`combined`, `learned`, `likeness`, `none`, or one of
    `methods.METHODS`); `demand_class`, one of `kinds.KINDS`; `error` and `naive_error`, the MASE of its way and of the
    seasonal naive one over the backtest, NaN where nothing could be held against anything; `errors`, the same of every
    way; `why`, reasons in codes. `way` says whether trees had a part in it at all (`learned`) or not (`quick`).
    """

    items: tuple[str, ...]
    levels: tuple[float, ...]
    mean: Floats
    quantiles: Floats
    total_mean: Floats
    total_quantiles: Floats
    way: str
    method: tuple[str, ...]
    demand_class: tuple[str, ...]
    error: Floats
    naive_error: Floats
    errors: dict[str, Floats]
    why: tuple[tuple[Reason, ...], ...]


@dataclass(frozen=True, slots=True)
class Studied:
    """What was learned of a part: trees, how much they count by class of demand, and their error of each item."""

    models: Models
    share: Floats
    errors: dict[str, float]


def forecast(
    series: Series,
    horizon: int,
    *,
    use_learned: bool = True,
    studied: Sequence[Studied | None] | None = None,
    seed: int = 0,
    threads: int = 2,
) -> Forecast:
    """Forecast all items from the last week of the series on. The calendar must reach `horizon` weeks beyond it.

    The same series and seed give the same numbers, whatever runs beside and in whatever order the items come. Items
    are worked through in parts of at most 2,000, neighbours by category; so memory is bounded, and numbers are the
    same wherever a part is worked out. `studied`, from `study`, stands in for learning anew. Raises ValueError where
    there is no week, no item, or too short a calendar.
    """
    check(series, horizon)
    parts = chunks(series)
    return joined(
        series,
        parts,
        (
            forecast_chunk(
                series.of(part),
                horizon,
                use_learned=use_learned,
                studied=studied[number % len(studied)] if studied and use_learned else None,
                seed=seed,
                threads=threads,
            )
            for number, part in enumerate(parts)
        ),
    )


def check(series: Series, horizon: int) -> None:
    if horizon < 1 or not series.items or series.weeks < 1:
        raise ValueError("a forecast needs at least one item, one week and one week ahead")
    if len(series.week_of_year) < series.weeks + horizon:
        raise ValueError(f"the calendar ends before {horizon} weeks ahead")


def chunks(series: Series) -> list[Ints]:
    """Rows that are forecast together: neighbours by category and name, as many in each but for one."""
    order = np.lexsort((np.asarray(series.items, dtype=object).astype(str), series.group))
    return [part.astype(np.int64) for part in np.array_split(order, -(-len(order) // CHUNK_ITEMS))]


def joined(series: Series, parts: Sequence[Ints], found: Iterable[Forecast]) -> Forecast:
    """Forecasts of parts as one, in the order of the series."""
    forecasts = list(found)
    back = np.argsort(np.concatenate(parts), kind="stable")
    values: dict[str, object] = {}
    for field in fields(Forecast):
        own = [getattr(one, field.name) for one in forecasts]
        if isinstance(own[0], np.ndarray):
            values[field.name] = np.concatenate(own)[back]
        elif isinstance(own[0], dict):
            values[field.name] = {name: np.concatenate([one[name] for one in own])[back] for name in own[0]}
        elif field.name not in ("way", "levels"):
            flat = [value for one in own for value in one]
            values[field.name] = tuple(flat[place] for place in back)
    way = "learned" if any(one.way == "learned" for one in forecasts) else "quick"
    return replace(forecasts[0], **values, way=way)  # type: ignore[arg-type]


def forecast_chunk(
    series: Series,
    horizon: int,
    *,
    use_learned: bool = True,
    studied: Studied | None = None,
    seed: int = 0,
    threads: int = 2,
) -> Forecast:
    """Forecast some items by what is known of them alone."""
    week = series.weeks - 1
    quick, kinds = _quick(series, horizon)
    state, choice = quick.state, quick.choice
    single, upto = _windows(horizon)
    plain = np.stack([quick.mean(week, window) for window in single])
    told = quick.quantiles(week, single + upto[1:], LEVELS)
    quantiles, totals = told[:horizon], np.concatenate([told[:1], told[horizon:]])
    classes, error = demand_class(state, week), choice.own
    mean = combining.raised(quantiles[:, :, LEVELS.index(0.5)], plain, classes)
    if studied is None and use_learned:
        studied = _study(quick, horizon, seed=seed, threads=threads)
    expected = plain
    if studied is not None:
        mean, expected, quantiles, totals = combining.combined(
            state, studied.models, studied.share, single, upto, LEVELS, (plain, mean, quantiles, totals)
        )
        known = np.asarray([studied.errors.get(item, np.nan) for item in series.items])
        error = np.where(np.isnan(known), error, known)
    expected = np.where(classes < STEADY_CLASSES, mean, expected)
    launch = launches(state, single + upto, LEVELS)
    if launch is not None:
        _begin(launch, horizon, (mean, expected), quantiles, totals)
    dead = kinds == DEAD
    for told in (mean, expected, quantiles[:, :, :SURE_NOUGHT], totals[:, :, :SURE_NOUGHT]):
        told[:, dead] = 0.0
    weekly, quantiles, total, totals = _put_together(state, mean, expected, quantiles, totals)
    names = _names(series, kinds, choice.weights, launch, learned=studied is not None)
    naive = choice.error("seasonal_naive")
    return Forecast(
        items=series.items,
        levels=LEVELS,
        mean=weekly,
        quantiles=quantiles,
        total_mean=total,
        total_quantiles=totals,
        way="learned" if studied is not None else "quick",
        method=names,
        demand_class=tuple(KINDS[kind] for kind in kinds),
        error=error,
        naive_error=naive,
        errors={name: choice.errors[number] for number, name in enumerate(METHODS)},
        why=reasons(series, state, kinds, choice, names, launch, horizon),
    )


def study(series: Series, horizon: int, *, seed: int = 0, threads: int = 2) -> list[Studied | None]:
    """What is learned of every part, to be kept: trees are good for weeks, so that nightly runs need not grow them anew.
    None for a part with too little to learn from.
    """
    check(series, horizon)
    return [
        _study(_quick(series.of(part), horizon)[0], horizon, seed=seed, threads=threads)
        for part in chunks(series)
    ]


def _study(quick: Quick, horizon: int, *, seed: int, threads: int) -> Studied | None:
    single, upto = _windows(horizon)
    state = quick.state
    models = learned.learn(state, state.series.weeks - 1, single, upto, seed=seed, threads=threads)
    if models is None:
        return None
    trial = combining.tried(quick, single, seed=seed)
    if trial is None:
        return Studied(models, combining.share_of_learned(None), {})
    return Studied(
        models,
        combining.share_of_learned(trial[0]),
        {
            item: float(one)
            for item, one in zip(state.series.items, trial[1], strict=True)
            if not np.isnan(one)
        },
    )


def _quick(series: Series, horizon: int) -> tuple[Quick, Ints]:
    kinds, methods = kinds_of(series.demand), methods_of(look_at(series))
    return quick_way(methods, choose(methods, kinds, horizon), horizon), kinds


def _windows(horizon: int) -> tuple[list[Window], list[Window]]:
    """The weeks ahead one by one, and all of them up to each."""
    steps = range(1, horizon + 1)
    return [(step, step) for step in steps], [(1, step) for step in steps]


def _names(
    series: Series, kinds: Ints, weights: Floats, launch: Launch | None, *, learned: bool
) -> tuple[str, ...]:
    """The way that each item is told in."""
    heaviest = weights.argmax(axis=0)
    alone = weights.max(axis=0) >= ALMOST_ALONE
    found = [
        "learned" if learned else METHODS[heaviest[row]] if alone[row] else "combined"
        for row in range(len(kinds))
    ]
    empty = scale_of(series.demand) == 0
    nothing = np.nan_to_num(series.demand).sum(axis=1) == 0
    for row in np.flatnonzero((kinds == DEAD) | (empty & nothing)):
        found[row] = "none"
    for row in launch.rows if launch is not None else ():
        found[row] = "likeness"
    return tuple(found)


def _begin(
    launch: Launch, horizon: int, means: tuple[Floats, Floats], quantiles: Floats, totals: Floats
) -> None:
    """New items as like items began, the ordinary way gaining with every week of their own."""
    rows, own = launch.rows, launch.own
    share = own[None, :, None]
    for mean in means:
        mean[:, rows] = own * mean[:, rows] + (1 - own) * launch.mean[:horizon]
    quantiles[:, rows] = share * quantiles[:, rows] + (1 - share) * launch.quantiles[:horizon]
    totals[:, rows] = share * totals[:, rows] + (1 - share) * launch.quantiles[horizon:]


def _put_together(
    state: State, mean: Floats, expected: Floats, quantiles: Floats, totals: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Quantiles that rise with their level, totals that rise with the weeks; all of it moved by the events ahead."""
    horizon = len(mean)
    told, weekly = mean, np.maximum.accumulate(quantiles, axis=2)
    lengths = np.arange(1, horizon + 1, dtype=float)[:, None, None]
    totals = np.maximum.accumulate(totals, axis=2) * lengths
    total = np.cumsum(expected, axis=0)
    if state.factor is not None:
        factor = state.factor[:, state.series.weeks : state.series.weeks + horizon].T
        told, weekly = told * factor, weekly * factor[:, :, None]
        plain, total = total, np.cumsum(expected * factor, axis=0)
        totals = totals * np.where(plain > 0, total / np.maximum(plain, 1e-300), 1.0)[:, :, None]
    # A week's quantile is the total's of one week.
    weekly = np.concatenate([totals[:1], weekly[1:]])
    totals = np.maximum.accumulate(totals, axis=0)
    return told.T, weekly.transpose(1, 0, 2), total.T, totals.transpose(1, 0, 2)
