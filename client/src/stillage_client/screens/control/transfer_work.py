"""A transfer as its page keeps it: what is gathered to leave or to arrive, and what a scan means meanwhile.

Leaving: PLACE says from where, ITEM takes one pack. Arriving: ITEM is one pack more that is there, PLACE says where it
goes. Nothing is booked before the one press at the end, so that a scan too many is one press back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import flet as ft

from stillage_client.api import control, scanning
from stillage_client.api.control_records import Transfer, TransferItem, TransferLine
from stillage_client.api.records import ScanResult
from stillage_client.api.transport import Api, ApiError, Refused, new_key
from stillage_client.locale import t
from stillage_client.scans import Answer, Scan
from stillage_client.screens import amounts
from stillage_client.screens.movement_lines import bare
from stillage_client.screens.refusals import Trouble, trouble_of

Mode = Literal["look", "dispatch", "receive"]
Taken = tuple[int, str, str]  # line, lot and place


@dataclass(frozen=True)
class Said:
    """The answer to the last scan."""

    kind: Literal["ok", "error", "ready"] = "ready"
    title: str = ""
    words: str = ""
    amount: str = ""
    surplus: int = 0  # the item of which more is there than was sent


@ft.observable
@dataclass
class TransferWork:
    """One transfer, and what somebody holds in the hand."""

    transfer: Transfer | None = None
    trouble: Trouble | None = None
    fault: str = ""
    working: bool = False
    asking: str = ""  # close, cancel
    mode: Mode = "look"
    here: str = ""  # the place last scanned
    taken: dict[Taken, int] = field(default_factory=dict)  # leaving, in units
    got: dict[int, int] = field(default_factory=dict)  # arrived sound, by item
    broken: dict[int, int] = field(default_factory=dict)  # arrived damaged, by item
    extra: dict[int, int] = field(default_factory=dict)  # more than was sent, by item
    said: Said = field(default_factory=Said)
    _last: tuple[str, Any, int] | None = None

    # --- coming in ----------------------------------------------------------------------------------

    async def load(self, api: Api, number: str) -> None:
        try:
            self._keep(await control.transfer(api, number))
            self.trouble = None
        except ApiError as error:
            self.trouble = trouble_of(error)

    def _keep(self, transfer: Transfer) -> None:
        self.transfer = transfer
        steps = transfer.possible_steps
        self.mode = "dispatch" if "dispatch" in steps else "receive" if "receive" in steps else "look"

    @property
    def lines(self) -> tuple[TransferLine, ...]:
        return self.transfer.lines if self.transfer else ()

    @property
    def items(self) -> tuple[TransferItem, ...]:
        return self.transfer.items if self.transfer else ()

    @property
    def gathered(self) -> int:
        """Units in the hand, not booked yet."""
        if self.mode == "dispatch":
            return sum(self.taken.values())
        return sum(self.got.values()) + sum(self.broken.values()) + sum(self.extra.values())

    @property
    def can_undo(self) -> bool:
        return self._last is not None

    def left(self, item: TransferItem) -> int:
        """Still on the way, less what is in the hand."""
        return item.on_the_way - self.got.get(item.id, 0) - self.broken.get(item.id, 0)

    def taken_of(self, line: TransferLine) -> int:
        return sum(units for key, units in self.taken.items() if key[0] == line.id)

    # --- scans --------------------------------------------------------------------------------------

    async def take(self, api: Api, scan: Scan, warehouse: str | None) -> Answer:
        """One scan, judged. Raises Unreachable: then the browser keeps it."""
        try:
            result = await scanning.scan(api, scan.code, warehouse=warehouse)
        except Refused as error:
            return self._refuse(t("Code misread"), error.sentence)
        if result.command:
            return await self._command(api, result.command)
        if result.location:
            self.here = result.location
            where = t("Taking from {place}") if self.mode == "dispatch" else t("Putting at {place}")
            self.said = Said("ready", bare(result.location), where.format(place=bare(result.location)))
            return Answer("ok", t("You are here"), bare(result.location))
        if not result.product:
            return self._refuse(t("Unknown code"), t("No product or place has this code."))
        if self.mode == "dispatch":
            return self._leave(result)
        if self.mode == "receive":
            return self._arrive(result)
        return self._refuse(t("Nothing to do"), t("This transfer takes no scans any more."))

    async def _command(self, api: Api, command: str) -> Answer:
        verb = command.upper().removeprefix("STL-CMD-")
        if verb == "UNDO":
            return self.undo()
        if verb == "DONE" and self.gathered:
            done = await (self.dispatch(api) if self.mode == "dispatch" else self.receive(api))
            return Answer("done", t("Booked"), "") if done else Answer("error", t("Not booked"), self.fault)
        if verb.startswith("QTY-") and verb[4:].isdigit():
            return self.quantity(int(verb[4:]))
        return self._refuse(t("Another job"), t("This code does nothing here."))

    def _leave(self, result: ScanResult) -> Answer:
        lines = [line for line in self.lines if line.product == result.product]
        if not lines:
            said = t("{product} is not on this transfer.", product=result.product_name)
            return self._refuse(t("Wrong product"), said)
        there = [one for one in result.balances if one.location == self.here and one.lot]
        lot = result.lot or (there[0].lot if len({one.lot for one in there}) == 1 else "")
        if not self.here:
            places = sorted({one.location for one in result.balances if not lot or one.lot == lot})
            if len(places) != 1:
                return self._refuse(
                    t("From where?"), t("Scan the place first, then {product}.", product=result.product_name)
                )
            self.here = places[0]
        if not lot and result.lot_tracked:
            return self._refuse(
                t("Which lot?"), t("The code names no lot, and several lie here. Scan a case.")
            )
        fitting = [line for line in lines if not line.lot or line.lot == lot]
        if not fitting:
            said = t("Lot {want} is asked for. You have {have}.", want=lines[0].lot, have=lot)
            return self._refuse(t("Wrong lot"), said)
        units = result.quantity or result.units_per_pack or 1
        line = next((one for one in fitting if self.taken_of(one) + units <= one.quantity), None)
        if line is None:
            want, have = amounts.short(fitting[0], fitting[0].quantity), self.taken_of(fitting[0]) + units
            said = t("Asked for: {want}. You have {have}.", want=want, have=amounts.short(fitting[0], have))
            return self._refuse(t("Too many"), said)
        key = (line.id, lot, self.here)
        self.taken = {**self.taken, key: self.taken.get(key, 0) + units}
        self._last = ("taken", key, units)
        return self._ok(line, self.taken_of(line), line.quantity)

    def _arrive(self, result: ScanResult) -> Answer:
        of_product = [item for item in self.items if item.product == result.product]
        if not of_product:
            said = t("{product} is not on this transfer.", product=result.product_name)
            return self._refuse(t("Wrong product"), said)
        items = [item for item in of_product if not result.lot or item.lot == result.lot]
        if not items:
            lots = ", ".join(dict.fromkeys(item.lot for item in of_product))
            said = t("Lot {want} is on the way. You have {have}.", want=lots, have=result.lot or "–")
            return self._refuse(t("Wrong lot"), said)
        units = result.quantity or result.units_per_pack or 1
        item = next((one for one in items if self.left(one) >= units), None)
        if item is None:
            last = items[-1]
            there = self.got.get(last.id, 0) + self.broken.get(last.id, 0)
            said = t(
                "On the way: {want}. You have {have}.",
                want=amounts.short(last, last.on_the_way),
                have=amounts.short(last, there + self.extra.get(last.id, 0) + units),
            )
            self._refuse(t("More than was sent"), said)
            self.said = Said("error", t("More than was sent"), said, surplus=last.id)
            return Answer("error", t("More than was sent"), said)
        self.got = {**self.got, item.id: self.got.get(item.id, 0) + units}
        self._last = ("got", item.id, units)
        return self._ok(item, self.got[item.id], item.on_the_way)

    def _ok(self, item: TransferLine | TransferItem, now: int, of: int) -> Answer:
        amount = t("{n} of {all}", n=amounts.whole(item, now), all=amounts.short(item, of))
        lot = t("Lot {lot}", lot=item.lot) if item.lot else ""
        self.said = Said("ok", item.product_name, lot, amount)
        return Answer("done" if now >= of else "ok", t("Gathered"), f"{amount} {item.product_name}")

    def _refuse(self, title: str, words: str) -> Answer:
        self.said = Said("error", title, words)
        return Answer("error", title, words)

    # --- what is pressed ------------------------------------------------------------------------------

    def undo(self) -> Answer:
        """The last scan is as if it had not been."""
        if self._last is None:
            return Answer("error", t("Nothing to undo"), "")
        what, key, units = self._last
        pile: dict[Any, int] = dict(getattr(self, what))
        left = pile.get(key, 0) - units
        if left > 0:
            pile[key] = left
        else:
            pile.pop(key, None)
        setattr(self, what, pile)
        self._last, self.said = None, Said("ready", t("Taken back"), "")
        return Answer("ok", t("Taken back"), "")

    def quantity(self, packs: int) -> Answer:
        """So many packs of what was scanned last."""
        if self._last is None:
            return self._refuse(t("Not counted"), t("Scan a product first."))
        what, key, units = self._last
        if what == "got":
            item = next(one for one in self.items if one.id == key)
            self.set_got(item, packs * units)
            return self._ok(item, self.got.get(item.id, 0), item.on_the_way)
        line = next(one for one in self.lines if one.id == key[0])
        most = line.quantity - self.taken_of(line) + self.taken.get(key, 0)
        self.taken = {**self.taken, key: min(packs * units, most)}
        return self._ok(line, self.taken_of(line), line.quantity)

    def set_got(self, item: TransferItem, units: int) -> None:
        """So many arrived sound."""
        most = item.on_the_way - self.broken.get(item.id, 0)
        self.got = _with(self.got, item.id, min(max(units, 0), most))

    def set_broken(self, item: TransferItem, units: int) -> None:
        """So many arrived damaged; they are no longer among the sound ones."""
        units = min(max(units, 0), item.on_the_way)
        self.broken = _with(self.broken, item.id, units)
        self.got = _with(self.got, item.id, min(self.got.get(item.id, 0), item.on_the_way - units))

    def all_arrived(self) -> None:
        """Everything that is on the way is there."""
        self.got = {
            item.id: item.on_the_way - self.broken.get(item.id, 0) for item in self.items if item.on_the_way
        }
        self.said = Said()

    def take_surplus(self) -> None:
        """One pack more than was sent is really there."""
        item = next((one for one in self.items if one.id == self.said.surplus), None)
        if item is None:
            return
        units = max(item.units_per_case, 1)
        self.extra = _with(self.extra, item.id, self.extra.get(item.id, 0) + units)
        self._last = ("extra", item.id, units)
        more = t("{amount} more than was sent", amount=amounts.short(item, self.extra[item.id]))
        self.said = Said("ok", item.product_name, more)

    async def dispatch(self, api: Api) -> bool:
        """What was scanned leaves; without scans, what was suggested."""
        lines = [
            {"line": line, "lot": lot or None, "from_location": place, "quantity": units}
            for (line, lot, place), units in self.taken.items()
        ]
        return await self.step(api, "dispatch", {"lines": lines} if lines else {})

    async def receive(self, api: Api) -> bool:
        """What is in the hand is there."""
        by_id = {item.id: item for item in self.items}
        place = {"location": self.here} if self.here else {}
        lines: list[dict[str, Any]] = [
            {"item": item, "quantity": units, **place} for item, units in self.got.items()
        ]
        lines += [
            {"item": item, "quantity": units, "condition": "damaged"} for item, units in self.broken.items()
        ]
        for item, units in self.extra.items():
            named = by_id[item]
            lines.append(
                {"product": named.product, "lot": named.lot, "quantity": units, "surplus": True, **place}
            )
        if not lines:
            self.fault = t("Scan what arrived, or say that all of it did.")
            return False
        return await self.step(api, "receive", {"lines": lines})

    async def step(self, api: Api, verb: str, body: Mapping[str, Any] | None = None) -> bool:
        """Take a step; False and a sentence when it was refused."""
        if self.transfer is None or self.working:
            return False
        self.working, self.fault = True, ""
        try:
            self._keep(await control.transfer_step(api, self.transfer.number, verb, body, key=new_key()))
        except ApiError as error:
            self.fault = error.sentence
            return False
        finally:
            self.working = False
        self.taken, self.got, self.broken, self.extra = {}, {}, {}, {}
        self.asking, self.said, self._last = "", Said(), None
        return True


def _with(pile: dict[int, int], key: int, units: int) -> dict[int, int]:
    rest = {one: amount for one, amount in pile.items() if one != key}
    return dict(sorted({**rest, key: units}.items())) if units > 0 else rest


# --- a new one ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """A line while it is written."""

    product: str
    name: str
    category: str
    units_per_case: int
    case_name: str
    base_unit: str
    free: int
    units: int


@ft.observable
@dataclass
class NewTransferState:
    """What shall go where."""

    to: str = ""
    lines: tuple[Wanted, ...] = ()
    fault: str = ""
    working: bool = False

    def add(self, found: Wanted) -> None:
        """A line; the same product again is one pack more."""
        for line in self.lines:
            if line.product == found.product:
                self.set(line.product, line.units + max(line.units_per_case, 1))
                return
        self.lines = (*self.lines, found)

    def set(self, product: str, units: int) -> None:
        """So many; none takes the line out."""
        changed = (
            Wanted(**{**line.__dict__, "units": units}) if line.product == product else line
            for line in self.lines
        )
        self.lines = tuple(line for line in changed if line.units > 0)

    async def make(self, api: Api, warehouse: str | None, form: Mapping[str, str], day: str) -> str:
        """The number of the transfer, empty when it was refused."""
        if self.working:
            return ""
        self.fault = ""
        if not self.to:
            self.fault = t("Say where it goes.")
        elif not self.lines:
            self.fault = t("Choose what goes.")
        if self.fault:
            return ""
        self.working = True
        body = {
            "from_warehouse": warehouse,
            "to_warehouse": self.to,
            "expected_date": day,
            "carrier": form.get("carrier", "").strip(),
            "note": form.get("note", "").strip(),
            "lines": [{"product": line.product, "quantity": line.units} for line in self.lines],
        }
        try:
            made = await control.make_transfer(api, body, key=new_key())
        except ApiError as error:
            self.fault = error.sentence
            return ""
        finally:
            self.working = False
        return made.number
