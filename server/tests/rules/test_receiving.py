"""What a delivery is held against: nothing is lost, nothing taken silently, and only the wrong part needs a decision."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from stillage.purchasing.receiving import (
    ACCEPTED,
    DONE,
    OUTCOMES,
    QUARANTINED,
    REFUSED,
    Announced,
    Came,
    Life,
    Matched,
    Part,
    Wanted,
    count_off,
    match,
)

DAY = dt.date(2027, 3, 31)
NOBODY = "PO-000012 does not ask"
FRESH, STALE = Life(DAY, 90, 30), Life(DAY, 9, 30)
wanted_lines = st.lists(
    st.builds(
        Wanted,
        line_id=st.integers(1, 10**6),
        order=st.sampled_from(("PO-000012", "PO-000013")),
        product_id=st.integers(1, 3),
        open=st.integers(0, 50),
    ),
    max_size=6,
    unique_by=lambda one: one.line_id,
)
came_lines = st.lists(
    st.builds(
        Came,
        index=st.just(0),
        product_id=st.integers(1, 4),
        sku=st.just("ALE-330"),
        quantity=st.integers(1, 80),
        lot=st.just("L1"),
        damaged=st.booleans(),
        life=st.sampled_from((None, FRESH, STALE)),
        outcome=st.sampled_from(("", *OUTCOMES)),
    ),
    max_size=6,
).map(lambda lines: [_at(index, line) for index, line in enumerate(lines)])


def _at(index: int, line: Came) -> Came:
    return Came(
        index,
        line.product_id,
        line.sku,
        line.quantity,
        line.lot,
        line.damaged,
        line.life,
        line.outcome,
    )


def bad(line: Came) -> bool:
    return line.damaged or (line.life is not None and line.life.too_short)


@given(came_lines, wanted_lines)
def test_every_unit_has_one_fate_and_no_line_gets_more_than_is_open_unless_somebody_accepts_it(
    came: list[Came], wanted: list[Wanted]
) -> None:
    found = match(came, wanted, nobody=NOBODY)
    units: Counter[int] = Counter()
    for part in found.parts:
        assert part.quantity > 0
        units[part.index] += part.quantity
    assert units == Counter({line.index: line.quantity for line in came})
    given_to: Counter[int] = Counter()
    for part in found.parts:
        if part.line_id is not None and part.kind != "over":
            given_to[part.line_id] += part.quantity
    for one in wanted:
        assert given_to[one.line_id] <= one.open
    products = {one.line_id: one.product_id for one in wanted}
    for part in found.parts:
        if part.line_id is not None:
            assert products[part.line_id] == came[part.index].product_id
        if part.kind == "over" and part.line_id is not None:
            assert part.outcome == ACCEPTED, (
                "more than ordered is received for a line only where it is accepted"
            )
        if part.outcome == REFUSED:
            assert part.line_id is None, "what is refused is received for nobody"


@given(came_lines, wanted_lines)
def test_something_wrong_is_a_fault_exactly_where_nobody_decided(
    came: list[Came], wanted: list[Wanted]
) -> None:
    found = match(came, wanted, nobody=NOBODY)
    wrong = {part.index for part in found.parts if part.kind} | {line.index for line in came if bad(line)}
    undecided = {line.index for line in came if line.index in wrong and not line.outcome}
    assert {int(fault.pointer.split("/")[2]) for fault in found.faults} == undecided
    for part in found.parts:
        line = came[part.index]
        if part.kind:
            assert part.outcome == DONE.get(line.outcome, "")
        else:
            assert part.outcome == "" and not bad(line), "only the wrong part takes the outcome"


@given(came_lines, wanted_lines)
def test_open_units_are_used_up_before_anything_is_called_too_much(
    came: list[Came], wanted: list[Wanted]
) -> None:
    found = match(came, wanted, nobody=NOBODY)
    used: Counter[int] = Counter()
    for part in found.parts:
        if part.kind == "over":
            product = came[part.index].product_id
            own = [one for one in wanted if one.product_id == product]
            assert own and all(used[one.line_id] == one.open for one in own)
        elif part.kind == "not_ordered":
            assert came[part.index].product_id not in {one.product_id for one in wanted}
        if part.line_id is not None and part.kind != "over":
            used[part.line_id] += part.quantity


@given(came_lines, wanted_lines)
def test_the_first_line_is_filled_before_the_next(came: list[Came], wanted: list[Wanted]) -> None:
    found = match(came, wanted, nobody=NOBODY)
    used: Counter[int] = Counter()
    for part in found.parts:
        if part.line_id is None or part.kind == "over":
            continue
        product = came[part.index].product_id
        before = [one for one in wanted if one.product_id == product]
        for one in before[: [one.line_id for one in before].index(part.line_id)]:
            assert used[one.line_id] == one.open
        used[part.line_id] += part.quantity


def only(found: Matched) -> str:
    (fault,) = found.faults
    return fault.detail


def test_the_sentences_say_both_sides() -> None:
    wanted = [Wanted(1, "PO-000012", 7, 24)]
    more = match([Came(0, 7, "ALE-330", 36)], wanted, nobody=NOBODY)
    assert only(more) == "PO-000012 wants 24 more of ALE-330, you have 36."
    assert more.faults[0].meta == {"possible_outcomes": list(OUTCOMES), "wanted": 24, "given": 36}
    assert [(part.quantity, part.kind) for part in more.parts] == [(24, ""), (12, "over")]
    none = match([Came(0, 7, "ALE-330", 36)], [Wanted(1, "PO-000012", 7, 0)], nobody=NOBODY)
    assert only(none) == "PO-000012 wants no more of ALE-330, you have 36."
    two = [*wanted, Wanted(2, "PO-000013", 7, 6)]
    both = match([Came(0, 7, "ALE-330", 36)], two, nobody=NOBODY)
    assert only(both) == "PO-000012 and PO-000013 want 30 more of ALE-330, you have 36."
    strange = match([Came(0, 8, "STOUT", 6)], wanted, nobody=NOBODY)
    assert only(strange) == "PO-000012 does not ask for STOUT; you have 6."
    old = match([Came(0, 7, "ALE-330", 6, "L1", life=STALE)], wanted, nobody=NOBODY)
    assert (
        only(old) == "Lot L1 may be sold until 2027-03-31, which leaves 9 days; 30 days are needed at intake."
    )
    past = match([Came(0, 7, "ALE-330", 6, "L1", life=Life(DAY, -1, 0))], wanted, nobody=NOBODY)
    assert only(past).endswith("which is past; it must not be past at intake.")
    broken = match([Came(0, 7, "ALE-330", 6, damaged=True)], wanted, nobody=NOBODY)
    assert only(broken) == "6 of ALE-330 are damaged: take them, set them aside, or refuse them."


def test_all_that_is_wrong_with_one_line_is_said_at_once() -> None:
    line = Came(0, 7, "ALE-330", 36, "L1", damaged=True, life=STALE)
    found = match([line], [Wanted(1, "PO-000012", 7, 24)], nobody=NOBODY)
    assert [fault.code for fault in found.faults] == ["outcome_required", "short_dated", "over_delivered"]


def test_a_named_line_takes_alone_and_an_unknown_one_is_refused() -> None:
    wanted = [Wanted(1, "PO-000012", 7, 24), Wanted(2, "PO-000012", 7, 24)]
    named = match([Came(0, 7, "ALE-330", 30, order_line=2, outcome="accept")], wanted, nobody=NOBODY)
    assert [(part.line_id, part.quantity, part.kind) for part in named.parts] == [(2, 24, ""), (2, 6, "over")]
    assert named.accepts
    unknown = match([Came(0, 7, "ALE-330", 30, order_line=3)], wanted, nobody=NOBODY)
    assert [fault.code for fault in unknown.faults] == ["unknown_line"]


def test_what_is_set_aside_or_refused_of_a_surplus_is_received_for_nobody() -> None:
    wanted = [Wanted(1, "PO-000012", 7, 24)]
    for outcome, done in (("quarantine", QUARANTINED), ("refuse", REFUSED)):
        parts = match([Came(0, 7, "ALE-330", 36, outcome=outcome)], wanted, nobody=NOBODY).parts
        assert parts[1] == Part(0, 12, None, 1, "over", done)
        assert parts[1].booked is (outcome == "quarantine")


announced_lines = st.lists(
    st.builds(
        Announced,
        line_id=st.integers(1, 10**6),
        product_id=st.integers(1, 2),
        lot=st.sampled_from(("", "L1", "L2")),
        open=st.integers(0, 30),
    ),
    max_size=5,
    unique_by=lambda one: one.line_id,
)
booked_parts = st.lists(st.tuples(st.integers(1, 40), st.sampled_from(("", ACCEPTED, REFUSED))), max_size=5)


@given(
    booked_parts,
    st.lists(st.tuples(st.integers(1, 2), st.sampled_from(("L1", "L2"))), min_size=5),
    announced_lines,
)
def test_counting_off_a_notice_loses_no_unit_and_counts_none_twice(
    parts: list[tuple[int, str]], lots: list[tuple[int, str]], announced: list[Announced]
) -> None:
    made = [Part(index, units, outcome=outcome) for index, (units, outcome) in enumerate(parts)]
    by_index = dict(enumerate(lots))
    counted = count_off(made, by_index, announced)
    units: Counter[int] = Counter()
    noticed: Counter[int] = Counter()
    rows = {one.line_id: one for one in announced}
    for part in counted:
        units[part.index] += part.quantity
        if part.notice_line_id is not None:
            noticed[part.notice_line_id] += part.quantity
            row = rows[part.notice_line_id]
            assert (row.product_id, row.lot) in (by_index[part.index], (by_index[part.index][0], ""))
            assert part.outcome != REFUSED, "what is refused did not come"
    assert units == Counter({index: units for index, (units, _) in enumerate(parts)})
    assert all(noticed[one.line_id] <= one.open for one in announced)
