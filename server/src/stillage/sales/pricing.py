"""What lines and orders come to. Pure; Decimal throughout, rounding half up.

A line is rounded to the cent once. Tax is worked out for each rate on the sum of its lines, as invoices do it.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

CENT = Decimal("0.01")
# Beyond this a sum is a slip of the pen, and would no longer be exact in every database.
MAX_AMOUNT = Decimal("99999999999.99")
MAX_PRICE = Decimal("9999999999.9999")
# Whatever a line multiplies out to fits in here before it is rounded.
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Tax:
    """One rate, what it is on and what it comes to."""

    rate_percent: Decimal
    net: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class Totals:
    """What an order comes to."""

    net: Decimal
    taxes: tuple[Tax, ...]
    tax: Decimal
    gross: Decimal


def cents(amount: Decimal) -> Decimal:
    """Rounded to the cent, half up."""
    return _EXACT.quantize(amount, CENT)


def net_amount(
    *, quantity_packs: int, pack_price: Decimal, discount_percent: Decimal = Decimal(0)
) -> Decimal:
    """What a line comes to before tax."""
    whole = _EXACT.multiply(pack_price, Decimal(quantity_packs))
    return cents(_EXACT.divide(_EXACT.multiply(whole, 100 - discount_percent), Decimal(100)))


def totals(lines: Iterable[tuple[Decimal, Decimal]]) -> Totals:
    """Add up lines of (net amount, tax rate in percent)."""
    by_rate: dict[Decimal, Decimal] = defaultdict(Decimal)
    for net, rate in lines:
        by_rate[rate.quantize(CENT)] += net
    taxes = tuple(
        Tax(rate, net, cents(_EXACT.divide(_EXACT.multiply(net, rate), Decimal(100))))
        for rate, net in sorted(by_rate.items())
    )
    net, tax = sum(by_rate.values(), Decimal("0.00")), sum((one.tax for one in taxes), Decimal("0.00"))
    return Totals(net, taxes, tax, net + tax)


def pack_price(unit_price: Decimal, units_per_pack: int) -> Decimal:
    """The price of a pack from that of one base unit."""
    return _EXACT.multiply(unit_price, Decimal(units_per_pack))
