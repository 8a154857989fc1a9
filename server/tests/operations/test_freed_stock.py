"""What comes in, out of a cage or from another house can be promised: whoever waits for it hears of it, once."""

from __future__ import annotations

from importlib import import_module
from typing import Any
from uuid import UUID

import pytest
from django.utils.module_loading import import_string

from stillage.core import events
from stillage.core.clock import now
from stillage.core.events import StockFreed
from stillage.places.models import Location, Warehouse
from stillage.stock import operations
from stillage.stock.models import Lot
from tests.builders import BOSS, make_location, make_product, make_warehouse, receive

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every event that is published from here on."""
    found: list[Any] = []
    for name in ("posting", "release"):  # by their full names: the package's `release` is the operation
        module = import_module(f"stillage.stock.operations.{name}")
        monkeypatch.setattr(module, "publish", found.append)
    return found


@pytest.fixture
def ale() -> Any:
    main, north = make_warehouse("MAIN"), make_warehouse("NORTH")
    make_location(main, "STAGE", kind="staging")
    product = make_product("ALE-330")
    receive(product, "L1", quantity=100, location="MAIN/A-01")
    assert north.code == "NORTH"
    return product


def move(source: str, target: str) -> None:
    line = operations.MoveLine("ALE-330", source, target, 5, "L1")
    operations.move(actor=BOSS, lines=[line], reference="", at=now())


def houses(heard: list[Any]) -> list[int]:
    return [event.warehouse_id for event in heard if isinstance(event, StockFreed)]


def test_goods_that_come_in_are_news(ale: Any, heard: list[Any]) -> None:
    receive(ale, "L2", quantity=10, location="MAIN/A-02")
    assert [event.product_ids for event in heard] == [(ale.pk,)]


def test_from_shelf_to_shelf_nothing_is_freed(ale: Any, heard: list[Any]) -> None:
    move("MAIN/A-01", "MAIN/A-02")
    assert heard == []


def test_into_the_cage_is_no_news_and_out_of_it_is(ale: Any, heard: list[Any]) -> None:
    move("MAIN/A-01", "MAIN/CAGE")
    assert heard == []
    move("MAIN/CAGE", "MAIN/A-01")
    assert len(heard) == 1


def test_what_is_put_back_from_a_staging_lane_can_be_promised_again(ale: Any, heard: list[Any]) -> None:
    move("MAIN/A-01", "MAIN/STAGE")
    assert heard == []
    move("MAIN/STAGE", "MAIN/A-02")
    assert len(heard) == 1


def test_another_house_hears_of_what_came_to_it(ale: Any, heard: list[Any]) -> None:

    move("MAIN/A-01", "NORTH/A-01")
    assert houses(heard) == [Warehouse.objects.get(code="NORTH").pk]


def test_a_released_lot_is_news_in_every_house_where_it_lies(ale: Any, heard: list[Any]) -> None:
    move("MAIN/A-01", "NORTH/A-01")
    operations.hold(actor=BOSS, lines=[operations.HoldLine("ALE-330", "recall", "L1")], at=now())
    heard.clear()
    operations.release(actor=BOSS, lines=[operations.ReleaseLine("ALE-330", "L1")], at=now())
    assert len(set(houses(heard))) == 2


def test_a_scrapping_undone_is_news(ale: Any, heard: list[Any]) -> None:
    scrapped = operations.scrap(
        actor=BOSS,
        lines=[operations.ScrapLine("ALE-330", "MAIN/A-01", 5, "broken", "L1")],
        reference="",
        at=now(),
    )
    assert heard == []
    operations.reverse(actor=BOSS, operation_id=scrapped["operation_id"], reason="not broken", at=now())
    assert len(heard) == 1


def test_picked_units_stay_promised_and_are_no_news(ale: Any, heard: list[Any]) -> None:
    demand = operations.Demand(UUID(int=1), "SO", ale.pk, Location.objects.get(full_code="MAIN/A-01").warehouse_id,
                               10, now().date())  # fmt: skip
    operations.allocate(actor=BOSS, demands=[demand], at=now())
    lot, source, lane = (
        Lot.objects.get().pk,
        Location.objects.get(full_code="MAIN/A-01").pk,
        Location.objects.get(full_code="MAIN/STAGE").pk,
    )
    operations.pick(
        actor=BOSS, lines=[operations.PickLine(demand.id, lot, source, lane, 10)], reference="PL", at=now()
    )
    operations.put_back(
        actor=BOSS, lines=[operations.PickLine(demand.id, lot, lane, source, 10)], reference="PL", at=now()
    )
    assert heard == []


def test_every_route_leads_to_a_handler_that_is_there() -> None:

    assert all(callable(import_string(name)) for names in events._routes().values() for name in names)
