"""What will not sell in time, as its list keeps it: the question in its address, the rows, and the totals."""

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import flet as ft

from stillage_client.api import replenishment
from stillage_client.api.records import Page
from stillage_client.api.replenishment_records import ExpiryRisk, RiskSummary
from stillage_client.api.transport import Api, ApiError
from stillage_client.screens.paged import PagedState
from stillage_client.screens.planning.expiry_words import ADVICE, WITHIN
from stillage_client.screens.refusals import trouble_of

STATUSES = ("", "soon", "expired", "held")
ORDERS = ("last_saleable_date", "-value", "-unsold")
PAGE_SIZE = 50


@dataclass(frozen=True)
class ExpiryQuery:
    """What the page shows; it lives in the address. `dates` is the plain list of lots by their dates."""

    dates: bool = False
    status: str = ""
    within: int = 0
    advice: str = ""
    search: str = ""
    order: str = ORDERS[0]

    @classmethod
    def from_route(cls, route: str) -> "ExpiryQuery":
        given = {key: values[0] for key, values in parse_qs(urlsplit(route).query).items()}
        status, within, order = given.get("status", ""), given.get("within", ""), given.get("sort", "")
        known = status in STATUSES and bool(status)
        return cls(
            dates=given.get("show") == "dates" or known,
            status=status if known else "",
            within=int(within) if within.isdigit() and int(within) in WITHIN else 0,
            advice=given.get("advice", "") if given.get("advice") in ADVICE else "",
            search=given.get("q", ""),
            order=order if order in ORDERS else ORDERS[0],
        )

    def route(self) -> str:
        given = {
            "show": "dates" if self.dates else "",
            "status": self.status if self.dates else "",
            "within": self.within if not self.dates else "",
            "advice": self.advice if not self.dates else "",
            "q": self.search if not self.dates else "",
            "sort": "" if self.dates or self.order == ORDERS[0] else self.order,
        }
        query = urlencode({key: value for key, value in given.items() if value})
        return f"/expiry?{query}" if query else "/expiry"

    @property
    def filtered(self) -> bool:
        return bool(self.within or self.advice or self.search)

    def asked(self) -> dict[str, Any]:
        """The lots of this view as the server is asked for them."""
        return {
            "within_days": self.within or None,
            "advice": self.advice,
            "search": self.search,
            "ordering": self.order,
            "limit": PAGE_SIZE,
        }


@ft.observable
@dataclass
class RiskState(PagedState):
    """The rows so far and the sums over all of them."""

    summary: RiskSummary | None = None

    async def ask(self, api: Api, warehouse: str | None, query: ExpiryQuery) -> None:
        """Rows and sums at once."""

        async def fetch(cursor: str | None) -> Page[ExpiryRisk]:
            return await replenishment.risks(api, warehouse=warehouse, cursor=cursor, **query.asked())

        async def sums() -> None:
            try:
                self.summary = await replenishment.risk_summary(api, warehouse=warehouse)
            except ApiError as error:
                self.trouble = self.trouble or trouble_of(error)

        await asyncio.gather(self.load(fetch), sums())

    async def ask_more(self, api: Api, warehouse: str | None, query: ExpiryQuery) -> None:
        async def fetch(cursor: str | None) -> Page[ExpiryRisk]:
            return await replenishment.risks(api, warehouse=warehouse, cursor=cursor, **query.asked())

        await self.more(fetch)
