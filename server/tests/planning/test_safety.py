"""The level that is ordered up to: it rises with what makes demand harder to serve, and serves what was asked."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillage.planning.ahead import LEVELS, NAMES, Ahead, Curve
from stillage.planning.safety import LeadTime, lead_time, order_up_to

WEEKS = 26


def numbers_of(draw: Callable[[random.Random], float], *, seed: int = 7, paths: int = 4000) -> dict[str, Any]:
    """A perfect forecast of independent weeks: the quantiles of their sums, by simulation."""
    chance = random.Random(seed)
    sums = [0.0] * paths
    numbers: dict[str, Any] = {name: [] for name in ("cum_mean", *NAMES)}
    for _ in range(WEEKS):
        sums = [one + draw(chance) for one in sums]
        ordered = sorted(sums)
        numbers["cum_mean"].append(sum(sums) / paths)
        for name, level in zip(NAMES, LEVELS, strict=True):
            numbers[name].append(ordered[int(level * paths)])
    return numbers


def gamma(mean: float, variation: float) -> Callable[[random.Random], float]:
    shape = 1 / variation**2
    return lambda chance: chance.gammavariate(shape, mean / shape)


def sporadic(probability: float, size: float) -> Callable[[random.Random], float]:
    def draw(chance: random.Random) -> float:
        return chance.expovariate(1 / size) if chance.random() < probability else 0.0

    return draw


def fixed(days: float) -> LeadTime:
    return LeadTime(((days, 1.0),), "catalogue")


STEADY = Ahead(numbers_of(gamma(100, 0.4)))

levels = st.floats(0.80, 0.999)
days = st.floats(0, 60)


@given(levels, levels, days)
def test_a_higher_level_of_service_never_orders_less(one: float, other: float, lead: float) -> None:
    low, high = sorted((one, other))
    assert (
        order_up_to(STEADY, fixed(lead), review_days=7, fill=low).order_up_to
        <= order_up_to(STEADY, fixed(lead), review_days=7, fill=high).order_up_to * 1.0002
    )


@given(levels, days, days)
def test_a_longer_lead_time_never_orders_less(fill: float, one: float, other: float) -> None:
    short, long = sorted((one, other))
    first = order_up_to(STEADY, fixed(short), review_days=7, fill=fill).order_up_to
    second = order_up_to(STEADY, fixed(long), review_days=7, fill=fill).order_up_to
    assert first <= second * 1.01 + 1e-6


@given(st.floats(0.92, 0.995), st.floats(10, 30), st.floats(0, 10))
def test_a_lead_time_that_varies_never_orders_less_than_its_mean(
    fill: float, mean: float, spread: float
) -> None:
    varying = LeadTime(((mean - spread, 0.5), (mean + spread, 0.5)), "receipts")
    sure = order_up_to(STEADY, fixed(mean), review_days=7, fill=fill).order_up_to
    assert order_up_to(STEADY, varying, review_days=7, fill=fill).order_up_to >= sure * 0.99


def test_demand_that_varies_more_needs_more() -> None:
    found = [
        order_up_to(Ahead(numbers_of(gamma(100, cv))), fixed(14), review_days=7, fill=0.97).order_up_to
        for cv in (0.1, 0.3, 0.6, 1.0)
    ]
    assert all(one < other for one, other in pairwise(found))


@given(st.lists(st.floats(0, 1000), min_size=7, max_size=7), st.floats(0, 3000), st.floats(0, 500))
def test_the_shortage_falls_with_stock_and_never_faster_than_stock_grows(
    quantiles: list[float], units: float, more: float
) -> None:
    curve = Curve(sorted(quantiles))
    less, then = curve.shortage(units), curve.shortage(units + more)
    assert -1e-6 <= then <= less + 1e-6
    assert less - then <= more + 1e-6


@given(st.lists(st.floats(0, 1000), min_size=7, max_size=7))
def test_the_shortage_is_the_integral_of_the_quantiles(quantiles: list[float]) -> None:
    curve = Curve(sorted(quantiles))
    units = curve.quantile(0.6)
    steps = 20_000
    summed = sum(
        max(curve.quantile((at + 0.5) / steps) - units, 0.0) for at in range(int(0.6 * steps), steps)
    )
    assert curve.shortage(units) == pytest.approx(summed / steps, rel=0.02, abs=0.5)


def test_nobody_orders_for_what_nobody_wants() -> None:
    dead = Ahead({"cum_mean": [0.0] * WEEKS, **{name: [0.0] * WEEKS for name in NAMES}})
    assert order_up_to(dead, fixed(14), review_days=7, fill=0.98).order_up_to == 0
    assert dead.lasts(1) == float("inf")
    rare = {name: [0.0] * WEEKS for name in ("cum_mean", *NAMES[:3])}
    tail = {name: [float(week) for week in range(WEEKS)] for name in NAMES[3:]}
    assert order_up_to(Ahead({**rare, **tail}), fixed(14), review_days=7, fill=0.98).order_up_to == 0


def test_few_deliveries_leave_the_catalogue_right_and_many_correct_it() -> None:
    assert lead_time(said=7, source="catalogue", measured=[21, 22]).mean == 7
    few = lead_time(said=7, source="catalogue", measured=[21, 21, 21])
    assert few.mean == pytest.approx(14)
    many = lead_time(said=7, source="catalogue", measured=[21.0] * 57)
    assert many.mean == pytest.approx(20.3)
    assert (few.source, many.receipts) == ("receipts", 57)
    decided = lead_time(said=7, source="policy", measured=[10, 20, 30], binding=True)
    assert decided.mean >= 7 and decided.spread > 3


# ---- what is asked for is what one gets -----------------------------------------------------------
def fill_reached(
    draw: Callable[[random.Random], float],
    *,
    lead: LeadTime,
    fill: float,
    waits: bool,
    review_weeks: int = 1,
    weeks: int = 30_000,
) -> float:
    """Serve so many weeks by ordering up to the level every review; what is not there waits, or goes elsewhere."""
    ahead = Ahead(numbers_of(draw))
    level = order_up_to(ahead, lead, review_days=7 * review_weeks, fill=fill).order_up_to
    chance = random.Random(11)
    on_hand: float = level
    coming: list[tuple[int, float]] = []
    asked = served = 0.0
    for week in range(weeks):
        on_hand += sum(units for due, units in coming if due <= week)
        coming = [(due, units) for due, units in coming if due > week]
        if week % review_weeks == 0:
            order = max(level - on_hand - sum(units for _, units in coming), 0.0)
            took = chance.choices([one for one, _ in lead.points], [share for _, share in lead.points])[0]
            coming.append((week + round(took / 7), order))
            on_hand += sum(units for due, units in coming if due <= week)
            coming = [(due, units) for due, units in coming if due > week]
        wanted = draw(chance)
        now = min(wanted, max(on_hand, 0.0))
        on_hand -= wanted if waits else now
        asked, served = asked + wanted, served + now
    return served / asked


VARYING = LeadTime(((7.0, 0.3), (14.0, 0.4), (21.0, 0.3)), "receipts")


@pytest.mark.parametrize("fill", [0.95, 0.98, 0.99])
@pytest.mark.parametrize("waits", [True, False], ids=["waiting", "lost"])
@pytest.mark.parametrize(
    ("draw", "lead"),
    [
        pytest.param(gamma(100, 0.3), fixed(14), id="steady"),
        pytest.param(gamma(40, 0.8), fixed(14), id="wild"),
        pytest.param(gamma(60, 0.5), fixed(21), id="from far away"),
        pytest.param(gamma(60, 0.5), VARYING, id="a supplier who is not punctual"),
        pytest.param(sporadic(0.3, 20), fixed(14), id="sporadic"),
        pytest.param(sporadic(0.1, 30), fixed(7), id="rare"),
    ],
)
def test_the_level_asked_for_is_the_fill_one_gets(
    draw: Callable[[random.Random], float], lead: LeadTime, waits: bool, fill: float
) -> None:
    reached = fill_reached(draw, lead=lead, fill=fill, waits=waits)
    assert abs(reached - fill) <= (0.02 if waits else 0.022), reached


def test_a_review_every_four_weeks_serves_as_much() -> None:
    reached = fill_reached(gamma(100, 0.3), lead=fixed(14), fill=0.95, review_weeks=4, waits=True)
    assert abs(reached - 0.95) <= 0.02
