"""What is known of single weeks: promotions of an item, holidays of a country. Each becomes a factor on demand.

Demand is divided by the factors before anything is learned from it, and the forecast is multiplied by those ahead.
"""

import numpy as np
import numpy.typing as npt

from stillage.forecasting.series import Floats, Ints, Series, with_more
from stillage.forecasting.smoothing import centred_mean

BELIEF_OWN, BELIEF_ALL = 4.0, 8.0  # so many promotions of an item, of all items, are believed half
BELIEF_HOLIDAY = 2.0  # so many years of a holiday are believed half
ROUND = 13  # weeks a promotion is held against
LOWEST, HIGHEST = 0.2, 10.0


def holiday_weeks(
    ends: npt.NDArray[np.datetime64], more: int, country: str, region: str | None = None
) -> tuple[Ints, tuple[str, ...]]:
    """For each week (that ends on a Sunday) and `more` that follow: the number of its public holiday, or -1, and the
    holidays' names. Of two in a week the earlier counts. Raises ValueError for a country that is not known.
    """
    import holidays

    days = with_more(ends, more)
    first, last = (int(str(day)[:4]) for day in (days[0], days[-1]))
    try:
        book = holidays.country_holidays(
            country,
            subdiv=region,
            years=range(first - 1, last + 1),
            observed=False,
            language="en_US",
        )
    except NotImplementedError as error:
        raise ValueError(f"holidays of {country!r} are not known: {error}") from None
    names: dict[str, int] = {}
    found = np.full(len(days), -1, dtype=np.int64)
    for day, name in sorted(book.items()):
        week = (np.datetime64(day) - days[0]).astype(int)
        column = -(-int(week) // 7)
        if 0 <= column < len(days) and found[column] < 0:
            found[column] = names.setdefault(name, len(names))
    return found, tuple(names)


def factors(series: Series, season: Floats) -> Floats | None:
    """By how much each week of the calendar is moved by what is known of it: items x calendar; None where nothing is."""
    if not series.promotions and series.holidays is None:
        return None
    found = np.ones((len(series.items), len(series.week_of_year)))
    if series.holidays is not None:
        found *= _of_holidays(series, series.holidays, season)[None, :]
    if series.promotions:
        found *= _of_promotions(series, season)
    return np.clip(found, LOWEST, HIGHEST)


def _of_holidays(series: Series, of_week: Ints, season: Floats) -> Floats:
    """Demand of all items in a holiday's week, the week before and the week after against what the season lets
    expect; each holiday and side has a factor of its own, drawn towards one by how few years it was seen.
    """
    calendar = len(series.week_of_year)
    found = np.ones(calendar)
    known = np.nan_to_num(series.demand)
    usual = np.where(
        np.isnan(series.demand),
        0.0,
        centred_mean(series.demand, ROUND) * _over_quarter(season[:, : series.weeks]),
    )
    size = np.maximum(usual.mean(axis=1, keepdims=True), 1e-9)
    sold = np.minimum(known / size, 8.0 * usual / size + 1.0).sum(axis=0)
    base = (usual / size).sum(axis=0)
    ratio = np.where(base > 0, sold / np.maximum(base, 1e-9), 1.0)
    for number in range(len(series.holiday_names)):
        at = np.flatnonzero(of_week == number)
        for side in (-1, 0, 1):
            weeks = at + side
            past = weeks[(weeks >= 0) & (weeks < series.weeks)]
            if len(past) == 0:
                continue
            belief = len(past) / (len(past) + BELIEF_HOLIDAY)
            lift = float(np.exp(belief * np.log(np.clip(ratio[past], 0.3, 3.0)).mean()))
            inside = weeks[(weeks >= 0) & (weeks < calendar)]
            found[inside] *= lift
    return found


def _over_quarter(season: Floats) -> Floats:
    """A week's season against that of the weeks round it, which the level is a mean of."""
    found: Floats = season / np.maximum(centred_mean(season, ROUND), 1e-9)
    return found


def _of_promotions(series: Series, season: Floats) -> Floats:
    """Lifts as they are told; else learned: the item's own mean lift, drawn to that of all, drawn to none."""
    items, calendar = len(series.items), len(series.week_of_year)
    promoted = np.zeros((items, calendar), dtype=bool)
    told = np.full((items, calendar), np.nan)
    for one in series.promotions:
        if 0 <= one.item < items and 0 <= one.week < calendar:
            promoted[one.item, one.week] = True
            if one.percent is not None:
                told[one.item, one.week] = 1.0 + one.percent / 100.0
    past = promoted[:, : series.weeks] & ~np.isnan(series.demand)
    calm = series.demand / season[:, : series.weeks]
    plain = centred_mean(np.where(past, np.nan, calm), 2 * ROUND + 1)
    usable = past & (plain > 0)
    lifts = np.where(
        usable, np.log(np.clip(np.nan_to_num(calm) / np.maximum(plain, 1e-9), LOWEST, HIGHEST)), 0.0
    )
    count = usable.sum(axis=1)
    common = float(lifts.sum()) / (float(count.sum()) + BELIEF_ALL)
    own = (lifts.sum(axis=1) + BELIEF_OWN * common) / (count + BELIEF_OWN)
    learned = np.where(promoted, np.exp(own)[:, None], 1.0)
    return np.where(np.isnan(told), learned, told)


def ahead(series: Series, factor: Floats, horizon: int) -> list[list[tuple[str, int, int]]]:
    """For each item the events ahead that are expected to move its demand: what, how many weeks ahead, percent."""
    found: list[list[tuple[str, int, int]]] = [[] for _ in series.items]
    last = series.weeks - 1
    planned: dict[int, set[int]] = {}
    for one in series.promotions:
        planned.setdefault(one.item, set()).add(one.week)
    for row, mine in enumerate(found):
        for step in range(1, horizon + 1):
            percent = round((float(factor[row, last + step]) - 1.0) * 100)
            holiday = -1 if series.holidays is None else int(series.holidays[last + step])
            if last + step in planned.get(row, ()):
                mine.append(("promotion", step, percent))
            elif holiday >= 0 and abs(percent) >= 5:
                mine.append((series.holiday_names[holiday], step, percent))
    return found
