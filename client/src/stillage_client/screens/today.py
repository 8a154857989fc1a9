"""The start: what cannot wait in this warehouse, and what is happening in it."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api import stock
from stillage_client.api.records import AvailabilitySummary, Balance, Movement
from stillage_client.api.transport import Api, ApiError
from stillage_client.components.buttons import button, link, tap
from stillage_client.components.faces import avatar, icon_tile
from stillage_client.components.feedback import bone_rows, empty
from stillage_client.components.hooks import after_drawing, remembered, watched
from stillage_client.components.layout import (
    card,
    column,
    divided,
    fill,
    gap,
    quiet,
    row,
    stretched,
    surface,
    text,
)
from stillage_client.components.live import use_live
from stillage_client.components.navigation import screen
from stillage_client.components.status import dot
from stillage_client.components.viewport import Layout, use_layout
from stillage_client.locale import t, tn
from stillage_client.screens import amounts
from stillage_client.screens.buying.dock_news import DockNews, dock_news
from stillage_client.screens.control.news import NewsState, news
from stillage_client.screens.first_day import FirstDay
from stillage_client.screens.movement_lines import bare, ends, happening
from stillage_client.screens.planning.replenish_news import PlanNews, plan_rows
from stillage_client.screens.refusals import Trouble, trouble_of
from stillage_client.screens.shell import warehouse_name
from stillage_client.session import use_session

REFRESH_S = 20.0
URGENT_EACH = 4
URGENT_BESIDE = 2  # so many where planning has something to say as well
BALANCES_READ = 40
FEED_LENGTH = 14


@dataclass(frozen=True)
class Urgent:
    """One thing to do now, the worst first."""

    kind: theme.Kind
    icon: ft.IconData
    title: str
    note: str
    balance: Balance


def by_lot(balances: tuple[Balance, ...]) -> list[tuple[Balance, int]]:
    """The balances added up by lot, in their order, with in how many places each lies."""
    lots: dict[tuple[str, str], tuple[Balance, int]] = {}
    for balance in balances:
        key = (balance.product, balance.lot)
        known, places = lots.get(key, (replace(balance, on_hand=0), 0))
        lots[key] = (replace(known, on_hand=known.on_hand + balance.on_hand), places + 1)
    return list(lots.values())


def urgent(balance: Balance, places: int = 1) -> Urgent:
    """A lot in trouble, as a sentence with its number and its date."""
    amount = amounts.short(balance, balance.on_hand)
    until = balance.best_before_date or balance.expiry_date
    stands = bare(balance.location) if places == 1 else tn("{n} place", "{n} places", places)
    where = f"{t('Lot {lot}', lot=balance.lot)} · {stands}"
    if balance.held:
        return Urgent(
            "held",
            ft.Icons.LOCK_OUTLINED,
            t("{amount} of {product} on hold", amount=amount, product=balance.product_name),
            where,
            balance,
        )
    if balance.status == "expired" and until is not None:
        return Urgent(
            "expired",
            ft.Icons.BLOCK_ROUNDED,
            t(
                "{amount} of {product} expired on {day}",
                amount=amount,
                product=balance.product_name,
                day=words.day(until),
            ),
            f"{where} · {t('cannot be sold')}",
            balance,
        )
    left = words.days_left(until) if until else ""
    return Urgent(
        "soon",
        ft.Icons.SCHEDULE_ROUNDED,
        t("{amount} of {product} must go", amount=amount, product=balance.product_name),
        " · ".join(part for part in (where, left) if part),
        balance,
    )


def greeting(name: str, hour: int) -> str:
    """Good morning, Mira"""
    first = name.split()[0] if name else ""
    hello = t("Good morning") if 4 <= hour < 12 else t("Good afternoon") if hour < 18 else t("Good evening")
    return f"{hello}, {first}" if first else hello


@ft.observable
@dataclass
class TodayState:
    """What the start page shows; it renews itself while it is open."""

    summary: AvailabilitySummary | None = None
    urgent: tuple[Urgent, ...] = ()
    movements: tuple[Movement, ...] = ()
    trouble: Trouble | None = None

    async def load(self, api: Api, warehouse: str | None) -> None:
        """All parts at once."""
        try:
            summary, expired, soon, held, moved = await asyncio.gather(
                stock.summary(api, warehouse=warehouse),
                self._with_status(api, warehouse, "expired"),
                self._with_status(api, warehouse, "soon"),
                self._with_status(api, warehouse, "held"),
                stock.movements(api, warehouse=warehouse, limit=FEED_LENGTH),
            )
        except ApiError as error:
            self.trouble = trouble_of(error)
            return
        self.urgent = tuple(
            urgent(lot, places)
            for part in (expired, soon, held)
            for lot, places in by_lot(part)[:URGENT_EACH]
        )
        self.summary, self.movements, self.trouble = summary, moved.results, None

    @staticmethod
    async def _with_status(api: Api, warehouse: str | None, status: str) -> tuple[Balance, ...]:
        page = await stock.balances(
            api, warehouse=warehouse, status=status, ordering="expiry_date", limit=BALANCES_READ
        )
        return page.results


@ft.component
def Today() -> ft.Control:
    """Counts that lead somewhere, what to do now, and the newest movements."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    state, control, dock = watched(TodayState), watched(NewsState), watched(DockNews)
    plan = watched(PlanNews)
    alive = remembered(lambda: {"yes": True})
    page.title = t("Today · Stillage")

    async def keep_loading() -> None:
        warehouse = session.warehouse
        while alive["yes"] and warehouse == session.warehouse and session.user is not None:
            if page.session.connection is not None:  # a closed browser looks at nothing
                await state.load(session.api, warehouse)
                await control.load(session)
                await dock.load(session)
                await plan.load(session)
            await asyncio.sleep(REFRESH_S)

    def leave() -> None:
        alive["yes"] = False

    async def again() -> None:
        await state.load(session.api, session.warehouse)
        await control.load(session)
        await dock.load(session)

    after_drawing(keep_loading, [session.warehouse])
    use_live(("stock", "orders", "receiving", "purchases", "transfers", "counts", "recalls"), again)
    ft.use_effect(lambda: None, [], cleanup=leave)

    name = session.user.name if session.user else ""
    now = datetime.now(UTC)
    subtitle = f"{words.day(now.date(), weekday=True)} · {warehouse_name(session)}"
    actions = []
    if session.can("stock.receive"):
        dock_or_scan = "/receiving" if session.can("receipts.run") else "/scan/receive"
        actions.append(
            button(t("Receive"), lambda _: page.navigate(dock_or_scan), icon=ft.Icons.MOVE_TO_INBOX_OUTLINED)
        )
    if state.summary is None:
        body = _waiting(state, session.api, session.warehouse)
    elif state.summary.all == 0:
        body = FirstDay()
    else:
        pressing = [*news(control, layout, page.navigate), *dock_news(dock, page.navigate)]
        body = _body(state, state.summary, layout, page.navigate, pressing, plan)
    return screen(
        layout, greeting(name, now.hour), body, actions=actions, subtitle=subtitle, online=session.live
    )


def _waiting(state: TodayState, api: Api, warehouse: str | None) -> ft.Control:
    trouble = state.trouble
    if trouble is None:
        return surface(bone_rows(8), expand=True)

    async def try_now(_: Any) -> None:
        await state.load(api, warehouse)

    return surface(
        empty(
            trouble.icon,
            trouble.title(t("This page")),
            trouble.words,
            button(t("Try now"), try_now, icon=ft.Icons.REFRESH_ROUNDED),
        ),
        expand=True,
    )


def _body(
    state: TodayState,
    summary: AvailabilitySummary,
    layout: Layout,
    go: Any,
    pressing: list[ft.Control],
    plan: PlanNews,
) -> ft.Control:
    figures = [
        _figure(t("In stock"), summary.all - summary.out, None, lambda _: go("/stock")),
        _figure(t("Expiring soon"), summary.expiring, "soon", lambda _: go("/stock?status=expiring")),
        _figure(t("Expired"), summary.expired, "expired", lambda _: go("/stock?status=expired")),
        _figure(t("On hold"), summary.held, "held", lambda _: go("/stock?status=held")),
    ]
    todo = _todo(state, layout, go, plan)
    feed = _feed(state, go)
    if layout == "desk":
        columns = ft.Row(
            [
                ft.Column(
                    [todo],
                    expand=True,
                    scroll=ft.ScrollMode.AUTO,
                    horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
                ),
                ft.Column(
                    [feed],
                    width=372,
                    scroll=ft.ScrollMode.AUTO,
                    horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
                ),
            ],
            spacing=16,
            expand=True,
            vertical_alignment=ft.CrossAxisAlignment.STRETCH,
        )
        return stretched(*pressing, row(*figures, gap=16), columns, gap=16, expand=True, tight=False)
    if layout == "phone":
        pairs: list[ft.Control] = [row(*figures[i : i + 2], gap=10) for i in (0, 2)]
    else:
        pairs = [row(*figures, gap=12)]
    return stretched(
        *pressing, *pairs, todo, feed, gap=12, expand=True, tight=False, scroll=ft.ScrollMode.AUTO
    )


def _figure(label: str, count: int, kind: theme.Kind | None, on_click: Any) -> ft.Control:
    quiet_one = kind is not None and count == 0
    return tap(
        column(
            row(dot(kind) if kind else None, quiet(label, "small_strong"), gap=6),
            gap(6),
            row(
                text(words.number(count), "display", theme.SUBDUED if quiet_one else ft.Colors.ON_SURFACE),
                ft.Container(quiet(words.unit("product", count), "small"), padding=ft.Padding.only(top=10)),
                fill(),
                ft.Icon(ft.Icons.CHEVRON_RIGHT_ROUNDED, size=20, color=theme.SUBDUED),
                gap=6,
            ),
        ),
        on_click,
        expand=True,
        bgcolor=theme.CARD,
        border=ft.Border.all(1, theme.HAIRLINE),
        border_radius=theme.RADIUS,
        shadow=theme.CARD_SHADOW,
        padding=ft.Padding.only(left=16, right=12, top=14, bottom=12),
    )


def _todo(state: TodayState, layout: Layout, go: Any, plan: PlanNews) -> ft.Control:
    """What is expired, what will not sell or runs out, what is on hold. Once it is known what sells in time, a near
    date alone is no news."""
    planned = plan_rows(plan, layout, go)
    found = [one for one in state.urgent if one.kind != "soon" or not plan.known]
    if not found and not planned:
        calm = empty(
            ft.Icons.DONE_ALL_ROUNDED,
            t("Nothing is urgent"),
            t("Nothing expires in the next 30 days, and nothing is on hold."),
        )
        return card(ft.Container(calm, height=240), t("What to do now"))
    most = URGENT_BESIDE if planned else URGENT_EACH
    first = [_todo_row(one, layout, go) for one in found if one.kind == "expired"][:most]
    rest = [_todo_row(one, layout, go) for one in found if one.kind != "expired"]
    rest = rest[:most] if planned else rest
    rows: list[ft.Control] = [*first, *planned, *rest]
    return card(
        stretched(*divided(rows, 16)),
        t("What to do now"),
        link(t("All dates"), lambda _: go("/expiry?show=dates")),
        padding=ft.Padding.only(bottom=6),
    )


def _todo_row(item: Urgent, layout: Layout, go: Any) -> ft.Control:
    def opened(_: Any) -> None:
        go(f"/products/{item.balance.product}")

    line = row(
        icon_tile(item.icon, item.kind),
        column(text(item.title, "strong", lines=2), quiet(item.note), gap=1, expand=True),
        ft.Icon(ft.Icons.CHEVRON_RIGHT_ROUNDED, size=20, color=theme.SUBDUED),
        gap=12,
    )
    return tap(
        line,
        opened,
        padding=ft.Padding.symmetric(horizontal=16, vertical=10),
        height=None if layout == "phone" else 60,
    )


def _feed(state: TodayState, go: Any) -> ft.Control:
    rows: list[ft.Control] = [_feed_row(m, go) for m in state.movements]
    if not rows:
        rows = [
            ft.Container(
                quiet(t("Nothing has moved yet"), "small"), padding=ft.Padding.only(left=16, bottom=12)
            )
        ]
    return card(stretched(*rows), t("Happening now"), padding=ft.Padding.only(bottom=8))


def _feed_row(movement: Movement, go: Any) -> ft.Control:
    who = movement.user or t("System")
    what = happening(movement)
    when = words.ago(movement.moved_at) if movement.moved_at else ""
    said = ft.Text(
        spans=[
            ft.TextSpan(f"{what.verb} ", theme.style("small", theme.SUBDUED)),
            ft.TextSpan(movement.product_name, theme.style("small_strong", ft.Colors.ON_SURFACE)),
        ],
        max_lines=1,
        overflow=ft.TextOverflow.ELLIPSIS,
    )
    number = amounts.short(movement, movement.quantity)
    return tap(
        row(
            avatar(who, 32),
            column(said, quiet(f"{number} · {ends(movement)}"), gap=1, expand=True),
            quiet(when),
            gap=10,
        ),
        lambda _: go(f"/products/{movement.product}"),
        height=50,
        padding=ft.Padding.symmetric(horizontal=16),
    )
