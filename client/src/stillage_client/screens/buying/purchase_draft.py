"""An order to a supplier while it is written: lines out of the catalogue, what the supplier wants, and how it is saved."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import flet as ft

from stillage_client import words
from stillage_client.api import buying, scanning
from stillage_client.api.buying_records import CatalogueEntry, Packing, Purchase, Trader
from stillage_client.api.transport import Api, ApiError, Refused, new_key
from stillage_client.locale import t
from stillage_client.screens.selling.order_entry import PACKS_MAX, Entry, is_code, read_decimal, read_entry

SUGGESTIONS = 6
LEAD_DAYS = 7  # where nobody said how long a supplier takes
CENT = Decimal("0.01")
COST_MAX = Decimal(1_000_000)
WARNINGS = ("below_minimum_quantity", "not_a_multiple", "below_minimum_order_value", "no_cost")


@dataclass(frozen=True)
class DraftLine:
    """One line as it is written: so many packs of what the supplier sells."""

    key: int
    entry: CatalogueEntry
    packs: int = 1
    cost: str = ""  # empty: as the catalogue says
    note: str = ""

    @property
    def packing(self) -> Packing:
        return self.entry.packing

    @property
    def quantity(self) -> int:
        return self.packs * self.entry.units_per_pack

    @property
    def pack_cost(self) -> Decimal | None:
        return Decimal(self.cost) if self.cost else self.entry.cost

    @property
    def amount(self) -> Decimal | None:
        """What it comes to, to the cent, as the server rounds it."""
        cost = self.pack_cost
        return None if cost is None else (cost * self.packs).quantize(CENT, ROUND_HALF_UP)

    @property
    def wanted(self) -> int:
        """The next number of packs the supplier would take."""
        least = max(self.packs, self.entry.minimum_quantity, 1)
        multiple = max(self.entry.order_multiple, 1)
        return -(-least // multiple) * multiple

    @property
    def hint(self) -> str:
        """What speaks against this number of packs; empty when nothing does."""
        if self.packs == self.wanted:
            return ""
        if self.packs < self.entry.minimum_quantity:
            said = counted(self.entry, self.entry.minimum_quantity)
            return t("From {amount} on", amount=said)
        if self.entry.multiple_name:
            name = words.unit(self.entry.multiple_name, 1)
            return t("Only by the {name} of {n}", name=name, n=self.entry.order_multiple)
        return t("Only in steps of {amount}", amount=counted(self.entry, self.entry.order_multiple))

    def body(self) -> dict[str, Any]:
        """The line as the server takes it."""
        said: dict[str, Any] = {
            "product": self.entry.product,
            "pack": self.entry.pack or self.entry.pack_name,
            "quantity_packs": self.packs,
            "pack_cost": self.cost,
            "note": self.note,
        }
        return {name: value for name, value in said.items() if value != ""}


def counted(entry: CatalogueEntry, packs: int) -> str:
    """12 cases."""
    return f"{words.number(packs)} {words.unit(entry.pack_name or entry.base_unit or 'unit', packs)}"


def terms(entry: CatalogueEntry) -> str:
    """From 6 cases on, by the layer of 12."""
    parts = []
    if entry.minimum_quantity > 1:
        parts.append(t("from {amount} on", amount=counted(entry, entry.minimum_quantity)))
    if entry.order_multiple > 1 and entry.multiple_name:
        name = words.unit(entry.multiple_name, 1)
        parts.append(t("by the {name} of {n}", name=name, n=entry.order_multiple))
    elif entry.order_multiple > 1:
        parts.append(t("in steps of {n}", n=entry.order_multiple))
    return ", ".join(parts)


@ft.observable
@dataclass
class PurchaseDraft:
    """What the editor holds."""

    warehouse: str | None = None
    supplier: Trader | None = None
    suppliers: tuple[Trader, ...] = ()
    catalogue: tuple[CatalogueEntry, ...] = ()
    expected_date: date | None = None
    reference: str = ""
    note: str = ""
    lines: tuple[DraftLine, ...] = ()
    order: Purchase | None = None
    suggestions: tuple[CatalogueEntry, ...] = ()
    chosen: int = 0
    entry_fault: str = ""
    fault: str = ""
    against: tuple[str, ...] = ()  # why the supplier would not take it; placing again ignores it
    working: bool = False
    loading: bool = False
    unsaved: bool = False
    priced: int = 0
    _turn: int = 0
    _keys: Any = field(default_factory=lambda: itertools.count(1))
    _save_key: str = ""

    # --- filling it ---------------------------------------------------------------------------------

    async def start(self, api: Api, warehouse: str | None, supplier: str = "") -> None:
        """A fresh order; with a supplier when it is begun at one."""
        self.warehouse = warehouse
        if supplier:
            await self.enter_supplier(api, supplier)

    async def take_up(self, api: Api, order: Purchase) -> None:
        """Go on with a draft that was saved."""
        self.order, self.warehouse = order, order.warehouse
        self.expected_date, self.reference = order.expected_date, order.supplier_reference
        self.note = order.note
        found = await self._supplier(api, order.supplier)
        self.supplier = found or Trader(
            id=order.supplier_id or 0, code=order.supplier, name=order.supplier_name
        )
        self.suppliers = ()
        await self._read_catalogue(api)
        known = {(one.product, one.pack_name): one for one in self.catalogue}
        self.lines = tuple(
            DraftLine(
                key=next(self._keys),
                entry=known.get((line.product, line.pack_name))
                or CatalogueEntry(
                    product=line.product,
                    product_name=line.product_name,
                    pack=line.gtin,
                    pack_name=line.pack_name,
                    units_per_pack=line.units_per_pack,
                    base_unit=line.base_unit,
                    supplier_sku=line.supplier_sku,
                    cost=line.pack_cost,
                ),
                packs=line.quantity_packs,
                cost=_differs(line.pack_cost, known.get((line.product, line.pack_name))),
                note=line.note,
            )
            for line in order.lines
        )
        self.unsaved = False

    async def _supplier(self, api: Api, code: str) -> Trader | None:
        try:
            found = await buying.suppliers(api, search=code, limit=10)
        except ApiError:
            return None
        return next((one for one in found.results if one.code == code), None)

    async def find_suppliers(self, api: Api, written: str) -> None:
        """People type a name or a code."""
        self._turn += 1
        turn = self._turn
        try:
            found = await buying.suppliers(api, search=written.strip(), limit=SUGGESTIONS)
        except ApiError as error:
            self.fault = error.sentence
            return
        if turn == self._turn and self.supplier is None:
            self.suppliers = found.results

    async def enter_supplier(self, api: Api, written: str) -> None:
        """Enter was pressed: the one of that code, else the first that is found."""
        self._turn += 1
        try:
            found = await buying.suppliers(api, search=written.strip(), limit=SUGGESTIONS)
        except ApiError as error:
            self.fault = error.sentence
            return
        exact = next((one for one in found.results if one.code.lower() == written.strip().lower()), None)
        if exact or found.results:
            await self.choose_supplier(api, exact or found.results[0])

    async def choose_supplier(self, api: Api, supplier: Trader) -> None:
        self._turn += 1
        self.supplier, self.suppliers = supplier, ()
        days = supplier.lead_time_days if supplier.lead_time_days is not None else LEAD_DAYS
        self.expected_date = datetime.now(UTC).date() + timedelta(days=days)
        self.unsaved = True
        await self._read_catalogue(api)

    async def _read_catalogue(self, api: Api) -> None:
        supplier = self.supplier
        if supplier is None:
            return
        self.loading = True
        try:
            found = await buying.whole_catalogue(api, supplier.code)
        except ApiError as error:
            self.fault = error.sentence
            return
        finally:
            self.loading = False
        if self.supplier is supplier:
            self.catalogue = tuple(sorted(found, key=lambda one: one.product_name))

    # --- lines --------------------------------------------------------------------------------------

    def find(self, written: str) -> None:
        """What of the catalogue might be meant, while it is typed."""
        self.entry_fault, self.chosen = "", 0
        entry = read_entry(written)
        self.suggestions = () if entry is None else tuple(self._matching(entry.wanted)[:SUGGESTIONS])

    def _matching(self, wanted: str) -> list[CatalogueEntry]:
        parts = wanted.lower().split()
        exact = [
            one
            for one in self.catalogue
            if wanted.lower() in (one.product.lower(), one.supplier_sku.lower(), one.pack.lstrip("0"))
            or (wanted.isdigit() and one.pack.lstrip("0") == wanted.lstrip("0"))
        ]
        near = [
            one
            for one in self.catalogue
            if one not in exact
            and all(
                part in f"{one.product} {one.product_name} {one.supplier_sku} {one.pack}".lower()
                for part in parts
            )
        ]
        return [*exact, *near]

    async def enter(self, api: Api, written: str) -> bool:
        """Enter was pressed: one line more, or why not."""
        entry = read_entry(written)
        if entry is None:
            return False
        found = self._matching(entry.wanted)
        if not found and is_code(entry.wanted):
            return await self.add_code(api, entry)
        if not found:
            self.entry_fault = t(
                "{supplier} sells nothing that is called “{what}”.",
                supplier=self.supplier.name if self.supplier else "",
                what=entry.wanted,
            )
            return False
        self._add(self._in_pack(found[min(self.chosen, len(found) - 1)], entry), entry)
        return True

    async def add_code(self, api: Api, entry: Entry) -> bool:
        """A code that is not the catalogue's own: of another pack of the product, perhaps."""
        try:
            said = await scanning.scan(api, entry.wanted, warehouse=self.warehouse)
        except Refused as error:
            self.entry_fault = error.sentence
            return False
        return self.add_product(said.product or "", said.product_name or entry.wanted, entry)

    def add_product(self, product: str, name: str, entry: Entry | None = None) -> bool:
        """Something was scanned: one more of what the supplier sells of it."""
        found = next((one for one in self.catalogue if one.product == product), None)
        if found is None:
            self.entry_fault = t("{what} is not in this supplier's catalogue.", what=name)
            return False
        said = entry or Entry(product)
        self._add(self._in_pack(found, said), said)
        return True

    def add(self, item: CatalogueEntry, written: str = "") -> None:
        """A suggestion or a row of the catalogue was pressed: at least what the supplier takes."""
        entry = read_entry(written) if written.strip() else None
        if entry is None or entry.packs is None:
            first = DraftLine(0, item).wanted
            entry = Entry(item.product, first)
        self._add(item, entry)

    def _in_pack(self, item: CatalogueEntry, entry: Entry) -> CatalogueEntry:
        """The same product in the pack that was said, when the supplier sells it so."""
        if entry.pack in ("pallet", "layer", "case"):
            same = [one for one in self.catalogue if one.product == item.product]
            return next((one for one in same if entry.pack in one.pack_name.lower()), item)
        return item

    def _add(self, item: CatalogueEntry, entry: Entry) -> None:
        packs = entry.count
        if entry.pack in ("pallet", "layer") and entry.pack in item.multiple_name.lower():
            packs *= item.order_multiple
        packs = min(packs, PACKS_MAX)
        same = next((old for old in self.lines if old.entry.id == item.id and old.entry == item), None)
        if same is not None:
            more = replace(same, packs=min(same.packs + packs, PACKS_MAX))
            self.lines = tuple(more if old.key == same.key else old for old in self.lines)
        else:
            self.lines = (*self.lines, DraftLine(next(self._keys), item, packs))
        self.suggestions, self.entry_fault = (), ""
        self._touched()

    def set_packs(self, key: int, packs: int) -> None:
        """None left takes the line out."""
        if packs <= 0:
            self.lines = tuple(line for line in self.lines if line.key != key)
        else:
            self._change(key, packs=min(packs, PACKS_MAX))
        self._touched()

    def set_cost(self, key: int, written: str) -> bool:
        """The cost of a pack as it is typed; empty is the catalogue's."""
        said = read_decimal(written, places=4, most=COST_MAX)
        if said is None:
            self.fault = t("A cost is written as 12.50.")
            return False
        self.fault = ""
        self._change(key, cost=said)
        self._touched()
        return True

    def _change(self, key: int, **changes: Any) -> None:
        self.lines = tuple(replace(line, **changes) if line.key == key else line for line in self.lines)

    def _touched(self) -> None:
        self.unsaved, self._save_key, self.against = True, "", ()

    def touched(self) -> None:
        """Day, reference or note is different now."""
        self._touched()

    # --- sums ---------------------------------------------------------------------------------------

    @property
    def value(self) -> Decimal | None:
        """What it comes to; None as long as a cost is not known."""
        sums = [line.amount for line in self.lines]
        return None if any(one is None for one in sums) else sum((one for one in sums if one), Decimal(0))

    @property
    def packs_total(self) -> int:
        return sum(line.packs for line in self.lines)

    @property
    def ready(self) -> bool:
        return self.supplier is not None and bool(self.lines)

    @property
    def unfitting(self) -> int:
        """How many lines the supplier would not take so."""
        return sum(1 for line in self.lines if line.hint)

    # --- keeping it ---------------------------------------------------------------------------------

    def body(self) -> dict[str, Any]:
        """The order as the server takes it."""
        said: dict[str, Any] = {
            "supplier": self.supplier.code if self.supplier else "",
            "warehouse": self.warehouse,
            "expected_date": self.expected_date.isoformat() if self.expected_date else None,
            "supplier_reference": self.reference,
            "note": self.note,
        }
        return {name: value for name, value in said.items() if value} | {
            "lines": [line.body() for line in self.lines]
        }

    async def save(self, api: Api) -> Purchase | None:
        """The draft as it stands; asked again after a lost answer it is still one order."""
        if not self.ready or self.working:
            return None
        self.working, self.fault = True, ""
        self._save_key = self._save_key or new_key()
        try:
            if self.order is None:
                self.order = await buying.create(api, self.body(), key=self._save_key)
            elif self.unsaved:
                self.order = await buying.change(api, self.order, self.body(), key=self._save_key)
            self.unsaved = False
            return self.order
        except ApiError as error:
            self.fault = error.sentence
            self._save_key = ""
            return None
        finally:
            self.working = False

    async def place(self, api: Api) -> Purchase | None:
        """Save and send it out. What the supplier would not take is said once; the second press places it all the same."""
        ignore = bool(self.against)
        saved = await self.save(api)
        if saved is None:
            return None
        self.working = True
        try:
            body = {"ignore_warnings": True} if ignore else {}
            self.order = await buying.step(api, saved.number, "place", body, key=new_key())
            return self.order
        except Refused as error:
            if _is_doubt(error) and not ignore:
                self.against = self._doubts(error)
            else:
                self.fault = error.sentence
            return None
        except ApiError as error:
            self.fault = error.sentence
            return None
        finally:
            self.working = False

    def _doubts(self, error: Refused) -> tuple[str, ...]:
        """What the supplier would rather have, in the reader's words; the server's where there are no own."""
        least, value = self.supplier.minimum_order_value if self.supplier else None, self.value
        said: list[str] = []
        for one in error.errors:
            if one.code == "below_minimum_order_value" and self.supplier and least and value is not None:
                said.append(
                    t(
                        "{supplier} delivers from {amount} on, this comes to {value}.",
                        supplier=self.supplier.name,
                        amount=words.money(least),
                        value=words.money(value),
                    )
                )
            elif one.code in ("below_minimum_quantity", "not_a_multiple") and self.unfitting:
                said += [f"{line.entry.product_name}: {line.hint}." for line in self.lines if line.hint]
            else:
                said.append(one.detail.replace(" Send ignore_warnings to place it all the same.", ""))
        return tuple(dict.fromkeys(said))

    async def cancel(self, api: Api) -> bool:
        """Give a saved draft up."""
        if self.order is None or self.working:
            return False
        self.working, self.fault = True, ""
        try:
            await buying.step(api, self.order.number, "cancel", {}, key=new_key())
        except ApiError as error:
            self.fault = error.sentence
            return False
        finally:
            self.working = False
        return True


def _is_doubt(error: Refused) -> bool:
    """Whether nothing speaks against it but what the supplier would rather have."""
    return error.status == 422 and bool(error.errors) and all(one.code in WARNINGS for one in error.errors)


def _differs(cost: Decimal | None, known: CatalogueEntry | None) -> str:
    """The cost of a saved line, when it is not the catalogue's."""
    if cost is None or (known is not None and known.cost == cost):
        return ""
    return str(cost.normalize()) if cost else ""


def near(entries: Sequence[CatalogueEntry], lines: Sequence[DraftLine]) -> tuple[CatalogueEntry, ...]:
    """What of the catalogue is not on the order yet."""
    taken = {line.entry.id for line in lines}
    return tuple(one for one in entries if one.id not in taken)
