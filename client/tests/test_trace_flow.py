"""The trace as a picture and as a sentence: the columns agree, the ribbons are as wide as the units, and it closes."""

from itertools import pairwise

import pytest
from fake_control import traced

from stillage_client.api.tracing_records import RecallCustomer, Trace
from stillage_client.locale import speaking
from stillage_client.screens.control.trace_flow import closing, figures_of, flow_of, in_words
from stillage_client.screens.control.trace_geometry import place


def trace(**balance: int) -> Trace:
    return Trace.read(traced(**balance))


def test_what_came_in_is_where_it_is() -> None:
    flow = flow_of(trace())
    assert (
        flow.lot.units == sum(node.units for node in flow.origins) == sum(node.units for node in flow.where)
    )
    shipped = next(node for node in flow.where if node.key == "shipped")
    assert shipped.units == sum(node.units for node in flow.customers) == 144


def test_the_sentence_says_cases_and_closes() -> None:
    said = closing(trace())
    assert said.closes
    assert said.title == "Every case is accounted for"
    assert said.sentence == "10 received = 7 shipped − 1 came back + 3 on hold + 1 scrapped"
    with speaking("de"):
        assert closing(trace()).title == "Jede Kiste ist nachgewiesen"


def test_what_is_missing_is_said_with_its_amount() -> None:
    said = closing(trace(scrapped=0, closes=False))
    assert not said.closes
    assert said.title == "Not accounted for: 1 case"


def test_one_loose_can_makes_all_amounts_cans() -> None:
    lot = trace(scrapped=23, adjusted=-1)
    assert figures_of(lot).measure == "cans"
    assert "23 scrapped + 1 corrected down" in closing(lot).sentence


def test_what_was_found_comes_in_beside_what_was_received() -> None:
    flow = flow_of(trace(counted=24, scrapped=48))
    assert [node.key for node in flow.origins] == ["origin-0", "found"]
    assert flow.lot.units == 264 == sum(node.units for node in flow.where)


def test_what_went_to_another_warehouse_is_no_loss() -> None:
    flow = flow_of(trace(transferred=-48, on_hand=24))
    assert next(node for node in flow.where if node.key == "elsewhere").units == 48


def test_every_node_leads_to_what_it_stands_for() -> None:
    flow = flow_of(trace())
    assert [target.route for target in flow.origins[0].targets] == [
        "/receive/GR-000001",
        "/purchases/PO-000002",
    ]
    held = next(node for node in flow.where if node.key == "held")
    assert held.targets[0].route == "/locations/MAIN/QA-01"
    duke = next(node for node in flow.customers if node.title == "The Old Duke")
    assert [target.route for target in duke.targets] == ["/customers/C1", "/orders/SO-000001"]


def test_in_a_recall_who_knows_stands_apart_from_who_does_not() -> None:
    said = {"told_at": "2026-11-22T10:00:00Z", "left_there": 0}
    told = {
        "C1": RecallCustomer.read({"customer": "C1", **said}),
        "C2": RecallCustomer.read({"customer": "C2"}),
    }
    flow = flow_of(trace(), told)
    assert [(node.kind, node.note) for node in flow.customers] == [
        ("ok", "Told, none left"),
        ("soon", "Not told yet"),
    ]
    assert "Not told yet" in in_words(flow, figures_of(trace()))


@pytest.mark.parametrize("width", [620.0, 960.0, 1116.0])
def test_nothing_stands_outside_of_the_picture_or_on_something_else(width: float) -> None:
    picture = place(flow_of(trace()), width)
    for box in picture.boxes:
        assert box.left >= 0 and box.left + box.width <= width + 0.01
        assert box.top >= -0.01 and box.top + box.height <= picture.height + 0.01
    for one in picture.boxes:
        for other in picture.boxes:
            apart = one.top + one.height <= other.top + 0.01 or other.top + other.height <= one.top + 0.01
            assert one is other or one.left != other.left or apart


def test_ribbons_leave_a_node_as_wide_as_their_units_and_side_by_side() -> None:
    picture = place(flow_of(trace()), 1100.0)
    out = [one for one in picture.ribbons if one.x1 == picture.columns[1] + _width(picture, 1)]
    scale = out[0].wide1 / out[0].node.units
    assert all(one.wide1 == pytest.approx(one.node.units * scale) for one in out)
    assert all(after.y1 == pytest.approx(one.y1 + one.wide1) for one, after in pairwise(out))


def _width(picture: object, column: int) -> float:
    boxes = picture.boxes  # type: ignore[attr-defined]
    left = picture.columns[column]  # type: ignore[attr-defined]
    return float(next(box.width for box in boxes if box.left == left))


def test_a_lot_that_was_never_received_is_still_drawn() -> None:
    flow = flow_of(Trace.read({"lot": {"lot": "L9", "product": "X"}, "balance": {}}))
    assert place(flow, 900.0).ribbons == ()
