"""Lots by their date: what must leave next, what may not be sold any more, what is on hold."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import flet as ft

from stillage_client import theme, words
from stillage_client.api import stock
from stillage_client.api.records import Balance, Page
from stillage_client.components.buttons import chip, tap
from stillage_client.components.faces import product_tile
from stillage_client.components.feedback import empty
from stillage_client.components.hooks import after_drawing, watched
from stillage_client.components.layout import column, quiet, row, text
from stillage_client.components.navigation import screen
from stillage_client.components.status import expiry_pill, held_pill
from stillage_client.components.viewport import use_layout
from stillage_client.locale import t
from stillage_client.screens import amounts
from stillage_client.screens.list_body import heading, list_body
from stillage_client.screens.movement_lines import bare
from stillage_client.screens.paged import PagedState
from stillage_client.session import use_session

STATUSES: tuple[tuple[str, theme.Kind | None], ...] = (
    ("", None),
    ("soon", "soon"),
    ("expired", "expired"),
    ("held", "held"),
)


def status_name(status: str) -> str:
    """The filter as its chip says it."""
    return {"": t("All dates"), "soon": t("Next 30 days"), "expired": t("Expired"), "held": t("On hold")}[
        status
    ]


@ft.component
def Expiry() -> ft.Control:
    """One row a lot and place, the next date on top."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    ft.use_route_location()
    given = parse_qs(urlsplit(page.route or "").query).get("status", [""])[0]
    status = given if given in {name for name, _ in STATUSES} else ""
    state = watched(PagedState)
    page.title = t("Expiry · Stillage")

    async def fetch(cursor: str | None) -> Page[Balance]:
        return await stock.balances(
            session.api,
            warehouse=session.warehouse,
            status=status,
            ordering="expiry_date",
            cursor=cursor,
            limit=60,
        )

    async def load(_: Any = None) -> None:
        await state.load(fetch)

    async def first() -> None:
        await load()

    async def more(_: Any) -> None:
        await state.more(fetch)

    after_drawing(first, [session.warehouse, status])

    def show(name: str) -> Any:
        return lambda _: page.navigate(f"/expiry?status={name}" if name else "/expiry")

    chips = [
        chip(status_name(name), show(name), kind=kind, selected=name == status) for name, kind in STATUSES
    ]
    filters = ft.Row(chips, spacing=8, scroll=ft.ScrollMode.HIDDEN)
    nothing = empty(
        ft.Icons.DONE_ALL_ROUNDED,
        t("Nothing is in “{filter}”", filter=status_name(status)),
        t("That is good news.") if status else t("Nothing in this warehouse has a date yet."),
    )
    wide = layout == "desk"

    def draw(balance: Balance) -> ft.Control:
        until = balance.best_before_date or balance.expiry_date
        status_pill = held_pill() if balance.held else expiry_pill(until)
        amount = text(
            amounts.short(balance, balance.on_hand), "strong", width=96, text_align=ft.TextAlign.RIGHT
        )
        about = f"{balance.product} · {t('Lot {lot}', lot=balance.lot)}"
        if wide:
            cells = row(
                product_tile("", balance.product_name),
                column(text(balance.product_name, "strong"), quiet(about), gap=1, expand=True),
                text(words.day(until, year=True) if until else "–", width=110),
                ft.Container(row(status_pill), width=170),
                text(bare(balance.location), width=120),
                amount,
                gap=12,
            )
        else:
            cells = row(
                product_tile("", balance.product_name, 40),
                column(
                    row(text(balance.product_name, "strong", expand=True), amount),
                    row(quiet(f"{balance.lot} · {bare(balance.location)}", expand=True), status_pill),
                    gap=3,
                    expand=True,
                ),
                gap=12,
            )
        return tap(
            cells,
            lambda _: page.navigate(f"/products/{balance.product}"),
            height=56 if wide else 66,
            padding=ft.Padding.symmetric(horizontal=16),
        )

    head = heading(
        (t("Product and lot"), None, False),
        (t("Best before"), 110, False),
        ("", 170, False),
        (t("Place"), 120, False),
        (t("On hand"), 96, True),
    )
    body = list_body(
        state, t("Lots"), draw, nothing, try_now=load, more=more, layout=layout, head=head, filters=filters
    )
    return screen(layout, t("Expiry"), body, online=session.live)
