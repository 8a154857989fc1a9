"""What of planning cannot wait: what runs out before it can be here, and what will not sell in time. For the start page."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api import replenishment
from stillage_client.api.replenishment_records import ExpiryRisk, Proposal
from stillage_client.api.transport import ApiError
from stillage_client.components.buttons import button
from stillage_client.components.faces import icon_tile
from stillage_client.components.layout import column, quiet, row, stretched, text
from stillage_client.components.viewport import Layout
from stillage_client.locale import t
from stillage_client.screens.planning import expiry_words, replenish_words
from stillage_client.session import Session

EACH_MAX = 2
READ = 20
WITHIN_DAYS = 30


@ft.observable
@dataclass
class PlanNews:
    """The worst of each, for who may see it; either may fail without the other."""

    late: tuple[Proposal, ...] = ()
    risks: tuple[ExpiryRisk, ...] = ()
    known: bool = False  # what sells in time is known, so that a near date alone is no news

    async def load(self, session: Session) -> None:
        if not session.can("planning.view"):
            return
        api, here = session.api, session.warehouse
        late, risks = await asyncio.gather(
            _rows(replenishment.proposals(api, warehouse=here, urgency="late", limit=EACH_MAX)),
            _rows(replenishment.risks(api, warehouse=here, within_days=WITHIN_DAYS, limit=READ)),
        )
        self.late = late or ()
        self.known = bool(risks)
        self.risks = tuple(one for one in risks or () if one.days_left >= 0)[:EACH_MAX]


async def _rows(asked: Awaitable[Any]) -> tuple[Any, ...] | None:
    try:
        page = await asked
    except ApiError:
        return None  # the page has enough to say without it
    return tuple(page.results)


def runs_out(one: Proposal, today: date | None = None) -> str:
    """Quince Lemonade runs out on Friday."""
    day = one.runs_out_date
    now = today or datetime.now(UTC).date()
    if one.free <= 0 or day is None or day <= now:
        return t("{product} is out of stock", product=one.product_name)
    return t("{product} runs out {day}", product=one.product_name, day=words.day(day, weekday=True))


def _supplied(one: Proposal) -> str:
    """8 cases free · 96 cases on order · 48 cases proposed."""
    packing = one.packing
    parts = [t("{amount} free", amount=replenish_words.roughly(packing, one.free))]
    if one.on_order:
        parts.append(t("{amount} on order", amount=replenish_words.roughly(packing, one.on_order)))
    if one.supplier_name:
        parts.append(one.supplier_name)
    return " · ".join(parts)


def not_sold(one: ExpiryRisk) -> str:
    """86 cases of Harrow Pale Ale will not sell in time."""
    amount = replenish_words.about(expiry_words.packing(one), one.unsold)
    return t("{amount} of {product} will not sell in time", amount=amount, product=one.product_name)


def _lot(one: ExpiryRisk) -> str:
    """Lot L2609A · 9 days for sale · Forecast sells 62 of 148 cases."""
    left = expiry_words.urgency(one)[1]
    return f"{t('Lot {lot}', lot=one.lot)} · {left} · {expiry_words.reason(one, short=True)}"


def plan_rows(state: PlanNews, layout: Layout, go: Callable[[str], Any]) -> list[ft.Control]:
    """Rows for “What to do now”, each with the way to it."""
    rows = [
        _row(
            ft.Icons.TRENDING_DOWN_ROUNDED,
            "soon",
            not_sold(one),
            _lot(one),
            t("What to do"),
            f"/expiry?q={one.lot}",
            layout,
            go,
        )
        for one in state.risks
    ]
    rows += [
        _row(
            ft.Icons.AUTORENEW_ROUNDED,
            "soon",
            runs_out(one),
            _supplied(one),
            t("Review order"),
            f"/replenish/{one.id}",
            layout,
            go,
        )
        for one in state.late
    ]
    return rows


def _row(
    icon: ft.IconData,
    kind: theme.Kind,
    title: str,
    note: str,
    label: str,
    route: str,
    layout: Layout,
    go: Callable[[str], Any],
) -> ft.Control:
    way = button(label, lambda _: go(route), kind="plain", height=40 if layout == "desk" else 48)
    said = column(
        text(title, "strong", lines=2), quiet(note, lines=2 if layout == "phone" else 1), gap=1, expand=True
    )
    if layout == "phone":
        inside: ft.Control = stretched(row(icon_tile(icon, kind), said, gap=12), way, gap=8)
    else:
        inside = row(icon_tile(icon, kind), said, way, gap=12)
    return ft.Container(inside, padding=ft.Padding.symmetric(horizontal=16, vertical=10))
