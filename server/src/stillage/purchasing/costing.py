"""What lines of purchase orders come to. Pure; Decimal throughout, a line rounded to the cent once, half up."""

from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

CENT = Decimal("0.01")
PLACES = Decimal("0.0001")
# Beyond this a sum is a slip of the pen, and would no longer be exact in every database.
MAX_AMOUNT = Decimal("99999999999.99")
MAX_COST = Decimal("9999999999.9999")
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)


def cents(amount: Decimal) -> Decimal:
    """Rounded to the cent, half up."""
    return _EXACT.quantize(amount, CENT)


def net_amount(quantity_packs: int, pack_cost: Decimal) -> Decimal:
    """What so many packs come to."""
    return cents(_EXACT.multiply(pack_cost, Decimal(quantity_packs)))


def pack_cost(cost: Decimal, *, of_units: int, units: int) -> Decimal:
    """The cost of a pack of `units`, worked out from that of another pack of the same product."""
    if of_units == units:
        return cost
    return _EXACT.quantize(_EXACT.divide(_EXACT.multiply(cost, Decimal(units)), Decimal(of_units)), PLACES)


def unit_cost(cost: Decimal, units_per_pack: int) -> Decimal:
    """The cost of one base unit, to four places."""
    return _EXACT.quantize(_EXACT.divide(cost, Decimal(units_per_pack)), PLACES)


def decimal(value: Any) -> Decimal:
    """A number of a raw row: PostgreSQL gives Decimal; SQLite numbers, exact to fifteen digits."""
    return value if isinstance(value, Decimal) else Decimal(format(value, ".15g"))


def shown(amount: Decimal) -> str:
    """An amount without needless zeros behind its cents: 0.61, 1.2345, 24.00."""
    whole, _, part = format(amount, "f").partition(".")
    return f"{whole}.{part.rstrip('0').ljust(2, '0')}"
