"""An order while it is written: its lines, what the server says to them while one types, and how it is saved."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import flet as ft

from stillage_client.api import catalogue, parties, scanning, selling, stock
from stillage_client.api.records import Availability, Customer, Pack
from stillage_client.api.selling_records import Order, Preview, PreviewLine
from stillage_client.api.transport import Api, ApiError, Refused, new_key
from stillage_client.locale import t
from stillage_client.screens.selling.order_entry import PACKS_MAX, Entry, is_code, read_decimal, read_entry

PREVIEW_PAUSE_S = 0.25
SUGGESTIONS = 6
BASE = ""  # the pack's name when single units are sold


@dataclass(frozen=True)
class DraftLine:
    """One line as it is written. `pack` is the pack's name; empty for single units."""

    key: int
    product: str
    name: str
    category: str = ""
    container_ml: int | None = None
    base_unit: str = ""
    pack: str = BASE
    units_per_pack: int = 1
    packs: int = 1
    price: str = ""  # empty: as listed
    discount: str = ""
    note: str = ""

    @property
    def units_per_case(self) -> int:
        return max(self.units_per_pack, 1)

    @property
    def case_name(self) -> str:
        return self.pack

    @property
    def quantity(self) -> int:
        return self.packs * self.units_per_pack

    def body(self) -> dict[str, Any]:
        """The line as the server takes it."""
        said = {
            "product": self.product,
            "pack": self.pack,
            "quantity_packs": self.packs,
            "pack_price": self.price,
            "discount_percent": self.discount,
            "note": self.note,
        }
        return {name: value for name, value in said.items() if value != ""}


@ft.observable
@dataclass
class OrderDraft:
    """What the editor holds. Every change asks the server again, a moment after the last."""

    warehouse: str | None = None
    customer: Customer | None = None
    delivery_date: date | None = None
    reference: str = ""
    note: str = ""
    lines: tuple[DraftLine, ...] = ()
    order: Order | None = None  # as it was saved last
    preview: Preview | None = None
    suggestions: tuple[Availability, ...] = ()
    customers: tuple[Customer, ...] = ()
    chosen: int = 0  # which suggestion Enter takes
    fault: str = ""
    entry_fault: str = ""
    working: bool = False
    asking: bool = False
    unsaved: bool = False
    unfolded: int = 0
    priced: int = 0  # the line whose price and discount are open
    _turn: int = 0
    _search_turn: int = 0
    _keys: Any = field(default_factory=lambda: itertools.count(1))
    _save_key: str = ""

    # --- filling it -------------------------------------------------------------------------------

    def start(self, warehouse: str | None, today: date | None = None) -> None:
        """A fresh order, for the day after tomorrow's lorry."""
        now = today or datetime.now(UTC).date()
        self.warehouse, self.delivery_date = warehouse, now + timedelta(days=1)

    async def take_up(self, api: Api, order: Order) -> None:
        """Go on with a draft that was saved."""
        self.order, self.warehouse = order, order.warehouse
        self.delivery_date = order.delivery_date
        self.reference, self.note = order.customer_reference, order.note
        self.lines = tuple(
            DraftLine(
                key=next(self._keys),
                product=line.product,
                name=line.product_name,
                category=line.category,
                container_ml=line.container_ml,
                base_unit=line.base_unit,
                pack=line.pack_name if line.units_per_pack > 1 else BASE,
                units_per_pack=line.units_per_pack,
                packs=line.quantity_packs,
                price=_plain(line.pack_price),
                discount=_plain(line.discount_percent),
                note=line.note,
            )
            for line in order.lines
        )
        self.unsaved = False
        found = await parties.customers(api, search=order.customer, limit=5)
        known = next((c for c in found.results if c.code == order.customer), None)
        self.customer = known or Customer(
            id=order.customer_id or 0, code=order.customer, name=order.customer_name or order.customer
        )
        await self.ask(api)

    async def find_customers(self, api: Api, written: str) -> None:
        """People type a name or a code."""
        self._search_turn += 1
        turn = self._search_turn
        try:
            found = await parties.customers(api, search=written.strip(), limit=SUGGESTIONS)
        except ApiError as error:
            self.fault = error.sentence
            return
        if turn == self._search_turn and self.customer is None:
            self.customers = found.results

    async def enter_customer(self, api: Api, written: str) -> None:
        """Enter was pressed: the first that is found, whatever else is still being looked for."""
        try:
            found = await parties.customers(api, search=written.strip(), limit=SUGGESTIONS)
        except ApiError as error:
            self.fault = error.sentence
            return
        if found.results:
            await self.choose_customer(api, found.results[0])

    async def choose_customer(self, api: Api, customer: Customer) -> None:
        self._search_turn += 1
        self.customer, self.customers = customer, ()
        await self.changed(api)

    async def find_products(self, api: Api, written: str) -> None:
        """What might be meant, while it is typed."""
        self._search_turn += 1
        turn, self.entry_fault = self._search_turn, ""
        entry = read_entry(written)
        if entry is None or (len(entry.wanted) < 2 and not entry.wanted.isdigit()):
            self.suggestions = ()
            return
        try:
            found = await stock.availability(
                api, warehouse=self.warehouse, search=entry.wanted, ordering="name", limit=SUGGESTIONS
            )
        except ApiError as error:
            self.entry_fault = error.sentence
            return
        if turn == self._search_turn:
            self.suggestions, self.chosen = found.results, 0

    async def enter(self, api: Api, written: str) -> bool:
        """Enter was pressed: one line more, or why not."""
        entry = read_entry(written)
        self._search_turn += 1  # what is still on its way comes too late
        if entry is None:
            return False
        try:
            line = await self._by_code(api, entry) if is_code(entry.wanted) else None
            if line is None:
                line = await self._by_search(api, entry)
        except ApiError as error:
            self.entry_fault = error.sentence
            return False
        if line is None:
            self.entry_fault = t("Nothing is called “{what}”.", what=entry.wanted)
            return False
        await self._add(api, line)
        return True

    async def add(self, api: Api, item: Availability, written: str) -> None:
        """A suggestion was chosen."""
        entry = read_entry(written) or Entry(item.product)
        await self._add(api, await self._line(api, item, entry))

    async def add_scanned(self, api: Api, product: str, pack: str | None, units: int | None) -> bool:
        """A pack was scanned: one more of it."""
        found = await stock.availability(api, warehouse=self.warehouse, search=product, limit=5)
        item = next((row for row in found.results if row.product == product), None)
        if item is None:
            return False
        line = await self._line(api, item, Entry(product))
        if units:
            line = replace(line, pack=(pack or "") if units > 1 else BASE, units_per_pack=units)
        await self._add(api, line)
        return True

    async def _by_code(self, api: Api, entry: Entry) -> DraftLine | None:
        try:
            said = await scanning.scan(api, entry.wanted, warehouse=self.warehouse)
        except Refused:
            return None
        if not said.product:
            return None
        found = await stock.availability(api, warehouse=self.warehouse, search=said.product, limit=5)
        item = next((row for row in found.results if row.product == said.product), None)
        if item is None:
            return None
        line = await self._line(api, item, entry)
        per = said.units_per_pack or 1
        return replace(line, pack=(said.pack or "") if per > 1 else BASE, units_per_pack=per)

    async def _by_search(self, api: Api, entry: Entry) -> DraftLine | None:
        found = await stock.availability(
            api, warehouse=self.warehouse, search=entry.wanted, ordering="name", limit=SUGGESTIONS
        )
        rows, wanted = found.results, entry.wanted.lower()
        exact = next((row for row in rows if row.product.lower() == wanted), None)
        item = exact or (rows[min(self.chosen, len(rows) - 1)] if rows else None)
        return await self._line(api, item, entry) if item is not None else None

    async def _line(self, api: Api, item: Availability, entry: Entry) -> DraftLine:
        name, per = item.case_name if item.units_per_case > 1 else BASE, item.units_per_case
        if entry.pack == "base":
            name, per = BASE, 1
        elif entry.pack in ("pallet", "layer"):
            pack = await _pack_named(api, item.product, entry.pack)
            name, per = (pack.name, pack.units_per_pack) if pack else (name, per)
        return DraftLine(
            key=next(self._keys),
            product=item.product,
            name=item.product_name,
            category=item.category,
            container_ml=item.container_ml,
            base_unit=item.base_unit,
            pack=name,
            units_per_pack=per,
            packs=min(entry.count, PACKS_MAX),
        )

    async def _add(self, api: Api, line: DraftLine) -> None:
        same = next((old for old in self.lines if (old.product, old.pack) == (line.product, line.pack)), None)
        if same is not None:
            more = replace(same, packs=min(same.packs + line.packs, PACKS_MAX))
            self.lines = tuple(more if old.key == same.key else old for old in self.lines)
        else:
            self.lines = (*self.lines, line)
        self.suggestions, self.entry_fault = (), ""
        await self.changed(api)

    # --- changing it ------------------------------------------------------------------------------

    async def set_packs(self, api: Api, key: int, packs: int) -> None:
        """None left takes the line out."""
        if packs <= 0:
            self.lines = tuple(line for line in self.lines if line.key != key)
        else:
            self._change(key, packs=min(packs, PACKS_MAX))
        await self.changed(api)

    async def set_terms(self, api: Api, key: int, price: str, discount: str) -> bool:
        """Price for a pack and discount, as they are typed; False when one of them is no number."""
        cost = read_decimal(price, places=2, most=Decimal(1_000_000))
        less = read_decimal(discount, places=2, most=Decimal(100))
        if cost is None or less is None:
            self.fault = t("A price is written as 12.50, a discount as 5 or 2.5.")
            return False
        self.fault = ""
        self._change(key, price=cost, discount=less)
        await self.changed(api)
        return True

    def _change(self, key: int, **changes: Any) -> None:
        self.lines = tuple(replace(line, **changes) if line.key == key else line for line in self.lines)

    async def changed(self, api: Api) -> None:
        """Something is different now: ask what it means, once it has been quiet for a moment."""
        self.unsaved, self._save_key = True, ""
        self._turn += 1
        turn = self._turn
        await asyncio.sleep(PREVIEW_PAUSE_S)
        if turn == self._turn:
            await self.ask(api)

    async def ask(self, api: Api) -> None:
        """What the order would cost and where it would come from."""
        if self.customer is None or not self.lines or self.delivery_date is None:
            self.preview = None
            return
        self._turn += 1
        turn, self.asking = self._turn, True
        try:
            said = await selling.preview(api, self.body())
        except ApiError as error:
            if turn == self._turn:
                self.fault, self.asking = error.sentence, False
            return
        if turn == self._turn:
            self.preview, self.asking, self.fault = said, False, ""

    # --- reading it -------------------------------------------------------------------------------

    def body(self) -> dict[str, Any]:
        """The order as the server takes it."""
        said: dict[str, Any] = {
            "customer": self.customer.code if self.customer else "",
            "warehouse": self.warehouse,
            "delivery_date": self.delivery_date.isoformat() if self.delivery_date else None,
            "customer_reference": self.reference,
            "note": self.note,
        }
        return {name: value for name, value in said.items() if value} | {
            "lines": [line.body() for line in self.lines]
        }

    def said_of(self, line: DraftLine) -> PreviewLine | None:
        """What the server says to this line."""
        if self.preview is None:
            return None
        at = self.lines.index(line) if line in self.lines else -1
        rows = self.preview.lines
        row = rows[at] if 0 <= at < len(rows) else None
        return row if row is not None and row.product == line.product else None

    @property
    def packs_total(self) -> int:
        return sum(line.packs for line in self.lines)

    @property
    def missing(self) -> int:
        """How many lines are short."""
        return sum(1 for row in self.preview.lines if row.missing > 0) if self.preview else 0

    @property
    def ready(self) -> bool:
        return self.customer is not None and self.delivery_date is not None and bool(self.lines)

    # --- keeping it -------------------------------------------------------------------------------

    async def save(self, api: Api) -> Order | None:
        """The draft as it stands; asked again after a lost answer it is still one order."""
        if not self.ready or self.working:
            return None
        self.working, self.fault = True, ""
        self._save_key = self._save_key or new_key()
        try:
            if self.order is None:
                self.order = await selling.create(api, self.body(), key=self._save_key)
            elif self.unsaved:
                body = {k: v for k, v in self.body().items() if k not in ("customer", "warehouse")}
                self.order = await selling.change(api, self.order, body, key=self._save_key)
            self.unsaved = False
            return self.order
        except ApiError as error:
            self.fault = error.sentence
            return None
        finally:
            self.working = False

    async def confirm(self, api: Api) -> Order | None:
        """Save, confirm, and promise what is there."""
        saved = await self.save(api)
        if saved is None:
            return None
        self.working = True
        try:
            for verb in ("confirm", "allocate"):
                self.order = await selling.step(api, saved.number, verb)
            return self.order
        except ApiError as error:
            self.fault = error.sentence
            return None
        finally:
            self.working = False


async def _pack_named(api: Api, product: str, name: str) -> Pack | None:
    known = await catalogue.product(api, product)
    return next((pack for pack in known.packs if name in pack.name.lower()), None)


def _plain(value: Decimal | None) -> str:
    return "" if value is None or value == 0 else str(value)


Changed = Callable[[], Any]
