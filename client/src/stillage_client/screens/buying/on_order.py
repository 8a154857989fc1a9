"""What of a product is on order: how much, from whom, and when it comes. For the product's page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import flet as ft

from stillage_client import theme
from stillage_client.api import buying
from stillage_client.api.buying_records import Purchase, PurchaseLine
from stillage_client.api.transport import Api, ApiError
from stillage_client.components.buttons import tap
from stillage_client.components.layout import card, column, divided, quiet, row, stretched, text
from stillage_client.locale import t
from stillage_client.screens.buying import names
from stillage_client.screens.buying.purchase_list import when

ORDERS_MAX = 3


@dataclass(frozen=True)
class Coming:
    """A line of an order that is not here yet."""

    order: Purchase
    line: PurchaseLine


async def on_order(api: Api, product: str, warehouse: str | None) -> tuple[Coming, ...]:
    """The next few orders that wait for it; nothing when that cannot be read."""
    try:
        page = await buying.purchases(
            api,
            warehouse=warehouse,
            product=product,
            open=True,
            ordering="expected_date",
            limit=ORDERS_MAX * 2,
        )
        placed = [one for one in page.results if one.status != "draft"][:ORDERS_MAX]
        whole = [await buying.purchase(api, one.number) for one in placed]
    except ApiError:
        return ()
    return tuple(
        Coming(order, line)
        for order in whole
        for line in order.lines
        if line.product == product and line.open > 0
    )


def coming_card(coming: Sequence[Coming], go: Callable[[str], Any]) -> ft.Control:
    """When how much comes, the soonest first."""

    def one(item: Coming) -> ft.Control:
        order = item.order
        ink = theme.ON_TINT["expired"] if order.late else ft.Colors.ON_SURFACE
        return tap(
            row(
                column(
                    text(names.amount(item.line, item.line.open), "strong"),
                    quiet(f"{order.supplier_name} · {order.number}"),
                    gap=1,
                    expand=True,
                ),
                text(when(order), "small_strong", ink),
                gap=10,
            ),
            lambda _: go(f"/purchases/{order.number}"),
            label=t("Purchase {number}", number=order.number),
            height=52,
            padding=ft.Padding.symmetric(horizontal=16),
        )

    return card(
        stretched(*divided([one(item) for item in coming], 16)),
        t("On order"),
        padding=ft.Padding.only(bottom=6),
    )
