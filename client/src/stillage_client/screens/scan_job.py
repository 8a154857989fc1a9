"""What a scan does: look up, receive, move, adjust. The grammar alone; what it looks like is scan.py's.

Nothing is changed here before the server said yes: a scan that could not be judged leaves no trace and may come again
with the same id, which is the Idempotency-Key of what it books.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal

import flet as ft

from stillage_client import words
from stillage_client.api import catalogue, places, scanning, stock
from stillage_client.api.records import Balance, Movement, Operation, Product, ScanResult
from stillage_client.api.stock import AdjustLine, MoveLine, ReceiveLine
from stillage_client.api.transport import Api, ApiError, Refused, Unreachable, new_key
from stillage_client.locale import t, tn
from stillage_client.scans import Answer, Scan
from stillage_client.screens import amounts
from stillage_client.screens.movement_lines import VIRTUAL, bare

Job = Literal["lookup", "receive", "move", "adjust"]
JOBS: tuple[Job, ...] = ("lookup", "receive", "move", "adjust")
PERMISSION: dict[Job, str] = {
    "lookup": "scan.use",
    "receive": "stock.receive",
    "move": "stock.move",
    "adjust": "stock.adjust",
}
PanelKind = Literal["ready", "ok", "error", "question"]
LIST_LENGTH = 60
CHOICES = 3  # a question has no more answers than a thumb can tell apart
MISREAD = {
    "bad_brackets",
    "bad_character",
    "bad_date",
    "bad_length",
    "bad_symbology_id",
    "bad_value",
    "broken_association",
    "check_digit",
    "dates_disagree",
    "repeated_ai",
    "separator_doubtful",
    "separator_missing",
    "symbology_conflict",
    "too_long",
    "too_short",
    "trailing_data",
    "unknown_ai",
}


# ---- what is shown


@dataclass(frozen=True)
class Panel:
    """The answer to the last scan: the largest thing on the screen."""

    kind: PanelKind
    head: str  # Received, Not booked, Ready
    title: str = ""  # the product, or the refusal in two words
    amount: str = ""
    unit: str = ""
    unit_note: str = ""
    tags: tuple[tuple[str, str], ...] = ()  # (lot | date | place, text)
    detail: str = ""
    code: str = ""  # a misread code, shown in groups with its last digit boxed
    at: datetime | None = None
    product: str = ""
    location: str = ""
    fault: str = ""  # why the answer to a question did not do


@dataclass(frozen=True)
class Packing:
    """How a product is counted."""

    units_per_case: int = 1
    case_name: str = ""
    base_unit: str = ""

    @classmethod
    def of(cls, product: Product) -> "Packing":
        case = product.case
        return cls(case.units_per_pack if case else 1, case.name if case else "", product.base_unit)


@dataclass(frozen=True)
class Line:
    """One product and lot of a booking."""

    product: str
    product_name: str
    lot: str
    units: int
    from_location: str
    to_location: str


@dataclass(frozen=True)
class Booking:
    """One row of the running list. Undo and redo reverse its newest operation (`tip`), again and again."""

    operation_id: str  # the first one; the row's identity
    tip: str
    kind: str
    lines: tuple[Line, ...]
    at: datetime
    active: bool = True
    pack_units: int = 1  # what one scan of it booked, for the Quantity keypad
    pack_name: str = ""
    reason: str = ""


# ---- what is being asked


@dataclass(frozen=True)
class Choice:
    """One big answer to a question."""

    key: str
    label: str
    note: str = ""


@dataclass(frozen=True)
class AskLotAndDate:
    """The label said neither lot nor date, or only one of them; asked once and kept for the next case."""

    scan_id: str
    result: ScanResult
    packs: int = 1
    refusals: int = 0

    @property
    def key(self) -> str:
        """Another answer is another wish: a refused one must not be sent again under the same key."""
        return _again(self.scan_id, self.refusals)

    @property
    def needs_lot(self) -> bool:
        return not self.result.lot and self.result.lot_tracked

    @property
    def needs_date(self) -> bool:
        return dates_of(self.result) is None and self.result.lot_id is None


@dataclass(frozen=True)
class AskWhich:
    """From where, or which lot: at most three answers, each one balance."""

    scan_id: str
    result: ScanResult
    choices: tuple[Choice, ...]
    balances: tuple[Balance, ...]


@dataclass(frozen=True)
class AskDifference:
    """How many are really there, and why it differs."""

    scan_id: str
    balance: Balance
    pack_units: int
    pack_name: str
    refusals: int = 0

    @property
    def key(self) -> str:
        return _again(self.scan_id, self.refusals)


Ask = AskLotAndDate | AskWhich | AskDifference


@dataclass(frozen=True)
class Taken:
    """Picked up and not yet put down: the move waits for its place."""

    balance: Balance
    units: int
    pack_units: int
    pack_name: str


@dataclass(frozen=True)
class Dates:
    """Best before and use by are two things and stay apart."""

    expiry: date | None = None
    best_before: date | None = None
    production: date | None = None


def dates_of(result: ScanResult) -> Dates | None:
    """The dates the label gave; None when it gave neither best before nor expiry."""
    if result.expiry_date is None and result.best_before_date is None:
        return None
    return Dates(result.expiry_date, result.best_before_date, result.production_date)


class ScanRefused(Exception):
    """The scan does not fit: two words, and a sentence with both sides and the way out."""

    def __init__(self, title: str, detail: str, code: str = "") -> None:
        super().__init__(title)
        self.title, self.detail, self.code = title, detail, code


@ft.observable
@dataclass
class ScanWork:
    """One person's scanning: the job, what is in the hand, what was booked."""

    api: Api | None = None
    warehouse: str | None = None
    job: Job = "lookup"
    place: str = ""  # receive and adjust: where it happens; move: where it is taken from
    receiving_place: str = ""
    panel: Panel = field(default_factory=lambda: Panel("ready", ""))
    ask: Ask | None = None
    hand: tuple[Taken, ...] = ()
    bookings: tuple[Booking, ...] = ()
    refused: int = 0
    busy: bool = False
    seen: ScanResult | None = None  # the last thing looked up
    may: Callable[[str], bool] = lambda _permission: True
    zone: str = "UTC"
    go_to_job: Callable[[Job], None] = lambda _job: None
    _packing: dict[str, Packing] = field(default_factory=dict)
    _kept: dict[str, tuple[str, Dates]] = field(default_factory=dict)

    # ---- beginning

    def start(self, job: Job) -> None:
        """Take up a job. What is in the hand is parked with it, not lost."""
        if job == self.job and self.panel.head:
            return
        self.job, self.ask = job, None
        self.place = self.receiving_place if job == "receive" else ""
        self.panel = self._ready()

    async def load(self) -> None:
        """Read back what this person booked today, the default place and the warehouse's clock."""
        api, before = self._api(), self.bookings
        try:
            found = await places.locations(api, warehouse=self.warehouse, kind="receiving", limit=20)
            here = next((w for w in (await places.warehouses(api)).results if w.code == self.warehouse), None)
            midnight = datetime.now(UTC) - timedelta(hours=16)
            moved = await stock.movements(
                api, user="me", warehouse=self.warehouse, since=midnight, limit=LIST_LENGTH
            )
            if here is not None:
                self.zone = here.timezone
            bookings = bookings_of(moved.results)
            await self._learn({line.product for b in bookings for line in b.lines})
        except ApiError:
            return
        first = min(found.results, key=lambda p: (p.pick_sequence or 0, p.code), default=None)
        self.receiving_place = first.location if first else ""
        if self.job == "receive" and not self.place:
            self.place = self.receiving_place
            if self.panel.kind == "ready":
                self.panel = self._ready()
        # What was booked or taken back while the list was on its way is newer than the list.
        own = {b.operation_id: b for b in self.bookings} if self.bookings is not before else {}
        read = [self._in_packs(b) for b in bookings]
        listed = {b.operation_id for b in read}
        unlisted = [b for b in own.values() if b.operation_id not in listed]
        self.bookings = (*unlisted, *(own.get(b.operation_id, b) for b in read))[:LIST_LENGTH]

    def _in_packs(self, booking: Booking) -> Booking:
        """The ledger knows units only; a row read back is counted in cases where it comes out even."""
        line = booking.lines[0]
        packing = self.packing(line.product)
        per = packing.units_per_case
        if per > 1 and line.units % per == 0:
            return replace(booking, pack_units=per, pack_name=packing.case_name)
        return replace(booking, pack_units=1, pack_name=packing.base_unit)

    # ---- a scan

    async def take(self, scan: Scan) -> Answer:
        """Judge one scan. Unreachable goes on to the feed, which keeps the scan and brings it again."""
        self.busy = True
        try:
            result = await scanning.scan(self._api(), scan.code, warehouse=self.warehouse)
            return await self._judge(scan, result)
        except ScanRefused as refusal:
            return self._refuse(refusal, scan.at)
        except Unreachable:
            raise
        except Refused as refusal:
            return self._refuse(self._as_refusal(refusal, scan.code), scan.at)
        except ApiError as problem:
            return self._refuse(ScanRefused(t("Not possible"), problem.sentence), scan.at)
        finally:
            self.busy = False

    async def _judge(self, scan: Scan, result: ScanResult) -> Answer:
        if result.kind == "command":
            return await self._command(result.command or "", scan)
        if result.kind == "place" and result.location:
            return await self._on_place(result, scan)
        if result.kind in ("item", "unit"):
            return await self._on_item(result, scan)
        raise ScanRefused(
            t("Unknown code"), t("No product, place or command has this code: {code}", code=shown(scan.code))
        )

    async def _on_item(self, result: ScanResult, scan: Scan) -> Answer:
        if result.kind == "unit":
            raise ScanRefused(
                t("Pallet label"), t("Pallets are not known here yet. Scan one of the cases on it instead.")
            )
        if not result.product:
            raise ScanRefused(
                t("Unknown code"),
                t(
                    "No product has the GTIN {gtin}. Add it to the product's packs, then scan again.",
                    gtin=result.gtin or "",
                ),
            )
        by_job: dict[Job, Callable[[ScanResult, Scan], Awaitable[Answer]]] = {
            "lookup": self._look_up,
            "receive": self._receive,
            "move": self._pick_up,
            "adjust": self._adjust,
        }
        return await by_job[self.job](result, scan)

    async def _on_place(self, result: ScanResult, scan: Scan) -> Answer:
        location = result.location or ""
        if self.job == "lookup":
            return self._look_up_place(result, scan)
        if isinstance(self.ask, AskWhich):
            return await self._place_answers(location, scan)
        if self.job == "move" and self.hand:
            return await self._put_down(location, scan)
        self.place, self.ask = location, None
        self.panel = replace(self._ready(), at=scan.at)
        return Answer("ready", bare(location), self.panel.detail)

    async def _command(self, command: str, scan: Scan) -> Answer:
        name = command.removeprefix("STL-CMD-").upper()
        jobs: dict[str, Job] = {"MOVE": "move", "RECEIVE": "receive", "ADJUST": "adjust", "LOOKUP": "lookup"}
        if name in jobs:
            self.change_job(jobs[name])
            return Answer("ready", self.panel.head, self.panel.detail)
        if name == "UNDO":
            return await self.undo_last(key=scan.id)
        if name == "DONE":
            self.change_job("lookup")
            return Answer("done", t("Done"), self.tally())
        if name.startswith("QTY-") and name[4:].isdigit():
            return await self.set_quantity(int(name[4:]), key=scan.id)
        raise ScanRefused(t("Not here"), t("The code {command} does nothing on this screen.", command=name))

    def change_job(self, job: Job) -> None:
        """Switch, if the role may; the address follows."""
        if not self.may(PERMISSION[job]):
            raise ScanRefused(t("Not allowed"), t("Your role may not do this. Ask a manager."))
        self.start(job)
        self.go_to_job(job)

    # ---- look up

    async def _look_up(self, result: ScanResult, scan: Scan) -> Answer:
        await self._learn({result.product or ""})
        packing = self.packing(result.product or "")
        total = sum(b.on_hand for b in result.balances)
        where = sorted({bare(b.location) for b in result.balances if b.on_hand})
        tags = self._item_tags(result.lot, dates_of(result))
        if where:
            tags = (*tags, ("place", _few(where)))
        self.seen = result
        detail = "" if total else t("None of it is in this warehouse.")
        self._answer_item(result, packing, total, t("Found"), tags, detail, scan.at, kind="ready")
        return Answer("ready", result.product_name, words_of_amount(packing, total))

    def _look_up_place(self, result: ScanResult, scan: Scan) -> Answer:
        lots = len({(b.product, b.lot) for b in result.balances})
        self.seen = result
        detail = tn("{n} lot stands here.", "{n} lots stand here.", lots) if lots else ""
        self.panel = Panel(
            "ready",
            t("Place"),
            title=bare(result.location or ""),
            detail=detail,
            at=scan.at,
            location=result.location or "",
        )
        return Answer("ready", self.panel.title, detail)

    async def carry_on(self, job: Job) -> None:
        """A tapped next step: take up the job with what was just looked up."""
        seen, self.seen = self.seen, None
        try:
            self.change_job(job)
        except ScanRefused as refusal:
            self._refuse(refusal, datetime.now(UTC))
            return
        if seen is None:
            return
        scan = Scan(code="", id=new_key(), at=datetime.now(UTC), user="", source="typed")
        await self._guarded(self._judge(scan, seen))

    # ---- receive

    async def _receive(self, result: ScanResult, scan: Scan) -> Answer:
        if not self.place:
            raise ScanRefused(
                t("No place"),
                t("This warehouse has no receiving place. Scan the place where the goods stand first."),
            )
        waiting = self.ask
        if isinstance(waiting, AskLotAndDate) and waiting.result.gtin == result.gtin and not result.lot:
            self.ask = replace(waiting, packs=waiting.packs + 1)
            self.panel = self._asking_lot(self.ask, scan.at)
            return Answer("question", self.panel.title, self.panel.detail)
        result = self._with_kept(result)
        ask = AskLotAndDate(scan.id, result)
        if ask.needs_lot or ask.needs_date:
            self.ask = ask
            self.panel = self._asking_lot(ask, scan.at)
            return Answer("question", self.panel.title, self.panel.detail)
        return await self._book_receipt(result, units_of(result), scan.id, scan.at)

    def _with_kept(self, result: ScanResult) -> ScanResult:
        """Fill what the label left out with what was said for the last case of the same product."""
        lot, dates = self._kept.get(result.product or "", ("", Dates()))
        printed = dates_of(result)
        other_date = printed is not None and (printed.best_before, printed.expiry) != (
            dates.best_before,
            dates.expiry,
        )
        if not lot or (result.lot and result.lot != lot) or other_date:
            return result
        if dates_of(result) is not None:
            return replace(result, lot=lot)
        return replace(
            result,
            lot=lot,
            lot_id=result.lot_id or 0,
            expiry_date=dates.expiry,
            best_before_date=dates.best_before,
        )

    async def answer_lot(self, lot: str, until: date | None, *, is_expiry: bool = False) -> None:
        """What the label left out; empty where there is none."""
        ask = self.ask
        if not isinstance(ask, AskLotAndDate):
            return
        lot = lot.strip() or ask.result.lot or ""
        if not lot:
            self.panel = replace(
                self.panel, fault=t("A lot is needed: the number or letters printed near the date.")
            )
            return
        given = dates_of(ask.result) or (Dates(expiry=until) if is_expiry else Dates(best_before=until))
        result = replace(ask.result, lot=lot, expiry_date=given.expiry, best_before_date=given.best_before)
        done = await self._guarded(
            self._book_receipt(result, units_of(result) * ask.packs, ask.key, datetime.now(UTC))
        )
        if done:
            self._kept[result.product or ""] = (lot, given)
        elif self.ask is ask:
            self.panel = replace(self._asking_lot(ask, datetime.now(UTC)), fault=self.panel.detail)
            self.ask = replace(ask, refusals=ask.refusals + 1)

    async def _book_receipt(self, result: ScanResult, units: int, key: str, at: datetime) -> Answer:
        dates = dates_of(result) or Dates()
        line = ReceiveLine(
            product=result.product or "",
            lot=result.lot or "",
            location=self.place,
            quantity=units,
            expiry_date=dates.expiry,
            best_before_date=dates.best_before,
            production_date=dates.production,
        )
        operation = await stock.receive(self._api(), [line], key=key)
        self.ask = None
        booking = await self._booked(operation, result.units_per_pack or 1, result.pack or "", at)
        return self._show_booked(booking, t("Received"), at, dates)

    def _asking_lot(self, ask: AskLotAndDate, at: datetime) -> Panel:
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
            tags=self._item_tags(ask.result.lot, dates_of(ask.result)),
            at=at,
        )

    # ---- move

    async def _pick_up(self, result: ScanResult, scan: Scan) -> Answer:
        candidates = self._candidates(result)
        again = self._in_hand(candidates, result)
        if again is not None:
            return await self._one_more(again, result, scan)
        if len(candidates) == 1:
            return await self._take_up(candidates[0], result, scan)
        return self._ask_which(result, candidates, scan)

    def _candidates(self, result: ScanResult) -> list[Balance]:
        """Where the scanned lot may be taken from, the first to run out first."""
        everywhere = sorted(
            (b for b in result.balances if b.available > 0 or (b.held and b.on_hand > 0)),
            key=lambda b: (b.best_before_date or b.expiry_date or date.max, b.location, b.lot),
        )
        what = t("lot {lot}", lot=result.lot) if result.lot else result.product_name
        if not everywhere:
            raise ScanRefused(
                t("None here"),
                t("No {what} is in this warehouse. Receive it first, or check the label.", what=what),
            )
        if not self.place:
            return everywhere
        here = [b for b in everywhere if b.location == self.place]
        if not here:
            raise ScanRefused(
                t("Wrong place"),
                t(
                    "You said {place}, but {what} lies at {others}. Scan the place where you are.",
                    place=bare(self.place),
                    what=what,
                    others=_few(sorted({bare(b.location) for b in everywhere})),
                ),
            )
        return here

    def _in_hand(self, candidates: list[Balance], result: ScanResult) -> Taken | None:
        ids = {(b.product, b.lot, b.location) for b in candidates}
        held = [h for h in self.hand if (h.balance.product, h.balance.lot, h.balance.location) in ids]
        if result.lot is None and held:
            return held[-1]
        return held[-1] if held else None

    async def _one_more(self, taken: Taken, result: ScanResult, scan: Scan) -> Answer:
        units = taken.units + units_of(result)
        self._check_enough(taken.balance, units)
        more = replace(taken, units=units)
        self.hand = tuple(more if h is taken else h for h in self.hand)
        return await self._show_hand(more, scan.at)

    async def _take_up(self, balance: Balance, result: ScanResult, scan: Scan) -> Answer:
        units = units_of(result)
        self._check_enough(balance, units)
        taken = Taken(balance, units, result.units_per_pack or 1, result.pack or balance.base_unit)
        self.hand, self.ask = (*self.hand, taken), None
        return await self._show_hand(taken, scan.at)

    def _check_enough(self, balance: Balance, units: int) -> None:
        have = balance.on_hand if balance.held else balance.available
        if units <= have:
            return
        raise ScanRefused(
            t("Not enough"),
            t(
                "{place} has {have} of lot {lot} free, you want {want}. Put it down first, or count the place.",
                place=bare(balance.location),
                have=words_of_amount(balance, have),
                lot=balance.lot,
                want=words_of_amount(balance, units),
            ),
        )

    async def _show_hand(self, taken: Taken, at: datetime) -> Answer:
        balance = taken.balance
        await self._learn({balance.product})
        self.panel = Panel(
            "ready",
            t("In your hand"),
            title=balance.product_name,
            amount=words.number(taken.units // taken.pack_units),
            unit=words.unit(taken.pack_name, taken.units // taken.pack_units),
            unit_note=words.units(taken.units, balance.base_unit) if taken.pack_units > 1 else "",
            tags=(
                ("lot", t("Lot {lot}", lot=balance.lot)),
                ("place", t("from {place}", place=bare(balance.location))),
            ),
            detail=t("Scan the place where it goes, or the same again for one more."),
            at=at,
            product=balance.product,
        )
        return Answer(
            "ready", t("Where to?"), f"{self.panel.amount} {self.panel.unit} {balance.product_name}"
        )

    async def _put_down(self, location: str, scan: Scan) -> Answer:
        for taken in self.hand:
            if taken.balance.location == location:
                raise ScanRefused(
                    t("Same place"),
                    t(
                        "{product} was taken from {place}. Scan the place where it goes.",
                        product=taken.balance.product_name,
                        place=bare(location),
                    ),
                )
        lines = [
            MoveLine(
                product=h.balance.product,
                lot=h.balance.lot,
                from_location=h.balance.location,
                to_location=location,
                quantity=h.units,
            )
            for h in self.hand
        ]
        operation = await stock.move(self._api(), lines, key=scan.id)
        first = self.hand[0]
        self.hand, self.place, self.ask = (), "", None
        booking = await self._booked(operation, first.pack_units, first.pack_name, scan.at)
        return self._show_booked(booking, t("Moved"), scan.at, None)

    def drop_hand(self) -> None:
        """Put back what was taken up; nothing was booked yet."""
        self.hand, self.ask, self.place = (), None, ""
        self.panel = self._ready()

    # ---- which of several

    def _ask_which(self, result: ScanResult, candidates: list[Balance], scan: Scan) -> Answer:
        lots = {b.lot for b in candidates}
        by_lot = len(lots) > 1
        shown_ = candidates[:CHOICES]
        choices = tuple(
            Choice(
                key=str(i),
                label=f"{bare(b.location)}" if not by_lot else f"{b.lot} · {bare(b.location)}",
                note=_note(b),
            )
            for i, b in enumerate(shown_)
        )
        self.ask = AskWhich(scan.id, result, choices, tuple(candidates))
        title = t("Which lot?") if by_lot else t("From where?")
        rest = len(candidates) - len(shown_)
        more = " " + tn("{n} more place: scan it.", "{n} more places: scan yours.", rest) if rest else ""
        self.panel = Panel(
            "question",
            t("One question"),
            title=title,
            detail=t(
                "{product} lies in {n} places. Scan yours or tap it.",
                product=result.product_name,
                n=len(candidates),
            )
            + more,
            tags=self._item_tags(result.lot, None),
            at=scan.at,
            product=result.product or "",
        )
        return Answer("question", title, self.panel.detail)

    async def choose(self, key: str) -> None:
        """A tapped answer."""
        ask = self.ask
        if isinstance(ask, AskWhich) and key.isdigit() and int(key) < len(ask.balances):
            await self._guarded(self._chosen(ask, ask.balances[int(key)], datetime.now(UTC)))

    async def _place_answers(self, location: str, scan: Scan) -> Answer:
        ask = self.ask
        assert isinstance(ask, AskWhich)  # noqa: S101 - the caller looked
        here = [b for b in ask.balances if b.location == location]
        if not here:
            others = _few(sorted({bare(b.location) for b in ask.balances}))
            raise ScanRefused(
                t("Wrong place"),
                t(
                    "{product} does not lie at {place}. It lies at {others}.",
                    product=ask.result.product_name,
                    place=bare(location),
                    others=others,
                ),
            )
        if len(here) > 1:
            return self._ask_which(ask.result, here, replace_id(scan, ask.scan_id))
        return await self._chosen(ask, here[0], scan.at)

    async def _chosen(self, ask: AskWhich, balance: Balance, at: datetime) -> Answer:
        scan = Scan(code="", id=ask.scan_id, at=at, user="")
        if self.job == "adjust":
            return self._ask_difference(balance, ask.result, scan)
        return await self._take_up(balance, ask.result, scan)

    # ---- adjust

    async def _adjust(self, result: ScanResult, scan: Scan) -> Answer:
        await self._learn({result.product or ""})
        stood = [b for b in result.balances if b.on_hand > 0]
        here = [b for b in stood if not self.place or b.location == self.place]
        if self.place and not here and result.lot:
            return self._ask_difference(self._nothing_here(result), result, scan)
        if not here:
            what = t("lot {lot}", lot=result.lot) if result.lot else result.product_name
            raise ScanRefused(
                t("None here"),
                t("No {what} is booked here. Scan the place first, then the case you found.", what=what),
            )
        if len(here) == 1:
            return self._ask_difference(here[0], result, scan)
        return self._ask_which(result, here, scan)

    def _nothing_here(self, result: ScanResult) -> Balance:
        """A lot that is known, but not at this place: found, and to be counted in."""
        packing = self.packing(result.product or "")
        return Balance(
            product=result.product or "",
            product_id=result.product_id or 0,
            product_name=result.product_name,
            lot=result.lot or "",
            location=self.place,
            units_per_case=packing.units_per_case,
            case_name=packing.case_name,
            base_unit=packing.base_unit,
        )

    def _ask_difference(self, balance: Balance, result: ScanResult, scan: Scan) -> Answer:
        pack_units = result.units_per_pack or 1
        self.ask = AskDifference(scan.id, balance, pack_units, result.pack or balance.base_unit)
        self.panel = Panel(
            "question",
            t("One question"),
            title=t("How many are there?"),
            detail=t(
                "The books say {amount} of {product} at {place}.",
                amount=amounts.in_full(balance, balance.on_hand),
                product=balance.product_name,
                place=bare(balance.location),
            ),
            tags=(("lot", t("Lot {lot}", lot=balance.lot)), ("place", bare(balance.location))),
            at=scan.at,
            product=balance.product,
        )
        return Answer("question", self.panel.title, self.panel.detail)

    async def answer_difference(self, counted_units: int, reason: str) -> None:
        """What was counted, in base units, and why it is not what the books say."""
        ask = self.ask
        if not isinstance(ask, AskDifference):
            return
        delta = counted_units - ask.balance.on_hand
        if not reason.strip():
            self.panel = replace(
                self.panel, fault=t("Say why it differs: the reason is kept with the correction.")
            )
            return
        if delta == 0:
            self.ask = None
            self.panel = Panel(
                "ok",
                t("Counted"),
                title=ask.balance.product_name,
                detail=t("It is as the books say. Nothing was booked."),
                at=datetime.now(UTC),
            )
            return
        asked = self.panel
        done = await self._guarded(self._book_difference(ask, delta, reason.strip()))
        if not done and self.ask is ask:
            self.panel = replace(asked, fault=self.panel.detail)
            self.ask = replace(ask, refusals=ask.refusals + 1)

    async def _book_difference(self, ask: AskDifference, delta: int, reason: str) -> Answer:
        balance = ask.balance
        line = AdjustLine(
            product=balance.product,
            lot=balance.lot,
            location=balance.location,
            quantity_delta=delta,
            reason=reason,
        )
        operation = await stock.adjust(self._api(), [line], key=ask.key)
        self.ask = None
        now = datetime.now(UTC)
        booking = await self._booked(operation, ask.pack_units, ask.pack_name, now)
        return self._show_booked(booking, t("Corrected"), now, None)

    def cancel_ask(self) -> None:
        """Leave the question unanswered; nothing was booked."""
        self.ask = None
        self.panel = self._ready()

    # ---- quantity

    @property
    def last(self) -> Booking | None:
        """The newest booking that stands: what Undo and Quantity speak of."""
        return next((b for b in self.bookings if b.active), None)

    async def set_quantity(self, packs: int, *, key: str | None = None) -> Answer:
        """Make the last line so many packs: it is taken back and booked anew, both kept in the ledger."""
        if self.job == "move" and self.hand:
            return await self._set_hand(packs)
        booking = self.last
        if booking is None or len(booking.lines) != 1 or booking.kind not in ("receive", "move") or packs < 1:
            raise ScanRefused(t("No line"), t("There is nothing whose quantity could be set. Scan it first."))
        line = booking.lines[0]
        units = packs * booking.pack_units
        if units == line.units:
            return Answer("ok", t("Unchanged"), "")
        key = key or new_key()
        back = await stock.reverse(self._api(), booking.tip, reason=t("quantity set"), key=f"{key}-back")
        self._replace_row(booking, replace(booking, tip=back.operation_id, active=False))
        operation = await self._book_again(booking, line, units, f"{key}-again")
        now = datetime.now(UTC)
        self.bookings = tuple(b for b in self.bookings if b.operation_id != booking.operation_id)
        new = await self._booked(operation, booking.pack_units, booking.pack_name, now)
        return self._show_booked(new, t("Quantity set"), now, None)

    async def _book_again(self, booking: Booking, line: Line, units: int, key: str) -> Operation:
        if booking.kind == "receive":
            again = ReceiveLine(product=line.product, lot=line.lot, location=line.to_location, quantity=units)
            return await stock.receive(self._api(), [again], key=key)
        moved = MoveLine(
            product=line.product,
            lot=line.lot,
            from_location=line.from_location,
            to_location=line.to_location,
            quantity=units,
        )
        return await stock.move(self._api(), [moved], key=key)

    async def _set_hand(self, packs: int) -> Answer:
        taken = self.hand[-1]
        units = max(packs, 1) * taken.pack_units
        self._check_enough(taken.balance, units)
        changed = replace(taken, units=units)
        self.hand = (*self.hand[:-1], changed)
        return await self._show_hand(changed, datetime.now(UTC))

    async def quantity(self, packs: int) -> None:
        """The keypad."""
        await self._guarded(self.set_quantity(packs))

    # ---- undo

    async def undo_last(self, *, key: str | None = None) -> Answer:
        """Take the newest standing booking back; again and again, down to the first."""
        booking = self.last
        if booking is None:
            raise ScanRefused(t("Nothing left"), t("Everything you booked today is taken back already."))
        return await self._reverse(booking, key)

    async def undo(self, operation_id: str) -> None:
        """Take one row back, or book an undone row again."""
        booking = next((b for b in self.bookings if b.operation_id == operation_id), None)
        if booking is not None:
            await self._guarded(self._reverse(booking, None))

    async def undo_newest(self) -> None:
        """The Undo bar."""
        await self._guarded(self.undo_last())

    async def _reverse(self, booking: Booking, key: str | None) -> Answer:
        operation = await stock.reverse(self._api(), booking.tip, key=key)
        changed = replace(booking, tip=operation.operation_id, active=not booking.active)
        self._replace_row(booking, changed)
        head = t("Taken back") if not changed.active else t("Booked again")
        return self._show_booked(changed, head, datetime.now(UTC), None)

    def _replace_row(self, old: Booking, new: Booking) -> None:
        self.bookings = tuple(new if b.operation_id == old.operation_id else b for b in self.bookings)

    # ---- the running list

    async def _booked(self, operation: Operation, pack_units: int, pack_name: str, at: datetime) -> Booking:
        await self._learn({m.product for m in operation.movements})
        booking = Booking(
            operation_id=operation.operation_id,
            tip=operation.operation_id,
            kind=operation.kind or (operation.movements[0].kind if operation.movements else ""),
            lines=tuple(_line(m) for m in operation.movements),
            at=at,
            pack_units=max(pack_units, 1),
            pack_name=pack_name,
        )
        others = [b for b in self.bookings if b.operation_id != booking.operation_id]
        self.bookings = (booking, *others)[:LIST_LENGTH]
        return booking

    def _show_booked(self, booking: Booking, head: str, at: datetime, dates: Dates | None) -> Answer:
        if not booking.lines:
            self.panel = Panel("ok", head, at=at)
            return Answer("ok", head)
        line = booking.lines[0]
        packing = self.packing(line.product)
        whole, loose = divmod(line.units, booking.pack_units)
        number, unit, note = (
            (
                whole,
                words.unit(booking.pack_name or packing.base_unit, whole),
                words.units(line.units, packing.base_unit),
            )
            if booking.pack_units > 1 and not loose
            else (line.units, words.unit(packing.base_unit, line.units), "")
        )
        row_ = self._in_a_row(booking)
        if row_ > 1:
            note = ", ".join(part for part in (note, t("{n} in a row", n=row_)) if part)
        tags = self._item_tags(line.lot, dates)
        ends = _ends(line)
        if ends and line.to_location != self.place:
            tags = (*tags, ("place", ends))
        more = len(booking.lines) - 1
        self.panel = Panel(
            "ok",
            head,
            title=line.product_name,
            amount=words.number(number),
            unit=unit,
            unit_note=note,
            tags=tags,
            detail=tn("and {n} more line", "and {n} more lines", more) if more else "",
            at=at,
            product=line.product,
        )
        return Answer("ok", head, f"{self.panel.amount} {unit} {line.product_name}")

    def _in_a_row(self, booking: Booking) -> int:
        """How often the same was booked without a break."""
        count = 0
        for other in self.bookings:
            if not other.active:
                continue
            same = other.kind == booking.kind and [(a.product, a.lot) for a in other.lines] == [
                (a.product, a.lot) for a in booking.lines
            ]
            if not same:
                break
            count += 1
        return count

    def tally(self) -> str:
        """27 booked, 1 refused"""
        standing = sum(b.active for b in self.bookings)
        said = t("{n} booked", n=words.number(standing))
        return f"{said}, {t('{n} refused', n=self.refused)}" if self.refused else said

    def packing(self, product: str) -> Packing:
        """How the product is counted; in units while it is not known."""
        return self._packing.get(product, Packing())

    async def _learn(self, products: set[str]) -> None:
        for sku in sorted(products - set(self._packing) - {""}):
            try:
                self._packing[sku] = Packing.of(await catalogue.product(self._api(), sku))
            except Refused:
                self._packing[sku] = Packing(base_unit=t("unit"))

    # ---- words

    def _ready(self) -> Panel:
        if self.job == "lookup":
            return Panel(
                "ready",
                t("Ready"),
                title=t("Scan anything"),
                detail=t("A case, a place or a command. Nothing is booked in Look up."),
            )
        if self.job == "receive":
            if not self.place:
                return Panel(
                    "ready", t("Ready"), title=t("Scan a place"), detail=t("The one where the goods stand.")
                )
            return Panel(
                "ready",
                t("Ready"),
                title=t("Scan a case"),
                detail=t("Each scan books one in. Scan a place to change where."),
                tags=(("place", t("to {place}", place=bare(self.place))),),
            )
        if self.job == "move":
            if self.hand:
                taken = self.hand[-1]
                return Panel(
                    "ready",
                    t("In your hand"),
                    title=taken.balance.product_name,
                    amount=words.number(taken.units // taken.pack_units),
                    unit=words.unit(taken.pack_name, taken.units // taken.pack_units),
                    detail=t("Scan the place where it goes."),
                )
            tags = (("place", t("from {place}", place=bare(self.place))),) if self.place else ()
            return Panel(
                "ready",
                t("Ready"),
                title=t("Scan what you take"),
                detail=t("First the case, then the place where it goes."),
                tags=tags,
            )
        tags = (("place", bare(self.place)),) if self.place else ()
        return Panel(
            "ready",
            t("Ready"),
            title=t("Scan what differs"),
            detail=t("The place, then the case. You say how many are there, and why."),
            tags=tags,
        )

    def _item_tags(self, lot: str | None, dates: Dates | None) -> tuple[tuple[str, str], ...]:
        tags: list[tuple[str, str]] = []
        if lot:
            tags.append(("lot", t("Lot {lot}", lot=lot)))
        if dates and dates.best_before:
            tags.append(("date", words.day(dates.best_before, year=True)))
        if dates and dates.expiry:
            tags.append(("date", t("use by {day}", day=words.day(dates.expiry, year=True))))
        return tuple(tags)

    def _answer_item(
        self,
        result: ScanResult,
        packing: Packing,
        units: int,
        head: str,
        tags: tuple[tuple[str, str], ...],
        detail: str,
        at: datetime,
        kind: PanelKind,
    ) -> None:
        self.panel = Panel(
            kind,
            head,
            title=result.product_name,
            amount=amounts.whole(packing, units),
            unit=amounts.unit(packing, units),
            unit_note=t("on hand"),
            tags=tags,
            detail=detail,
            at=at,
            product=result.product or "",
        )

    def _refuse(self, refusal: ScanRefused, at: datetime) -> Answer:
        """Red until the next scan; place, hand and question stay as they were."""
        self.refused += 1
        self.panel = Panel(
            "error",
            t("Not booked") if self.job != "lookup" else t("Not found"),
            title=refusal.title,
            detail=refusal.detail,
            code=refusal.code,
            at=at,
        )
        return Answer("error", refusal.title, refusal.detail)

    def _as_refusal(self, refused: Refused, code: str) -> ScanRefused:
        titles = {
            "already_reversed": t("Undone already"),
            "insufficient_stock": t("Not enough"),
            "lot_date_differs": t("Wrong date"),
            "lot_expired": t("Expired"),
            "lot_on_hold": t("On hold"),
            "on_hold": t("On hold"),
            "permission_denied": t("Not allowed"),
            "forbidden": t("Not allowed"),
            "short_dated": t("Too short"),
            "unknown_location": t("Unknown place"),
            "unknown_lot": t("Unknown lot"),
            "unknown_product": t("Unknown code"),
        }
        codes = [refused.code, *(fault.code for fault in refused.errors)]
        if any(c in MISREAD for c in codes):
            whole = shown(code) if "check_digit" in codes else ""
            return ScanRefused(t("Code misread"), refused.sentence, whole)
        title = next((titles[c] for c in codes if c in titles), t("Not possible"))
        return ScanRefused(title, refused.sentence)

    async def _guarded(self, work: Awaitable[Answer]) -> bool:
        """Something tapped, not scanned: refusals and silence are shown, never raised."""
        self.busy = True
        try:
            await work
            return True
        except ScanRefused as refusal:
            self._refuse(refusal, datetime.now(UTC))
        except Refused as refused:
            self._refuse(self._as_refusal(refused, ""), datetime.now(UTC))
        except ApiError as problem:
            self._refuse(ScanRefused(t("Not possible"), problem.sentence), datetime.now(UTC))
        finally:
            self.busy = False
        return False

    def _api(self) -> Api:
        assert self.api is not None  # noqa: S101 - set by whoever mounts the screen
        return self.api


# ---- pure


def _again(scan_id: str, refusals: int) -> str:
    return f"{scan_id}-{refusals}" if refusals else scan_id


def units_of(result: ScanResult) -> int:
    """What one scan means in base units: the variable count if the label has one, else one pack."""
    return result.quantity or result.units_per_pack or 1


def words_of_amount(item: amounts.Packed, units: int) -> str:
    """14 cases + 5, for a sentence."""
    return amounts.short(item, units)


def shown(code: str) -> str:
    """A code as people can read it: the invisible separator made visible."""
    return code.replace("\x1d", "⏐")


def replace_id(scan: Scan, scan_id: str) -> Scan:
    """The same scan under the id of the one that asked first."""
    return replace(scan, id=scan_id)


def bookings_of(movements: tuple[Movement, ...]) -> list[Booking]:
    """The running list out of the ledger: reversals are folded into the rows they took back."""
    by_operation: dict[str, list[Movement]] = {}
    for movement in movements:
        by_operation.setdefault(movement.operation_id, []).append(movement)
    reversed_by = {
        parts[0].reverses_id: operation for operation, parts in by_operation.items() if parts[0].reverses_id
    }
    rows = []
    for operation, parts in by_operation.items():
        first = parts[0]
        if first.reverses_id or first.kind not in ("receive", "move", "adjust"):
            continue
        tip, active = operation, True
        while tip in reversed_by:
            tip, active = reversed_by[tip], not active
        rows.append(
            Booking(
                operation_id=operation,
                tip=tip,
                kind=first.kind,
                lines=tuple(_line(m) for m in parts),
                at=first.moved_at or datetime.now(UTC),
                active=active,
                reason=first.reason,
            )
        )
    return sorted(rows, key=lambda b: b.at, reverse=True)[:LIST_LENGTH]


def _line(movement: Movement) -> Line:
    return Line(
        product=movement.product,
        product_name=movement.product_name or movement.product,
        lot=movement.lot,
        units=abs(movement.quantity),
        from_location=movement.from_location,
        to_location=movement.to_location,
    )


def _ends(line: Line) -> str:
    start = "" if line.from_location in VIRTUAL else bare(line.from_location)
    end = "" if line.to_location in VIRTUAL else bare(line.to_location)
    return f"{start} → {end}" if start and end else end or start


def _few(names: list[str]) -> str:
    if len(names) <= CHOICES:
        return ", ".join(names)
    return t("{names} and {n} more", names=", ".join(names[:CHOICES]), n=len(names) - CHOICES)


def _note(balance: Balance) -> str:
    due = balance.best_before_date or balance.expiry_date
    parts = [words_of_amount(balance, balance.on_hand)]
    if due:
        parts.append(words.days_left(due))
    if balance.held:
        parts.append(t("on hold"))
    return " · ".join(parts)


def misread_parts(code: str) -> tuple[str, str]:
    """The GTIN of a misread code in groups, and its last digit apart, to be boxed."""
    digits = code[2:16] if code.startswith("01") and len(code) >= 16 else code
    body, last = digits[:-1], digits[-1:]
    groups = [body[:2], body[2:6], body[6:10], body[10:]] if len(body) == 13 else [body]
    return " ".join(group for group in groups if group), last
