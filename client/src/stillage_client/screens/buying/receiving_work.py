"""What comes to the dock: deliveries that are open, orders that are due, pallets that were announced.

A scan begins a delivery: of an order by its number, of a notice by a pallet, of the one order that waits for this case.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

import flet as ft

from stillage_client.api import buying, receiving, scanning
from stillage_client.api.buying_records import AtDock, Notice, Purchase, Receipt, Trader
from stillage_client.api.records import Page, ScanResult
from stillage_client.api.transport import Api, ApiError, Refused, new_key
from stillage_client.locale import t
from stillage_client.scans import Answer, Scan
from stillage_client.screens.buying.receive_work import ReceiveWork
from stillage_client.screens.doc_codes import route_of
from stillage_client.screens.refusals import Trouble, trouble_of

SHOWN = 50


@dataclass(frozen=True)
class Choice:
    """Several orders wait for what was scanned."""

    scan: Scan
    product_name: str
    orders: tuple[Purchase, ...]


@ft.observable
@dataclass
class ReceivingState:
    """The dock as it is now."""

    open: tuple[Receipt, ...] = ()
    due: tuple[Purchase, ...] = ()
    notices: tuple[Notice, ...] = ()
    dock: tuple[AtDock, ...] = ()
    loaded: bool = False
    trouble: Trouble | None = None
    fault: str = ""
    said: str = ""
    choice: Choice | None = None
    suppliers: tuple[Trader, ...] = ()
    asking: bool = False  # an unexpected delivery: of whom?
    working: bool = False
    _turn: int = 0

    async def load(self, api: Api, warehouse: str | None, *, put_away: bool) -> None:
        """All parts at once; what the role may not see stays empty."""
        self._turn += 1
        turn = self._turn
        parts = await asyncio.gather(
            buying.purchases(api, warehouse=warehouse, open=True, ordering="expected_date", limit=SHOWN),
            receiving.receipts(api, warehouse=warehouse, status="open", limit=SHOWN),
            receiving.notices(api, warehouse=warehouse, status="open", limit=SHOWN),
            receiving.at_dock(api, warehouse=warehouse, limit=SHOWN) if put_away else _none(),
            return_exceptions=True,
        )
        if turn != self._turn:
            return
        due, going, sent, dock = parts
        if isinstance(due, ApiError):
            self.trouble = trouble_of(due)
            return
        wanted = due.results if isinstance(due, Page) else ()
        self.due = tuple(one for one in wanted if one.status != "draft")
        self.open = going.results if isinstance(going, Page) else ()
        self.notices = sent.results if isinstance(sent, Page) else ()
        self.dock = dock.results if isinstance(dock, Page) else ()
        self.loaded, self.trouble = True, None

    def expected(self, today: date | None = None) -> tuple[list[Purchase], list[Purchase]]:
        """What should be here by today, and what comes later; what is at the dock already is neither."""
        now = today or datetime.now(UTC).date()
        going = {one.purchase_order for one in self.open}
        rest = [one for one in self.due if one.number not in going]
        by_now = [one for one in rest if one.late or (one.expected_date and one.expected_date <= now)]
        return by_now, [one for one in rest if one not in by_now]

    # --- beginning a delivery -----------------------------------------------------------------------

    async def take(self, api: Api, warehouse: str | None, scan: Scan) -> tuple[Answer, str]:
        """What was scanned, and the address of the delivery it begins."""
        path = route_of(scan.code)
        if path:
            return Answer("ready", t("Opened"), scan.code), path.replace("/purchases/", "/receive/")
        try:
            result = await scanning.scan(api, scan.code, warehouse=warehouse)
        except Refused as error:
            self.fault = error.sentence
            return Answer("error", t("Not booked"), error.sentence), ""
        if result.sscc and result.kind == "unit":
            return await self._pallet(api, warehouse, result.sscc, scan)
        if result.product:
            return await self._case(api, warehouse, result, scan)
        self.fault = t("Scan an order, a pallet or a case.")
        return Answer("error", t("Not booked"), self.fault), ""

    async def _pallet(self, api: Api, warehouse: str | None, sscc: str, scan: Scan) -> tuple[Answer, str]:
        number = await receipt_of_pallet(api, warehouse, sscc)
        if not number:
            self.fault = t("Nobody announced the pallet {sscc}. Scan the cases on it instead.", sscc=sscc)
            return Answer("error", t("Unknown pallet"), self.fault), ""
        return await self._begin(api, warehouse, number, scan)

    async def _case(
        self, api: Api, warehouse: str | None, result: ScanResult, scan: Scan
    ) -> tuple[Answer, str]:
        found = await buying.purchases(
            api, warehouse=warehouse, open=True, product=result.product, ordering="expected_date", limit=10
        )
        waiting = tuple(one for one in found.results if "receive" in one.possible_steps)
        if not waiting:
            self.fault = t("No order waits for {product}.", product=result.product_name)
            return Answer("error", t("Not ordered"), self.fault), ""
        if len(waiting) > 1:
            self.choice = Choice(scan, result.product_name, waiting)
            return Answer("question", t("Which delivery?"), result.product_name), ""
        return await self._begin(api, warehouse, waiting[0].number, scan)

    async def _begin(self, api: Api, warehouse: str | None, number: str, scan: Scan) -> tuple[Answer, str]:
        """Book the scan where it belongs. The screen takes it again, under the same id, to show it."""
        work = ReceiveWork()
        work.begin(api, warehouse, number)
        await work.load()
        if work.receipt is None:
            self.fault = work.trouble.words if work.trouble else ""
            return Answer("error", t("Not booked"), self.fault), ""
        answer = await work.take(scan)
        self.fault, self.choice = "", None
        return answer, with_scan(work.receipt.number or number, scan)

    async def find_suppliers(self, api: Api, written: str) -> None:
        """For a delivery nobody ordered."""
        self._turn += 1
        turn = self._turn
        try:
            found = await buying.suppliers(api, search=written.strip(), limit=6)
        except ApiError as error:
            self.fault = error.sentence
            return
        if turn == self._turn:
            self.suppliers = found.results

    async def unexpected(self, api: Api, warehouse: str | None, supplier: Trader) -> str:
        """Open a delivery of a supplier; its number."""
        self.working, self.fault = True, ""
        try:
            body = {"warehouse": warehouse, "supplier": supplier.code}
            return (await receiving.open_receipt(api, body, key=new_key())).number
        except ApiError as error:
            self.fault = error.sentence
            return ""
        finally:
            self.working = False

    async def of_notice(self, api: Api, warehouse: str | None, notice: Notice) -> str:
        """Open the delivery that was announced; its number."""
        self.working, self.fault = True, ""
        try:
            return await _open_notice(api, warehouse, notice)
        except ApiError as error:
            self.fault = error.sentence
            return ""
        finally:
            self.working = False


async def _none() -> None:
    """Nothing is asked for."""


async def receipt_of_pallet(api: Api, warehouse: str | None, sscc: str) -> str:
    """The delivery the pallet belongs to, begun when it is not yet; empty when nobody announced it."""
    found = await receiving.notices(api, warehouse=warehouse, search=sscc, limit=5)
    notice = next((one for one in found.results if one.status in ("open", "")), None)
    if notice is None and found.results:
        notice = found.results[0]
    return await _open_notice(api, warehouse, notice) if notice is not None else ""


async def _open_notice(api: Api, warehouse: str | None, notice: Notice) -> str:
    going = await receiving.receipts(
        api, warehouse=warehouse, supplier=notice.supplier, status="open", limit=20
    )
    for one in going.results:
        if one.notice_id == notice.id or (
            notice.purchase_order and one.purchase_order == notice.purchase_order
        ):
            return one.number
    body: dict[str, Any] = {"warehouse": notice.warehouse or warehouse, "notice": notice.id}
    return (await receiving.open_receipt(api, body, key=new_key())).number


def with_scan(number: str, scan: Scan) -> str:
    """The address of a delivery with the scan it begins with."""
    return f"/receive/{number}?{urlencode({'scan': scan.code, 'id': scan.id})}"
