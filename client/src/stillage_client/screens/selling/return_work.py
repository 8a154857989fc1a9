"""Goods that come back: announced from a shipment, received by scan, looked at, disposed of, credited."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import flet as ft

from stillage_client.api import scanning, shipping, stock
from stillage_client.api.selling_records import Happened, Return, ReturnLine, Shipment
from stillage_client.api.transport import Api, ApiError, Refused, Unreachable, new_key
from stillage_client.locale import t
from stillage_client.scans import Answer, Scan
from stillage_client.screens import amounts
from stillage_client.screens.refusals import Trouble, trouble_of

SHELVES_SHOWN = 5


@ft.observable
@dataclass
class ReturnWork:
    """One return, and what is done with it."""

    shown: Return | None = None
    history: tuple[Happened, ...] = ()
    packs: dict[str, tuple[str, int]] = field(default_factory=dict)
    trouble: Trouble | None = None
    fault: str = ""
    said: str = ""
    working: bool = False
    last_note: str = ""  # the credit note just made
    shelving: int = 0  # the line that goes back to a shelf, while it is asked which
    shelves: tuple[str, ...] = ()

    async def load(self, api: Api, number: str) -> None:
        try:
            found = await shipping.one_return(api, number)
            if found.shipment:
                sent = await shipping.shipment(api, found.shipment)
                self.packs = {line.product: (line.pack_name, line.units_per_pack) for line in sent.lines}
            self.shown, self.trouble = self._packed(found), None
        except ApiError as error:
            self.trouble = trouble_of(error)
            return
        try:
            self.history = await shipping.history(api, number)
        except ApiError:
            self.history = ()

    def _packed(self, found: Return) -> Return:
        """Said in the packs it was sold in."""
        lines = tuple(
            replace(line, pack_name=name, units_per_pack=per)
            for line in found.lines
            for name, per in [self.packs.get(line.product, ("", 1))]
        )
        return replace(found, lines=lines)

    async def _do(self, work: Callable[[], Awaitable[Return]]) -> bool:
        if self.shown is None or self.working:
            return False
        self.working, self.fault = True, ""
        try:
            self.shown = self._packed(await work())
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
        if result.location and self.shelving:
            done = await self.restock(api, result.location)
            return (
                Answer("ok", t("Back to stock"), result.location)
                if done
                else Answer("error", t("Not booked"), self.fault)
            )
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
            self.shown = self._packed(await shipping.receive(api, self.shown.number, [body], key=scan.id))
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

    async def ask_shelf(self, api: Api, line: ReturnLine, warehouse: str | None) -> None:
        """It may be sold again: where does it go? Where the lot lies already, or else the product."""
        self.shelving, self.shelves, self.fault = line.id, (), ""
        try:
            found = await stock.balances(api, product=line.product, warehouse=warehouse, limit=50)
        except ApiError:
            return  # a place can still be typed or scanned
        rows = [row for row in found.results if row.location_kind in ("storage", "picking")]
        same = [row.location for row in rows if row.lot == line.lot]
        self.shelves = tuple(dict.fromkeys([*same, *(row.location for row in rows)]))[:SHELVES_SHOWN]

    async def restock(self, api: Api, place: str) -> bool:
        """Back on that shelf."""
        line = (
            next((one for one in self.shown.lines if one.id == self.shelving), None) if self.shown else None
        )
        if line is None or not place:
            self.fault = t("Say on which place it goes.")
            return False
        done = await self.dispose(api, line, "restock", line.undecided, to=place)
        if done:
            self.shelving = 0
        return done

    async def dispose(self, api: Api, line: ReturnLine, outcome: str, units: int, to: str = "") -> bool:
        body: dict[str, Any] = {"line": line.id, "outcome": outcome, "quantity": units}
        if to:
            body["to_location"] = to
        if outcome == "scrap":
            body["reason"] = line.reason or (self.shown.reason if self.shown else "") or "Returned"
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
            self.shown = self._packed(await shipping.one_return(api, self.shown.number))
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
