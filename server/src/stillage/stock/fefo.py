"""First expired, first out: which balances serve a demand. Pure."""

import datetime as dt
from collections.abc import Sequence
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
    offers: Sequence[Offer], *, quantity: int, on: dt.date, minimum_remaining_days: int = 0
) -> tuple[list[Take], int]:
    """Take from the earliest date on that still lasts long enough. Returns the takes and what is missing."""
    takes: list[Take] = []
    missing = quantity
    for offer in offers:
        if missing == 0:
            break
        if offer.free <= 0 or not may_be_sold(
            offer.last_sale_date, on=on, minimum_remaining_days=minimum_remaining_days
        ):
            continue
        taken = min(offer.free, missing)
        takes.append(Take(offer.balance_id, taken))
        missing -= taken
    return takes, missing
