"""What the API answers about where a lot came from and went, and about recalls, as frozen dataclasses."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from stillage_client.api.control_records import OfLot
from stillage_client.api.records import Record


@dataclass(frozen=True, kw_only=True)
class TracedLot(OfLot):
    """The lot itself."""

    id: int = 0
    production_date: date | None = None
    held: bool = False
    hold_reason: str = ""
    status: str = ""


@dataclass(frozen=True, kw_only=True)
class TraceBalance(Record):
    """Everything that ever came in, and where it is now; `closes` when nothing is unaccounted for."""

    received: int = 0
    returned_to_supplier: int = 0
    on_hand: int = 0
    in_transit: int = 0
    shipped: int = 0
    returned: int = 0
    scrapped: int = 0
    counted: int = 0
    adjusted: int = 0
    transferred: int = 0
    closes: bool = True


@dataclass(frozen=True, kw_only=True)
class Origin(Record):
    """A delivery of it."""

    supplier: str = ""
    supplier_id: int | None = None
    supplier_name: str = ""
    receipt: str = ""
    receipt_id: int | None = None
    purchase_order: str = ""
    purchase_order_id: int | None = None
    delivery_note: str = ""
    reference: str = ""
    received_at: datetime | None = None
    quantity: int = 0
    unit_cost: Decimal | None = None
    location: str = ""
    user: str = ""


@dataclass(frozen=True, kw_only=True)
class TracePlace(Record):
    """Where some of it lies."""

    location: str = ""
    location_id: int | None = None
    warehouse: str = ""
    kind: str = ""
    on_hand: int = 0
    allocated: int = 0
    held: bool = False


@dataclass(frozen=True, kw_only=True)
class OnTheWay(Record):
    """Some of it between two warehouses."""

    transfer: str = ""
    from_warehouse: str = ""
    to_warehouse: str = ""
    quantity: int = 0


@dataclass(frozen=True, kw_only=True)
class Promised(Record):
    """Some of it that an order still waits for."""

    order: str = ""
    order_id: int | None = None
    customer: str = ""
    customer_name: str = ""
    location: str = ""
    picked: bool = False
    quantity: int = 0
    delivery_date: date | None = None


@dataclass(frozen=True, kw_only=True)
class TraceShipment(Record):
    shipment: str = ""
    shipment_id: int | None = None
    order: str = ""
    order_id: int | None = None
    shipped_at: datetime | None = None
    delivery_date: date | None = None
    quantity: int = 0


@dataclass(frozen=True, kw_only=True)
class TraceCustomer(Record):
    """Who got how much of it, and by which shipments."""

    customer: str = ""
    customer_id: int | None = None
    customer_name: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""
    city: str = ""
    shipped: int = 0
    returned: int = 0
    net: int = 0
    shipments: tuple[TraceShipment, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TraceReturn(Record):
    number: str = ""
    customer: str = ""
    customer_name: str = ""
    received_at: datetime | None = None
    quantity: int = 0
    outcome: str = ""


@dataclass(frozen=True, kw_only=True)
class Scrapped(Record):
    at: datetime | None = None
    location: str = ""
    quantity: int = 0
    reason: str = ""
    user: str = ""


@dataclass(frozen=True, kw_only=True)
class RecallRef(Record):
    number: str = ""
    status: str = ""
    drill: bool = False


@dataclass(frozen=True, kw_only=True)
class Trace(Record):
    """The whole way of a lot, forward and back."""

    lot: TracedLot = TracedLot()
    balance: TraceBalance = TraceBalance()
    origins: tuple[Origin, ...] = ()
    places: tuple[TracePlace, ...] = ()
    on_the_way: tuple[OnTheWay, ...] = ()
    promised: tuple[Promised, ...] = ()
    customers: tuple[TraceCustomer, ...] = ()
    returns: tuple[TraceReturn, ...] = ()
    scrapped: tuple[Scrapped, ...] = ()
    recalls: tuple[RecallRef, ...] = ()
    units_per_case: int = 1
    case_name: str = ""
    base_unit: str = ""


# --- recalls --------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Staged(Record):
    """Picked for an order, and must go back to its place."""

    order: str = ""
    order_id: int | None = None
    customer_name: str = ""
    location: str = ""
    quantity: int = 0


@dataclass(frozen=True, kw_only=True)
class RecallLot(OfLot):
    """A lot that is called back, and where it stands."""

    received: int = 0
    returned_to_supplier: int = 0
    on_hand: int = 0
    held_here: int = 0
    in_transit: int = 0
    staged: int = 0
    to_put_back: tuple[Staged, ...] = ()
    shipped: int = 0
    returned: int = 0
    scrapped: int = 0
    freed: int = 0
    closes: bool = True


@dataclass(frozen=True, kw_only=True)
class RecallCustomer(Record):
    """A customer who was sent some: whether they know, and what they answered."""

    customer: str = ""
    customer_id: int | None = None
    customer_name: str = ""
    email: str = ""
    phone: str = ""
    contact_name: str = ""
    address: str = ""
    city: str = ""
    shipped: int = 0
    returned: int = 0
    back_since: int = 0
    told_at: datetime | None = None
    told_by: str = ""
    told_how: str = ""
    left_there: int | None = None
    answered_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class RecallTotals(Record):
    received: int = 0
    blocked: int = 0
    with_customers: int = 0
    customers: int = 0
    told: int = 0
    back: int = 0
    back_percent: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class RecallStep(Record):
    """One thing that happened, and how long after the start."""

    at: datetime | None = None
    code: str = ""
    what: str = ""
    by: str = ""
    seconds_after_start: int = 0


@dataclass(frozen=True, kw_only=True)
class Recall(Record):
    """Some lots are called back."""

    id: int = 0
    number: str = ""
    status: str = ""
    version: int = 0
    title: str = ""
    reason: str = ""
    instructions: str = ""
    outcome: str = ""
    drill: bool = False
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    all_told_at: datetime | None = None
    closed_by: str = ""
    user: str = ""
    lots: tuple[RecallLot, ...] = ()
    customers: tuple[RecallCustomer, ...] = ()
    totals: RecallTotals = RecallTotals()
    timeline: tuple[RecallStep, ...] = ()
    duration_seconds: int | None = None
    possible_steps: tuple[str, ...] = ()
