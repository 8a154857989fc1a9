"""Goods that go back to a supplier: gathered from what a delivery got wrong or by scans, sent, and credited."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import flet as ft

from stillage_client.api import buying, receiving, scanning, stock
from stillage_client.api.buying_records import Discrepancy, Packing, Receipt, SupplierReturn, Trader
from stillage_client.api.records import Balance
from stillage_client.api.selling_records import Happened
from stillage_client.api.transport import Api, ApiError, Refused, new_key
from stillage_client.locale import t
from stillage_client.scans import Answer, Scan
from stillage_client.screens.buying import names
from stillage_client.screens.movement_lines import bare
from stillage_client.screens.refusals import Trouble, trouble_of
from stillage_client.screens.selling.order_entry import read_decimal

READ = 100
CREDIT_MAX = Decimal(100_000_000)


@dataclass(frozen=True)
class Going:
    """So much of one lot at one place."""

    balance: Balance
    units: int
    reason: str = ""
    discrepancy: int | None = None

    @property
    def key(self) -> str:
        return f"{self.balance.product}|{self.balance.lot}|{self.balance.location}"

    @property
    def most(self) -> int:
        """What nobody is promised; what is held or expired may go as well."""
        return max(self.balance.on_hand - self.balance.allocated, 0)

    @property
    def packing(self) -> Packing:
        return Packing(self.balance.case_name, max(self.balance.units_per_case, 1), self.balance.base_unit)

    def body(self) -> dict[str, Any]:
        """The line as the server takes it."""
        said: dict[str, Any] = {
            "product": self.balance.product,
            "lot": self.balance.lot,
            "location": self.balance.location,
            "quantity": self.units,
            "reason": self.reason,
            "discrepancy": self.discrepancy,
        }
        return {name: value for name, value in said.items() if value not in (None, "")}


@ft.observable
@dataclass
class GatherWork:
    """A return while it is put together."""

    warehouse: str | None = None
    supplier: Trader | None = None
    suppliers: tuple[Trader, ...] = ()
    receipt: Receipt | None = None
    lines: tuple[Going, ...] = ()
    said: str = ""
    fault: str = ""
    trouble: Trouble | None = None
    loaded: bool = False
    working: bool = False
    _key: str = ""
    _turn: int = 0

    async def load(self, api: Api, warehouse: str | None, *, receipt: str = "", supplier: str = "") -> None:
        """From a delivery: what was set aside of it. From a supplier: an empty list to scan into."""
        self.warehouse = warehouse
        try:
            if receipt:
                self.receipt = await receiving.receipt(api, receipt)
                supplier = supplier or self.receipt.supplier
                self.lines = await self._set_aside(api, self.receipt)
            if supplier:
                found = await buying.suppliers(api, search=supplier, limit=10)
                self.supplier = next((one for one in found.results if one.code == supplier), None)
        except ApiError as error:
            self.trouble = trouble_of(error)
            return
        self.loaded, self.trouble = True, None

    async def _set_aside(self, api: Api, receipt: Receipt) -> tuple[Going, ...]:
        """The units that were set aside, where they lie now."""
        aside = [one for one in receipt.discrepancies if one.outcome == "quarantined" and one.open]
        if not aside:
            return ()
        lying = await stock.balances(
            api, warehouse=receipt.warehouse or self.warehouse, kind="quarantine", limit=READ
        )
        return tuple(
            going for one in aside if (going := _lying(one, lying.results)) is not None and going.units > 0
        )

    async def find_suppliers(self, api: Api, written: str) -> None:
        self._turn += 1
        turn = self._turn
        try:
            found = await buying.suppliers(api, search=written.strip(), limit=6)
        except ApiError as error:
            self.fault = error.sentence
            return
        if turn == self._turn:
            self.suppliers = found.results

    def choose(self, supplier: Trader) -> None:
        self.supplier, self.suppliers = supplier, ()

    async def take(self, api: Api, scan: Scan) -> Answer:
        """One scan is one pack more that goes back."""
        try:
            result = await scanning.scan(api, scan.code, warehouse=self.warehouse)
        except Refused as error:
            self.fault = error.sentence
            return Answer("error", t("Not added"), error.sentence)
        if not result.product:
            self.fault = t("Scan the goods that go back.")
            return Answer("error", t("Not added"), self.fault)
        units = result.quantity or result.units_per_pack or 1
        lying = sorted(
            (one for one in result.balances if one.on_hand - one.allocated > 0),
            key=lambda one: (one.location_kind != "quarantine", not one.held, one.location),
        )
        same = next(
            (
                one
                for one in self.lines
                if one.balance.product == result.product and result.lot in (None, "", one.balance.lot)
            ),
            None,
        )
        if same is not None:
            return self._more(same, units)
        if not lying:
            what = t("lot {lot}", lot=result.lot) if result.lot else result.product_name
            self.fault = t("No {what} is free in this warehouse.", what=what)
            return Answer("error", t("None here"), self.fault)
        if len({one.lot for one in lying}) > 1 and not result.lot:
            self.fault = t(
                "{product} lies here in several lots: scan one with its lot.", product=result.product_name
            )
            return Answer("error", t("Which lot?"), self.fault)
        return self._more(Going(lying[0], 0), units)

    def _more(self, line: Going, units: int) -> Answer:
        if line.units + units > line.most:
            self.fault = t(
                "{place} has {have} of it free, you want {want}.",
                place=bare(line.balance.location),
                have=names.counted(line.packing, line.most),
                want=names.counted(line.packing, line.units + units),
            )
            return Answer("error", t("Not enough"), self.fault)
        self.fault, self._key = "", ""
        new = replace(line, units=line.units + units)
        known = [one for one in self.lines if one.key != line.key]
        self.lines = (new, *known)
        self.said = f"{names.counted(new.packing, new.units)} {new.balance.product_name}"
        return Answer("ok", t("Added"), self.said)

    def set_units(self, key: str, units: int) -> None:
        """Never more than is free there; none takes the line out."""
        self._key = ""
        self.lines = tuple(
            replace(one, units=min(units, one.most)) if one.key == key else one
            for one in self.lines
            if one.key != key or units > 0
        )

    async def save(self, api: Api, reason: str) -> str:
        """Write the draft; its number, empty when it was refused."""
        if self.supplier is None or not self.lines or self.working:
            return ""
        body: dict[str, Any] = {
            "supplier": self.supplier.code,
            "warehouse": self.warehouse,
            "reason": reason,
            "receipt": self.receipt.number if self.receipt else None,
            "lines": [line.body() for line in self.lines],
        }
        self.working, self.fault = True, ""
        self._key = self._key or new_key()
        try:
            made = await receiving.send_back(
                api, {name: value for name, value in body.items() if value}, key=self._key
            )
            return made.number
        except ApiError as error:
            self.fault, self._key = error.sentence, ""
            return ""
        finally:
            self.working = False


def _lying(one: Discrepancy, lying: tuple[Balance, ...]) -> Going | None:
    found = next(
        (b for b in lying if b.product == one.product and one.lot in ("", b.lot) and b.on_hand > b.allocated),
        None,
    )
    if found is None:
        return None
    free = found.on_hand - found.allocated
    return Going(found, min(one.quantity, free), names.difference(one.kind), one.id)


@ft.observable
@dataclass
class BackState:
    """One return to a supplier as its page keeps it."""

    shown: SupplierReturn | None = None
    history: tuple[Happened, ...] = ()
    trouble: Trouble | None = None
    fault: str = ""
    working: str = ""
    asking: str = ""

    async def load(self, api: Api, number: str) -> None:
        try:
            self.shown = await receiving.supplier_return(api, number)
            self.trouble = None
        except ApiError as error:
            self.trouble = trouble_of(error)
            return
        await self._past(api)

    async def _past(self, api: Api) -> None:
        if self.shown is None:
            return
        try:
            self.history = await receiving.return_history(api, self.shown.number)
        except ApiError:
            return  # the page goes without its past

    async def step(self, api: Api, verb: str, body: Mapping[str, Any] | None = None) -> bool:
        """dispatch, undo-dispatch, close, cancel."""
        if self.shown is None or self.working:
            return False
        self.working, self.fault = verb, ""
        try:
            self.shown = await receiving.return_step(api, self.shown.number, verb, body, key=new_key())
        except ApiError as error:
            self.fault = error.sentence
            return False
        finally:
            self.working = ""
        self.asking = ""
        await self._past(api)
        return True

    async def close(self, api: Api, credit: str, reference: str) -> bool:
        """With what the supplier gives for it, as it is typed; empty when nothing is known."""
        amount = read_decimal(credit, places=2, most=CREDIT_MAX)
        if amount is None:
            self.fault = t("A credit is written as 120 or 120.50.")
            return False
        said = {"credit_total": amount, "supplier_reference": reference.strip()}
        return await self.step(api, "close", {name: value for name, value in said.items() if value})
