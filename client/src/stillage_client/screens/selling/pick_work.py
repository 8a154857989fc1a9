"""Picking, one place after the other: what a scan means while a task is in hand, and what is said to it.

PLACE says where one stands, ITEM takes one pack, the next task comes by itself. A refusal changes nothing and asks for
nothing: the next scan is the answer. Wherever something was refused both sides are named.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import flet as ft

from stillage_client import words
from stillage_client.api import picking, scanning
from stillage_client.api.records import ScanResult
from stillage_client.api.selling_records import Claim, PickList, PickTask
from stillage_client.api.transport import ApiError, Refused, Unreachable, new_key
from stillage_client.locale import t, tn
from stillage_client.scans import Answer, Scan
from stillage_client.screens import amounts
from stillage_client.screens.movement_lines import bare
from stillage_client.screens.refusals import Trouble, trouble_of
from stillage_client.screens.selling import names

UNDO_MAX = 50


@dataclass(frozen=True)
class Refusal:
    """Why a scan was not taken, with what was wanted and what was shown."""

    code: str
    title: str
    words: str
    lot: str = ""  # as scanned
    until: date | None = None
    result: ScanResult | None = None


@dataclass(frozen=True)
class Taken:
    """One pick that can be put back."""

    task: int
    units: int
    said: str


@ft.observable
@dataclass
class PickWork:
    """What the pick screen keeps of one list."""

    api: Any = None
    warehouse: str | None = None
    ref: str = ""
    sheet: PickList | None = None
    task: PickTask | None = None
    next: PickTask | None = None
    here: str = ""
    hand: ScanResult | None = None  # scanned before the place was
    refused: Refusal | None = None
    asking: str = ""  # short, use_lot
    finished: bool = False
    loaded: bool = False
    working: bool = False
    trouble: Trouble | None = None
    fault: str = ""
    note: str = ""
    shorts: tuple[str, ...] = ()
    first_at: datetime | None = None
    last_at: datetime | None = None
    _taken: tuple[Taken, ...] = ()

    # --- coming in ----------------------------------------------------------------------------------

    async def load(self) -> None:
        """The list, and my task on it."""
        try:
            self.sheet = await picking.pick_list(self.api, self.ref)
            if self.sheet.status in ("done", "finished", "cancelled"):
                self.finished, self.task = True, None
            else:
                self._stand_at(await self._claim())
            self.trouble = None
        except ApiError as error:
            self.trouble = trouble_of(error)
            return
        self.loaded = True

    async def _claim(self) -> Claim:
        """My next task; a list that is done has none."""
        try:
            return await picking.claim(self.api, self.ref)
        except Refused as error:
            if error.status != 409:
                raise
            return Claim()

    def _stand_at(self, claim: Claim) -> None:
        before = self.task
        self.task, self.next = claim.task, claim.next
        if self.task is None:
            self.finished = True
        elif before is None or before.location != self.task.location:
            self.here = self.here if self.here == self.task.location else ""
        self.hand, self.asking = None, ""

    # --- numbers ------------------------------------------------------------------------------------

    @property
    def tasks_total(self) -> int:
        return len(self.sheet.tasks) if self.sheet else 0

    @property
    def tasks_done(self) -> int:
        return sum(1 for one in self.sheet.tasks if one.open <= 0) if self.sheet else 0

    @property
    def minutes(self) -> int:
        """From the first scan to the last."""
        if self.first_at is None or self.last_at is None:
            return 0
        return max(round((self.last_at - self.first_at).total_seconds() / 60), 1)

    @property
    def can_undo(self) -> bool:
        return bool(self._taken)

    @property
    def last_taken(self) -> str:
        return self._taken[-1].said if self._taken else ""

    @property
    def step(self) -> str:
        """place, item or rest: what is waited for."""
        if self.task is None or self.here != self.task.location:
            return "place"
        return "rest" if self.task.picked > 0 else "item"

    # --- scans --------------------------------------------------------------------------------------

    async def take(self, scan: Scan) -> Answer:
        """One scan, judged. Raises Unreachable: then the browser keeps it."""
        task = self.task
        if task is None:
            return Answer("error", t("Nothing to pick"), t("This list is done."))
        try:
            result = await scanning.scan(self.api, scan.code, warehouse=self.warehouse)
        except Refused as error:
            return self._refuse("check_digit", error.sentence)
        if result.command:
            return await self._command(result.command)
        if result.location:
            return await self._arrive(task, result.location, scan.id)
        if result.product:
            return await self._item(task, result, scan.id)
        return self._refuse("unknown", t("No product or place has this code."), title=t("Unknown code"))

    async def _command(self, command: str) -> Answer:
        verb = command.upper().removeprefix("STL-CMD-")
        if verb == "UNDO":
            return await self.undo()
        if verb == "DONE":
            self.asking, self.refused = "short", None
            return Answer("question", t("Too few?"), t("Say how many are missing."))
        if verb.startswith("QTY-") and verb[4:].isdigit() and self.task is not None:
            wanted = int(verb[4:]) * self.task.units_per_case
            return await self._book(self.task, wanted - self.task.picked, new_key())
        return self._refuse("unknown", t("This code does nothing here."), title=t("Another job"))

    async def _arrive(self, task: PickTask, location: str, key: str) -> Answer:
        if location != task.location:
            said = t("Go to {want}. You are at {here}.", want=bare(task.location), here=bare(location))
            return self._refuse("wrong_location", said)
        self.here, self.refused = location, None
        if self.hand is not None:
            result, self.hand = self.hand, None
            return await self._item(task, result, key)
        return Answer("ok", t("You are here"), bare(location))

    async def _item(self, task: PickTask, result: ScanResult, key: str) -> Answer:
        if result.product != task.product:
            said = t("Take {want}. You have {have}.", want=task.product_name, have=result.product_name)
            return self._refuse("wrong_product", said, result)
        if self.here != task.location:
            self.hand, self.refused = result, None
            return Answer("question", t("From which place?"), t("Scan {place}.", place=bare(task.location)))
        units = result.quantity or result.units_per_pack or 1
        return await self._book(task, units, key, result)

    async def take_all(self) -> Answer:
        """The rest of the task, by hand, after one of it was scanned."""
        if self.task is None or self.step != "rest":
            return Answer("error", t("Not picked"), t("Scan one first."))
        return await self._book(self.task, self.task.open, new_key())

    async def _book(self, task: PickTask, units: int, key: str, result: ScanResult | None = None) -> Answer:
        if units <= 0:
            return self._refuse("too_many", t("So many are picked already."), result)
        self.working = True
        try:
            said = await picking.pick(
                self.api,
                self.ref,
                task=task.id,
                location=task.location,
                product=task.product,
                lot=(result.lot if result is not None else task.lot) or None,
                quantity=units,
                key=key,
            )
        except Unreachable:
            raise
        except Refused as error:
            return self._refused(task, error, units, result)
        finally:
            self.working = False
        now = datetime.now(UTC)
        self.first_at, self.last_at = self.first_at or now, now
        self.refused, self.fault, self.note = None, "", ""
        amount = amounts.short(task, units)
        self._taken = (*self._taken, Taken(task.id, units, amount))[-UNDO_MAX:]
        left = said.task if said.task is not None and said.task.id == task.id else None
        await self._renew()
        if left is not None and left.open > 0:
            self.task, self.next = left, said.next or self.next
            return Answer("ok", t("Picked"), t("{amount} to go", amount=amounts.short(left, left.open)))
        return await self._advance()

    async def _advance(self) -> Answer:
        """This task is done: where to now?"""
        self._stand_at(await self._claim())
        if self.task is None:
            return Answer("done", t("Picked"), t("This list is done."))
        return Answer("done", t("Picked"), t("Next: {place}", place=bare(self.task.location)))

    async def _renew(self) -> None:
        """The list as it is now; without it only the bar above is behind."""
        try:
            self.sheet = await picking.pick_list(self.api, self.ref)
        except ApiError:
            return

    def _refused(self, task: PickTask, error: Refused, units: int, result: ScanResult | None) -> Answer:
        """The server's no, with both sides."""
        fault = error.errors[0] if error.errors else None
        code = (fault.code if fault else "") or error.code
        said = (fault.detail if fault else "") or error.sentence
        if code == "wrong_lot":
            said = t("Put it back. Another lot is promised.")
        elif code == "too_many":
            want, have = amounts.short(task, task.open), amounts.short(task, units)
            said = t("{want} are wanted here. You have {have}.", want=want, have=have)
        return self._refuse(code, said, result)

    def _refuse(self, code: str, said: str, result: ScanResult | None = None, *, title: str = "") -> Answer:
        head = title or names.scan_refusal(code)
        self.refused = Refusal(
            code=code,
            title=head,
            words=said,
            lot=(result.lot or "") if result is not None else "",
            until=(result.best_before_date or result.expiry_date) if result is not None else None,
            result=result,
        )
        self.asking = ""
        return Answer("error", head, said)

    # --- what is pressed ------------------------------------------------------------------------------

    async def undo(self) -> Answer:
        """The last pick goes back where it came from."""
        if not self._taken:
            return Answer("error", t("Nothing to undo"), "")
        last = self._taken[-1]
        try:
            await picking.undo(self.api, self.ref, task=last.task, quantity=last.units, key=new_key())
            self._taken = self._taken[:-1]
            await self._renew()
            self.finished = False
            self._stand_at(await self._claim())
        except Refused as error:
            return self._refuse(error.code, error.sentence, title=t("Not undone"))
        self.refused = None
        return Answer("ok", t("Put back"), last.said)

    async def short(self, units: int, reason: str) -> None:
        """So many are not there. They are promised from elsewhere, or wait."""
        task = self.task
        if task is None or units <= 0:
            self.fault = t("Say how many are missing.")
            return
        self.fault, self.working = "", True
        try:
            said = await picking.short(
                self.api, self.ref, task=task.id, quantity=min(units, task.open), reason=reason, key=new_key()
            )
            amount = amounts.short(task, min(units, task.open))
            if said.new_tasks:
                places = ", ".join(bare(one.location) for one in said.new_tasks)
                self.note = t("{amount} come from {places} instead.", amount=amount, places=places)
            else:
                self.shorts = (
                    *self.shorts,
                    t("{amount} short: {product}", amount=amount, product=task.product_name),
                )
                self.note = t("{amount} wait for new stock.", amount=amount)
            await self._renew()
            self.refused = None
            self._stand_at(await self._claim())
        except ApiError as error:
            self.fault = error.sentence
        finally:
            self.working = False

    async def use_scanned_lot(self, reason: str) -> Answer:
        """The lot in the hand instead of the one promised."""
        task, refused = self.task, self.refused
        if task is None or refused is None or refused.result is None:
            return Answer("error", t("Not picked"), "")
        result = refused.result
        try:
            await picking.use_lot(
                self.api,
                self.ref,
                task=task.id,
                lot=result.lot_id or refused.lot,
                location=self.here or None,
                reason=reason,
                key=new_key(),
            )
            await self._renew()
            self._stand_at(await self._claim())
        except Refused as error:
            return self._refused(task, error, result.units_per_pack or 1, result)
        self.refused = None
        return await self._item(self.task, result, new_key()) if self.task else Answer("ok", t("Picked"))

    async def release(self) -> None:
        """Leaving: somebody else may take this task."""
        task, self.task = self.task, None
        if task is None or task.picked > 0:
            return
        try:
            await picking.release(self.api, self.ref, task=task.id, key=new_key())
        except ApiError:
            return  # the claim runs out by itself


def place_words(task: PickTask) -> str:
    """Zone A, where the code says no more."""
    return t("Zone {zone}", zone=task.zone) if task.zone else ""


def lot_words(task: PickTask) -> str:
    """Best before 10 Dec 2026."""
    if task.until is None:
        return ""
    day = words.day(task.until, year=True)
    return t("Best before {day}", day=day) if task.best_before_date else t("Expires {day}", day=day)


def line_count(count: int) -> str:
    """9 lines."""
    return tn("{n} line", "{n} lines", count)
