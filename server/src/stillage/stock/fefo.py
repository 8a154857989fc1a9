"""First expired, first out: which balances serve a demand. Pure."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from stillage.stock.expiry import may_be_sold


@dataclass(frozen=True, slots=True)
class Offer:
    """A balance that could serve, in FEFO order with its like."""

    balance_id: int
    free: int
    last_sale_date: dt.date


@dataclass(frozen=True, slots=True)
class Take:
    """So many units from a balance."""

    balance_id: int
    quantity: int


def choose(
    offers: Sequence[Offer],
    *,
    quantity: int,
    on: dt.date,
    minimum_remaining_days: int = 0,
    units_per_pack: int = 1,
) -> tuple[list[Take], int]:
    """Take from the earliest date on that still lasts long enough. Returns the takes and what is missing.

    Where packs are wanted, whole ones go first: in date order the full packs of each balance, then what lies
    loose, and only then is another pack opened.
    """
    usable = [
        offer
        for offer in offers
        if offer.free > 0
        and may_be_sold(offer.last_sale_date, on=on, minimum_remaining_days=minimum_remaining_days)
    ]
    taken = dict.fromkeys((offer.balance_id for offer in usable), 0)

    def take(limit: int, of: Callable[[Offer], int]) -> int:
        for offer in usable:
            if limit == 0:
                break
            units = min(of(offer), limit)
            taken[offer.balance_id] += units
            limit -= units
        return limit

    missing = quantity
    if units_per_pack > 1:
        loose = quantity % units_per_pack
        missing = loose + take(quantity - loose, lambda offer: offer.free - offer.free % units_per_pack)
        missing = take(missing, lambda offer: offer.free % units_per_pack)
    missing = take(missing, lambda offer: offer.free - taken[offer.balance_id])
    return [Take(balance_id, units) for balance_id, units in taken.items() if units], missing
