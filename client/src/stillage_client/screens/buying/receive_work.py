"""Taking a delivery in, one scan a case: what a scan means at the dock, and what is said to it.

ITEM books one pack against the order, UNIT the pallet of the notice, PLACE says where the next ones go. What was not
asked for is never taken silently: both sides are named, with the ways out; the next scan is an answer, too.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import flet as ft

from stillage_client import words
from stillage_client.api import buying, receiving, scanning
from stillage_client.api.buying_records import (
    Booked,
    Delivered,
    Discrepancy,
    Expected,
    Intake,
    Packing,
    Purchase,
    PurchaseLine,
    PutAwayHint,
    Receipt,
    Waiting,
)
from stillage_client.api.records import ScanResult
from stillage_client.api.transport import Api, ApiError, Refused, Unreachable, new_key
from stillage_client.locale import t, tn
from stillage_client.scans import Answer, Scan
from stillage_client.screens import amounts
from stillage_client.screens.buying import names
from stillage_client.screens.buying.dock_clock import zone_of
from stillage_client.screens.doc_codes import route_of
from stillage_client.screens.movement_lines import bare
from stillage_client.screens.refusals import Trouble, trouble_of
from stillage_client.screens.scan_job import (
    MISREAD,
    AskLotAndDate,
    Dates,
    Panel,
    ScanRefused,
    dates_of,
    shown,
    units_of,
)

DECIDABLE = ("over_delivered", "not_ordered", "short_dated", "outcome_required")
OUTCOMES = ("refuse", "quarantine", "accept")


@dataclass(frozen=True)
class Wrong:
    """Goods that are not what was asked for: nothing is booked until somebody says what becomes of them."""

    code: str
    title: str
    words: str
    ways: tuple[str, ...]
    key: str
    product_name: str
    amount: str
    body: Mapping[str, Any]
    sscc: str = ""
    pack: Packing = field(default_factory=Packing)


@dataclass(frozen=True)
class Row:
    """One scan of the running list."""

    operation_id: str
    product: str
    product_name: str
    lot: str
    units: int
    packing: Packing
    at: datetime | None
    active: bool = True
    remark: str = ""  # why it was refused or set aside
    refused: bool = False
    more: int = 0  # lines besides the first


@ft.observable
@dataclass
class ReceiveWork:
    """One delivery while it is taken in."""

    api: Api | None = None
    warehouse: str | None = None
    ref: str = ""
    go: Callable[[str], Any] = lambda _path: None
    zone: str = "UTC"
    receipt: Receipt | None = None
    place: str = ""
    panel: Panel = field(default_factory=lambda: Panel("ready", ""))
    ask: AskLotAndDate | None = None
    wrong: Wrong | None = None
    damaged: bool = False
    closing: bool = False
    closed: Receipt | None = None
    trouble: Trouble | None = None
    fault: str = ""
    working: bool = False
    refused: int = 0
    waiting: tuple[Waiting, ...] = ()
    hints: tuple[PutAwayHint, ...] = ()
    _kept: dict[str, tuple[str, Dates]] = field(default_factory=dict)
    _packs: dict[str, Packing] = field(default_factory=dict)  # by operation, as it was scanned
    _opening: str = ""

    # --- coming in ----------------------------------------------------------------------------------

    def begin(self, api: Api, warehouse: str | None, ref: str) -> None:
        """Another delivery: what was open of the one before is parked on the server, not lost."""
        self.api, self.warehouse, self.ref = api, warehouse, ref
        self.receipt, self.closed, self.trouble, self.place = None, None, None, ""
        self.ask, self.wrong, self.closing, self.damaged, self._opening = None, None, False, False, ""
        self.panel = Panel("ready", "")

    async def load(self) -> None:
        """The delivery of the address: a receipt as it stands, or the open one of an order."""
        try:
            if self.ref.upper().startswith("PO-"):
                self.receipt = await self._of_order(self.ref)
            else:
                self.receipt = await receiving.receipt(self._api(), self.ref)
            if self.receipt.status == "closed":
                self.closed = self.receipt
            self.trouble = None
        except ApiError as error:
            self.trouble = trouble_of(error)
            return
        self.place = self.place or self.receipt.location
        if not self.panel.head:
            self.panel = self._ready()
        self.zone = await zone_of(self._api(), self.warehouse)

    async def _of_order(self, number: str) -> Receipt:
        """Go on with the delivery that is open. Without one the order is shown: the first scan opens it, a look does not."""
        found = await receiving.receipts(self._api(), purchase_order=number, status="open", limit=1)
        if found.results:
            return await receiving.receipt(self._api(), found.results[0].number)
        order = await buying.purchase(self._api(), number)
        return Receipt(
            purchase_order=order.number,
            supplier=order.supplier,
            supplier_name=order.supplier_name,
            warehouse=order.warehouse,
            expected=tuple(_waited_for(order, line) for line in order.lines),
        )

    async def _begun(self) -> Receipt:
        """The delivery, opened when it is not yet; asked for twice it is still one."""
        receipt = self._receipt()
        if receipt.number:
            return receipt
        found = await receiving.receipts(
            self._api(), purchase_order=receipt.purchase_order, status="open", limit=1
        )
        if found.results:
            self.receipt = await receiving.receipt(self._api(), found.results[0].number)
        else:
            self._opening = self._opening or new_key()
            sent = await receiving.notices(
                self._api(), purchase_order=receipt.purchase_order, status="open", limit=1
            )
            of: dict[str, Any] = (
                {"notice": sent.results[0].id} if sent.results else {"purchase_order": receipt.purchase_order}
            )
            self.receipt = await receiving.open_receipt(
                self._api(), {"warehouse": receipt.warehouse, **of}, key=self._opening
            )
        self.place = self.place or self.receipt.location
        return self.receipt

    async def again(self) -> None:
        """As the server has it now; without an answer what is here stays."""
        if self.receipt is None or not self.receipt.number:
            return
        try:
            self.receipt = await receiving.receipt(self._api(), self.receipt.number)
        except ApiError:
            return

    # --- numbers ------------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        if self.receipt is None:
            return self.ref
        return self.receipt.purchase_order or self.receipt.number

    @property
    def expected(self) -> tuple[Expected, ...]:
        return self.receipt.expected if self.receipt else ()

    @property
    def missing(self) -> tuple[Expected, ...]:
        """What was ordered and is not here."""
        return tuple(one for one in self.expected if one.open > 0)

    @property
    def complete(self) -> bool:
        return bool(self.expected) and not self.missing

    def progress(self) -> tuple[int, int, str]:
        """27 of 80 cases: counted in the packs they were ordered in."""
        packings = [one.packing for one in self.expected]
        done = sum(
            min(one.received, one.ordered) // p.units_per_case
            for one, p in zip(self.expected, packings, strict=True)
        )
        all_ = sum(one.ordered // p.units_per_case for one, p in zip(self.expected, packings, strict=True))
        units = {p.case_name or p.base_unit for p in packings}
        unit = units.pop() if len(units) == 1 else "pack"
        return done, all_, words.unit(unit, all_)

    @property
    def rows(self) -> tuple[Row, ...]:
        """The running list, newest first: what was booked, and what was refused."""
        receipt = self.receipt
        if receipt is None:
            return ()
        by_operation: dict[str, list[Delivered]] = {}
        for line in receipt.lines:
            by_operation.setdefault(line.operation_id or str(line.id), []).append(line)
        remarks = {
            (one.product, one.lot): names.difference(one.kind)
            for one in receipt.discrepancies
            if one.outcome == "quarantined" and not one.withdrawn
        }
        rows = []
        for operation, lines in by_operation.items():
            first = lines[0]
            aside = first.location and receipt.location and first.location != receipt.location
            rows.append(
                Row(
                    operation,
                    first.product,
                    first.product_name,
                    first.lot,
                    sum(one.quantity for one in lines if one.product == first.product),
                    self._packs.get(operation) or first.packing,
                    first.received_at,
                    active=not first.undone,
                    remark=remarks.get((first.product, first.lot), "") if aside else "",
                    more=len({one.product for one in lines}) - 1,
                )
            )
        rows += [
            Row(
                "",
                one.product,
                one.product_name,
                one.lot,
                one.quantity,
                one.packing,
                one.found_at,
                active=not one.withdrawn,
                remark=names.difference(one.kind),
                refused=True,
            )
            for one in receipt.discrepancies
            if one.outcome == "refused"
        ]
        epoch = datetime(1970, 1, 1, tzinfo=UTC)
        return tuple(sorted(rows, key=lambda one: one.at or epoch, reverse=True))

    @property
    def last(self) -> Row | None:
        """The newest that stands and can be taken back."""
        return next((one for one in self.rows if one.active and one.operation_id), None)

    def tally(self) -> str:
        """27 booked, 1 refused."""
        standing = [one for one in self.rows if one.active]
        gone = sum(one.refused for one in standing)
        said = t("{n} booked", n=words.number(len(standing) - gone))
        return f"{said}, {t('{n} refused', n=gone)}" if gone else said

    # --- scans --------------------------------------------------------------------------------------

    async def take(self, scan: Scan) -> Answer:
        """One scan, judged. Raises Unreachable: then the browser keeps it and brings it again."""
        path = route_of(scan.code)
        if path:
            where = path.replace("/purchases/", "/receive/")
            self.go(where)
            return Answer("ready", t("Opened"), scan.code)
        if self.receipt is None or self.closed is not None:
            return Answer("error", t("Not booked"), t("This delivery is finished. Scan the next order."))
        self.working = True
        try:
            result = await scanning.scan(self._api(), scan.code, warehouse=self.warehouse)
            return await self._judge(scan, result)
        except ScanRefused as refusal:
            return self._refuse(refusal, scan.at)
        except Unreachable:
            raise
        except Refused as error:
            return self._refuse(self._as_refusal(error, scan.code), scan.at)
        except ApiError as error:
            return self._refuse(ScanRefused(t("Not possible"), error.sentence), scan.at)
        finally:
            self.working = False

    async def _judge(self, scan: Scan, result: ScanResult) -> Answer:
        if result.command:
            return await self._command(result.command, scan)
        if result.location:
            self.place, self.ask, self.wrong = result.location, None, None
            self.panel = replace(self._ready(), at=scan.at)
            return Answer("ready", bare(result.location), t("The next ones are booked here."))
        if result.sscc and result.kind == "unit":
            return await self._unit(result.sscc, scan)
        if result.product:
            return await self._item(result, scan)
        raise ScanRefused(
            t("Unknown code"),
            t(
                "No product has the GTIN {gtin}. Add it to the product's packs, then scan again.",
                gtin=result.gtin,
            )
            if result.gtin
            else t("No product, place or command has this code: {code}", code=shown(scan.code)),
        )

    async def _command(self, command: str, scan: Scan) -> Answer:
        verb = command.upper().removeprefix("STL-CMD-")
        if verb == "UNDO":
            return await self._undo_last(scan.id)
        if verb == "DONE":
            self.begin_closing()
            return Answer("question", t("Finished?"), self.missing_said())
        if verb.startswith("QTY-") and verb[4:].isdigit():
            return await self._set_quantity(int(verb[4:]), scan.id)
        raise ScanRefused(t("Not here"), t("The code {command} does nothing on this screen.", command=verb))

    async def _item(self, result: ScanResult, scan: Scan) -> Answer:
        waiting = self.ask
        if waiting is not None and waiting.result.gtin == result.gtin and not result.lot:
            self.ask = replace(waiting, packs=waiting.packs + 1)
            self.panel = self._asking(self.ask, scan.at)
            return Answer("question", self.panel.title, self.panel.detail)
        self.wrong, self.closing = None, False
        result = self._with_kept(result)
        ask = AskLotAndDate(scan.id, result)
        if ask.needs_lot or ask.needs_date:
            self.ask = ask
            self.panel = self._asking(ask, scan.at)
            return Answer("question", self.panel.title, self.panel.detail)
        return await self._book(result, units_of(result), scan.id, scan.at)

    def _with_kept(self, result: ScanResult) -> ScanResult:
        """What the label left out, as it was said for the last case of the same product."""
        lot, dates = self._kept.get(result.product or "", ("", Dates()))
        printed = dates_of(result)
        if not lot or (result.lot and result.lot != lot):
            return result
        if printed is not None:
            same = (printed.best_before, printed.expiry) == (dates.best_before, dates.expiry)
            return replace(result, lot=lot) if same else result
        return replace(
            result,
            lot=lot,
            lot_id=result.lot_id or 0,
            expiry_date=dates.expiry,
            best_before_date=dates.best_before,
        )

    def announced(self, product: str) -> tuple[str, ...]:
        """The lots the supplier said would come of it."""
        found = [lot for one in self.expected if one.product == product for lot in one.lot_names if lot]
        return tuple(dict.fromkeys(found))[:3]

    async def answer_lot(self, lot: str, until: date | None, *, is_expiry: bool = False) -> bool:
        """What the label left out; kept for the next case."""
        ask = self.ask
        if ask is None:
            return False
        lot = lot.strip() or ask.result.lot or ""
        if not lot:
            said = t("A lot is needed: the number or letters printed near the date.")
            self.panel = replace(self.panel, fault=said)
            return False
        given = dates_of(ask.result) or (Dates(expiry=until) if is_expiry else Dates(best_before=until))
        result = replace(ask.result, lot=lot, expiry_date=given.expiry, best_before_date=given.best_before)
        at = datetime.now(UTC)
        done = await self._guarded(self._book(result, units_of(result) * ask.packs, ask.key, at))
        if done or self.wrong is not None:
            self._kept[result.product or ""] = (lot, given)
            return True
        if self.ask is ask:
            self.panel = replace(self._asking(ask, at), fault=self.panel.detail)
            self.ask = replace(ask, refusals=ask.refusals + 1)
        return False

    def cancel_ask(self) -> None:
        """Leave the question; nothing was booked."""
        self.ask, self.wrong, self.closing = None, None, False
        self.panel = self._ready()

    # --- booking ------------------------------------------------------------------------------------

    async def _book(self, result: ScanResult, units: int, key: str, at: datetime) -> Answer:
        dates = dates_of(result) or Dates()
        body: dict[str, Any] = {
            "product": result.product,
            "lot": result.lot,
            "expiry_date": dates.expiry.isoformat() if dates.expiry else None,
            "best_before_date": dates.best_before.isoformat() if dates.best_before else None,
            "production_date": dates.production.isoformat() if dates.production else None,
            "quantity": units,
            "condition": "damaged" if self.damaged else None,
            "location": None,
        }
        line = {name: value for name, value in body.items() if value is not None}
        pack = Packing(result.pack or "", max(result.units_per_pack or 1, 1), result.base_unit)
        return await self._send(line, pack, result.product_name, key, at)

    async def _send(
        self, line: Mapping[str, Any], pack: Packing, product_name: str, key: str, at: datetime
    ) -> Answer:
        try:
            said = await self._receive(line, key)
        except Refused as error:
            ways = _ways(error)
            if not ways:
                raise
            self.ask = None
            amount = amounts.short(_counted(pack), int(line["quantity"]))
            return self._wrong(error, ways, key, product_name, amount, line, pack, at)
        return self._booked(said, pack, at)

    async def _receive(self, line: Mapping[str, Any], key: str) -> Intake:
        receipt = await self._begun()
        elsewhere = self.place if self.place != receipt.location else ""
        return await receiving.receive(self._api(), receipt.number, [line], location=elsewhere, key=key)

    async def _unit(self, sscc: str, scan: Scan) -> Answer:
        """A whole pallet of the notice."""
        self.ask, self.wrong, self.closing = None, None, False
        return await self._send_unit({"sscc": sscc}, scan.id, scan.at)

    async def _send_unit(self, body: Mapping[str, Any], key: str, at: datetime) -> Answer:
        sscc = str(body["sscc"])
        receipt = await self._begun()
        where = {"location": self.place} if self.place and self.place != receipt.location else {}
        try:
            said = await receiving.receive_unit(self._api(), receipt.number, {**body, **where}, key=key)
        except Refused as error:
            if error.code == "already_received" or any(
                one.code == "already_received" for one in error.errors
            ):
                self.panel = Panel(
                    "ready", t("Already here"), title=t("Pallet"), detail=error.sentence, code="", at=at
                )
                return Answer("echo", t("Already here"), sscc)
            if error.status == 404:
                raise ScanRefused(
                    t("Unknown pallet"),
                    t("Nobody announced the pallet {sscc}. Scan the cases on it instead.", sscc=sscc),
                ) from error
            ways = _ways(error)
            if not ways:
                raise
            return self._wrong(error, ways, key, t("Pallet"), sscc, body, Packing(), at, sscc=sscc)
        answer = self._booked(said, Packing(), at, pallet=sscc)
        await self.again()
        return answer

    def _wrong(
        self,
        error: Refused,
        ways: tuple[str, ...],
        key: str,
        product_name: str,
        amount: str,
        body: Mapping[str, Any],
        pack: Packing,
        at: datetime,
        *,
        sscc: str = "",
    ) -> Answer:
        faults = [one for one in error.errors if one.code in DECIDABLE]
        code = faults[0].code if faults else error.code
        said = " ".join(_both_sides(one, self.title, pack) for one in _raw(error)) or error.sentence
        self.refused += 1
        self.wrong = Wrong(code, names.refusal(code), said, ways, key, product_name, amount, body, sscc, pack)
        kind = "question" if code == "outcome_required" else "error"
        self.panel = Panel(
            kind,  # type: ignore[arg-type]
            t("One question") if kind == "question" else t("Not booked"),
            title=self.wrong.title,
            detail=said,
            at=at,
        )
        return Answer("question" if kind == "question" else "error", self.wrong.title, said)

    async def decide(self, outcome: str) -> bool:
        """Refuse it, set it aside, or take it after all."""
        wrong = self.wrong
        if wrong is None or self.working:
            return False
        at, key = datetime.now(UTC), f"{wrong.key}-{outcome}"
        if wrong.sscc:
            done = await self._guarded(self._send_unit({**wrong.body, "outcome": outcome}, key, at))
        else:
            line = {**wrong.body, "outcome": outcome}
            done = await self._guarded(self._send(line, wrong.pack, wrong.product_name, key, at))
        if done and self.wrong is wrong:
            self.wrong = None
        if done:
            await self.again()
        return done

    def _booked(self, said: Intake, pack: Packing, at: datetime, *, pallet: str = "") -> Answer:
        """Show what the server did, and put it on the list."""
        self.ask, self.wrong, self.fault, self.closing = None, None, "", False
        self.damaged = False
        receipt = self._receipt()
        if said.operation_id and not pallet:
            self._packs[said.operation_id] = pack
        known = {one.order_line_id: one for one in self.expected}
        lines = tuple(
            Delivered(
                operation_id=said.operation_id,
                product=one.product,
                product_name=one.product_name,
                lot=one.lot,
                expiry_date=one.expiry_date,
                best_before_date=one.best_before_date,
                location=one.location,
                quantity=one.quantity,
                base_unit=one.base_unit,
                pack_name=pack.case_name,
                units_per_pack=pack.units_per_case,
                case_name=one.case_name,
                units_per_case=one.units_per_case,
                received_at=at,
            )
            for one in said.booked
            if one.outcome not in ("refused", "refuse")
        )
        gone = tuple(
            Discrepancy(
                kind=one.kind,
                outcome="refused",
                product=one.product,
                product_name=one.product_name,
                lot=one.lot,
                quantity=one.quantity,
                base_unit=one.base_unit,
                pack_name=pack.case_name,
                units_per_pack=pack.units_per_case,
                found_at=at,
            )
            for one in said.booked
            if one.outcome in ("refused", "refuse")
        )
        fresh = {one.order_line_id: one for one in said.receipt.expected}
        expected = tuple(fresh.get(key, one) for key, one in known.items()) if fresh else receipt.expected
        if fresh and not known:
            expected = said.receipt.expected
        self.receipt = replace(
            receipt,
            lines=(*receipt.lines, *lines),
            discrepancies=(*receipt.discrepancies, *gone),
            expected=expected,
            status=said.receipt.status or receipt.status,
        )
        self.waiting, self.hints = said.waiting, said.put_away
        return self._say_booked(said, pack, at, pallet)

    def _say_booked(self, said: Intake, pack: Packing, at: datetime, pallet: str) -> Answer:
        booked = said.booked
        if not booked:
            self.panel = Panel("ok", t("Received"), at=at)
            return Answer("ok", t("Received"), "")
        first = booked[0]
        units = sum(one.quantity for one in booked if one.product == first.product)
        refused = all(one.outcome in ("refuse", "refused") for one in booked)
        aside = any(one.outcome in ("quarantine", "quarantined") for one in booked)
        head = t("Refused") if refused else t("Set aside") if aside else t("Received")
        if pallet:
            pack = first.packing
        per = pack.units_per_case
        whole, loose = divmod(units, per)
        base = first.base_unit or pack.base_unit
        if per > 1 and not loose:
            number, unit, note = whole, words.unit(pack.case_name or "case", whole), words.units(units, base)
        else:
            number, unit, note = units, words.unit(base or "unit", units), ""
        streak = self._in_a_row(first)
        if streak > 1 and not refused and not aside:
            note = ", ".join(part for part in (note, t("{n} in a row", n=streak)) if part)
        tags: list[tuple[str, str]] = []
        if first.lot:
            tags.append(("lot", t("Lot {lot}", lot=first.lot)))
        until = first.best_before_date or first.expiry_date
        if until:
            tags.append(("date", words.day(until, year=True)))
        if first.location and (aside or first.location != self._receipt().location) and not refused:
            tags.append(("place", bare(first.location)))
        detail = self._after(refused=refused, more=len({one.product for one in booked}) - 1)
        self.panel = Panel(
            "ok",
            head if not pallet else t("Pallet received"),
            title=first.product_name,
            amount=words.number(number),
            unit=unit,
            unit_note=note,
            tags=tuple(tags),
            detail=detail,
            at=at,
            product=first.product,
        )
        answer = f"{self.panel.amount} {unit} {first.product_name}"
        if self.complete and not refused:
            return Answer("done", t("Received in full"), answer)
        return Answer("ok", head, answer)

    def _in_a_row(self, first: Booked) -> int:
        """How many scans of the same came one after the other."""
        count = 0
        for one in self.rows:
            if not one.active or one.refused:
                continue
            if (one.product, one.lot) != (first.product, first.lot):
                break
            count += 1
        return count

    def _after(self, *, refused: bool, more: int) -> str:
        parts = []
        if more > 0:
            parts.append(tn("and {n} more product", "and {n} more products", more))
        if refused:
            parts.append(t("It stays with the driver and is written on the note to the supplier."))
        for one in self.waiting[:1]:
            parts.append(
                t("{order} waits for it: {who}", order=one.order, who=one.customer_name or one.order)
            )
        return ". ".join(parts)

    # --- quantity and undo --------------------------------------------------------------------------

    async def quantity(self, packs: int) -> None:
        """The keypad: the last line becomes so many packs."""
        await self._guarded(self._set_quantity(packs, new_key()))

    async def _set_quantity(self, packs: int, key: str) -> Answer:
        row = self.last
        if row is None or packs < 1 or row.more:
            raise ScanRefused(t("No line"), t("There is nothing whose quantity could be set. Scan it first."))
        receipt = self._receipt()
        line = next((one for one in receipt.lines if one.operation_id == row.operation_id), None)
        units = packs * row.packing.units_per_case
        if line is None or units == row.units:
            return Answer("ok", t("Unchanged"), "")
        body: dict[str, Any] = {"product": row.product, "lot": row.lot, "quantity": units - row.units}
        if line.best_before_date:
            body["best_before_date"] = line.best_before_date.isoformat()
        if line.expiry_date:
            body["expiry_date"] = line.expiry_date.isoformat()
        if units < row.units:
            await receiving.undo(self._api(), receipt.number, row.operation_id, key=f"{key}-back")
            await self.again()
            body["quantity"] = units
        answer = await self._send(body, row.packing, row.product_name, f"{key}-more", datetime.now(UTC))
        if self.panel.kind == "ok":
            self.panel = replace(self.panel, head=t("Quantity set"), amount=words.number(packs), unit_note="")
        return answer

    async def undo_last(self) -> None:
        """The Undo bar."""
        await self._guarded(self._undo_last(new_key()))

    async def undo(self, operation_id: str) -> None:
        """Take one row of the list back."""
        row = next((one for one in self.rows if one.operation_id == operation_id), None)
        if row is not None:
            await self._guarded(self._take_back(row, new_key()))

    async def _undo_last(self, key: str) -> Answer:
        row = self.last
        if row is None:
            raise ScanRefused(t("Nothing left"), t("Everything of this delivery is taken back already."))
        return await self._take_back(row, key)

    async def _take_back(self, row: Row, key: str) -> Answer:
        await receiving.undo(self._api(), self._receipt().number, row.operation_id, key=key)
        await self.again()
        self.wrong, self.ask = None, None
        said = self.said(row)
        self.panel = Panel(
            "ready", t("Taken back"), title=row.product_name, detail=said, at=datetime.now(UTC)
        )
        return Answer("ok", t("Taken back"), said)

    def said(self, row: Row) -> str:
        """1 case Mirabel Sparkling Water."""
        return f"{amounts.short(row.packing, row.units)} {row.product_name}"

    # --- the end ------------------------------------------------------------------------------------

    def begin_closing(self) -> None:
        """Show what is missing and ask what becomes of it."""
        self.closing, self.ask, self.wrong, self.fault = True, None, None, ""

    def missing_said(self) -> str:
        """3 cases short."""
        short = self.missing
        if not short:
            return t("Everything is here.")
        if len(short) == 1:
            one = short[0]
            return t(
                "{amount} of {product} missing", amount=names.amount(one, one.open), product=one.product_name
            )
        packs = sum(one.open // one.packing.units_per_case for one in short)
        units = {one.packing.case_name or one.packing.base_unit for one in short}
        unit = words.unit(units.pop() if len(units) == 1 else "pack", packs)
        said = t("{amount} short", amount=f"{words.number(packs)} {unit}")
        return f"{said}, {tn('on {n} line', 'on {n} lines', len(short))}"

    async def close(self, rest: str) -> bool:
        """Finish: the rest is waited for, or written down as short."""
        if self.receipt is None or self.working:
            return False
        self.working, self.fault = True, ""
        try:
            begun = await self._begun()
            self.closed = await receiving.close_receipt(
                self._api(), begun.number, rest if self.missing else "", key=new_key()
            )
        except ApiError as error:
            self.fault = error.sentence
            return False
        finally:
            self.working = False
        self.closing = False
        await self.again()
        return True

    # --- words --------------------------------------------------------------------------------------

    def _ready(self) -> Panel:
        if self.complete:
            return Panel(
                "ready", t("All here"), title=t("Everything is here"), detail=t("Finish the delivery below.")
            )
        return Panel(
            "ready",
            t("Ready"),
            title=t("Scan a case"),
            detail=t("Each scan books one in. A pallet's label books the whole pallet."),
        )

    def _asking(self, ask: AskLotAndDate, at: datetime) -> Panel:
        needed = (
            t("Lot and date?")
            if ask.needs_lot and ask.needs_date
            else t("Which lot?")
            if ask.needs_lot
            else t("Which date?")
        )
        pack = ask.result.pack or ask.result.base_unit
        return Panel(
            "question",
            t("One question"),
            title=needed,
            detail=t(
                "{n} {pack} of {product}. It is kept for the next one.",
                n=ask.packs,
                pack=words.unit(pack, ask.packs),
                product=ask.result.product_name,
            ),
            at=at,
            product=ask.result.product or "",
        )

    def _refuse(self, refusal: ScanRefused, at: datetime) -> Answer:
        """Red until the next scan; nothing else changes."""
        self.refused += 1
        self.panel = Panel(
            "error",
            t("Not booked"),
            title=refusal.title,
            detail=refusal.detail,
            code=refusal.code,
            at=at,
        )
        return Answer("error", refusal.title, refusal.detail)

    def _as_refusal(self, refused: Refused, code: str) -> ScanRefused:
        codes = [*(fault.code for fault in refused.errors), refused.code]
        if any(one in MISREAD for one in codes):
            return ScanRefused(
                t("Code misread"), refused.sentence, shown(code) if "check_digit" in codes else ""
            )
        titles = [names.refusal(one) for one in codes]
        title = next((one for one in titles if one != t("Not possible")), t("Not possible"))
        return ScanRefused(title, refused.sentence)

    async def _guarded(self, work: Awaitable[Answer]) -> bool:
        """Something pressed, not scanned: refusals and silence are shown, never raised."""
        self.working = True
        try:
            await work
            return self.panel.kind == "ok" or self.panel.kind == "ready"
        except ScanRefused as refusal:
            self._refuse(refusal, datetime.now(UTC))
        except Refused as refused:
            self._refuse(self._as_refusal(refused, ""), datetime.now(UTC))
        except ApiError as problem:
            self._refuse(ScanRefused(t("Not possible"), problem.sentence), datetime.now(UTC))
        finally:
            self.working = False
        return False

    def _receipt(self) -> Receipt:
        assert self.receipt is not None  # noqa: S101 - whoever books has one
        return self.receipt

    def _api(self) -> Api:
        assert self.api is not None  # noqa: S101 - set by whoever mounts the screen
        return self.api


def _waited_for(order: Purchase, line: PurchaseLine) -> Expected:
    """A line of an order, as a delivery shows it."""
    return Expected(
        order_line_id=line.id,
        purchase_order=order.number,
        product=line.product,
        product_id=line.product_id,
        product_name=line.product_name,
        base_unit=line.base_unit,
        pack_name=line.pack_name,
        units_per_pack=line.units_per_pack,
        case_name=line.case_name,
        units_per_case=line.units_per_case,
        ordered=line.quantity,
        received=line.received,
        open=line.open,
    )


def _counted(pack: Packing) -> Packing:
    return pack if pack.units_per_case > 1 else Packing("", 1, pack.base_unit or "unit")


def _raw(error: Refused) -> list[Mapping[str, Any]]:
    """What the server found wrong and somebody may decide upon, with its numbers."""
    raw = error.body.get("errors") if error.body else None
    return [
        one
        for one in (raw if isinstance(raw, list) else [])
        if isinstance(one, dict) and one.get("code") in DECIDABLE
    ]


def _both_sides(one: Mapping[str, Any], order: str, pack: Packing) -> str:
    """What was wanted and what is here, counted as people count; in the server's words where there are no numbers."""
    wanted, given, code = one.get("wanted"), one.get("given"), one.get("code")
    if not isinstance(wanted, int) or not isinstance(given, int):
        return str(one.get("detail") or "")
    have, open_ = amounts.short(_counted(pack), given), amounts.short(_counted(pack), wanted)
    if code == "over_delivered" and wanted:
        return t("{order} wants {wanted} more. You have {given}.", order=order, wanted=open_, given=have)
    if code == "over_delivered":
        return t("{order} wants no more of it. You have {given}.", order=order, given=have)
    if code == "not_ordered":
        return t("{order} does not ask for it. You have {given}.", order=order, given=have)
    if code == "short_dated" and given >= 0 and wanted:
        left = tn("It may be sold for {n} day more", "It may be sold for {n} days more", given)
        return t("{left}; {needed} are needed when it comes in.", left=left, needed=wanted)
    if code == "short_dated":
        return t("It may not be sold any more.")
    return t("What becomes of it?") if code == "outcome_required" else str(one.get("detail") or "")


def _ways(error: Refused) -> tuple[str, ...]:
    """What may become of goods that were not asked for, as the server says; empty when it is another refusal."""
    found = [{str(way) for way in one.get("possible_outcomes") or OUTCOMES} for one in _raw(error)]
    if not found:
        return ()
    both = set.intersection(*found)
    return tuple(way for way in OUTCOMES if way in both)
