"""What of buying cannot wait: deliveries that are late, deliveries of today. For the start page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import flet as ft

from stillage_client.api import buying
from stillage_client.api.buying_records import Purchase
from stillage_client.api.transport import ApiError
from stillage_client.components.buttons import button
from stillage_client.components.feedback import banner
from stillage_client.locale import t, tn
from stillage_client.session import Session

READ = 30
NAMED = 3


@ft.observable
@dataclass
class DockNews:
    """The orders that should be here by now, for who may see them."""

    due: tuple[Purchase, ...] = ()

    async def load(self, session: Session, today: date | None = None) -> None:
        if not session.can("buying.view"):
            return
        now = today or datetime.now(UTC).date()
        try:
            page = await buying.purchases(
                session.api, warehouse=session.warehouse, open=True, ordering="expected_date", limit=READ
            )
        except ApiError:
            return  # the page has enough to say without it
        self.due = tuple(one for one in page.results if one.status != "draft" and _due(one, now))


def _due(one: Purchase, today: date) -> bool:
    return one.late or (one.expected_date is not None and one.expected_date <= today)


def dock_news(state: DockNews, go: Callable[[str], Any]) -> list[ft.Control]:
    """The late ones first."""
    late = [one for one in state.due if one.late]
    today = [one for one in state.due if not one.late]
    parts: list[ft.Control] = []
    if late:
        title = tn("{n} delivery is late", "{n} deliveries are late", len(late))
        to_late = _way(t("Look"), "/purchases?show=late", go)
        parts.append(banner("expired", title, _who(late), to_late, icon=ft.Icons.LOCAL_SHIPPING_OUTLINED))
    if today:
        title = tn("{n} delivery is expected today", "{n} deliveries are expected today", len(today))
        to_dock = _way(t("Receiving"), "/receiving", go)
        parts.append(banner("info", title, _who(today), to_dock, icon=ft.Icons.MOVE_TO_INBOX_OUTLINED))
    return parts


def _way(label: str, path: str, go: Callable[[str], Any]) -> ft.Control:
    return button(label, lambda _: go(path), kind="plain", height=40)


def _who(orders: Sequence[Purchase]) -> str:
    named = list(dict.fromkeys(one.supplier_name or one.supplier for one in orders))
    rest = len(named) - NAMED
    if rest > 0:
        return t("{names} and {n} more", names=", ".join(named[:NAMED]), n=rest)
    return ", ".join(named)
