"""What the stock room refuses, in words that name both sides and the way out."""

import datetime as dt

from stillage.core.errors import Fault


def insufficient(
    *, index: int, field: str, product: str, lot: str, location: str, asked: int, on_hand: int, allocated: int
) -> Fault:
    """Not enough free stock at a place."""
    free = on_hand - allocated
    promised = f", {allocated} of {on_hand} are promised" if allocated else ""
    name = f"{product} lot {lot}" if lot else product
    return Fault(
        f"/lines/{index}/{field}",
        "insufficient_stock",
        f"Only {free} of {name} are free at {location}{promised}; {asked} were asked for.",
        {"available": free, "asked": asked},
    )


def unknown(index: int, field: str, noun: str, name: object) -> Fault:
    return Fault(f"/lines/{index}/{field}", f"unknown_{noun}", f"There is no {noun} {str(name)[:60]!r} here.")


def date_differs(index: int, field: str, lot: str, known: dt.date | None, given: dt.date) -> Fault:
    return Fault(
        f"/lines/{index}/{field}",
        "lot_date_differs",
        f"Lot {lot} is known with {known.isoformat() if known else 'no such date'}; this says {given.isoformat()}."
        " Check the label: one of them is wrong.",
    )


def short_dated(index: int, lot: str, last_sale: dt.date, remaining: int, needed: int) -> Fault:
    when = "is past" if remaining < 0 else f"leaves {remaining} days"
    return Fault(
        f"/lines/{index}/expiry_date",
        "short_dated",
        f"Lot {lot} may be sold until {last_sale.isoformat()}, which {when}; {needed} days are needed at intake.",
    )


def on_the_way(index: int, field: str, place: str) -> Fault:
    """Goods between two warehouses are moved by their transfer alone."""
    return Fault(
        f"/lines/{index}/{field}",
        "location_in_transit",
        f"{place} holds goods on the way between warehouses; their transfer dispatches and receives them.",
    )
