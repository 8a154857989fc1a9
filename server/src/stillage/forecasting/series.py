"""Weekly demand of many items side by side, and the calendar it lies on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

WEEKS = 52


@dataclass(frozen=True, slots=True)
class Series:
    """Demand in base units: a row an item, a column a week, in the order of the weeks.

    `demand` is NaN where nothing is known: before an item's first week, and in weeks without stock to sell, which
    say nothing about what would have been drunk. `week_of_year` runs from 0 to 51, beyond the last week as far as
    is to be forecast. `group` is an item's category as a number from 0.
    """

    items: tuple[str, ...]
    demand: Floats
    week_of_year: Ints
    group: Ints

    @property
    def weeks(self) -> int:
        return int(self.demand.shape[1])

    def until(self, week: int) -> "Series":
        """The same as it was known after a week (its index), with the calendar that was known then too."""
        return replace(self, demand=self.demand[:, : week + 1])


def weeks_of_year(ends: npt.NDArray[np.datetime64], more: int = 0) -> Ints:
    """The season's week of each week end and of as many weeks that follow: the ISO week, its rare 53rd as the 52nd."""
    days = ends.astype("datetime64[D]")
    if more:
        days = np.concatenate([days, days[-1] + 7 * np.arange(1, more + 1)])
    thursdays = days - (days.astype(np.int64) + 3) % 7 + 3  # 1970-01-01 was a Thursday
    years = thursdays.astype("datetime64[Y]").astype("datetime64[D]")
    found: Ints = ((thursdays - years).astype(np.int64) // 7).astype(np.int64)
    return np.minimum(found, WEEKS - 1)


def grouped(names: Sequence[str]) -> Ints:
    """Categories as numbers, in the order of their names."""
    return np.unique(np.asarray(names, dtype=object).astype(str), return_inverse=True)[1].astype(np.int64)


def from_first_sale(demand: Floats) -> Floats:
    """What lies before an item's first demand is not known; returns count as no demand."""
    known = np.maximum(demand, 0.0)
    sold = known > 0
    first = np.where(sold.any(axis=1), sold.argmax(axis=1), known.shape[1])
    before = np.arange(known.shape[1])[None, :] < first[:, None]
    return np.where(before, np.nan, known)
