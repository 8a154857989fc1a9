"""Weekly demand of many items side by side, the calendar it lies on, and what is known besides of both."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

WEEKS = 52


@dataclass(frozen=True, slots=True)
class Promotion:
    """A known event of one item in one week, past or ahead. `week` is a column of the calendar, counted from the
    first week of the series; `percent` is by how much more (or less) is expected, None where that is to be learned
    from the past promotions of the same and of all items.
    """

    item: int
    week: int
    percent: float | None = None


@dataclass(frozen=True, slots=True)
class Likeness:
    """By what items are like each other beside their group: a brand (a number from 0, -1 where unknown) and numbers
    of any kind, such as content, strength and price (NaN where unknown). A row an item.
    """

    brand: Ints
    numbers: Floats


@dataclass(frozen=True, slots=True)
class Series:
    """Demand in base units: a row an item, a column a week, in the order of the weeks.

    `demand` is NaN where nothing is known: before an item's first week, and in weeks without stock to sell, which
    say nothing about what would have been drunk. `week_of_year` runs from 0 to 51, beyond the last week as far as
    is to be forecast. `group` is an item's category as a number from 0.

    What may be known besides: `promotions`, past and planned; `holidays`, for each week of the calendar the number
    of its holiday in `holiday_names` or -1 (`events.holiday_weeks` works them out for a country); `likeness`, which
    serves items that are new.
    """

    items: tuple[str, ...]
    demand: Floats
    week_of_year: Ints
    group: Ints
    promotions: tuple[Promotion, ...] = ()
    holidays: Ints | None = None
    holiday_names: tuple[str, ...] = ()
    likeness: Likeness | None = None

    @property
    def weeks(self) -> int:
        return int(self.demand.shape[1])

    def until(self, week: int) -> "Series":
        """The same as it was known after a week (its index), with the calendar that was known then too."""
        return replace(self, demand=self.demand[:, : week + 1])

    def of(self, rows: Ints) -> "Series":
        """Some of the items, in the order of the rows; groups keep their numbers."""
        place = {int(row): number for number, row in enumerate(rows)}
        like = self.likeness
        return replace(
            self,
            items=tuple(self.items[row] for row in rows),
            demand=self.demand[rows],
            group=self.group[rows],
            promotions=tuple(
                replace(one, item=place[one.item]) for one in self.promotions if one.item in place
            ),
            likeness=None if like is None else Likeness(like.brand[rows], like.numbers[rows]),
        )


def weeks_of_year(ends: npt.NDArray[np.datetime64], more: int = 0) -> Ints:
    """The season's week of each week end and of as many weeks that follow: the ISO week, its rare 53rd as the 52nd."""
    days = with_more(ends, more)
    thursdays = days - (days.astype(np.int64) + 3) % 7 + 3  # 1970-01-01 was a Thursday
    years = thursdays.astype("datetime64[Y]").astype("datetime64[D]")
    found: Ints = ((thursdays - years).astype(np.int64) // 7).astype(np.int64)
    return np.minimum(found, WEEKS - 1)


def with_more(ends: npt.NDArray[np.datetime64], more: int) -> npt.NDArray[np.datetime64]:
    """Week ends and as many that follow, as days."""
    days = ends.astype("datetime64[D]")
    return np.concatenate([days, days[-1] + 7 * np.arange(1, more + 1)]) if more else days


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
