"""A recall as its page keeps it: how far it is, and the steps taken with it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import flet as ft

from stillage_client.api import tracing
from stillage_client.api.tracing_records import Recall, RecallCustomer, RecallLot, Trace
from stillage_client.api.transport import Api, ApiError, new_key
from stillage_client.locale import t
from stillage_client.screens.control.trace_flow import Figures
from stillage_client.screens.refusals import Trouble, trouble_of
from stillage_client.session import Session


@dataclass(frozen=True)
class Units:
    """How amounts are read when lots of different packs are added up: as plain units."""

    units_per_case: int = 1
    case_name: str = ""
    base_unit: str = "unit"


def measure_of(recall: Recall) -> Figures:
    """In cases where all lots come in the same and all is whole; else in units."""
    packs = {(lot.units_per_case, lot.case_name, lot.base_unit) for lot in recall.lots}
    one = Units(*next(iter(packs))) if len(packs) == 1 else Units()
    amounts = [
        recall.totals.received,
        recall.totals.blocked,
        recall.totals.with_customers,
        recall.totals.back,
    ]
    rest = [each for one_ in recall.customers for each in (one_.shipped, one_.returned, one_.back_since)]
    return Figures(one, [*amounts, *rest, *[lot.staged for lot in recall.lots]])


def may_recall(session: Session) -> bool:
    """A recall goes through all warehouses, so it is for who works in all of them."""
    everywhere = session.user is not None and session.user.all_warehouses
    return everywhere and session.can("recalls.run")


def who_first(customers: Sequence[RecallCustomer]) -> list[RecallCustomer]:
    """Who is still to tell on top, the largest first; then who knows but has not answered; then the rest."""
    return sorted(
        customers,
        key=lambda one: (
            one.told_at is not None,
            one.left_there is not None,
            -one.shipped,
            one.customer_name,
        ),
    )


@ft.observable
@dataclass
class RecallState:
    """The recall and the way of each of its lots; a step answers with the whole recall."""

    recall: Recall | None = None
    traces: dict[int, Trace] = field(default_factory=dict)
    shown_lot: int = 0
    trouble: Trouble | None = None
    fault: str = ""
    working: bool = False
    asking: str = ""  # what is asked just now: tell, close, or the customer whose answer is written down

    @property
    def lot(self) -> RecallLot | None:
        """The lot whose way is shown."""
        lots = self.recall.lots if self.recall else ()
        return next((lot for lot in lots if lot.lot_id == self.shown_lot), lots[0] if lots else None)

    @property
    def trace(self) -> Trace | None:
        return self.traces.get(self.lot.lot_id or 0) if self.lot else None

    @property
    def told(self) -> dict[str, RecallCustomer]:
        return {one.customer: one for one in self.recall.customers} if self.recall else {}

    @property
    def untold(self) -> tuple[RecallCustomer, ...]:
        rows = self.recall.customers if self.recall else ()
        return tuple(one for one in rows if one.told_at is None)

    async def load(self, api: Api, number: str) -> None:
        """The recall first; the ways of its lots may come later or not at all."""
        try:
            self.recall = await tracing.recall(api, number)
        except ApiError as error:
            self.trouble = trouble_of(error)
            return
        self.trouble = None
        await self._ways(api)

    async def _ways(self, api: Api) -> None:
        wanted = [lot.lot_id for lot in self.recall.lots if lot.lot_id] if self.recall else []
        found = await asyncio.gather(*[tracing.trace(api, one) for one in wanted], return_exceptions=True)
        ways = zip(wanted, found, strict=True)
        self.traces = {one: trace for one, trace in ways if isinstance(trace, Trace)}

    async def tell(self, api: Api, customers: Sequence[str], how: str) -> bool:
        """These were told."""
        if not customers:
            return False
        return await self._step(lambda number: tracing.tell(api, number, customers, how, key=new_key()))

    async def answer(self, api: Api, customer: str, left: str, note: str) -> bool:
        """What a customer says is left there: a number, a remark, or both."""
        said = left.strip()
        if said and not said.isdigit():
            self.fault = t("Write the amount as a whole number.")
            return False
        if not said and not note.strip():
            self.fault = t("Say how much is left there, or write a remark.")
            return False
        units = int(said) * self._per if said else None
        return await self._step(
            lambda number: tracing.answer(
                api, number, customer, left_there=units, note=note.strip(), key=new_key()
            )
        )

    @property
    def _per(self) -> int:
        if self.recall is None:
            return 1
        say = measure_of(self.recall)
        return say.per if say.in_cases else 1

    async def close(self, api: Api, outcome: str, *, release: bool) -> bool:
        if not outcome.strip():
            self.fault = t("Say how it ended; it stands in the report.")
            return False
        return await self._step(
            lambda number: tracing.close(api, number, outcome.strip(), release=release, key=new_key())
        )

    async def _step(self, act: Callable[[str], Awaitable[Recall]]) -> bool:
        if self.recall is None or self.working:
            return False
        self.working, self.fault = True, ""
        try:
            self.recall = await act(self.recall.number)
        except ApiError as error:
            self.fault = error.sentence
            return False
        finally:
            self.working = False
        self.asking = ""
        return True


# --- beginning one --------------------------------------------------------------------------------


@dataclass(frozen=True)
class WhatHappens:
    """What pressing the button will do, in base units."""

    here: int = 0
    in_transit: int = 0
    promised: int = 0
    orders: int = 0
    shipped: int = 0
    customers: int = 0


def what_happens(traces: Sequence[Trace]) -> WhatHappens:
    """Over all chosen lots; a customer with two of them is one customer."""
    return WhatHappens(
        here=sum(one.balance.on_hand for one in traces),
        in_transit=sum(one.balance.in_transit for one in traces),
        promised=sum(p.quantity for one in traces for p in one.promised),
        orders=len({p.order for one in traces for p in one.promised}),
        shipped=sum(one.balance.shipped - one.balance.returned for one in traces),
        customers=len({c.customer for one in traces for c in one.customers}),
    )


@ft.observable
@dataclass
class NewRecallState:
    """The lots chosen so far, and what is said about them."""

    traces: tuple[Trace, ...] = ()
    missing: tuple[int, ...] = ()
    drill: bool = False
    fault: str = ""
    working: bool = False
    loaded: bool = False
    _key: str = ""

    async def load(self, api: Api, lots: Sequence[int]) -> None:
        """The way of each chosen lot; those known already are not asked for again."""
        known = {_lot_id(one): one for one in self.traces}
        wanted = [one for one in lots if one not in known]
        found = await asyncio.gather(*[tracing.trace(api, one) for one in wanted], return_exceptions=True)
        for lot, trace in zip(wanted, found, strict=True):
            if isinstance(trace, Trace):
                known[lot] = trace
        self.traces = tuple(known[lot] for lot in lots if lot in known)
        self.missing = tuple(lot for lot in lots if lot not in known)
        self.loaded = True

    async def begin(self, api: Api, title: str, reason: str, instructions: str) -> str:
        """Call them back; the number of the recall, empty when it was refused."""
        if self.working:
            return ""
        self.fault = ""
        if not self.traces:
            self.fault = t("Choose the lots first.")
            return ""
        if not reason.strip():
            self.fault = t("Say why; the customers read it.")
            return ""
        self.working = True
        self._key = self._key or new_key()
        body = {
            "title": title.strip(),
            "reason": reason.strip(),
            "instructions": instructions.strip(),
            "drill": self.drill,
            "lots": [{"product": one.lot.product, "lot": one.lot.lot} for one in self.traces],
        }
        try:
            made = await tracing.call_back(api, body, key=self._key)
        except ApiError as error:
            self.fault = error.sentence
            self._key = ""
            return ""
        finally:
            self.working = False
        return made.number


def _lot_id(trace: Trace) -> int:
    return trace.lot.lot_id or trace.lot.id
