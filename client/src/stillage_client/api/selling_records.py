"""What the API answers about selling: orders, picking, shipments and returns, as frozen dataclasses."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from stillage_client.api.records import Record, Warning


@dataclass(frozen=True, kw_only=True)
class Named(Record):
    """A document that belongs to another: its number, and when it was made."""

    id: int = 0
    number: str = ""
    status: str = ""
    shipped_at: datetime | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Promise(Record):
    """So many units of one lot at one place that are promised to a line."""

    lot: str = ""
    lot_id: int | None = None
    expiry_date: date | None = None
    best_before_date: date | None = None
    last_sale_date: date | None = None
    location: str = ""
    location_id: int | None = None
    location_kind: str = ""
    quantity: int = 0
    picked: bool = False

    @property
    def until(self) -> date | None:
        """The date printed on it."""
        return self.best_before_date or self.expiry_date


@dataclass(frozen=True, kw_only=True)
class OrderLine(Record):
    """One line; quantities are base units, prices are for a pack."""

    id: int = 0
    position: int = 0
    product: str = ""
    product_id: int | None = None
    product_name: str = ""
    category: str = ""
    container_ml: int | None = None
    base_unit: str = ""
    pack_name: str = ""
    units_per_pack: int = 1
    quantity_packs: int = 0
    quantity: int = 0
    allocated: int = 0
    picked: int = 0
    shipped: int = 0
    cancelled: int = 0
    open: int = 0
    pack_price: Decimal | None = None
    discount_percent: Decimal | None = None
    tax_rate_percent: Decimal | None = None
    net_amount: Decimal | None = None
    minimum_remaining_days: int | None = None
    note: str = ""
    allocations: tuple[Promise, ...] = ()

    @property
    def units_per_case(self) -> int:
        return max(self.units_per_pack, 1)

    @property
    def case_name(self) -> str:
        return self.pack_name

    @property
    def to_pack(self) -> int:
        """Picked and not shipped."""
        return max(self.picked - self.shipped, 0) if self.picked > self.shipped else self.picked


@dataclass(frozen=True, kw_only=True)
class Tax(Record):
    rate_percent: Decimal = Decimal(0)
    net: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class HandlingUnit(Record):
    """A pallet or carton with its SSCC."""

    sscc: str = ""
    kind: str = "pallet"
    lines: tuple["PackedLine", ...] = ()


@dataclass(frozen=True, kw_only=True)
class PackedLine(Record):
    """So much of one lot on a handling unit, or in a shipment."""

    id: int = 0
    line: int | None = None
    line_id: int | None = None
    product: str = ""
    product_id: int | None = None
    product_name: str = ""
    category: str = ""
    lot: str = ""
    lot_id: int | None = None
    expiry_date: date | None = None
    best_before_date: date | None = None
    quantity: int = 0
    returned: int = 0
    returnable: int | None = None
    base_unit: str = ""
    pack_name: str = ""
    units_per_pack: int = 1

    @property
    def units_per_case(self) -> int:
        return max(self.units_per_pack, 1)

    @property
    def case_name(self) -> str:
        return self.pack_name

    @property
    def until(self) -> date | None:
        return self.best_before_date or self.expiry_date


@dataclass(frozen=True, kw_only=True)
class Order(Record):
    """An order, as a row of the list or whole. Prices are absent for who may not see them."""

    id: int = 0
    number: str = ""
    customer: str = ""
    customer_id: int | None = None
    customer_name: str = ""
    warehouse: str = ""
    warehouse_id: int | None = None
    status: str = "draft"
    allocation: str = "none"
    delivery_date: date | None = None
    customer_reference: str = ""
    note: str = ""
    line_count: int = 0
    quantity: int = 0
    allocated: int = 0
    picked: int = 0
    shipped: int = 0
    net_total: Decimal | None = None
    tax_total: Decimal | None = None
    gross_total: Decimal | None = None
    currency: str = "EUR"
    created_at: datetime | None = None
    confirmed_at: datetime | None = None
    late: bool = False
    possible_steps: tuple[str, ...] = ()
    lines: tuple[OrderLine, ...] = ()
    taxes: tuple[Tax, ...] = ()
    shipments: tuple[Named, ...] = ()
    returns: tuple[Named, ...] = ()
    pick_lists: tuple[Named, ...] = ()
    handling_units: tuple[HandlingUnit, ...] = ()
    warnings: tuple[Warning, ...] = ()
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class OrderSummary(Record):
    """How many orders are in which state."""

    draft: int = 0
    confirmed: int = 0
    allocated: int = 0
    picking: int = 0
    packed: int = 0
    shipped: int = 0
    backordered: int = 0
    late: int = 0
    open: int = 0


@dataclass(frozen=True, kw_only=True)
class Considered(Record):
    """A lot that was looked at for a line, and what was decided about it."""

    lot: str = ""
    lot_id: int | None = None
    location: str = ""
    expiry_date: date | None = None
    best_before_date: date | None = None
    last_sale_date: date | None = None
    on_hand: int = 0
    available: int = 0
    taken: int = 0
    verdict: str = ""
    detail: str = ""

    @property
    def until(self) -> date | None:
        return self.best_before_date or self.expiry_date


@dataclass(frozen=True, kw_only=True)
class WayOut(Record):
    """One thing that can be done about a shortage."""

    kind: str = ""
    detail: str = ""
    quantity: int | None = None
    warehouse: str = ""
    minimum_remaining_days: int | None = None


@dataclass(frozen=True, kw_only=True)
class LineAllocation(Record):
    """What a line was given, from where, and why not from elsewhere."""

    line: int = 0
    product: str = ""
    product_name: str = ""
    quantity: int = 0
    allocated: int = 0
    missing: int = 0
    needed_on: date | None = None
    minimum_remaining_days: int | None = None
    considered: tuple[Considered, ...] = ()
    ways_out: tuple[WayOut, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PreviewLine(Record):
    """A line as it would be if the order were written now."""

    position: int = 0
    product: str = ""
    product_name: str = ""
    pack_name: str = ""
    units_per_pack: int = 1
    quantity: int = 0
    pack_price: Decimal | None = None
    net_amount: Decimal | None = None
    available: int = 0
    available_for_customer: int = 0
    atp: int | None = None
    missing: int = 0
    ways_out: tuple[WayOut, ...] = ()
    considered: tuple[Considered, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Preview(Record):
    """What the editor shows while somebody types."""

    lines: tuple[PreviewLine, ...] = ()
    net_total: Decimal | None = None
    tax_total: Decimal | None = None
    gross_total: Decimal | None = None
    taxes: tuple[Tax, ...] = ()
    errors: tuple[Warning, ...] = ()
    warnings: tuple[Warning, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Happened(Record):
    """One thing that was done to an order or a return."""

    at: datetime | None = None
    user: str = ""
    action: str = ""
    label: str = ""
    before: Any = None
    after: Any = None


# --- picking --------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class PickTask(Record):
    """So much of one lot to take from one place."""

    id: int = 0
    order: str = ""
    order_id: int | None = None
    customer_name: str = ""
    line_id: int | None = None
    product: str = ""
    product_id: int | None = None
    product_name: str = ""
    category: str = ""
    container_ml: int | None = None
    lot: str = ""
    lot_id: int | None = None
    expiry_date: date | None = None
    best_before_date: date | None = None
    location: str = ""
    location_id: int | None = None
    zone: str = ""
    pick_sequence: int | None = None
    quantity: int = 0
    picked: int = 0
    short: int = 0
    open: int = 0
    units_per_pack: int = 1
    units_per_case: int = 1
    case_name: str = ""
    base_unit: str = ""
    claimed_by: str = ""
    finished_at: datetime | None = None

    @property
    def until(self) -> date | None:
        return self.best_before_date or self.expiry_date


@dataclass(frozen=True, kw_only=True)
class PickList(Record):
    """What is taken on one walk, for one order or several."""

    id: int = 0
    number: str = ""
    status: str = ""
    warehouse: str = ""
    warehouse_id: int | None = None
    staging_location: str = ""
    staging_location_id: int | None = None
    orders: tuple[Any, ...] = ()
    tasks: tuple[PickTask, ...] = ()
    task_count: int = 0
    open_task_count: int = 0
    created_at: datetime | None = None

    @property
    def order_numbers(self) -> tuple[str, ...]:
        """The orders' numbers, however the server names them."""
        return tuple(str(o.get("number", "")) if isinstance(o, dict) else str(o) for o in self.orders)


@dataclass(frozen=True, kw_only=True)
class Claim(Record):
    """The task somebody has now; `next` is where the walk goes after it."""

    task: PickTask | None = None
    next: PickTask | None = None
    remaining: int = 0
    mine: int = 0


@dataclass(frozen=True, kw_only=True)
class Short(Record):
    """What became of units that were not there."""

    task: PickTask | None = None
    new_tasks: tuple[PickTask, ...] = ()
    backordered: int = 0


# --- shipping and returns -------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Shipment(Record):
    """What left the house in one go. It never changes."""

    id: int = 0
    number: str = ""
    order: str = ""
    order_id: int | None = None
    customer: str = ""
    customer_id: int | None = None
    customer_name: str = ""
    warehouse: str = ""
    shipped_at: datetime | None = None
    delivery_date: date | None = None
    carrier: str = ""
    tracking_number: str = ""
    quantity: int = 0
    line_count: int = 0
    lines: tuple[PackedLine, ...] = ()
    handling_units: tuple[HandlingUnit, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ReturnLine(Record):
    """One lot that comes back: announced, received, decided upon, credited. The pack is not in the answer."""

    id: int = 0
    product: str = ""
    product_id: int | None = None
    product_name: str = ""
    category: str = ""
    lot: str = ""
    lot_id: int | None = None
    expiry_date: date | None = None
    best_before_date: date | None = None
    shipment_line: int | None = None
    expected: int = 0
    received: int = 0
    disposed: int = 0
    undecided: int = 0
    credited: int = 0
    reason: str = ""
    base_unit: str = ""
    pack_name: str = ""
    units_per_pack: int = 1

    @property
    def units_per_case(self) -> int:
        return max(self.units_per_pack, 1)

    @property
    def case_name(self) -> str:
        return self.pack_name

    @property
    def until(self) -> date | None:
        return self.best_before_date or self.expiry_date


@dataclass(frozen=True, kw_only=True)
class Return(Record):
    """Goods that come back from a customer."""

    id: int = 0
    number: str = ""
    status: str = ""
    customer: str = ""
    customer_id: int | None = None
    customer_name: str = ""
    warehouse: str = ""
    shipment: str = ""
    shipment_id: int | None = None
    order: str = ""
    reason: str = ""
    created_at: datetime | None = None
    received_at: datetime | None = None
    location: str = ""
    quantity: int = 0
    received: int = 0
    line_count: int = 0
    lines: tuple[ReturnLine, ...] = ()
    credit_notes: tuple[Named, ...] = ()
    possible_steps: tuple[str, ...] = ()
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class CustomerSummary(Record):
    open_orders: int = 0
    overdue_orders: int = 0
    last_order_at: datetime | None = None
    ordered_total_12m: Decimal | None = None
    shipments: int = 0
    open_returns: int = 0
