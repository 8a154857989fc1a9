"""One order as its page keeps it: what it is, where its stock comes from, and the steps taken with it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import flet as ft

from stillage_client.api import picking, selling
from stillage_client.api.selling_records import Considered, Happened, LineAllocation, Order
from stillage_client.api.transport import Api, ApiError, Refused, new_key
from stillage_client.screens.refusals import Trouble, trouble_of

STAGES = ("confirmed", "allocated", "picking", "packed", "shipped")


@ft.observable
@dataclass
class OrderState:
    """The order, its lots and its past; a step answers with the whole order."""

    order: Order | None = None
    allocation: tuple[LineAllocation, ...] = ()
    history: tuple[Happened, ...] = ()
    trouble: Trouble | None = None
    fault: str = ""
    working: str = ""  # the step that is on its way
    asking: str = ""  # the step whose question is open: cancel, ship
    unfolded: int = 0
    rest: str = "backorder"
    _turn: int = 0

    async def load(self, api: Api, number: str) -> None:
        """The order first; what explains it may come later or not at all."""
        self._turn += 1
        turn = self._turn
        try:
            order = await selling.order(api, number)
        except ApiError as error:
            if turn == self._turn:
                self.trouble = trouble_of(error)
            return
        if turn == self._turn:
            self.order, self.trouble = order, None
            await self._explain(api, order)

    async def _explain(self, api: Api, order: Order) -> None:
        turn = self._turn
        lots, past = await asyncio.gather(
            selling.allocation(api, order.number), selling.history(api, order.number), return_exceptions=True
        )
        if turn == self._turn:
            self.allocation = lots if isinstance(lots, tuple) else ()
            self.history = past if isinstance(past, tuple) else ()

    async def step(self, api: Api, verb: str, body: Mapping[str, Any] | None = None) -> bool:
        """Take a step; False and a sentence when it was refused."""
        if self.order is None or self.working:
            return False
        self.working, self.fault = verb, ""
        try:
            self.order = await selling.step(api, self.order.number, verb, body, key=new_key())
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

    async def ship(self, api: Api, body: Mapping[str, Any]) -> str:
        """Ship what is picked; the shipment's number, empty when it was refused."""
        if self.order is None or self.working:
            return ""
        self.working, self.fault = "ship", ""
        try:
            number = await selling.ship(api, self.order.number, body, key=new_key())
        except ApiError as error:
            self.fault = error.sentence
            return ""
        finally:
            self.working = ""
        self.asking = ""
        await self.load(api, self.order.number)
        return number

    async def begin_picking(self, api: Api) -> str:
        """A pick list for this order, or the one that is under way; its number."""
        if self.order is None or self.working:
            return ""
        going = next((p.number for p in self.order.pick_lists if p.status in ("open", "")), "")
        if going:
            return going
        self.working, self.fault = "pick_list", ""
        try:
            made = await picking.begin(api, [self.order.number], key=new_key())
        except ApiError as error:
            self.fault = error.sentence
            return ""
        finally:
            self.working = ""
        return made.number

    async def pin(self, api: Api, line: int, lot: Considered, units: int) -> bool:
        """Promise this lot by hand, in place of the latest that was."""
        body = {"line": line, "lot": lot.lot_id or lot.lot, "quantity": units}
        if lot.location:
            body["location"] = lot.location
        return await self.step(api, "pin", body)

    async def _again(self, api: Api) -> None:
        fault = self.fault
        if self.order is not None:
            await self.load(api, self.order.number)
        self.fault = fault

    def lots_of(self, line_id: int) -> LineAllocation | None:
        """How the line's lots were chosen."""
        return next((row for row in self.allocation if row.line == line_id), None)


def can_take(order: Order, step: str) -> bool:
    """Whether the server would take the step."""
    return step in order.possible_steps


def stage(order: Order) -> int:
    """How many of the five stages are behind the order."""
    if order.status == "closed":
        return len(STAGES)
    if order.status == "allocated" and not order.allocated:
        return 1  # asked for, but nothing was there
    return STAGES.index(order.status) + 1 if order.status in STAGES else 0


def unpicked(order: Order) -> int:
    """Promised, but not taken yet."""
    return sum(max(line.allocated - line.picked, 0) for line in order.lines)


def owed(order: Order) -> int:
    """What would stay open if what is picked went out now."""
    return sum(max(line.quantity - line.shipped - line.cancelled - line.picked, 0) for line in order.lines)
