"""What the screens know: each state class against a warehouse in memory, without drawing anything."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from fakes import TODAY, FakeServer, api_for, small_warehouse

from stillage_client import theme
from stillage_client.api import stock
from stillage_client.api.errors import Refused, Unauthorized, Unreachable
from stillage_client.api.records import AuditEntry, Balance, Import, Movement
from stillage_client.components.navigation import Destination
from stillage_client.components.status import expiry_kind
from stillage_client.components.viewport import layout_for
from stillage_client.screens import amounts
from stillage_client.screens.audit import changes, deed
from stillage_client.screens.date_entry import read_date
from stillage_client.screens.holds import HoldState, Wish, releases
from stillage_client.screens.import_file import ImportState
from stillage_client.screens.locations import PlaceState
from stillage_client.screens.movement_lines import ends, happening
from stillage_client.screens.paged import PagedState
from stillage_client.screens.product import LotLine, ProductState, lot_lines, next_out
from stillage_client.screens.refusals import trouble_of
from stillage_client.screens.scan import EntryState
from stillage_client.screens.scan_job import Packing
from stillage_client.screens.sign_in import SignInState, problem_of
from stillage_client.screens.stock_list import StockListState, StockQuery
from stillage_client.screens.today import TodayState, greeting, urgent


def run(work: Awaitable[Any]) -> Any:
    async def all_of_it() -> Any:
        return await work

    return asyncio.run(all_of_it())


@pytest.fixture
def server() -> FakeServer:
    made = small_warehouse()
    made.stock("HPA-330", "L1", "MAIN/A-01-01", 240, TODAY.replace(day=30))
    made.stock("MSW-750", "M1", "MAIN/A-01-02", 120, date(2027, 10, 2))
    return made


# ---- the stock list


@pytest.mark.parametrize(
    "query",
    [
        StockQuery(),
        StockQuery(search="pale ale & stout"),
        StockQuery(status="held", sort="-on_hand"),
        StockQuery(category="Ale", search="50%"),
    ],
)
def test_the_list_comes_back_as_it_was_from_its_address(query: StockQuery) -> None:
    assert StockQuery.from_route(query.route()) == query


def test_an_address_with_nonsense_shows_the_plain_list() -> None:
    assert StockQuery.from_route("/stock?status=<script>&x=1") == StockQuery()


def test_the_same_heading_again_turns_the_order_round() -> None:
    query = StockQuery().sorted_by("on_hand")
    assert query.sort == "on_hand"
    assert query.sorted_by("on_hand").sort == "-on_hand"
    assert query.sorted_by("on_hand").sorted_by("on_hand").sort == "on_hand"


def test_the_first_page_comes_with_the_counts_of_the_chips(server: FakeServer) -> None:
    state = StockListState()
    run(state.load(api_for(server), StockQuery(), "MAIN"))
    assert [row.product for row in state.rows][:2] == ["HPA-330", "MSW-750"]
    assert state.summary is not None
    assert (state.summary.all, state.summary.expiring, state.summary.out) == (3, 1, 1)
    assert not state.first_day


def test_more_rows_are_added_below_and_none_twice() -> None:
    server = small_warehouse()
    for n in range(120):
        server.product(f"X-{n:03d}", f"Xylo {n}")
    state = StockListState()
    api = api_for(server)
    query = StockQuery(sort="sku")
    run(state.load(api, query, "MAIN"))
    while state.cursor:
        run(state.load_more(api, query, "MAIN"))
    names = [row.product for row in state.rows]
    assert len(names) == len(set(names)) == 123


def test_an_answer_that_a_newer_question_overtook_is_dropped(server: FakeServer) -> None:
    state = StockListState()
    api = api_for(server)

    async def both() -> None:
        first = asyncio.create_task(state.load(api, StockQuery(search="water"), "MAIN"))
        await asyncio.sleep(0)
        second = asyncio.create_task(state.load(api, StockQuery(search="pale"), "MAIN"))
        await asyncio.gather(second, first)

    run(both())
    assert [row.product for row in state.rows] == ["HPA-330"]
    assert not state.working


def test_old_rows_stay_when_the_server_is_gone_and_the_trouble_says_it_passes(server: FakeServer) -> None:
    state = StockListState()
    api = api_for(server)
    run(state.load(api, StockQuery(), "MAIN"))
    server.offline = True
    run(state.load(api, StockQuery(), "MAIN"))
    assert len(state.rows) == 3
    assert state.trouble is not None and state.trouble.passing
    server.offline = False
    run(state.load(api, StockQuery(), "MAIN"))
    assert state.trouble is None


def test_an_empty_database_is_a_first_day() -> None:
    state = StockListState()
    run(state.load(api_for(FakeServer()), StockQuery(), "MAIN"))
    assert state.first_day


# ---- the product page


def test_the_product_page_gathers_lots_places_and_movements(server: FakeServer) -> None:
    state = ProductState()
    run(state.load(api_for(server), "HPA-330", "MAIN"))
    assert state.product is not None and state.product.name == "Harrow Pale Ale"
    assert state.availability is not None and state.availability.on_hand == 240
    assert len(state.balances) == len(state.movements) == 1


def test_an_unknown_product_is_missing_not_broken(server: FakeServer) -> None:
    state = ProductState()
    run(state.load(api_for(server), "NO-SUCH", "MAIN"))
    assert state.product is None
    assert state.trouble is not None and state.trouble.missing


def test_lots_are_added_up_over_places_and_the_first_out_is_on_top() -> None:
    def balance(lot: str, place: str, units: int, due: date | None, **more: Any) -> Balance:
        return Balance(
            product="A", product_id=1, lot=lot, location=place, on_hand=units, best_before_date=due, **more
        )

    lines = lot_lines(
        [
            balance("L2", "MAIN/A", 10, date(2027, 3, 1)),
            balance("NONE", "MAIN/A", 1, None),
            balance("L1", "MAIN/A", 5, date(2027, 1, 1), held=True),
            balance("L2", "MAIN/B", 7, date(2027, 3, 1)),
        ]
    )
    assert [(line.lot, line.on_hand, len(line.places)) for line in lines] == [
        ("L1", 5, 1),
        ("L2", 17, 2),
        ("NONE", 1, 1),
    ]
    assert next_out(lines, today=date(2026, 11, 22)) == "L2"
    assert next_out(lines, today=date(2027, 6, 1)) == "NONE"


# ---- holding and releasing


HOLD = Wish("hold", "HPA-330", "L1", reason="Seal test")


def lines_of(state: ProductState) -> dict[str, LotLine]:
    return {line.lot: line for line in lot_lines(state.balances)}


def test_a_held_lot_says_why_and_the_way_back_frees_it(server: FakeServer) -> None:
    api, holds, page = api_for(server), HoldState(), ProductState()
    holds.ask("L1", ())
    assert run(holds.carry_out(api, HOLD))
    run(page.load(api, "HPA-330", "MAIN"))
    assert lines_of(page)["L1"].all_held
    assert page.hold_reasons == {"L1": "Seal test"}
    assert (holds.asked, holds.done) == (None, HOLD)
    assert holds.back is not None
    assert run(holds.carry_out(api, holds.back, reason="Seal test"))
    assert server.held == {}
    assert holds.back == HOLD  # and that can be undone too


def test_a_hold_whose_answer_was_lost_is_not_made_twice(server: FakeServer) -> None:
    api, holds = api_for(server), HoldState()
    server.lose_answers = 20  # more often than the client tries by itself
    assert not run(holds.carry_out(api, HOLD))
    assert holds.trouble and server.held
    server.lose_answers = 0
    assert run(holds.carry_out(api, HOLD))
    assert server.holds_done == ["hold"]


def test_a_refused_hold_says_so_and_the_question_stays_open(server: FakeServer) -> None:
    server.held["HPA-330", "L1"] = "Recall"
    holds = HoldState()
    holds.ask("L1", ())
    assert not run(holds.carry_out(api_for(server), HOLD))
    assert "held_already" in holds.trouble
    assert (holds.asked, holds.done, holds.working) == ("L1", None, False)


def test_a_lot_held_at_its_places_is_released_there_when_it_is_not_held_everywhere(
    server: FakeServer,
) -> None:
    server.stock("HPA-330", "L1", "MAIN/A-01-02", 48, TODAY.replace(day=30))
    for place in ("MAIN/A-01-01", "MAIN/A-01-02"):
        server.held_at["HPA-330", "L1", place] = "Damaged"
    api, holds, page = api_for(server), HoldState(), ProductState()
    run(page.load(api, "HPA-330", "MAIN"))
    line = lines_of(page)["L1"]
    wishes = releases("HPA-330", "L1", line.held_at, whole=line.all_held, all_warehouses=True)
    assert run(holds.carry_out(api, *wishes, reason="Damaged"))
    assert server.held_at == {}
    assert holds.back == Wish("hold", "HPA-330", "L1", line.held_at, "Damaged")


def test_who_works_in_some_warehouses_names_the_place(server: FakeServer) -> None:
    server.all_warehouses = False
    api, holds, page = api_for(server), HoldState(), ProductState()
    assert not run(holds.carry_out(api, HOLD))
    assert run(holds.carry_out(api, replace(HOLD, locations=("MAIN/A-01-01",))))
    run(page.load(api, "HPA-330", "MAIN"))
    line = lines_of(page)["L1"]
    assert (line.held_at, line.free_at) == (("MAIN/A-01-01",), ())
    assert run(
        holds.carry_out(api, *releases("HPA-330", "L1", line.held_at, whole=True, all_warehouses=False))
    )
    assert server.held_at == {}


# ---- today, places, lists


def test_today_names_the_worst_first(server: FakeServer) -> None:
    server.stock("HPA-330", "OLD", "MAIN/A-01-02", 24, date(2026, 11, 1))
    server.held["MSW-750", "M1"] = "seal test"
    state = TodayState()
    run(state.load(api_for(server), "MAIN"))
    assert [item.kind for item in state.urgent] == ["expired", "soon", "held"]
    assert "expired on 1 Nov" in state.urgent[0].title
    assert state.movements


def test_what_must_go_says_how_much_and_how_long(server: FakeServer) -> None:
    [row] = run(stock.balances(api_for(server), lot="L1")).results
    said = urgent(row)
    assert said.title == "10 cases of Harrow Pale Ale must go"
    assert "A-01-01" in said.note


@pytest.mark.parametrize(
    ("hour", "words"), [(8, "Good morning"), (13, "Good afternoon"), (20, "Good evening")]
)
def test_the_greeting_fits_the_hour(hour: int, words: str) -> None:
    assert greeting("Mira Okafor", hour) == f"{words}, Mira"


def test_a_place_shows_what_stands_there(server: FakeServer) -> None:
    state = PlaceState()
    run(state.load(api_for(server), "MAIN/A-01-01"))
    assert [b.lot for b in state.balances] == ["L1"]


def test_a_paged_list_keeps_its_rows_while_it_fails(server: FakeServer) -> None:
    state = PagedState()
    api = api_for(server)

    async def fetch(cursor: str | None) -> Any:
        return await stock.balances(api, cursor=cursor, limit=1)

    run(state.load(fetch))
    run(state.more(fetch))
    assert len(state.rows) == 2 and state.cursor is None
    server.offline = True
    run(state.load(fetch))
    assert len(state.rows) == 2 and state.trouble is not None


# ---- signing in


class Door:
    """As much of a session as the sign-in needs."""

    def __init__(self, server: FakeServer) -> None:
        self.api = api_for(server)

    async def sign_in(self, username: str, password: str) -> None:
        await self.api.sign_in(username, password)


def test_a_wrong_password_says_what_to_do_and_lets_one_try_again(server: FakeServer) -> None:
    state, door = SignInState(), Door(server)
    run(state.sign_in(door, "manager", "wrong"))  # type: ignore[arg-type]
    assert state.problem is not None and "do not match" in state.problem.title
    run(state.sign_in(door, "manager", "stillage"))  # type: ignore[arg-type]
    assert state.problem is None and not state.busy


def test_empty_fields_ask_the_server_nothing(server: FakeServer) -> None:
    state, door = SignInState(), Door(server)
    run(state.sign_in(door, " ", ""))  # type: ignore[arg-type]
    assert state.problem is not None
    assert not server.asked


def test_each_refusal_at_the_door_has_its_own_words() -> None:
    told = {
        problem_of(error).title
        for error in (Unauthorized("invalid_credentials"), Unreachable(), Refused(429, "too_many_attempts"))
    }
    assert len(told) == 3


# ---- words shared by screens


def test_a_refusal_keeps_its_reason_and_a_missing_right_says_whom_to_ask() -> None:
    assert "only 88" in trouble_of(Refused(409, "not_enough", "There are only 88.")).words
    assert "manager" in trouble_of(Refused(403, "forbidden")).words
    assert trouble_of(Unreachable()).passing


def movement(**values: Any) -> Movement:
    return Movement(**({"id": 1, "operation_id": "op", "kind": "receive", "quantity": 24} | values))


def test_movements_say_their_direction() -> None:
    came = movement(from_location="supplier", to_location="MAIN/RECV-01")
    assert (happening(came).sign, ends(came)) == (1, "supplier → RECV-01")
    gone = movement(kind="scrap", from_location="MAIN/A-01", to_location="scrap")
    assert happening(gone).sign == -1
    within = movement(kind="move", from_location="MAIN/A-01", to_location="MAIN/B-01")
    assert happening(within).sign == 0
    assert "undone" in happening(replace(came, reversed_by_id="op2")).verb


def test_amounts_speak_in_cases_and_loose_units() -> None:
    can = Packing(24, "Case", "can")
    keg = Packing(1, "", "keg")
    assert amounts.short(can, 336) == "14 cases"
    assert amounts.short(can, 341) == "14 cases + 5"
    assert amounts.short(can, 5) == "5 cans"
    assert amounts.short(can, 24) == "1 case"
    assert amounts.short(keg, 86) == "86 kegs"
    assert amounts.in_full(can, 341) == "14 cases + 5 (341)"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2027-03-01", date(2027, 3, 1)),
        ("1.3.2027", date(2027, 3, 1)),
        ("01/03/27", date(2027, 3, 1)),
        ("010327", date(2027, 3, 1)),
        ("03/2027", date(2027, 3, 31)),
        ("2/2028", date(2028, 2, 29)),
        ("31.2.2027", None),
        ("soon", None),
        ("", None),
    ],
)
def test_a_date_is_read_the_way_it_is_printed(written: str, meant: date | None) -> None:
    assert read_date(written) == meant


def test_the_keypad_takes_digits_and_forgets_them() -> None:
    entry = EntryState(keypad="")
    for key in ("0", "1", "2", "5", "back"):
        entry.press(key)
    assert entry.keypad == "12"
    entry.press("clear")
    assert entry.keypad == ""


def test_an_audit_entry_shows_only_what_changed() -> None:
    entry = AuditEntry(
        id=1,
        at="2026-11-22T10:00:00+00:00",  # type: ignore[arg-type]
        action="catalogue.change_product",
        before={"name": "Ale", "abv": None, "same": 1},
        after={"name": "Pale Ale", "abv": "4.6", "same": 1},
    )
    assert changes(entry) == [("name", "Ale", "Pale Ale"), ("abv", "–", "4.6")]
    assert deed(entry.action) == "Catalogue: change product"


# ---- import


def test_a_rehearsal_without_faults_may_be_imported_and_one_with_faults_may_not() -> None:
    state = ImportState(job=Import(id=1, status="done", dry_run=True, created=3))
    assert state.ready
    state.job = Import(id=1, status="refused", dry_run=True, refused=2)
    assert not state.ready
    state.choose_kind("locations")
    assert state.job is None


# ---- layout and looks


@pytest.mark.parametrize(
    ("width", "layout"),
    [(390, "phone"), (599, "phone"), (600, "tablet"), (1099, "tablet"), (1100, "desk"), (0, "desk")],
)
def test_the_layout_follows_the_width(width: float, layout: str) -> None:
    assert layout_for(width) == layout


def test_a_destination_knows_the_screens_below_it() -> None:
    scan = Destination("Scan", None, None, "/scan/lookup")  # type: ignore[arg-type]
    start = Destination("Today", None, None, "/")  # type: ignore[arg-type]
    assert scan.is_at("/scan/receive") and not scan.is_at("/scanner")
    assert start.is_at("/") and not start.is_at("/stock")


def test_status_follows_the_date() -> None:
    today = date(2026, 11, 22)
    assert expiry_kind(date(2026, 11, 21), today) == "expired"
    assert expiry_kind(date(2026, 11, 22), today) == "soon"
    assert expiry_kind(date(2026, 12, 22), today) == "soon"
    assert expiry_kind(date(2026, 12, 23), today) == "ok"


TEXT_ON_GROUND = [
    ("on_surface", "surface"),
    ("on_surface_variant", "surface"),
    ("on_surface_variant", "surface_container_lowest"),
    ("on_surface_variant", "surface_container_high"),
    ("primary", "surface_container_lowest"),
    ("on_primary", "primary"),
    ("on_primary_container", "primary_container"),
    ("on_secondary_container", "secondary_container"),
    ("on_error_container", "error_container"),
    ("on_tertiary_fixed", "tertiary_fixed"),
    ("on_primary_fixed", "primary_fixed"),
    ("on_secondary_fixed", "secondary_fixed"),
    ("on_inverse_surface", "inverse_surface"),
]


@pytest.mark.parametrize("scheme", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT_ON_GROUND)
def test_text_can_be_read_on_its_ground(scheme: dict[str, str], ink: str, ground: str) -> None:
    assert theme.contrast(scheme[ink], scheme[ground]) >= 4.5


@pytest.mark.parametrize("kind", list(theme.SCAN))
def test_the_scan_panels_can_be_read(kind: theme.ScanKind) -> None:
    ground, ink, soft = theme.SCAN[kind]
    assert theme.contrast(ground, ink) >= 4.5
    assert theme.contrast(ground, soft) >= 4.5
