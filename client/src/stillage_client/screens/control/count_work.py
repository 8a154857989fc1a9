"""Counting, one place after the other: what a scan means while a count is open, and what is said to it.

PLACE says where one stands, ITEM counts one pack more, a number sets the last line, the next PLACE or DONE closes the
place and asks once about what was expected and not seen. A refusal changes nothing: the next scan is the answer.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import flet as ft

from stillage_client import words
from stillage_client.api import control, scanning
from stillage_client.api.control_records import Count, CountLine, CountPlace
from stillage_client.api.records import ScanResult
from stillage_client.api.transport import ApiError, Refused, Unreachable, new_key
from stillage_client.locale import t
from stillage_client.scans import Answer, Scan
from stillage_client.screens import amounts
from stillage_client.screens.movement_lines import bare
from stillage_client.screens.refusals import Trouble, trouble_of

UNDO_MAX = 50
LATE = timedelta(
    seconds=10
)  # a scan older than that was kept by the device: it counts as of when it was made
TOO_LATE = timedelta(hours=24)

Key = tuple[str, str]  # product and lot


@dataclass(frozen=True)
class Item:
    """What was scanned or typed, until its lot is known."""

    product: str
    name: str
    lot: str
    per_pack: int
    pack: str
    base_unit: str
    units: int
    until: str = ""  # ISO day
    best_before: bool = True
    lot_tracked: bool = True
    lots_here: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        return self.product, self.lot

    @property
    def units_per_case(self) -> int:
        return self.per_pack

    @property
    def case_name(self) -> str:
        return self.pack


@dataclass(frozen=True)
class Shown:
    """What the panel says."""

    kind: Literal["ready", "ok", "error", "question"] = "ready"
    head: str = ""
    title: str = ""
    words: str = ""
    item: Item | None = None
    units: int = 0


@dataclass(frozen=True)
class Step:
    """One entry that can be taken back: the line as it was before."""

    location: str
    item: Item
    before: int | None


@ft.observable
@dataclass
class CountWork:
    """What the counting screen keeps of one count."""

    api: Any = None
    warehouse: str | None = None
    ref: str = ""
    me: str = ""
    count: Count | None = None
    here: str = ""
    lines: dict[Key, CountLine] = field(default_factory=dict)  # at this place
    shown: Shown = field(default_factory=Shown)
    asking: str = ""  # lot, not_seen, place
    not_seen: tuple[str, ...] = ()
    then: str = ""  # the place that was scanned while the one before was not closed
    last: Item | None = None
    hand: Item | None = None
    loaded: bool = False
    working: bool = False
    trouble: Trouble | None = None
    _steps: tuple[Step, ...] = ()

    # --- coming in ----------------------------------------------------------------------------------

    async def load(self) -> None:
        """The count, and the place I stand at when I took one before."""
        try:
            self._keep(await control.count(self.api, self.ref))
        except ApiError as error:
            self.trouble = trouble_of(error)
            return
        self.trouble, self.loaded = None, True

    def _keep(self, count: Count) -> None:
        self.count = count
        if not self.here:
            mine = next((p for p in self.open_places if p.claimed_by and p.claimed_by == self.me), None)
            self.here = mine.location if mine else ""
        if self.here:
            self._lines_of(self.here, count.lines)

    def _lines_of(self, location: str, lines: tuple[CountLine, ...]) -> None:
        turn = self.place.round if self.place else 1
        mine = [one for one in lines if one.location in (location, "") and one.round in (turn, 0)]
        self.lines = {(one.product, one.lot): one for one in mine}

    # --- numbers ------------------------------------------------------------------------------------

    @property
    def round(self) -> int:
        """Which round is counted: the recount comes second."""
        return max((place.round for place in self.count.places), default=1) if self.count else 1

    @property
    def places(self) -> tuple[CountPlace, ...]:
        """The places of this round."""
        return tuple(p for p in self.count.places if p.round == self.round) if self.count else ()

    @property
    def open_places(self) -> tuple[CountPlace, ...]:
        return tuple(place for place in self.places if place.done_at is None)

    @property
    def done(self) -> int:
        return len(self.places) - len(self.open_places)

    @property
    def place(self) -> CountPlace | None:
        return next((place for place in self.places if place.location == self.here), None)

    @property
    def next_place(self) -> CountPlace | None:
        """Where to go now: the first in walking order that nobody else has taken."""
        waiting = [p for p in self.open_places if p.location != self.here and p.claimed_by in ("", self.me)]
        order = sorted(waiting, key=lambda p: (p.pick_sequence is None, p.pick_sequence or 0, p.location))
        return order[0] if order else None

    @property
    def running(self) -> bool:
        return self.count is not None and self.count.status in ("open", "recount")

    @property
    def all_counted(self) -> bool:
        return self.running and bool(self.places) and not self.open_places

    @property
    def can_undo(self) -> bool:
        return bool(self._steps)

    @property
    def last_said(self) -> str:
        return self._steps[-1].item.name if self._steps else ""

    # --- scans --------------------------------------------------------------------------------------

    async def take(self, scan: Scan) -> Answer:
        """One scan, judged. Raises Unreachable: then the browser keeps it."""
        if not self.running:
            return self._refuse(t("Not counted"), t("This count is closed."))
        try:
            result = await scanning.scan(self.api, scan.code, warehouse=self.warehouse)
        except Refused as error:
            return self._refuse(t("Code misread"), error.sentence)
        if result.command:
            return await self._command(result.command, scan)
        if result.location:
            return await self._arrive(result.location, scan.id)
        if result.product:
            return await self._item(_item_of(result, self.here), scan)
        return self._refuse(t("Unknown code"), t("No product or place has this code."))

    async def _command(self, command: str, scan: Scan) -> Answer:
        verb = command.upper().removeprefix("STL-CMD-")
        if verb == "UNDO":
            return await self.undo()
        if verb == "DONE":
            return await self.finish(key=scan.id)
        if verb == "COUNT":
            return Answer("ready", t("Counting"), bare(self.here) if self.here else "")
        if verb.startswith("QTY-") and verb[4:].isdigit():
            return await self.quantity(int(verb[4:]), key=scan.id)
        return self._refuse(t("Another job"), t("This code does nothing here."))

    async def _arrive(self, location: str, key: str) -> Answer:
        if location == self.here:
            return await self.finish(key=key)
        if all(place.location != location for place in self.places):
            said = t("{place} is not part of this count.", place=bare(location))
            return self._refuse(t("Wrong place"), said)
        if self.here:
            self.then = location
            answer = await self.finish(key=f"{key}-done")
            if self.here:
                return answer
        return await self._stand_at(location, f"{key}-claim")

    async def _stand_at(self, location: str, key: str) -> Answer:
        place = next((one for one in self.places if one.location == location), None)
        again = place is not None and place.done_at is not None
        if place is not None and again:
            said = t("{place} was counted by {who}.", place=bare(location), who=place.done_by)
            return self._refuse(t("Counted already"), said)
        try:
            there = await control.claim_place(self.api, self.ref, location, key=key)
        except Refused as error:
            return self._refuse(t("Wrong place"), _why(error))
        self.here, self.then, self.asking = location, "", ""
        self.last, self._steps, self.lines = None, (), {}
        self._lines_of(location, there.lines)
        wanted = ", ".join(
            " ".join(part for part in (one.product_name, one.lot) if part) for one in there.asked
        )
        again_ = t("Count again: {what}", what=wanted) if wanted else t("Each scan counts one more.")
        self.shown = Shown("ready", t("You are here"), t("Scan what lies here"), again_)
        if self.hand is not None:
            item, self.hand = self.hand, None
            return await self._enter(item, item.units, "add", f"{key}-item")
        return Answer("ok", t("You are here"), bare(location))

    async def _item(self, item: Item, scan: Scan) -> Answer:
        if not self.here:
            self.hand = item
            self.shown = Shown(
                "question", t("Where are you?"), item.name, t("Scan the place it lies at."), item
            )
            return Answer("question", t("Where are you?"), t("Scan the place."))
        counted = self.count.products if self.count else ()
        if counted and all(one.product != item.product for one in counted):
            said = t("{product} is not part of this count.", product=item.name)
            return self._refuse(t("Not in this count"), said)
        if item.lot_tracked and not item.lot:
            self.asking, self.hand = "lot", item
            self.shown = Shown("question", t("Which lot?"), item.name, t("The code names no lot."), item)
            return Answer("question", t("Which lot?"), item.name)
        return await self._enter(item, item.units, "add", scan.id, _as_of(scan.at))

    async def choose_lot(self, lot: str, until: str = "") -> None:
        """The lot of what is in the hand, chosen or typed."""
        item = self.hand
        if item is None or not lot.strip():
            return
        self.hand, self.asking = None, ""
        await self._pressed(
            replace(item, lot=lot.strip().upper(), until=until or item.until), item.units, "add"
        )

    async def _pressed(self, item: Item, units: int, mode: str) -> Answer:
        """An entry by hand: without a connection it is said, for nothing keeps it."""
        try:
            return await self._enter(item, units, mode, new_key())
        except Unreachable as error:
            return self._refuse(t("Not counted"), error.sentence)

    async def _enter(
        self, item: Item, units: int, mode: str, key: str, counted_at: datetime | None = None
    ) -> Answer:
        before = self.lines.get(item.key)
        date_name = "best_before_date" if item.best_before else "expiry_date"
        line: dict[str, Any] = {
            "product": item.product,
            "lot": item.lot,
            "quantity": units,
            "mode": mode,
            "counted_at": counted_at.isoformat() if counted_at else None,
        }
        if item.until and item.lot:
            line[date_name] = item.until
        self.working = True
        try:
            said = await control.enter(self.api, self.ref, self.here, [line], key=key)
        except Refused as error:
            return self._refuse(t("Not counted"), _why(error))
        finally:
            self.working = False
        self._lines_of(self.here, said.lines)
        now = self.lines.get(item.key)
        total = now.counted if now is not None else (before.counted if before else 0) + units
        self._steps = (*self._steps, Step(self.here, item, before.counted if before else None))[-UNDO_MAX:]
        self.last, self.asking = item, ""
        self.shown = Shown("ok", t("Counted"), item.name, "", item, total)
        return Answer("ok", t("Counted"), f"{amounts.short(item, total)} {item.name}")

    # --- what is pressed ------------------------------------------------------------------------------

    async def quantity(self, packs: int, *, loose: bool = False, key: str | None = None) -> Answer:
        """So many are there: of the last line, in the pack that was scanned, or in single units."""
        if self.last is None or not self.here:
            return self._refuse(t("Not counted"), t("Scan a product first."))
        units = packs * (1 if loose else self.last.per_pack)
        if key is not None:
            return await self._enter(self.last, units, "set", key)
        return await self._pressed(self.last, units, "set")

    async def undo(self) -> Answer:
        """The last entry is as if it had not been."""
        if not self._steps:
            return Answer("error", t("Nothing to undo"), "")
        step = self._steps[-1]
        try:
            await self._put_back(step)
        except Refused as error:
            return self._refuse(t("Not undone"), _why(error))
        self._steps = self._steps[:-1]
        self.shown = Shown("ready", t("You are here"), t("Taken back"), step.item.name)
        return Answer("ok", t("Taken back"), step.item.name)

    async def _put_back(self, step: Step) -> None:
        if step.before is None:
            named = {"location": step.location, "product": step.item.product, "lot": step.item.lot}
            await control.remove(self.api, self.ref, named, key=new_key())
            self.lines = {key: line for key, line in self.lines.items() if key != step.item.key}
            return
        line = {"product": step.item.product, "lot": step.item.lot, "quantity": step.before, "mode": "set"}
        said = await control.enter(self.api, self.ref, step.location, [line], key=new_key())
        self._lines_of(step.location, said.lines)

    async def remove(self, line: CountLine) -> None:
        """This line was a mistake."""
        named = {"location": self.here, "product": line.product, "lot": line.lot}
        try:
            await control.remove(self.api, self.ref, named, key=new_key())
        except ApiError as error:
            self._refuse(t("Not undone"), error.sentence)
            return
        gone = (line.product, line.lot)
        self.lines = {key: one for key, one in self.lines.items() if key != gone}
        self._steps = tuple(step for step in self._steps if step.item.key != gone)
        if self.last is not None and self.last.key == gone:
            self.last = None
        self.shown = Shown("ready", t("You are here"), t("Taken back"), line.product_name)

    def correct(self, line: CountLine) -> None:
        """Make this the last line again, so that the keypad sets it."""
        self.last = Item(
            product=line.product,
            name=line.product_name,
            lot=line.lot,
            per_pack=max(line.units_per_case, 1),
            pack=line.case_name or line.base_unit,
            base_unit=line.base_unit,
            units=max(line.units_per_case, 1),
        )
        self.shown = Shown("ok", t("Counted"), line.product_name, "", self.last, line.counted)

    async def finish(self, *, empty: bool = False, key: str | None = None) -> Answer:
        """This place is done; asks once about what was expected and not seen."""
        if not self.here:
            return Answer("error", t("Nothing to close"), t("Scan a place first."))
        place = self.here
        try:
            await control.place_done(
                self.api, self.ref, place, not_seen="zero" if empty else None, key=key or new_key()
            )
        except Refused as error:
            if _is_not_seen(error):
                return self._ask_not_seen(error)
            return self._refuse(t("Not closed"), _why(error))
        self.here, self.asking, self.not_seen, self.last, self._steps, self.lines = "", "", (), None, (), {}
        await self._renew()
        self.shown = Shown()
        if self.all_counted:
            return Answer("done", t("All places counted"), "")
        following = self.next_place
        return Answer(
            "done",
            t("Place counted"),
            t("Next: {place}", place=bare(following.location)) if following else "",
        )

    def _ask_not_seen(self, error: Refused) -> Answer:
        said = (
            _named(error) or tuple(fault.detail for fault in error.errors if fault.detail) or (error.detail,)
        )
        self.asking, self.not_seen = "not_seen", said
        self.shown = Shown("question", t("Not seen?"), bare(self.here))
        return Answer("question", t("Not seen?"), " ".join(said)[:200])

    async def none_of_them(self) -> None:
        """What was expected and not seen is not there."""
        following = self.then
        try:
            await self.finish(empty=True)
            if not self.here and following:
                await self._stand_at(following, new_key())
        except Unreachable as error:
            self._refuse(t("Not closed"), error.sentence)

    def look_again(self) -> None:
        self.asking, self.not_seen, self.then = "", (), ""
        self.shown = Shown(
            "ready", t("You are here"), t("Scan what lies here"), t("Each scan counts one more.")
        )

    async def done_here(self) -> None:
        """Pressed instead of scanned."""
        try:
            await self.finish()
        except Unreachable as error:
            self._refuse(t("Not closed"), error.sentence)

    async def submit(self, *, skip_rest: bool = False) -> None:
        """Hand the count in: right lines are booked, the others are counted again or wait for approval."""
        self.working = True
        body = {"skip_rest": True} if skip_rest else {}
        try:
            self.count = await control.count_step(self.api, self.ref, "submit", body, key=new_key())
            self.shown, self.here = Shown(), ""
        except ApiError as error:
            self._refuse(t("Not handed in"), error.sentence)
        finally:
            self.working = False

    async def _renew(self) -> None:
        """The count as it is now; without an answer only the bar above is behind."""
        try:
            self.count = await control.count(self.api, self.ref)
        except ApiError:
            return

    def _refuse(self, title: str, said: str) -> Answer:
        self.shown = Shown("error", title, title, said)
        return Answer("error", title, said)


def _item_of(result: ScanResult, here: str) -> Item:
    until = result.best_before_date or result.expiry_date
    per = max(result.units_per_pack or 1, 1)
    lots = dict.fromkeys(one.lot for one in result.balances if one.location == here and one.lot)
    return Item(
        product=result.product or "",
        name=result.product_name,
        lot=result.lot or "",
        per_pack=per,
        pack=(result.pack or result.base_unit).lower() or "unit",
        base_unit=result.base_unit,
        units=result.quantity or per,
        until=until.isoformat() if until else "",
        best_before=result.best_before_date is not None or result.expiry_date is None,
        lot_tracked=result.lot_tracked,
        lots_here=tuple(lots),
    )


def _as_of(at: datetime) -> datetime | None:
    """The instant of a scan that was kept by the device; None for one made just now."""
    age = datetime.now(UTC) - at
    return at if LATE < age < TOO_LATE else None


def _named(error: Refused) -> tuple[str, ...]:
    """The products and lots that a refusal is about, where it names them."""
    faults = error.body.get("errors")
    listed = faults if isinstance(faults, list) else []
    named = [one for one in listed if isinstance(one, dict) and one.get("product")]
    return tuple(
        t("{product}, lot {lot}", product=one["product"], lot=one["lot"])
        if one.get("lot")
        else str(one["product"])
        for one in named
    )


def _is_not_seen(error: Refused) -> bool:
    return error.code == "not_seen" or any(fault.code == "not_seen" for fault in error.errors)


def _why(error: Refused) -> str:
    fault = error.errors[0].detail if error.errors else ""
    return fault or error.sentence


def line_said(line: CountLine) -> str:
    """14 cases + 3."""
    return amounts.short(line, line.counted) if line.counted else words.units(0, line.base_unit or "unit")
