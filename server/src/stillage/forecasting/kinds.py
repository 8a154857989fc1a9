"""What kind of demand an item has: how often it sells, and how unlike its sales are."""

import numpy as np
import numpy.typing as npt

from stillage.forecasting.series import Floats

KINDS = ("smooth", "erratic", "intermittent", "lumpy", "new", "dead")
SMOOTH, ERRATIC, INTERMITTENT, LUMPY, NEW, DEAD = range(len(KINDS))

# Syntetos, Boylan and Croston (2005), On the categorization of demand patterns, JORS 56: mean weeks between sales,
# and the squared coefficient of variation of the sales' sizes.
FREQUENT, ALIKE = 1.32, 0.49
LOOK_BACK = 104
NEW_WEEKS = 13
DEAD_WEEKS = 26
# Longer than so many of its usual gaps without any sale: not a gap any more.
DEAD_GAPS = 6.0
DEAD_LONGEST = 1.5


def kinds_of(demand: Floats) -> npt.NDArray[np.int64]:
    """A number into KINDS for each item, by its last two years."""
    part = demand[:, -LOOK_BACK:]
    here = ~np.isnan(part)
    sold = here & (np.nan_to_num(part) > 0)
    weeks, sales = here.sum(axis=1), sold.sum(axis=1)
    gap = weeks / np.maximum(sales, 1)
    sizes = np.where(sold, np.nan_to_num(part), 0.0)
    mean = sizes.sum(axis=1) / np.maximum(sales, 1)
    # Sizes in their own mean: squares of huge ones would overflow.
    scaled = np.where(sold, sizes / np.maximum(mean, 1e-300)[:, None] - 1.0, 0.0)
    unlike = (scaled**2).sum(axis=1) / np.maximum(sales, 1)
    found = np.where(
        gap < FREQUENT,
        np.where(unlike < ALIKE, SMOOTH, ERRATIC),
        np.where(unlike < ALIKE, INTERMITTENT, LUMPY),
    )
    found = np.where((~np.isnan(demand)).sum(axis=1) < NEW_WEEKS, NEW, found)
    silent = weeks_silent(demand)
    # What sells at Christmas only has been as long without any sale before: it is not dead in autumn.
    usual = np.maximum(DEAD_GAPS * gap, DEAD_LONGEST * longest_gap(demand))
    dead = (silent >= np.maximum(DEAD_WEEKS, usual)) | ((sales == 0) & (weeks >= DEAD_WEEKS))
    return np.where(dead, DEAD, found).astype(np.int64)


def weeks_silent(demand: Floats) -> npt.NDArray[np.int64]:
    """For how many weeks that are known nothing was sold, up to the last."""
    here = ~np.isnan(demand)
    sold = np.nan_to_num(demand) > 0
    length = demand.shape[1]
    last = np.where(sold.any(axis=1), length - 1 - sold[:, ::-1].argmax(axis=1), -1)
    after = np.arange(length)[None, :] > last[:, None]
    return (here & after).sum(axis=1).astype(np.int64)


def longest_gap(demand: Floats) -> npt.NDArray[np.int64]:
    """The most known weeks without any sale that an item had between two sales."""
    sold = np.nan_to_num(demand) > 0
    counted = np.cumsum(~np.isnan(demand), axis=1)
    at_sale = np.where(sold, counted, 0)
    before = np.maximum.accumulate(np.pad(at_sale, ((0, 0), (1, 0)))[:, :-1], axis=1)
    gaps = np.where(sold & (before > 0), counted - before - 1, 0)
    return gaps.max(axis=1).astype(np.int64)
