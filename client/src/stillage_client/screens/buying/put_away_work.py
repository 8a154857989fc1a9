"""Putting away: scan what lies at the dock, scan where it goes. Two scans, and the reason is said.

ITEM takes up all of its lot that nobody waits for, PLACE puts it down. What is promised to waiting orders stays at the
dock, where they are picked from.
"""

from collections.abc import Awaitable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import flet as ft

from stillage_client import words
from stillage_client.api import receiving, scanning, stock
from stillage_client.api.buying_records import AtDock, Proposal
from stillage_client.api.records import ScanResult
from stillage_client.api.stock import MoveLine
from stillage_client.api.transport import Api, ApiError, Refused, Unreachable, new_key
from stillage_client.locale import t
from stillage_client.scans import Answer, Scan
from stillage_client.screens.buying import names
from stillage_client.screens.buying.dock_clock import zone_of
from stillage_client.screens.movement_lines import bare
from stillage_client.screens.refusals import Trouble, trouble_of
from stillage_client.screens.scan_job import MISREAD, Panel, ScanRefused, shown

SHOWN = 100


@dataclass(frozen=True)
class Put:
    """One move that can be taken back."""

    operation_id: str
    said: str
    at: datetime


@ft.observable
@dataclass
class PutAwayWork:
    """What lies at the dock, and what of it is in the hand."""

    api: Api | None = None
    warehouse: str | None = None
    zone: str = "UTC"
    rows: tuple[AtDock, ...] = ()
    loaded: bool = False
    hand: AtDock | None = None
    units: int = 0
    panel: Panel = field(default_factory=lambda: Panel("ready", ""))
    choices: tuple[AtDock, ...] = ()
    done: tuple[Put, ...] = ()
    trouble: Trouble | None = None
    working: bool = False

    async def load(self) -> None:
        """What lies at the dock, the oldest first."""
        try:
            page = await receiving.at_dock(self._api(), warehouse=self.warehouse, limit=SHOWN)
        except ApiError as error:
            self.trouble = trouble_of(error)
            return
        self.rows, self.loaded, self.trouble = page.results, True, None
        if self.hand is not None:
            self.hand = next((one for one in self.rows if one.key == self.hand.key), None)
        if not self.panel.head:
            self.panel = self._ready()
            self.zone = await zone_of(self._api(), self.warehouse)

    @property
    def place(self) -> Proposal | None:
        """Where what is in the hand should go."""
        return self.hand.proposals[0] if self.hand and self.hand.proposals else None

    @property
    def waiting(self) -> tuple[AtDock, ...]:
        """What may be put away now."""
        return tuple(one for one in self.rows if one.free > 0)

    @property
    def staying(self) -> tuple[AtDock, ...]:
        """What waits at the dock for orders."""
        return tuple(one for one in self.rows if one.free <= 0)

    def amount(self, row: AtDock, units: int) -> str:
        """14 cases."""
        return names.amount(row, units)

    # --- scans --------------------------------------------------------------------------------------

    async def take(self, scan: Scan) -> Answer:
        """One scan, judged. Raises Unreachable: then the browser keeps it."""
        self.working = True
        try:
            result = await scanning.scan(self._api(), scan.code, warehouse=self.warehouse)
            return await self._judge(scan, result)
        except ScanRefused as refusal:
            return self._refuse(refusal, scan.at)
        except Unreachable:
            raise
        except Refused as error:
            return self._refuse(_as_refusal(error, scan.code), scan.at)
        except ApiError as error:
            return self._refuse(ScanRefused(t("Not possible"), error.sentence), scan.at)
        finally:
            self.working = False

    async def _judge(self, scan: Scan, result: ScanResult) -> Answer:
        if result.command:
            return await self._command(result.command, scan)
        if result.location:
            return await self._put_down(result.location, scan.id, scan.at)
        if result.product:
            return await self._pick_up(result, scan)
        raise ScanRefused(
            t("Unknown code"), t("No product or place has this code: {code}", code=shown(scan.code))
        )

    async def _command(self, command: str, scan: Scan) -> Answer:
        verb = command.upper().removeprefix("STL-CMD-")
        if verb == "UNDO":
            return await self._undo(scan.id)
        if verb.startswith("QTY-") and verb[4:].isdigit():
            return self._set_packs(int(verb[4:]))
        raise ScanRefused(t("Not here"), t("The code {command} does nothing on this screen.", command=verb))

    async def _pick_up(self, result: ScanResult, scan: Scan) -> Answer:
        found = self._matching(result)
        if not found:
            await self.load()
            found = self._matching(result)
        if not found:
            what = t("lot {lot}", lot=result.lot) if result.lot else result.product_name
            raise ScanRefused(
                t("Not at the dock"), t("No {what} waits to be put away. Receive it first.", what=what)
            )
        free = [one for one in found if one.free > 0]
        if not free:
            raise ScanRefused(t("It stays here"), stays_words(found[0]))
        if len({one.lot for one in free}) > 1:
            self.choices, self.hand = tuple(free[:3]), None
            self.panel = Panel(
                "question",
                t("One question"),
                title=t("Which lot?"),
                detail=t("{product} lies here in several lots.", product=result.product_name),
                at=scan.at,
                product=result.product or "",
            )
            return Answer("question", t("Which lot?"), result.product_name)
        if self.hand is not None and self.hand.key == free[0].key:
            return Answer("echo", t("In your hand"), t("Scan the place where it goes."))
        return self.take_up(free[0], scan.at)

    def _matching(self, result: ScanResult) -> list[AtDock]:
        return [
            one
            for one in self.rows
            if one.product == result.product and (not result.lot or one.lot == result.lot)
        ]

    def take_up(self, row: AtDock, at: datetime | None = None) -> Answer:
        """All that is free of it; the place is shown."""
        self.hand, self.units, self.choices = row, row.free, ()
        self.panel = Panel("ready", t("In your hand"), title=row.product_name, at=at, product=row.product)
        where = bare(row.proposals[0].location) if row.proposals else t("any place that fits")
        return Answer("ready", t("Take it to {place}", place=where), self.amount(row, row.free))

    def put_back(self) -> None:
        """Leave it where it is; nothing was booked."""
        self.hand, self.units, self.choices = None, 0, ()
        self.panel = self._ready()

    async def _put_down(self, location: str, key: str, at: datetime) -> Answer:
        row = self.hand
        if row is None:
            raise ScanRefused(
                t("Nothing in your hand"),
                t("Scan what you take first, then {place}.", place=bare(location)),
            )
        if location == row.from_location:
            raise ScanRefused(
                t("Same place"),
                t("{product} lies there already. Scan where it goes.", product=row.product_name),
            )
        line = MoveLine(
            product=row.product,
            lot=row.lot,
            from_location=row.from_location,
            to_location=location,
            quantity=self.units,
        )
        operation = await stock.move(self._api(), [line], key=key)
        amount = self.amount(row, self.units)
        said = f"{amount} {row.product_name} → {bare(location)}"
        self.done = (Put(operation.operation_id, said, at), *self.done)[:30]
        self.hand = None
        number, _, unit = amount.partition(" ")
        self.panel = Panel(
            "ok",
            t("Put away"),
            title=row.product_name,
            amount=number,
            unit=unit,
            tags=(("lot", t("Lot {lot}", lot=row.lot)), ("place", bare(location))),
            at=at,
        )
        await self.load()
        return Answer("ok" if self.waiting else "done", t("Put away"), said)

    # --- what is pressed ----------------------------------------------------------------------------

    async def put_there(self, location: str) -> None:
        """The proposed place was pressed instead of scanned."""
        await self._guarded(self._put_down(location, new_key(), datetime.now(UTC)))

    async def quantity(self, packs: int) -> None:
        """The keypad: so many packs of it, not all."""
        try:
            self._set_packs(packs)
        except ScanRefused as refusal:
            self._refuse(refusal, datetime.now(UTC))

    def _set_packs(self, packs: int) -> Answer:
        row = self.hand
        if row is None:
            raise ScanRefused(t("Nothing in your hand"), t("Scan what you take first."))
        units = packs * row.packing.units_per_case
        if not 0 < units <= row.free:
            raise ScanRefused(
                t("Not so many"),
                t(
                    "{free} may be put away, you want {wanted}.",
                    free=self.amount(row, row.free),
                    wanted=self.amount(row, units),
                ),
            )
        self.units = units
        self.panel = replace(self.panel, kind="ready")
        return Answer("ok", t("Quantity set"), self.amount(row, units))

    async def undo(self) -> None:
        """The last one goes back to the dock."""
        await self._guarded(self._undo(new_key()))

    async def _undo(self, key: str) -> Answer:
        if not self.done:
            raise ScanRefused(t("Nothing left"), t("Nothing was put away here yet."))
        last = self.done[0]
        await stock.reverse(self._api(), last.operation_id, key=key)
        self.done = self.done[1:]
        self.panel = Panel("ready", t("Taken back"), title=t("Back at the dock"), detail=last.said)
        await self.load()
        return Answer("ok", t("Taken back"), last.said)

    # --- words --------------------------------------------------------------------------------------

    def _ready(self) -> Panel:
        if self.loaded and not self.waiting:
            return Panel(
                "ready", t("Ready"), title=t("The dock is clear"), detail=t("Nothing waits to be put away.")
            )
        return Panel(
            "ready",
            t("Ready"),
            title=t("Scan what you take"),
            detail=t("Then the place where it goes. It is said where and why."),
        )

    def _refuse(self, refusal: ScanRefused, at: datetime) -> Answer:
        self.panel = Panel(
            "error", t("Not booked"), title=refusal.title, detail=refusal.detail, code=refusal.code, at=at
        )
        return Answer("error", refusal.title, refusal.detail)

    async def _guarded(self, work: Awaitable[Any]) -> None:
        self.working = True
        try:
            await work
        except ScanRefused as refusal:
            self._refuse(refusal, datetime.now(UTC))
        except Refused as refused:
            self._refuse(_as_refusal(refused, ""), datetime.now(UTC))
        except ApiError as problem:
            self._refuse(ScanRefused(t("Not possible"), problem.sentence), datetime.now(UTC))
        finally:
            self.working = False

    def _api(self) -> Api:
        assert self.api is not None  # noqa: S101 - set by whoever mounts the screen
        return self.api


def stays_words(row: AtDock) -> str:
    """Stays here: 24 for SO-000012."""
    said = ", ".join(
        t("{amount} for {order}", amount=names.amount(row, one.quantity), order=one.reference)
        for one in row.promised_to[:3]
    )
    return t("Stays here: {what}", what=said or names.amount(row, row.promised))


def _as_refusal(refused: Refused, code: str) -> ScanRefused:
    codes = [*(fault.code for fault in refused.errors), refused.code]
    if any(one in MISREAD for one in codes):
        return ScanRefused(t("Code misread"), refused.sentence, shown(code) if "check_digit" in codes else "")
    title = next((names.refusal(one) for one in codes if names.refusal(one) != t("Not possible")), "")
    return ScanRefused(title or t("Not possible"), refused.sentence)


def age(row: AtDock, zone: str = "UTC") -> str:
    """How long it has been lying here."""
    return words.ago(row.since, zone=zone) if row.since else ""
