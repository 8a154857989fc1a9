"""Goods that come back: announced from a shipment, received by scan, looked at, disposed of, credited."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import flet as ft

from stillage_client.api import scanning, shipping
from stillage_client.api.selling_records import Happened, Return, ReturnLine, Shipment
from stillage_client.api.transport import Api, ApiError, Refused, Unreachable, new_key
from stillage_client.locale import t
from stillage_client.scans import Answer, Scan
from stillage_client.screens import amounts
from stillage_client.screens.refusals import Trouble, trouble_of

OUTCOMES = ("restock", "quarantine", "scrap")


@ft.observable
@dataclass
class ReturnWork:
    """One return, and what is done with it."""

    shown: Return | None = None
    history: tuple[Happened, ...] = ()
    trouble: Trouble | None = None
    fault: str = ""
    said: str = ""
    working: bool = False
    last_note: str = ""  # the credit note just made

    async def load(self, api: Api, number: str) -> None:
        try:
            self.shown = await shipping.one_return(api, number)
            self.trouble = None
        except ApiError as error:
            self.trouble = trouble_of(error)
            return
        try:
            self.history = await shipping.history(api, number)
        except ApiError:
            self.history = ()

    async def _do(self, work: Callable[[], Awaitable[Return]]) -> bool:
        if self.shown is None or self.working:
            return False
        self.working, self.fault = True, ""
        try:
            self.shown = await work()
        except ApiError as error:
            self.fault = error.sentence
            return False
        finally:
            self.working = False
        return True

    async def take(self, api: Api, scan: Scan, warehouse: str | None) -> Answer:
        """A scanned pack is received; what was not announced is refused by the server, in words."""
        if self.shown is None:
            return Answer("error", t("Not received"), "")
        result = await scanning.scan(api, scan.code, warehouse=warehouse)
        if not result.product:
            return Answer("error", t("Not received"), t("Only products come back."))
        units = result.quantity or result.units_per_pack or 1
        line = next(
            (
                one
                for one in self.shown.lines
                if one.product == result.product and (not result.lot or one.lot == result.lot)
            ),
            None,
        )
        body: dict[str, Any] = {"quantity": units}
        if line is not None:
            body["line"] = line.id
        else:
            body |= {"product": result.product, "lot": result.lot or ""}
            if result.best_before_date:
                body["best_before_date"] = result.best_before_date.isoformat()
            if result.expiry_date:
                body["expiry_date"] = result.expiry_date.isoformat()
        try:
            self.shown = await shipping.receive(api, self.shown.number, [body], key=scan.id)
        except Unreachable:
            raise
        except Refused as error:
            self.fault = error.sentence
            return Answer("error", t("Not received"), error.sentence)
        self.fault = ""
        self.said = f"{result.product_name} · {result.lot or ''}".strip(" ·")
        return Answer("ok", t("Received"), self.said)

    async def receive_rest(self, api: Api, line: ReturnLine) -> bool:
        """All that was announced of this line."""
        left = line.expected - line.received
        return await self._do(
            lambda: shipping.receive(api, self._number, [{"line": line.id, "quantity": left}], key=new_key())
        )

    async def dispose(self, api: Api, line: ReturnLine, outcome: str, units: int, reason: str = "") -> bool:
        body: dict[str, Any] = {"line": line.id, "outcome": outcome, "quantity": units}
        if reason:
            body["reason"] = reason
        return await self._do(lambda: shipping.dispose(api, self._number, [body], key=new_key()))

    async def step(self, api: Api, verb: str) -> bool:
        return await self._do(lambda: shipping.return_step(api, self._number, verb, key=new_key()))

    async def credit(self, api: Api) -> bool:
        """A credit note for what was received and not credited yet."""
        if self.shown is None or self.working:
            return False
        self.working, self.fault = True, ""
        try:
            self.last_note = await shipping.credit(api, self.shown.number, key=new_key())
            self.shown = await shipping.one_return(api, self.shown.number)
        except ApiError as error:
            self.fault = error.sentence
            return False
        finally:
            self.working = False
        return True

    @property
    def _number(self) -> str:
        return self.shown.number if self.shown else ""

    @property
    def creditable(self) -> int:
        return sum(max(line.received - line.credited, 0) for line in self.shown.lines) if self.shown else 0

    @property
    def received(self) -> int:
        return sum(line.received for line in self.shown.lines) if self.shown else 0

    @property
    def undecided(self) -> int:
        return sum(line.undecided for line in self.shown.lines) if self.shown else 0


@ft.observable
@dataclass
class AnnounceWork:
    """A return that is about to be announced: so much of each shipped lot."""

    shipment: Shipment | None = None
    amounts: dict[int, int] = field(default_factory=dict)  # by shipment line, in base units
    reason: str = ""
    fault: str = ""
    working: bool = False
    trouble: Trouble | None = None

    async def load(self, api: Api, number: str) -> None:
        try:
            self.shipment = await shipping.shipment(api, number)
            self.trouble = None
        except ApiError as error:
            self.trouble = trouble_of(error)

    def set(self, line: int, units: int, most: int) -> None:
        """Never more than was sent and did not come back yet."""
        self.amounts = {**self.amounts, line: max(min(units, most), 0)}

    @property
    def total(self) -> int:
        return sum(self.amounts.values())

    async def announce(self, api: Api) -> str:
        """The number of the return; empty when it was refused."""
        if self.shipment is None or not self.total:
            self.fault = t("Say how many come back.")
            return ""
        lines = [{"shipment_line": key, "quantity": units} for key, units in self.amounts.items() if units]
        body: dict[str, Any] = {"shipment": self.shipment.number, "lines": lines}
        if self.reason:
            body["reason"] = self.reason
        self.working, self.fault = True, ""
        try:
            return (await shipping.announce(api, body, key=new_key())).number
        except ApiError as error:
            self.fault = error.sentence
            return ""
        finally:
            self.working = False


def line_words(line: ReturnLine) -> str:
    """How far a line is, in a sentence's length."""
    if line.received == 0:
        return t("{amount} expected", amount=amounts.short(line, line.expected))
    parts = [t("{amount} received", amount=amounts.short(line, line.received))]
    if line.received < line.expected:
        parts.append(t("{amount} missing", amount=amounts.short(line, line.expected - line.received)))
    if line.undecided:
        parts.append(t("{amount} to inspect", amount=amounts.short(line, line.undecided)))
    return " · ".join(parts)
