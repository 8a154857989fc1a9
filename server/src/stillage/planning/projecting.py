"""The stock of one product as time goes on: sold first expired first, what expires goes unsold. Pure."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """Units that may be sold until a day."""

    last_date: dt.date
    units: float


@dataclass(frozen=True, slots=True)
class Projected:
    """Stock left in the evening of each day asked for; what of each lot is not sold in time; the first day without stock."""

    left: list[float]
    unsold: list[float]
    empty_date: dt.date | None


def project(
    lots: Sequence[Standing],
    demand: Sequence[float],
    today: dt.date,
    evenings: Sequence[dt.date],
    arriving: Mapping[dt.date, float] | None = None,
) -> Projected:
    """Walk day by day from today on; `demand` is of today, tomorrow, …. What arrives is taken to last."""
    order = sorted(range(len(lots)), key=lambda number: (lots[number].last_date, number))
    units = [one.units for one in lots]
    unsold = [0.0] * len(lots)
    fresh, empty, wanted = 0.0, None, set(evenings)
    left: dict[dt.date, float] = {}
    for number, asked in enumerate(demand):
        day = today + number * DAY
        fresh += (arriving or {}).get(day, 0.0)
        rest = asked
        for place in order:
            if units[place] and lots[place].last_date >= day:
                sold = min(units[place], rest)
                units[place] -= sold
                rest -= sold
        fresh -= min(fresh, rest)
        for place in order:
            if lots[place].last_date <= day and units[place]:
                unsold[place] += units[place]
                units[place] = 0.0
        here = sum(units) + fresh
        if empty is None and here < 0.5:
            empty = day
        if day in wanted:
            left[day] = here
    return Projected([left.get(day, 0.0) for day in evenings], unsold, empty)
