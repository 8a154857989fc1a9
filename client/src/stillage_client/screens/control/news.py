"""What of control cannot wait: a recall going on, a count to approve, goods that arrive. For the start page."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import flet as ft

from stillage_client import words
from stillage_client.api import audit, control, tracing
from stillage_client.api.audit_records import LedgerCheck
from stillage_client.api.control_records import Count, Transfer
from stillage_client.api.tracing_records import Recall
from stillage_client.api.transport import ApiError
from stillage_client.components.buttons import button
from stillage_client.components.feedback import banner
from stillage_client.components.layout import row
from stillage_client.components.viewport import Layout
from stillage_client.locale import t, tn
from stillage_client.session import Session

EACH_MAX = 3
COMING = ("dispatched", "partly_received")


@ft.observable
@dataclass
class NewsState:
    """Each part is asked for by who may see it, and may fail without the others."""

    recalls: tuple[Recall, ...] = ()
    counts: tuple[Count, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    ledger: LedgerCheck | None = None  # the newest check of the books, where it raises the alarm

    async def load(self, session: Session) -> None:
        api, here = session.api, session.warehouse
        everywhere = session.user is not None and session.user.all_warehouses
        recalls, counts, transfers = await asyncio.gather(
            _rows(
                session.can("recalls.view") and everywhere,
                lambda: tracing.recalls(api, status="open", limit=EACH_MAX),
            ),
            _rows(
                session.can("counts.approve"),
                lambda: control.counts(api, status="to_approve", warehouse=here, limit=EACH_MAX),
            ),
            _rows(
                session.can("transfers.view") and here is not None,
                lambda: control.transfers(api, direction="in", warehouse=here, limit=20),
            ),
        )
        self.recalls, self.counts = recalls, counts
        self.ledger = await _alarm(session)
        self.transfers = tuple(one for one in transfers if one.status in COMING)[:EACH_MAX]


async def _alarm(session: Session) -> LedgerCheck | None:
    """What a check of the books found, for who reads the trail."""
    if not session.can("audit.view"):
        return None
    try:
        health = await audit.health(session.api)
    except ApiError:
        return None
    return health.last if health.alarm else None


async def _rows(may: bool, ask: Callable[[], Awaitable[Any]]) -> tuple[Any, ...]:
    if not may:
        return ()
    try:
        page = await ask()
    except ApiError:
        return ()  # the page has enough to say without it
    return tuple(page.results)


def news(state: NewsState, layout: Layout, go: Callable[[str], Any]) -> list[ft.Control]:
    """The worst first, each with the way to it; side by side where there is room."""
    parts = [_ledger(state.ledger, go)] if state.ledger else []
    parts += [_recall(one, go) for one in state.recalls if not one.drill]
    parts += [_transfer(one, go) for one in state.transfers if one.late]
    parts += [_counts(state.counts, go)] if state.counts else []
    parts += [_transfer(one, go) for one in state.transfers if not one.late]
    if layout != "desk":
        return parts
    boxes = [ft.Container(part, expand=True) for part in parts]
    return [row(*boxes[at : at + 3], gap=16) for at in range(0, len(boxes), 3)]


def _open(label: str, route: str, go: Callable[[str], Any]) -> ft.Control:
    return button(label, lambda _: go(route), kind="plain", height=40)


def _ledger(check: LedgerCheck, go: Callable[[str], Any]) -> ft.Control:
    title = (
        t("The books do not agree") if check.finding_count else t("The last check of the ledger broke off")
    )
    said = t("Look at the findings before you trust a number.")
    return banner("expired", title, said, button(t("Look"), lambda _: go("/audit"), kind="plain"))


def _recall(one: Recall, go: Callable[[str], Any]) -> ft.Control:
    left = max(one.totals.customers - one.totals.told, 0)
    said = (
        tn("{n} customer is still to tell.", "{n} customers are still to tell.", left)
        if left
        else t("Everybody was told.")
    )
    title = t("Recall {number}: {title}", number=one.number, title=one.title or one.reason)
    return banner(
        "held", title, said, _open(t("Open"), f"/recalls/{one.number}", go), icon=ft.Icons.CAMPAIGN_ROUNDED
    )


def _counts(counts: tuple[Count, ...], go: Callable[[str], Any]) -> ft.Control:
    title = tn("{n} count waits to be approved", "{n} counts wait to be approved", len(counts))
    said = ", ".join(one.number for one in counts)
    route = f"/counts/{counts[0].number}" if len(counts) == 1 else "/counts"
    return banner("soon", title, said, _open(t("Look"), route, go), icon=ft.Icons.RULE_ROUNDED)


def _transfer(one: Transfer, go: Callable[[str], Any]) -> ft.Control:
    day = words.day(one.expected_date, weekday=True) if one.expected_date else ""
    late = t("was expected {day}", day=day) if one.late else t("expected {day}", day=day) if day else ""
    title = t("Goods come from {place}", place=one.came_from)
    said = " · ".join(part for part in (one.number, late, one.carrier) if part)
    icon = ft.Icons.LOCAL_SHIPPING_OUTLINED
    kind = "expired" if one.late else "info"
    return banner(kind, title, said, _open(t("Look"), f"/transfers/{one.number}", go), icon=icon)  # type: ignore[arg-type]
