"""An order to a supplier while it is typed: out of the catalogue, with what the supplier wants beside each line."""

import asyncio
from collections.abc import Awaitable
from decimal import Decimal
from typing import Any

import pytest
from fake_dock import Dock, dock
from fakes import api_for

from stillage_client.api.transport import Api
from stillage_client.screens.buying.purchase_draft import PurchaseDraft, terms


def run(work: Awaitable[Any]) -> Any:
    async def all_of_it() -> Any:
        return await work

    return asyncio.run(all_of_it())


@pytest.fixture
def server() -> Dock:
    return dock()


@pytest.fixture
def api(server: Dock) -> Api:
    return api_for(server)


@pytest.fixture
def draft(api: Api) -> PurchaseDraft:
    made = PurchaseDraft()
    run(made.start(api, "MAIN", "HARROW"))
    return made


def test_the_supplier_brings_its_catalogue_and_its_day(draft: PurchaseDraft) -> None:
    assert draft.supplier is not None and len(draft.catalogue) == 2
    assert draft.expected_date is not None
    assert [terms(one) for one in draft.catalogue] == ["from 5 cases on", "by the layer of 12"]


@pytest.mark.parametrize(
    ("written", "product", "packs"),
    [("12 x HPA-330", "HPA-330", 12), ("pale ale", "HPA-330", 1), ("3 x W-7", "MSW-750", 3),
     ("2 layers water", "MSW-750", 24), ("6 x 15060000000020", "MSW-750", 6)],
)  # fmt: skip
def test_a_line_is_typed_as_it_is_said(
    draft: PurchaseDraft, api: Api, written: str, product: str, packs: int
) -> None:
    assert run(draft.enter(api, written))
    (line,) = draft.lines
    assert (line.entry.product, line.packs) == (product, packs)


def test_what_the_supplier_does_not_sell_is_said(draft: PurchaseDraft, api: Api) -> None:
    assert not run(draft.enter(api, "5 x nothing"))
    assert draft.entry_fault == "Harrow Brewing sells nothing that is called “nothing”."


def test_minimum_and_multiple_are_hinted_at_and_mended_in_one_press(draft: PurchaseDraft, api: Api) -> None:
    run(draft.enter(api, "3 x HPA-330"))
    run(draft.enter(api, "13 x MSW-750"))
    assert [line.hint for line in draft.lines] == ["From 5 cases on", "Only by the layer of 12"]
    assert [line.wanted for line in draft.lines] == [5, 24]
    assert draft.unfitting == 2 and draft.value == Decimal("144.50")


def test_the_same_again_is_more_of_it_and_none_takes_it_out(draft: PurchaseDraft, api: Api) -> None:
    run(draft.enter(api, "5 x HPA-330"))
    run(draft.enter(api, "2 x HPA-330"))
    (line,) = draft.lines
    assert line.packs == 7
    draft.set_packs(line.key, 0)
    assert draft.lines == ()


def test_another_cost_goes_with_the_line(draft: PurchaseDraft, api: Api, server: Dock) -> None:
    run(draft.enter(api, "10 x HPA-330"))
    assert not draft.set_cost(draft.lines[0].key, "cheap")
    assert draft.set_cost(draft.lines[0].key, "19,5")
    assert draft.value == Decimal("195.00")
    assert run(draft.save(api)) is not None
    assert server.placed[0]["lines"] == [
        {"product": "HPA-330", "pack": "15060000000013", "quantity_packs": 10, "pack_cost": "19.5"}
    ]


def test_what_speaks_against_it_is_said_once_and_the_second_press_places_it(
    draft: PurchaseDraft, api: Api, server: Dock
) -> None:
    server.against = "Harrow Brewing sells HPA-330 from 5 x case on."
    run(draft.enter(api, "1 x HPA-330"))
    assert run(draft.place(api)) is None
    assert draft.against == ("Harrow Pale Ale: From 5 cases on.",) and not draft.fault
    assert run(draft.place(api)) is not None
    assert server.bodies[-1] == {"ignore_warnings": True}
    assert len(server.placed) == 1
