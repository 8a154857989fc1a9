"""What the API answers about transfers and counts, as frozen dataclasses."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from stillage_client.api.records import Record


@dataclass(frozen=True, kw_only=True)
class OfLot(Record):
    """What every amount of a lot says of itself: which product, which lot, in which packs it is read."""

    product: str = ""
    product_id: int | None = None
    product_name: str = ""
    category: str = ""
    lot: str = ""
    lot_id: int | None = None
    expiry_date: date | None = None
    best_before_date: date | None = None
    base_unit: str = ""
    case_name: str = ""
    units_per_case: int = 1

    @property
    def until(self) -> date | None:
        """The date printed on it."""
        return self.best_before_date or self.expiry_date


# --- transfers ------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Suggested(Record):
    """A lot at a place that would leave, if nobody says otherwise."""

    lot: str = ""
    lot_id: int | None = None
    location: str = ""
    location_id: int | None = None
    quantity: int = 0
    expiry_date: date | None = None
    best_before_date: date | None = None

    @property
    def until(self) -> date | None:
        return self.best_before_date or self.expiry_date


@dataclass(frozen=True, kw_only=True)
class TransferLine(OfLot):
    """What was asked to go, and how far it is."""

    id: int = 0
    position: int = 0
    quantity: int = 0
    dispatched: int = 0
    received: int = 0
    missing: int = 0
    note: str = ""
    suggested: tuple[Suggested, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TransferItem(OfLot):
    """Units of one lot that left one place; `on_the_way` neither arrived nor was written off."""

    id: int = 0
    line_id: int | None = None
    from_location: str = ""
    from_location_id: int | None = None
    dispatched: int = 0
    received: int = 0
    missing: int = 0
    damaged: int = 0
    surplus: int = 0
    on_the_way: int = 0


@dataclass(frozen=True, kw_only=True)
class Transfer(Record):
    """Goods from one warehouse to another."""

    id: int = 0
    number: str = ""
    status: str = ""
    version: int = 0
    from_warehouse: str = ""
    from_warehouse_id: int | None = None
    from_warehouse_name: str = ""
    to_warehouse: str = ""
    to_warehouse_id: int | None = None
    to_warehouse_name: str = ""
    expected_date: date | None = None
    late: bool = False
    carrier: str = ""
    note: str = ""
    user: str = ""
    created_at: datetime | None = None
    dispatched_at: datetime | None = None
    received_at: datetime | None = None
    line_count: int = 0
    quantity: int = 0
    dispatched: int = 0
    received: int = 0
    on_the_way: int = 0
    lines: tuple[TransferLine, ...] = ()
    items: tuple[TransferItem, ...] = ()
    possible_steps: tuple[str, ...] = ()

    @property
    def came_from(self) -> str:
        return self.from_warehouse_name or self.from_warehouse

    @property
    def goes_to(self) -> str:
        return self.to_warehouse_name or self.to_warehouse


# --- counts ---------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class CountPlace(Record):
    """A place to be counted, in a round; `done_at` says that it is."""

    location: str = ""
    location_id: int | None = None
    zone: str = ""
    round: int = 1
    pick_sequence: int | None = None
    claimed_by: str = ""
    done_at: datetime | None = None
    done_by: str = ""
    line_count: int = 0


@dataclass(frozen=True, kw_only=True)
class CountLine(OfLot):
    """What was found of a lot at a place; book and difference only when they may be seen."""

    id: int = 0
    location: str = ""
    location_id: int | None = None
    round: int = 1
    counted: int = 0
    counted_by: str = ""
    counted_at: datetime | None = None
    outcome: str = ""
    book: int | None = None
    difference: int | None = None
    value_difference: Decimal | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class CountTotals(Record):
    """How far a count is, and what it found."""

    places: int = 0
    done: int = 0
    lines: int = 0
    right: int | None = None
    differences: int | None = None
    units_over: int | None = None
    units_short: int | None = None
    value_over: Decimal | None = None
    value_short: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class CountProduct(Record):
    product: str = ""
    product_id: int | None = None
    product_name: str = ""


@dataclass(frozen=True, kw_only=True)
class Count(Record):
    """A count of some places of a warehouse."""

    id: int = 0
    number: str = ""
    status: str = ""
    version: int = 0
    warehouse: str = ""
    warehouse_id: int | None = None
    method: str = ""
    blind: bool = True
    recount: bool = True
    tolerance_units: int = 0
    tolerance_percent: Decimal | None = None
    tolerance_value: Decimal | None = None
    note: str = ""
    user: str = ""
    created_at: datetime | None = None
    submitted_at: datetime | None = None
    closed_at: datetime | None = None
    approved_by: str = ""
    places: tuple[CountPlace, ...] = ()
    products: tuple[CountProduct, ...] = ()
    lines: tuple[CountLine, ...] = ()
    totals: CountTotals = CountTotals()
    accuracy_percent: Decimal | None = None
    counted_it: bool = False  # whoever asks has counted here, so somebody else decides
    possible_steps: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Asked(Record):
    """A lot that a later round asks for."""

    product: str = ""
    product_name: str = ""
    lot: str = ""


@dataclass(frozen=True, kw_only=True)
class Entered(Record):
    """What stands entered at a place after an entry."""

    location: str = ""
    round: int = 1
    lines: tuple[CountLine, ...] = ()
    asked: tuple[Asked, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AbcClass(Record):
    """How much of a class there is, and how much of it is due."""

    products: int = 0
    places: int = 0
    due: int = 0


@dataclass(frozen=True, kw_only=True)
class WorthCounting(Record):
    """A place that should be counted, and why."""

    location: str = ""
    location_id: int | None = None
    zone: str = ""
    why: str = ""
    why_code: str = ""
    last_counted_at: datetime | None = None
    products: int = 0
    units: int = 0


@dataclass(frozen=True, kw_only=True)
class Suggestions(Record):
    """What to count, the most urgent first."""

    a: AbcClass = AbcClass()
    b: AbcClass = AbcClass()
    c: AbcClass = AbcClass()
    places: tuple[WorthCounting, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Accuracy(Record):
    """How right the book was: in a month, for a person or a class."""

    key: str = ""
    lines: int = 0
    right: int = 0
    accuracy_percent: Decimal | None = None
    units_over: int = 0
    units_short: int = 0
    value_over: Decimal | None = None
    value_short: Decimal | None = None
