"""One purchase order as its page keeps it: what it is, its differences, its past, and the steps taken with it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import flet as ft

from stillage_client.api import buying
from stillage_client.api.buying_records import Discrepancy, Purchase
from stillage_client.api.records import Page
from stillage_client.api.selling_records import Happened
from stillage_client.api.transport import Api, ApiError, Refused, new_key
from stillage_client.screens.refusals import Trouble, trouble_of


@ft.observable
@dataclass
class PurchaseState:
    """The order; a step answers with the whole order."""

    order: Purchase | None = None
    discrepancies: tuple[Discrepancy, ...] = ()
    history: tuple[Happened, ...] = ()
    trouble: Trouble | None = None
    fault: str = ""
    working: str = ""
    asking: str = ""  # the step whose question is open: close, cancel, amend
    _turn: int = 0

    async def load(self, api: Api, number: str) -> None:
        """The order first; what explains it may come later or not at all."""
        self._turn += 1
        turn = self._turn
        try:
            order = await buying.purchase(api, number)
        except ApiError as error:
            if turn == self._turn:
                self.trouble = trouble_of(error)
            return
        if turn == self._turn:
            self.order, self.trouble = order, None
            await self._explain(api, order)

    async def _explain(self, api: Api, order: Purchase) -> None:
        turn = self._turn
        asked = [buying.discrepancies(api, receipt=one.number, limit=50) for one in order.receipts[:5]]
        past, *found = await asyncio.gather(buying.history(api, order.number), *asked, return_exceptions=True)
        if turn == self._turn:
            self.history = past if isinstance(past, tuple) else ()
            self.discrepancies = tuple(
                one
                for page in found
                if isinstance(page, Page)
                for one in page.results
                if isinstance(one, Discrepancy) and not one.withdrawn
            )

    async def step(self, api: Api, verb: str, body: Mapping[str, Any] | None = None) -> bool:
        """Take a step; False and a sentence when it was refused."""
        if self.order is None or self.working:
            return False
        self.working, self.fault = verb, ""
        try:
            self.order = await buying.step(api, self.order.number, verb, body, key=new_key())
        except ApiError as error:
            self.fault = error.sentence
            if isinstance(error, Refused) and error.status in (409, 412):
                await self._again(api)
            return False
        finally:
            self.working = ""
        self.asking = ""
        self._turn += 1
        await self._explain(api, self.order)
        return True

    async def amend(self, api: Api, changes: Mapping[str, Any]) -> bool:
        """Another day, reference or note of an order that is out."""
        if self.order is None or self.working:
            return False
        self.working, self.fault = "amend", ""
        try:
            self.order = await buying.change(api, self.order, changes, key=new_key())
        except ApiError as error:
            self.fault = error.sentence
            if isinstance(error, Refused) and error.status in (409, 412):
                await self._again(api)
            return False
        finally:
            self.working = ""
        self.asking = ""
        await self._explain(api, self.order)
        return True

    async def settle(self, api: Api, discrepancy: int, settlement: str) -> bool:
        """How a difference came out."""
        self.working, self.fault = "settle", ""
        try:
            await buying.settle(api, discrepancy, settlement, key=new_key())
        except ApiError as error:
            self.fault = error.sentence
            return False
        finally:
            self.working = ""
        if self.order is not None:
            await self._explain(api, self.order)
        return True

    async def _again(self, api: Api) -> None:
        fault = self.fault
        if self.order is not None:
            await self.load(api, self.order.number)
        self.fault = fault


def reached(order: Purchase) -> int:
    """How many of the four stages are behind the order."""
    return {"draft": 0, "placed": 1, "partly_received": 2, "received": 3, "closed": 4}.get(order.status, 0)
