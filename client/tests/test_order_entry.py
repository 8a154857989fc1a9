"""What is typed into an order's entry line, and prices and days as people write them."""

from datetime import date
from decimal import Decimal

import pytest

from stillage_client.api.selling_records import Order, OrderLine
from stillage_client.screens.selling.order_editor import due_date
from stillage_client.screens.selling.order_entry import Entry, is_code, read_decimal, read_entry
from stillage_client.screens.selling.order_list import OrderQuery, progress
from stillage_client.screens.selling.order_page import line_progress
from stillage_client.screens.selling.order_state import owed, stage, unpicked
from stillage_client.screens.selling.pack_page import sscc_said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("12 x HPA-330", Entry("HPA-330", 12)),
        ("12x HPA-330", Entry("HPA-330", 12)),
        ("12xHPA-330", Entry("HPA-330", 12)),
        ("12 × 05012345678900", Entry("05012345678900", 12)),
        ("  3  *  pale   ale ", Entry("pale ale", 3)),
        ("HPA-330 x 12", Entry("HPA-330", 12)),
        ("12 cases HPA-330", Entry("HPA-330", 12, "case")),
        ("2 x cases HPA-330", Entry("HPA-330", 2, "case")),
        ("5 bottles of cider", Entry("cider", 5, "base")),
        ("2 Kisten Keller Pils", Entry("Keller Pils", 2, "case")),
        ("1 pallet MSW-750", Entry("MSW-750", 1, "pallet")),
        ("05012345678900", Entry("05012345678900")),
        ("pale ale", Entry("pale ale")),
        ("12 Monkeys Stout", Entry("12 Monkeys Stout")),
        ("7", Entry("7")),
    ],
)
def test_so_many_of_a_code_is_read_however_it_is_written(written: str, said: Entry) -> None:
    assert read_entry(written) == said


@pytest.mark.parametrize("written", ["", "   ", "0 x HPA-330"])
def test_nothing_is_no_line(written: str) -> None:
    assert read_entry(written) is None


def test_one_is_meant_when_no_number_is_said() -> None:
    assert Entry("HPA-330").count == 1
    assert Entry("HPA-330", 12).count == 12


def test_only_the_lengths_of_gtins_are_codes() -> None:
    assert is_code("05012345678900") and is_code("5012345678900") and is_code("50123452")
    assert not is_code("123456789") and not is_code("HPA-330")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("12,50", "12.50"), ("12.5", "12.5"), ("€ 1.234,56", "1234.56"), ("1,234.56", "1234.56"), ("5%", "5"),
        ("", ""), ("abc", None), ("-1", None), ("1.234", None), ("1000001", None),
    ],
)  # fmt: skip
def test_a_price_is_read_in_both_languages_or_not_at_all(written: str, said: str | None) -> None:
    assert read_decimal(written, places=2, most=Decimal(1_000_000)) == said


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("25.11.", date(2026, 11, 25)),
        ("25.11", date(2026, 11, 25)),
        ("3.1.", date(2027, 1, 3)),  # gone by this year: the next
        ("2026-12-01", date(2026, 12, 1)),
        ("soon", None),
    ],
)
def test_a_delivery_day_needs_no_year(written: str, day: date | None) -> None:
    assert due_date(written, date(2026, 11, 22)) == day


@pytest.mark.parametrize(
    "query", [OrderQuery(), OrderQuery("l2609 & co", "late"), OrderQuery(filter="all", sort="delivery_date")]
)
def test_the_list_of_orders_lives_in_its_address(query: OrderQuery) -> None:
    assert OrderQuery.from_route(query.route()) == query


def test_who_searches_among_open_orders_searches_all() -> None:
    assert OrderQuery().asked()["open"] is True
    assert OrderQuery(search="SO-1").asked()["open"] is None


def test_a_bar_shows_what_is_shipped_picked_promised_and_missing_once_each() -> None:
    order = Order(status="picking", quantity=100, allocated=60, picked=20, shipped=10)
    _, parts = progress(order)
    assert [amount for _, amount in parts] == [30, 40, 30]


def line(**more: int) -> OrderLine:
    return OrderLine(id=1, pack_name="case", units_per_pack=12, base_unit="bottle", quantity=120, **more)


def test_a_line_says_what_nobody_has_promised() -> None:
    said, _, missing = line_progress(line(allocated=48))
    assert (said, missing) == ("6 cases not promised", 72)
    assert line_progress(line(allocated=120))[0] == "All promised"
    assert line_progress(line(allocated=120, picked=120))[0] == "All picked"
    assert line_progress(line(shipped=120))[0] == "All shipped"
    assert line_progress(line(allocated=60, cancelled=60))[0] == "All promised"


def test_what_stays_open_when_the_truck_leaves_now() -> None:
    order = Order(status="packed", lines=(line(allocated=96, picked=60),))
    assert (unpicked(order), owed(order)) == (36, 60)


def test_an_order_that_found_nothing_is_not_shown_as_promised() -> None:
    assert stage(Order(status="allocated", allocated=0)) == 1
    assert stage(Order(status="allocated", allocated=12)) == 2
    assert stage(Order(status="closed")) == 5


def test_a_pallets_code_is_grouped_for_the_eye() -> None:
    assert sscc_said("095210000000000056") == "0 9521000 000000005 6"
    assert sscc_said("00095210000000000056") == "0 9521000 000000005 6"
    assert sscc_said("odd") == "odd"
