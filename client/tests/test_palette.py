"""What stands in the search and what shortcuts do: pure, and the state with a server that answers late."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

from stillage_client.api.search_records import Found, Hit, read_found
from stillage_client.components.keys import BEGIN, END, Spelling
from stillage_client.components.navigation import Destination
from stillage_client.screens.palette import PaletteState, lines
from stillage_client.screens.palette_entries import (
    Entry,
    as_kept,
    deeds,
    detail_of,
    fits,
    found_entries,
    path_of,
    places,
    remembered_entries,
    with_newest,
)
from stillage_client.screens.shortcuts import GO, begins, goes_to

ICON: Any = "icon"
STOCK, ORDERS = Destination("Stock", ICON, ICON, "/stock"), Destination("Orders", ICON, ICON, "/orders")


def hit(kind: str, **given: Any) -> Hit:
    return Hit.read({"kind": kind, "id": 7, "key": "K", "label": "L", **given})


def answer(*kinds: str, match: str = "words", label: str = "L") -> Found:
    return read_found(
        {
            "groups": [
                {
                    "kind": kind,
                    "results": [{"kind": kind, "id": 1, "key": "K", "label": label, "match": match}],
                }
                for kind in kinds
            ]
        }
    )


def test_every_kind_opens_a_screen_of_its_own() -> None:
    assert path_of(hit("product", key="ALE/330"), traces=True) == "/products/ALE%2F330"
    assert path_of(hit("lot", facts={"product": "ALE-330"}), traces=True) == "/lots/7/trace"
    assert path_of(hit("lot", facts={"product": "ALE-330"}), traces=False) == "/products/ALE-330"
    assert path_of(hit("sales_order", key="SO-000042"), traces=True) == "/orders/SO-000042"
    assert path_of(hit("place", key="MAIN/A-01"), traces=True) == "/locations/MAIN/A-01"
    assert path_of(hit("handling_unit", key="3" * 18), traces=True) == "/orders?show=all&q=" + "3" * 18


def test_details_are_said_as_on_other_screens() -> None:
    free = {"available": 340, "base_unit": "bottle", "case_name": "case", "units_per_case": 24}
    assert detail_of(hit("product", key="HPA-330", facts=free)) == "HPA-330 · 14 cases free"
    assert (
        detail_of(hit("product", key="HPA-330", facts={**free, "available": 5})) == "HPA-330 · 5 bottles free"
    )
    lot = {"last_sale_date": "2026-12-03", "status": "soon", "on_hand": 5}
    assert detail_of(hit("lot", name="Pale", facts=lot), today=date(2026, 11, 24)) == "Pale · 9 days left"
    order = {"status": "shipped", "date": "2026-11-24"}
    said = detail_of(hit("sales_order", name="The Pub", facts=order), today=date(2026, 11, 24))
    assert said == "The Pub · Shipped · 24 Nov"


def test_words_fit_the_beginnings_of_words() -> None:
    assert fits("New order", "ord") and fits("New order", "n o") and fits("Put away", "away")
    assert not fits("New order", "rder")
    assert [one.path for one in places([STOCK, ORDERS], "or")] == ["/orders"]
    assert places([STOCK], "") == []


def test_only_what_the_role_may_do_can_be_done() -> None:
    paths = [entry.path for entry, _ in deeds({"sales.change"}, everywhere=False)]
    assert "/orders/new" in paths and "/transfers/new" not in paths
    assert "/recalls/new" not in [entry.path for entry, _ in deeds({"recalls.run"}, everywhere=False)]
    assert "/recalls/new" in [entry.path for entry, _ in deeds({"recalls.run"}, everywhere=True)]


def test_what_the_browser_kept_is_read_with_care() -> None:
    one, two = (Entry("g", "product", name, "", f"/products/{name}") for name in "AB")
    kept = as_kept(with_newest(two, [one, two]))
    assert [entry.path for entry in remembered_entries(kept)] == ["/products/B", "/products/A"]
    for bad in (
        None,
        7,
        "",
        "{",
        "[7]",
        '[{"kind": "x"}]',
        '[{"kind":"a","label":"b","detail":"c","path":"evil"}]',
    ):
        assert remembered_entries(bad) == [], bad


def test_an_exact_code_stands_above_screens_of_that_name() -> None:
    state = PaletteState(text="or", found=answer("customer"), asked="or")
    assert [one.kind for one in lines(state, [ORDERS], [], traces=True)] == ["go:/orders", "customer"]
    state = PaletteState(text="or", found=answer("customer", match="code"), asked="or")
    assert [one.kind for one in lines(state, [ORDERS], [], traces=True)] == ["customer", "go:/orders"]


def test_unknown_kinds_of_a_newer_server_are_shown_all_the_same() -> None:
    (entry,) = found_entries(answer("price_list"), traces=True)
    assert (entry.group, entry.path) == ("Price list", "/K")


class LateServer:
    """Answers each question when told to."""

    def __init__(self) -> None:
        self.asked: dict[str, asyncio.Future[Any]] = {}

    async def get(self, path: str, **params: Any) -> Any:
        future = self.asked[params["q"]] = asyncio.get_running_loop().create_future()
        return await future


def found_named(label: str) -> dict[str, Any]:
    return {
        "groups": [{"kind": "product", "results": [{"kind": "product", "id": 1, "key": "K", "label": label}]}]
    }


def test_the_newest_question_wins_whichever_answer_comes_first() -> None:
    async def walk() -> str:
        api: Any = LateServer()
        state = PaletteState()
        state.typed("har")
        first = asyncio.create_task(state.ask(api))
        await asyncio.sleep(0)
        state.typed("harrow")
        second = asyncio.create_task(state.ask(api))
        await asyncio.sleep(0)
        api.asked["harrow"].set_result(found_named("Harrow"))
        await second
        api.asked["har"].set_result(found_named("Harbour"))
        await first
        return state.found.groups[0].results[0].label

    assert asyncio.run(walk()) == "Harrow"


def test_what_is_emptied_shows_no_late_answer() -> None:
    async def walk() -> int:
        api: Any = LateServer()
        state = PaletteState()
        state.typed("har")
        first = asyncio.create_task(state.ask(api))
        await asyncio.sleep(0)
        state.typed("")
        api.asked["har"].set_result(found_named("Harbour"))
        await first
        return len(state.found.groups)

    assert asyncio.run(walk()) == 0


def test_arrows_go_round_the_ends() -> None:
    state = PaletteState()
    for step, at in ((1, 1), (1, 2), (1, 0), (-1, 2)):
        state.move(step, 3)
        assert state.at == at
    state.move(1, 0)


def test_letters_between_two_keys_are_a_shortcut_and_others_are_not() -> None:
    spelling = Spelling()
    assert [spelling.take(key) for key in (BEGIN, "G", "O", END)] == ["", "", "", "GO"]
    assert spelling.take("G") is None


def test_shortcuts_lead_only_where_one_may_go() -> None:
    assert goes_to("GO", ["/orders"]) == "/orders"
    assert goes_to("GO", ["/stock"]) == goes_to("GQ", ["/stock"]) == goes_to("G", ["/"]) == ""
    assert len(set(GO.values())) == len(GO)


def test_n_begins_what_belongs_to_the_screen() -> None:
    rights = {"sales.change", "counts.change"}
    assert begins("/orders?q=pub", rights) == begins("/orders/SO-1", rights) == "/orders/new"
    assert begins("/counts", rights) == "/counts/new"
    assert begins("/orders/new", rights) == begins("/orders/SO-1/pack", rights) == ""
    assert begins("/transfers", rights) == begins("/", rights) == ""
