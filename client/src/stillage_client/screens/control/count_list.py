"""All counts; beside them what should be counted next and why, and how right the book was."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import flet as ft

from stillage_client import theme, words
from stillage_client.api import control
from stillage_client.api.control_records import Accuracy, Count, Suggestions, WorthCounting
from stillage_client.api.records import Page
from stillage_client.components.buttons import button, chip, icon_button, tap
from stillage_client.components.faces import icon_tile
from stillage_client.components.feedback import bone_rows, empty
from stillage_client.components.figures import part_bar
from stillage_client.components.hooks import after_drawing, switched, watched
from stillage_client.components.layout import card, column, divided, gap, quiet, row, stretched, text
from stillage_client.components.live import use_live
from stillage_client.components.navigation import screen
from stillage_client.components.status import pill
from stillage_client.components.viewport import Layout, use_beside, use_layout
from stillage_client.locale import t, tn
from stillage_client.screens.audit import no_right
from stillage_client.screens.control import names
from stillage_client.screens.control.count_state import BesideState, By
from stillage_client.screens.list_body import list_body
from stillage_client.screens.movement_lines import bare
from stillage_client.screens.paged import PagedState
from stillage_client.session import use_session

SIDE_WIDTH = 372
SUGGESTED_MAX = 12
Go = Callable[[str], Any]


@ft.component
def Counts() -> ft.Control:
    """/counts."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    beside = use_beside()
    state, more_state = watched(PagedState), watched(BesideState)
    status, set_status = switched("")
    shown, set_shown = switched("counts")
    by, set_by = switched("month")
    allowed = session.can("counts.view")
    page.title = t("Counts · Stillage")

    async def fetch(cursor: str | None) -> Page[Count]:
        return await control.counts(
            session.api, warehouse=session.warehouse, status=status, cursor=cursor, limit=50
        )

    async def load(_: Any = None) -> None:
        if allowed:
            await state.load(fetch)

    async def first() -> None:
        await load()

    async def besides() -> None:
        more_state.by = by  # type: ignore[assignment]
        if allowed:
            await more_state.load(session.api, session.warehouse)

    async def again() -> None:
        await state.refresh(fetch)

    async def more(_: Any) -> None:
        await state.more(fetch)

    after_drawing(first, [status, session.warehouse])
    use_live(("counts",), again)
    after_drawing(besides, [by, session.warehouse])
    if not allowed:
        return screen(layout, t("Counts"), no_right(t("counts")), online=session.live)
    go, may = page.navigate, session.can("counts.change")

    def press(key: str) -> Callable[[Any], Any]:
        return lambda _: set_status(key)

    start: Callable[[Any], Any] = lambda _: go("/counts/new")  # noqa: E731
    chips = [
        chip(names.count_status(key) if key else t("All"), press(key), selected=key == status)
        for key in ("", "open", "recount", "to_approve", "closed")
    ]
    nothing = empty(
        ft.Icons.FACT_CHECK_OUTLINED,
        t("No count matches") if status else t("Nothing was counted yet"),
        t("Count a few places a day and the book stays right. What is due is listed beside."),
        button(t("New count"), start, kind="plain") if may else None,
    )
    main = list_body(
        state,
        t("The counts"),
        lambda one: count_row(one, layout, go),
        nothing,
        try_now=load,
        more=more,
        layout=layout,
        filters=ft.Row(chips, spacing=8, scroll=ft.ScrollMode.HIDDEN),
    )
    due = suggestions_card(more_state, layout, go, may=may)
    right = accuracy_card(more_state, by, set_by, money=session.can("cost.view"))
    actions = [button(t("New count"), start, icon=ft.Icons.ADD_ROUNDED)] if may else []
    phone = [icon_button(ft.Icons.ADD_ROUNDED, t("New count"), start, size=24, box=48)] if may else []
    if beside and layout == "desk":
        side = ft.Column(
            [due, right, gap(8)], spacing=16, width=SIDE_WIDTH, scroll=ft.ScrollMode.AUTO,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )  # fmt: skip
        body: ft.Control = ft.Row(
            [ft.Container(main, expand=True), side], spacing=16, expand=True,
            vertical_alignment=ft.CrossAxisAlignment.STRETCH,
        )  # fmt: skip
    else:
        turns = [("counts", t("Counts")), ("due", t("What to count")), ("right", t("How right"))]

        def turn(key: str) -> Callable[[Any], Any]:
            return lambda _: set_shown(key)

        tabs = ft.Row(
            [chip(label, turn(key), selected=key == shown) for key, label in turns],
            spacing=8,
            scroll=ft.ScrollMode.HIDDEN,
        )
        one = main if shown == "counts" else ft.Column(
            [due if shown == "due" else right], expand=True, scroll=ft.ScrollMode.AUTO,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )  # fmt: skip
        body = stretched(tabs, gap(12), one, expand=True, tight=False)
    return screen(layout, t("Counts"), body, actions=actions, phone_actions=phone, online=session.live)


def count_pill(one: Count) -> ft.Control:
    icons = {
        "open": ft.Icons.PLAY_ARROW_ROUNDED,
        "recount": ft.Icons.REPLAY_ROUNDED,
        "to_approve": ft.Icons.RULE_ROUNDED,
        "closed": ft.Icons.DONE_ALL_ROUNDED,
        "cancelled": ft.Icons.CLOSE_ROUNDED,
    }
    return pill(names.count_kind(one.status), names.count_status(one.status), icons.get(one.status))


def count_row(one: Count, layout: Layout, go: Go) -> ft.Control:
    """A count in a list: how far, and how right."""
    totals = one.totals
    places = totals.places or len(one.places)
    done = t("{n} of {all} places", n=totals.done, all=places) if places else names.count_method(one.method)
    when = words.moment(one.created_at) if one.created_at else ""
    note = " · ".join(part for part in (names.count_method(one.method), one.note, one.user, when) if part)
    right = ""
    if one.accuracy_percent is not None and one.status in ("to_approve", "closed"):
        right = t("{n} right", n=words.percent(one.accuracy_percent))
    progress = stretched(
        quiet(right or done, "small"),
        part_bar(
            [("ok", totals.done), (ft.Colors.SURFACE_CONTAINER_HIGHEST, max(places - totals.done, 0))],
            done,
            height=5,
        ),
        gap=5,
        width=150,
    )
    phone = layout == "phone"
    inside = row(
        icon_tile(ft.Icons.FACT_CHECK_OUTLINED, names.count_kind(one.status)),
        column(text(one.number, "strong"), quiet(done if phone else note), gap=1, expand=True),
        None if phone else progress,
        count_pill(one)
        if phone
        else ft.Container(count_pill(one), width=124, alignment=ft.Alignment.CENTER_LEFT),
        gap=12 if phone else 16,
    )
    counting = one.status in ("open", "recount") and phone
    return tap(
        inside,
        lambda _: go(f"/count/{one.number}" if counting else f"/counts/{one.number}"),
        height=64,
        padding=ft.Padding.symmetric(horizontal=16),
    )


# --- what to count --------------------------------------------------------------------------------


def new_for(places: list[str]) -> str:
    """The address of a new count of these places."""
    return "/counts/new?places=" + quote(",".join(places), safe=",/")


def suggestions_card(state: BesideState, layout: Layout, go: Go, *, may: bool) -> ft.Control:
    found = state.suggestions
    if found is None:
        inside: ft.Control = (
            bone_rows(4) if not state.loaded else _said(t("What should be counted could not be loaded."))
        )
        return card(inside, t("What to count"), padding=ft.Padding.only(bottom=8))
    rows: list[ft.Control] = [_worth(place, go, may=may) for place in found.places[:SUGGESTED_MAX]]
    if not rows:
        return card(
            stretched(_classes(found), _said(t("Nothing is due. Everything was counted lately."))),
            t("What to count"),
            padding=ft.Padding.only(bottom=12),
        )
    wanted = [place.location for place in found.places[:SUGGESTED_MAX]]
    label = tn("Count {n} place", "Count {n} places", len(wanted))
    press = button(
        label, lambda _: go(new_for(wanted)), kind="plain", icon=ft.Icons.FACT_CHECK_OUTLINED,
        height=48 if layout == "phone" else 40,
    )  # fmt: skip
    return card(
        stretched(
            _classes(found),
            *divided(rows, 16),
            ft.Container(press, padding=ft.Padding.only(left=16, right=16, top=10)) if may else None,
        ),
        t("What to count"),
        padding=ft.Padding.only(bottom=14),
    )


def _said(words_: str) -> ft.Control:
    return ft.Container(quiet(words_, "small", 3), padding=ft.Padding.symmetric(horizontal=16, vertical=8))


def _classes(found: Suggestions) -> ft.Control:
    """A, B and C: how many places each has, and how many of them are due."""

    def one(name: str, due: int, places: int) -> ft.Control:
        said = t("{n} of {all} due", n=due, all=places)
        return column(
            row(text(name, "h2"), quiet(t("{n} due", n=due), "caption"), gap=6),
            part_bar(
                [("soon", due), ("ok", max(places - due, 0))],
                t("Class {name}: {said}", name=name, said=said),
                5,
            ),
            gap=4,
            expand=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )

    return ft.Container(
        row(
            one("A", found.a.due, found.a.places),
            one("B", found.b.due, found.b.places),
            one("C", found.c.due, found.c.places),
            gap=12,
        ),
        padding=ft.Padding.only(left=16, right=16, bottom=12),
    )


def why_said(place: WorthCounting) -> str:
    """Why it should be counted, in the language of the page."""
    code = place.why_code
    if code == "short_pick":
        found = re.search(r"([A-Z]{2}-\d+)$", place.why)
        return (
            t("too little was found for {number}", number=found[1])
            if found
            else t("a picker found too little")
        )
    if code == "never_counted":
        return t("never counted")
    if code == "due" and place.last_counted_at is not None:
        named = re.search(r"class ([ABC])", place.why)
        letter = named[1] if named else ""
        day = words.day(place.last_counted_at.date())
        return (
            t("class {name}, last counted {day}", name=letter, day=day)
            if letter
            else t("last counted {day}", day=day)
        )
    return place.why


def _worth(place: WorthCounting, go: Go, *, may: bool) -> ft.Control:
    short = place.why_code == "short_pick"
    inside = row(
        icon_tile(
            ft.Icons.REMOVE_SHOPPING_CART_OUTLINED if short else ft.Icons.SHELVES,
            "soon" if short else "mute",
            34,
        ),
        column(text(bare(place.location), "strong"), quiet(why_said(place), lines=2), expand=True),
        quiet(tn("{n} product", "{n} products", place.products)),
        gap=12,
    )
    padding = ft.Padding.symmetric(horizontal=16, vertical=8)
    if not may:
        return ft.Container(inside, padding=padding)
    return tap(inside, lambda _: go(new_for([place.location])), padding=padding)


# --- how right ------------------------------------------------------------------------------------


def accuracy_card(state: BesideState, by: str, set_by: Callable[[Any], Any], *, money: bool) -> ft.Control:
    kinds: list[tuple[By, str]] = [("month", t("Month")), ("person", t("Person")), ("class", t("Class"))]

    def press(key: By) -> Callable[[Any], Any]:
        return lambda _: set_by(key)

    chips = ft.Container(
        row(*[chip(label, press(key), selected=key == by) for key, label in kinds], gap=6),
        padding=ft.Padding.only(left=16, right=16, bottom=10),
    )
    rows: list[ft.Control] = [_accuracy(one, by, money=money) for one in state.accuracy]
    if not rows:
        inside: ft.Control = (
            _said(t("As soon as a count is closed, it stands here how right the book was."))
            if state.loaded
            else bone_rows(3)
        )
    else:
        inside = stretched(*divided(rows, 16))
    return card(stretched(chips, inside), t("How right the book is"), padding=ft.Padding.only(bottom=10))


def key_said(key: str, by: str) -> str:
    """2026-11 as people say a month; classes by their letter."""
    if by == "month" and len(key) >= 7 and key[:4].isdigit():
        return words.month(int(key[:4]), int(key[5:7]))
    if by == "class":
        return t("Class {name}", name=key) if key else t("No class")
    return key


def _accuracy(one: Accuracy, by: str, *, money: bool) -> ft.Control:
    percent = one.accuracy_percent
    kind: theme.Kind = (
        "mute" if percent is None else "ok" if percent >= 98 else "soon" if percent >= 95 else "expired"
    )
    said = words.percent(percent) if percent is not None else "–"
    wrong = max(one.lines - one.right, 0)
    units = t(
        "{over} too many, {short} too few",
        over=words.number(one.units_over),
        short=words.number(one.units_short),
    )
    value = ""
    if money and (one.value_over is not None or one.value_short is not None):
        net = (one.value_over or 0) - (one.value_short or 0)
        value = words.money(net, whole=True)
    note = " · ".join(
        part for part in (tn("{n} line", "{n} lines", one.lines), units if wrong else "", value) if part
    )
    return ft.Container(
        stretched(
            row(
                text(key_said(one.key, by), "strong", expand=True),
                text(said, "strong", theme.ON_TINT[kind] if kind != "mute" else theme.SUBDUED),
            ),
            part_bar([(kind, one.right), ("expired", wrong)], t("{n} right", n=said), height=5),
            quiet(note, lines=2),
            gap=4,
        ),
        padding=ft.Padding.symmetric(horizontal=16, vertical=9),
    )
