"""The rules of replenishment without a database: rounding, caps, trucks, budgets, what lasts how long."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillage.planning.ahead import Ahead
from stillage.planning.buying import choose
from stillage.planning.replenishing import Line, Stock, Terms, told, work_out
from stillage.planning.rounding import Offer, round_down, round_up, to_whole_layers
from stillage.planning.safety import LeadTime, order_day, review_period
from stillage.planning.shelf import Dated, sold_in_time
from stillage.planning.terms import Policies, scope_of
from stillage.planning.trucks import Arrangement, amount, arrange
from tests.planning.buyer import numbers
from tests.planning.test_safety import numbers_of

TODAY = dt.date(2026, 11, 23)  # a Monday


def offer(*, units: int = 24, least: int = 1, multiple: int = 1, cost: str = "12.00", **fields: Any) -> Offer:
    return Offer(
        **{
            "supplier_id": 1,
            "pack_id": 1,
            "pack_name": "case",
            "units": units,
            "cost": Decimal(cost),
            "lead_time_days": 7,
            "lead_time_source": "catalogue",
            "minimum_packs": least,
            "multiple_packs": multiple,
            **fields,
        }
    )


def line(
    *, per_week: float = 48, free: int = 0, life: int | None = None, of: Offer | None = None, **fields: Any
) -> Line:
    """A product that sells so much a week, worked out."""
    terms = Terms(**{"service_level_percent": 96.0, "service_source": "default", "review_days": 7, **fields})
    shelf = (Dated(dt.date(2199, 1, 1), free),) if free else ()
    made = Line(
        product_id=fields.get("product_id", 1),
        offer=of or offer(),
        terms=terms,
        stock=Stock(on_hand=free, shelf=shelf),
        ahead=Ahead(numbers(per_week)),
        lead=LeadTime(((7.0, 1.0),), "catalogue"),
        order_date=TODAY,
        expected_date=TODAY + dt.timedelta(days=7),
        review_days=7,
        life_days=life,
    )
    return work_out(made, today=TODAY, weekdays="", next_review=TODAY)


units = st.integers(1, 5000)
packs = st.integers(1, 60)


@given(units, packs, packs, packs)
def test_rounding_up_is_enough_and_keeps_the_suppliers_rules(
    wanted: int, per_pack: int, least: int, multiple: int
) -> None:
    one = offer(units=per_pack, least=least, multiple=multiple)
    found = round_up(wanted, one).packs
    assert found * per_pack >= wanted and found >= least and found % multiple == 0
    assert found - multiple < max(least, -(-wanted // per_pack)), "and no more than that"


@given(units, packs, packs, packs)
def test_rounding_down_never_brings_more(most: int, per_pack: int, least: int, multiple: int) -> None:
    one = offer(units=per_pack, least=least, multiple=multiple)
    found = round_down(most, one)
    assert found * per_pack <= most
    assert found == 0 or (found >= least and found % multiple == 0)


def test_nearly_a_layer_becomes_one_and_half_a_layer_does_not() -> None:
    layers = (("pallet", 1920), ("layer", 240))
    assert to_whole_layers(9, offer(), layers) is None
    found = to_whole_layers(19, offer(), layers)
    assert found is not None and (found.packs, found.reason) == (20, "layer")
    found = to_whole_layers(78, offer(), layers)
    assert found is not None and (found.packs, found.reason) == (80, "pallet")


@given(
    st.floats(0.5, 300),
    st.integers(10, 200),
    st.integers(0, 400),
    st.integers(1, 48),
    packs,
    packs,
)
def test_nothing_is_ordered_beyond_what_is_expected_to_sell_in_time(
    per_week: float, life: int, free: int, per_pack: int, least: int, multiple: int
) -> None:
    one = line(
        per_week=per_week, free=free, life=life, of=offer(units=per_pack, least=least, multiple=multiple)
    )
    days = 7 + life + 1
    assert one.ahead is not None
    assert one.quantity <= max(one.ahead.mean(days) - min(free, one.ahead.mean(days)), 0) + 1e-6
    arrange([one], Arrangement(minimum_value=Decimal(100_000), truck_pallets=1))
    assert one.quantity <= max(one.ahead.mean(days) - min(free, one.ahead.mean(days)), 0) + 1e-6


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 200)), max_size=6), st.floats(0, 30))
def test_first_expired_first_out_sells_no_more_than_there_is_and_is_asked_for(
    lots: list[tuple[int, int]], a_day: float
) -> None:
    shelf = [Dated(TODAY + dt.timedelta(days=days), count) for days, count in sorted(lots)]
    sold = sold_in_time(shelf, lambda days: days * a_day, today=TODAY)
    gone = 0.0
    for one, part in zip(shelf, sold, strict=True):
        assert 0 <= part <= one.units
        gone += part
        assert gone <= ((one.last_date - TODAY).days + 1) * a_day + 1e-6


def test_more_stock_never_orders_more_and_is_never_more_urgent() -> None:
    found = [line(free=free) for free in range(0, 200, 12)]
    assert [one.needed for one in found] == sorted((one.needed for one in found), reverse=True)
    assert [one.urgency for one in found] == sorted(one.urgency for one in found)


def test_what_goes_stale_first_does_not_cover() -> None:
    terms = Terms(service_level_percent=96.0, service_source="default", review_days=7)
    ahead = Ahead(numbers(70))

    def needed(*shelf: Dated) -> int:
        one = Line(
            1, offer(), terms, Stock(200, 0, shelf), ahead, LeadTime(((7.0, 1.0),), "x"), TODAY, TODAY, 7
        )
        return work_out(one, today=TODAY, weekdays="", next_review=TODAY).needed

    fresh, old = dt.date(2199, 1, 1), TODAY + dt.timedelta(days=2)
    assert needed(Dated(old, 100)) == needed() - 30, "three days sell thirty of it"
    assert needed(Dated(fresh, 100)) == needed() - 100


def test_budgets_take_from_what_can_wait() -> None:
    late, later = line(free=0), line(free=90)
    assert late.urgency < later.urgency
    budget = amount(late) + Decimal("12.00")
    arrange([later, late], Arrangement(budget=budget))
    assert amount(late) + amount(later) <= budget
    assert late.troubles == line(free=0).troubles
    assert later.troubles[-1]["code"] == "over_budget"


@pytest.mark.parametrize(
    ("weekdays", "first", "period"),
    [("", TODAY, 7), ("0", TODAY, 7), ("2", dt.date(2026, 11, 25), 7), ("04", TODAY, 7), ("01", TODAY, 7)],
)
def test_orders_go_out_on_their_days(weekdays: str, first: dt.date, period: int) -> None:
    assert order_day(TODAY, weekdays) == first
    assert review_period(first, 7, weekdays) == period
    assert review_period(TODAY, 3, "0") == 7


def test_the_cheapest_offer_that_is_no_hoard_is_chosen() -> None:
    case, pallet = offer(cost="12.00"), offer(units=1920, cost="800.00", pack_name="pallet", pack_id=2)
    assert choose([case, pallet], per_week=500) is pallet
    assert choose([case, pallet], per_week=50) is case
    assert choose([pallet], per_week=1) is pallet
    assert choose([], per_week=1) is None
    quick = offer(lead_time_days=2, pack_id=3)
    assert choose([case, quick], per_week=50) is quick, "at the same cost the quicker one"


def test_days_that_are_over_are_no_demand_ahead() -> None:
    whole, later = Ahead(numbers(70)), Ahead(numbers(70), passed_days=5)
    assert whole.mean(10) == pytest.approx(100) == pytest.approx(later.mean(10))
    assert later.mean(26 * 7) == pytest.approx(26 * 70), "beyond the last week as in the last ones"
    assert whole.lasts(100) == pytest.approx(10, abs=0.1)
    assert whole.curve(14).quantile(0.95) > whole.mean(14)


def test_a_proposal_tells_the_numbers_it_was_made_of() -> None:
    why = told(line(free=12, life=60), forecast={"method": "x", "demand_class": "fast"})
    assert why["order_up_to"] == pytest.approx(why["expected_demand"] + why["safety_stock"], abs=0.02)
    assert why["expiry_cap"] == why["cap"] and why["cap_reason"] == "", (
        "there is a limit, and it does not matter"
    )
    why = told(line(free=12, life=2), forecast=None)
    assert (why["cap_reason"], why["method"]) == ("expires", None)


def test_policies_speak_of_what_they_are_about() -> None:
    assert scope_of(product_id=7, category_id=None, abc_class="", warehouse_id=3) == "product:7@3"
    assert scope_of(product_id=None, category_id=None, abc_class="A", warehouse_id=None) == "class:A@*"
    rows = [
        {"id": 1, "scope": "all@*", "review_days": 30},
        {"id": 2, "scope": "product:7@*", "review_days": 10},
        {"id": 3, "scope": "category:5@3", "review_days": 3},
    ]
    said = Policies(rows).effective(product_id=7, category_id=5, abc_class="B", warehouse_id=3)
    assert (said["review_days"].value, said["review_days"].policy_id) == (10, 2)
    said = Policies(rows).effective(product_id=8, category_id=5, abc_class="B", warehouse_id=3)
    assert (said["review_days"].value, said["review_days"].source) == (3, "category")


# ---- week after week ------------------------------------------------------------------------------
def fill_of_proposals(*, fill: float, per_week: float, variation: float, pack: int, days: int) -> float:
    """A buyer who orders every Monday what is proposed; a week later it comes. What is not there waits."""
    chance = random.Random(5)
    shape = 1 / variation**2
    ahead = Ahead(numbers_of(lambda one: one.gammavariate(shape, per_week / shape), paths=3000))
    terms = Terms(service_level_percent=100 * fill, service_source="default", review_days=7)
    shelf, owed = per_week * 2, 0.0
    coming: list[tuple[int, int]] = []
    asked = served = 0.0
    for week in range(1500):
        monday = TODAY + dt.timedelta(days=7 * week)
        shelf += sum(units for due, units in coming if due <= 7 * week)
        coming = [(due, units) for due, units in coming if due > 7 * week]
        late = min(shelf, owed)
        shelf, owed = shelf - late, owed - late
        stock = Stock(
            on_hand=round(shelf),
            shelf=(Dated(dt.date(2199, 1, 1), round(shelf)),),
            coming=tuple((TODAY + dt.timedelta(days=due), units) for due, units in coming),
            owed=round(owed),
        )
        lead = LeadTime(((float(days), 1.0),), "catalogue")
        arrives = monday + dt.timedelta(days=days)
        one = Line(1, offer(units=pack), terms, stock, ahead, lead, monday, arrives, 7)
        work_out(one, today=monday, weekdays="", next_review=monday)
        if one.quantity:
            coming.append((7 * week + days, one.quantity))
        wanted = chance.gammavariate(shape, per_week / shape)
        now = min(wanted, shelf)
        shelf, owed = shelf - now, owed + wanted - now
        asked, served = asked + wanted, served + now
    return served / asked


@pytest.mark.parametrize(("pack", "days"), [(1, 7), (24, 7), (24, 14), (48, 14)])
def test_who_orders_what_is_proposed_serves_what_was_asked_for(pack: int, days: int) -> None:
    reached = fill_of_proposals(fill=0.95, per_week=100, variation=0.5, pack=pack, days=days)
    assert 0.93 <= reached <= 0.98, reached
