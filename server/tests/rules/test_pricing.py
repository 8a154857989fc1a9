"""What lines and orders come to: exact, rounded half up once a line, taxed on the sum of each rate."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillage.sales.pricing import CENT, cents, net_amount, pack_price, totals

prices = st.decimals(0, Decimal("9999999.9999"), places=4)
percents = st.decimals(0, 100, places=2)
amounts = st.decimals(0, Decimal("9999999.99"), places=2)
rates = st.sampled_from([Decimal(text) for text in ("0", "7", "7.00", "19", "19.00", "5.50")])


def half_up(exact: Fraction) -> Decimal:
    """The nearest cent, the higher one in the middle; by whole numbers alone."""
    return Decimal((exact * 200 + 1) // 2) / 100


@given(prices, st.integers(1, 2**31 - 1), percents)
def test_a_line_is_rounded_once_and_half_up(price: Decimal, packs: int, discount: Decimal) -> None:
    exact = Fraction(price) * packs * (100 - Fraction(discount)) / 100
    net = net_amount(quantity_packs=packs, pack_price=price, discount_percent=discount)
    assert net == half_up(exact)
    assert net.as_tuple().exponent == -2
    assert abs(Fraction(net) - exact) <= Fraction(1, 200)


@given(prices, st.integers(1, 10_000), percents, percents)
def test_more_discount_never_costs_more(price: Decimal, packs: int, one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))
    less = net_amount(quantity_packs=packs, pack_price=price, discount_percent=high)
    assert less <= net_amount(quantity_packs=packs, pack_price=price, discount_percent=low)


@given(st.lists(st.tuples(amounts, rates), max_size=30))
def test_totals_add_up_and_tax_is_worked_out_for_each_rate_on_its_sum(
    lines: list[tuple[Decimal, Decimal]],
) -> None:
    found = totals(lines)
    assert found.net == sum((net for net, _ in lines), Decimal(0))
    assert found.gross == found.net + found.tax
    assert found.net == sum((one.net for one in found.taxes), Decimal(0))
    assert found.tax == sum((one.tax for one in found.taxes), Decimal(0))
    assert [one.rate_percent for one in found.taxes] == sorted({rate.quantize(CENT) for _, rate in lines})
    for one in found.taxes:
        own = sum((net for net, rate in lines if rate == one.rate_percent), Decimal(0))
        assert one.tax == half_up(Fraction(own) * Fraction(one.rate_percent) / 100)


@given(st.lists(st.tuples(amounts, rates), max_size=30), st.randoms())
def test_the_order_of_the_lines_does_not_matter(lines: list[tuple[Decimal, Decimal]], chance: object) -> None:
    shuffled = list(lines)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert totals(shuffled) == totals(lines)


@pytest.mark.parametrize(
    ("packs", "price", "discount", "net"),
    [
        (3, "0.335", "0", "1.01"),
        (1, "0.005", "0", "0.01"),
        (1, "0.0049", "0", "0.00"),
        (7, "12.3456", "12.5", "75.62"),
        (1, "36", "100", "0.00"),
        (2**31 - 1, "9999999999.9999", "0", "21474836469999785251.64"),
    ],
)
def test_lines_by_hand(packs: int, price: str, discount: str, net: str) -> None:
    found = net_amount(quantity_packs=packs, pack_price=Decimal(price), discount_percent=Decimal(discount))
    assert str(found) == net


def test_tax_is_not_rounded_line_by_line() -> None:
    line = (Decimal("0.03"), Decimal("19"))
    assert totals([line] * 10).tax == Decimal("0.06")  # ten times 0.0057 is 0.057; by line it would be 0.10


def test_nothing_comes_to_nothing() -> None:
    found = totals([])
    assert (str(found.net), str(found.tax), str(found.gross), found.taxes) == ("0.00", "0.00", "0.00", ())


@given(st.decimals(0, Decimal("99999.9999"), places=4), st.integers(1, 1_000_000))
def test_the_price_of_a_pack_is_exact(price: Decimal, units: int) -> None:
    assert Fraction(pack_price(price, units)) == Fraction(price) * units


def test_cents_round_half_up_on_either_side() -> None:
    assert [str(cents(Decimal(text))) for text in ("0.005", "0.0149", "2.675", "1e3")] == [
        "0.01",
        "0.01",
        "2.68",
        "1000.00",
    ]
