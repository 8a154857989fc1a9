"""What the API answers about buying: suppliers, purchase orders, deliveries and what goes back, as frozen dataclasses."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from stillage_client.api.records import Record, Warning


@dataclass(frozen=True, kw_only=True)
class Trader(Record):
    """A supplier with everything one needs to write to them."""

    id: int = 0
    code: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    contact_name: str = ""
    address: str = ""
    lead_time_days: int | None = None
    minimum_order_value: Decimal | None = None
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class TraderFigures(Record):
    """How a supplier delivers."""

    orders_open: int = 0
    on_order_units: int = 0
    receipts: int = 0
    last_receipt_at: datetime | None = None
    on_time_percent: Decimal | None = None
    short_percent: Decimal | None = None
    average_lead_time_days: Decimal | None = None
    discrepancies_open: int = 0
    spent_year: Decimal | None = None
    products: int = 0


@dataclass(frozen=True, kw_only=True)
class Packed(Record):
    """Anything of one product that is ordered or booked in packs; read in cases."""

    product: str = ""
    product_id: int | None = None
    product_name: str = ""
    category: str = ""
    container_ml: int | None = None
    base_unit: str = ""
    pack_name: str = ""
    units_per_pack: int = 1
    case_name: str = ""
    units_per_case: int = 0

    @property
    def packing(self) -> "Packing":
        """Counted in its own pack when it has one, else in the product's case."""
        if self.units_per_pack > 1:
            return Packing(self.pack_name or "case", self.units_per_pack, self.base_unit)
        if self.pack_name == "" and self.units_per_case > 1:
            return Packing(self.case_name or "case", self.units_per_case, self.base_unit)
        return Packing("", 1, self.base_unit)


@dataclass(frozen=True)
class Packing:
    """How an amount is counted."""

    case_name: str = ""
    units_per_case: int = 1
    base_unit: str = ""


@dataclass(frozen=True, kw_only=True)
class CatalogueEntry(Packed):
    """One pack a supplier sells, and on which terms. Without `cost` for who may not see it."""

    id: int = 0
    supplier: str = ""
    supplier_id: int | None = None
    supplier_name: str = ""
    pack: str = ""  # its GTIN
    pack_id: int | None = None
    supplier_sku: str = ""
    cost: Decimal | None = None
    lead_time_days: int | None = None
    minimum_quantity: int = 1
    order_multiple: int = 1
    multiple_name: str = ""
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class PurchaseLine(Packed):
    """One line of an order; amounts are base units, the cost is for a pack."""

    id: int = 0
    position: int = 0
    gtin: str = ""
    supplier_sku: str = ""
    quantity_packs: int = 0
    quantity: int = 0
    received: int = 0
    cancelled: int = 0
    open: int = 0
    pack_cost: Decimal | None = None
    net_amount: Decimal | None = None
    expected_date: date | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class ReceiptRef(Record):
    """A delivery as its order names it."""

    id: int = 0
    number: str = ""
    status: str = ""
    opened_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class LineWarning(Warning):
    """What the supplier will not take as it is written, and in which line."""

    line: int | None = None


@dataclass(frozen=True, kw_only=True)
class Purchase(Record):
    """A purchase order, as a row of the list or whole."""

    id: int = 0
    number: str = ""
    status: str = "draft"
    supplier: str = ""
    supplier_id: int | None = None
    supplier_name: str = ""
    warehouse: str = ""
    warehouse_id: int | None = None
    expected_date: date | None = None
    late: bool = False
    supplier_reference: str = ""
    note: str = ""
    currency: str = "EUR"
    net_total: Decimal | None = None
    line_count: int = 0
    quantity: int = 0
    received: int = 0
    lines: tuple[PurchaseLine, ...] = ()
    receipts: tuple[ReceiptRef, ...] = ()
    warnings: tuple[LineWarning, ...] = ()
    possible_steps: tuple[str, ...] = ()
    created_at: datetime | None = None
    placed_at: datetime | None = None
    user: str = ""
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class PurchaseSummary(Record):
    """How many orders wait for what."""

    draft: int = 0
    placed: int = 0
    partly_received: int = 0
    received: int = 0
    late: int = 0
    expected_today: int = 0

    @property
    def open(self) -> int:
        return self.placed + self.partly_received


@dataclass(frozen=True, kw_only=True)
class Delivered(Packed):
    """So much of one lot that stands on a pallet that was announced, or that was booked in."""

    id: int = 0
    operation_id: str = ""
    lot: str = ""
    lot_id: int | None = None
    expiry_date: date | None = None
    best_before_date: date | None = None
    location: str = ""
    location_id: int | None = None
    quantity: int = 0
    received: int = 0
    unit_cost: Decimal | None = None
    order_line_id: int | None = None
    purchase_order: str = ""
    sscc: str = ""
    user: str = ""
    received_at: datetime | None = None
    undone: bool = False

    @property
    def until(self) -> date | None:
        return self.best_before_date or self.expiry_date


@dataclass(frozen=True, kw_only=True)
class Expected(Packed):
    """What a delivery should still bring of one product."""

    order_line_id: int | None = None
    purchase_order: str = ""
    ordered: int = 0
    received: int = 0
    open: int = 0
    lots: tuple[Any, ...] = ()
    minimum_intake_days: int | None = None

    @property
    def lot_names(self) -> tuple[str, ...]:
        """The announced lots, however they are written."""
        return tuple(str(one.get("lot", "")) if isinstance(one, dict) else str(one) for one in self.lots)


@dataclass(frozen=True, kw_only=True)
class NoticeUnit(Record):
    """A pallet with its SSCC."""

    sscc: str = ""
    received: bool = False
    lines: tuple[Delivered, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Notice(Record):
    """What a supplier says is on its way."""

    id: int = 0
    supplier: str = ""
    supplier_id: int | None = None
    supplier_name: str = ""
    warehouse: str = ""
    purchase_order: str = ""
    purchase_order_id: int | None = None
    despatch_number: str = ""
    number: str = ""
    expected_date: date | None = None
    status: str = ""
    units: tuple[NoticeUnit, ...] = ()
    lines: tuple[Delivered, ...] = ()
    unit_count: int = 0
    quantity: int = 0
    created_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Discrepancy(Packed):
    """Where a delivery was not what was asked for."""

    id: int = 0
    kind: str = ""
    outcome: str = ""
    lot: str = ""
    quantity: int = 0
    note: str = ""
    user: str = ""
    found_at: datetime | None = None
    settled_at: datetime | None = None
    settlement: str = ""
    withdrawn: bool = False
    receipt: str = ""
    receipt_id: int | None = None
    supplier: str = ""
    supplier_name: str = ""

    @property
    def open(self) -> bool:
        return self.settled_at is None and not self.withdrawn


@dataclass(frozen=True, kw_only=True)
class Receipt(Record):
    """A delivery at the dock, or one that was booked in."""

    id: int = 0
    number: str = ""
    status: str = "open"
    supplier: str = ""
    supplier_id: int | None = None
    supplier_name: str = ""
    warehouse: str = ""
    location: str = ""
    location_id: int | None = None
    purchase_order: str = ""
    purchase_order_id: int | None = None
    notice: str = ""
    notice_id: int | None = None
    delivery_note: str = ""
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    user: str = ""
    line_count: int = 0
    quantity: int = 0
    discrepancy_count: int = 0
    expected: tuple[Expected, ...] = ()
    units: tuple[NoticeUnit, ...] = ()
    lines: tuple[Delivered, ...] = ()
    discrepancies: tuple[Discrepancy, ...] = ()
    possible_steps: tuple[str, ...] = ()
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Booked(Packed):
    """What became of one line that was received."""

    lot: str = ""
    lot_id: int | None = None
    expiry_date: date | None = None
    best_before_date: date | None = None
    quantity: int = 0
    location: str = ""
    order_line_id: int | None = None
    kind: str = "ok"
    outcome: str = ""


@dataclass(frozen=True, kw_only=True)
class Waiting(Record):
    """A sales order that was promised what just came in."""

    order: str = ""
    order_id: int | None = None
    customer_name: str = ""
    quantity: int = 0


@dataclass(frozen=True, kw_only=True)
class PutAwayHint(Record):
    """Where it should go, and why."""

    product: str = ""
    lot: str = ""
    quantity: int = 0
    location: str = ""
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Intake(Record):
    """The answer to a delivery scan."""

    operation_id: str = ""
    receipt: Receipt = Receipt()
    booked: tuple[Booked, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    put_away: tuple[PutAwayHint, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Proposal(Record):
    """A place where goods would fit."""

    location: str = ""
    location_id: int | None = None
    kind: str = ""
    zone: str = ""
    why: str = ""
    why_code: str = ""


@dataclass(frozen=True, kw_only=True)
class PromisedTo(Record):
    """An order that waits for a part of it."""

    reference: str = ""
    quantity: int = 0


@dataclass(frozen=True, kw_only=True)
class AtDock(Packed):
    """What lies in a receiving place, and where it should go."""

    lot: str = ""
    lot_id: int | None = None
    from_location: str = ""
    from_location_id: int | None = None
    expiry_date: date | None = None
    best_before_date: date | None = None
    on_hand: int = 0
    free: int = 0
    promised: int = 0
    promised_to: tuple[PromisedTo, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    since: datetime | None = None

    @property
    def until(self) -> date | None:
        return self.best_before_date or self.expiry_date

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from the others."""
        return self.product, self.lot, self.from_location


@dataclass(frozen=True, kw_only=True)
class SupplierReturnLine(Packed):
    """One lot that goes back, from where it lies."""

    id: int = 0
    position: int = 0
    lot: str = ""
    lot_id: int | None = None
    expiry_date: date | None = None
    best_before_date: date | None = None
    location: str = ""
    location_id: int | None = None
    quantity: int = 0
    reason: str = ""
    discrepancy: int | None = None
    discrepancy_id: int | None = None
    unit_cost: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class SupplierReturn(Record):
    """Goods that go back to where they came from."""

    id: int = 0
    number: str = ""
    status: str = "draft"
    supplier: str = ""
    supplier_id: int | None = None
    supplier_name: str = ""
    warehouse: str = ""
    receipt: str = ""
    receipt_id: int | None = None
    reason: str = ""
    supplier_reference: str = ""
    currency: str = "EUR"
    credit_total: Decimal | None = None
    net_total: Decimal | None = None
    line_count: int = 0
    quantity: int = 0
    lines: tuple[SupplierReturnLine, ...] = ()
    possible_steps: tuple[str, ...] = ()
    created_at: datetime | None = None
    dispatched_at: datetime | None = None
    closed_at: datetime | None = None
    user: str = ""
    version: int = 0
