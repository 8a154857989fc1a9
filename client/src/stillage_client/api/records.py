"""What the API answers, as frozen dataclasses, and the tolerant reader that makes them. No network here.

Unknown fields are passed over and missing ones take their default: an older client can read a newer server.
"""

import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Generic, Self, TypeVar, Union, get_args, get_origin, get_type_hints

from stillage_client.api.errors import Unreadable

Read = Callable[[Any], Any]
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Record:
    """Base of every record: `Product.read(json)` makes one, `Product.read_all(list)` a tuple of them."""

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> Self:
        if not isinstance(raw, Mapping):
            raise Unreadable(f"{cls.__name__}: expected an object, got {type(raw).__name__}")
        known = {}
        for name, read in _readers(cls).items():  # type: ignore[arg-type]
            if raw.get(name) is not None:
                try:
                    known[name] = read(raw[name])
                except (TypeError, ValueError, ArithmeticError) as problem:
                    raise Unreadable(f"{cls.__name__}.{name}: {problem}") from problem
        try:
            return cls(**known)
        except TypeError as problem:
            raise Unreadable(str(problem)) from problem

    @classmethod
    def read_all(cls, rows: Any) -> tuple[Self, ...]:
        return tuple(cls.read(row) for row in rows)


@dataclass(frozen=True, kw_only=True)
class Page(Generic[T]):
    """One page of a list; `next` is the cursor of the following one, None on the last."""

    results: tuple[T, ...]
    next: str | None = None
    count: int | None = None
    count_capped: bool = False


def read_page(row: Callable[[Any], T], raw: Mapping[str, Any]) -> Page[T]:
    """`read_page(Product.read, answer)`."""
    return Page(
        results=tuple(row(item) for item in raw["results"]),
        next=raw.get("next"),
        count=raw.get("count"),
        count_capped=bool(raw.get("count_capped")),
    )


@cache
def _readers(cls: type) -> dict[str, Read]:
    hints = get_type_hints(cls)
    return {field.name: _reader(hints[field.name]) for field in fields(cls)}


def _reader(hint: Any) -> Read:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _reader(next(kind for kind in inner if kind is not types.NoneType))
    if origin is tuple:
        one = _reader(inner[0])
        return lambda rows: tuple(one(row) for row in rows)
    if isinstance(hint, type) and issubclass(hint, Record):
        return hint.read
    return _SCALARS.get(hint, _as_is)


def _as_is(value: Any) -> Any:
    return value


def _instant(value: str) -> datetime:
    at = datetime.fromisoformat(value)
    if at.tzinfo is None:
        raise ValueError(f"an instant without a zone: {value}")
    return at


_SCALARS: dict[Any, Read] = {
    int: int,
    str: str,
    bool: bool,
    float: float,
    Decimal: lambda value: Decimal(str(value)),
    date: date.fromisoformat,
    datetime: _instant,
}


# --- who ------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class WarehouseRef(Record):
    id: int
    code: str
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Me(Record):
    id: int
    username: str
    full_name: str = ""
    role: str = ""
    roles: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()
    all_warehouses: bool = False
    warehouses: tuple[WarehouseRef, ...] = ()
    warehouse: str | None = None
    language: str = "en"

    @property
    def name(self) -> str:
        return self.full_name or self.username


@dataclass(frozen=True, kw_only=True)
class SignedIn(Record):
    """One place where this user is signed in."""

    id: str
    device: str = ""
    address: str = ""
    user_agent: str = ""
    created_at: datetime | None = None
    last_used_at: datetime | None = None
    expires_at: datetime | None = None
    current: bool = False


@dataclass(frozen=True, kw_only=True)
class User(Record):
    id: int
    username: str
    full_name: str = ""
    email: str = ""
    role: str = ""
    warehouses: tuple[str, ...] = ()
    all_warehouses: bool = False
    is_active: bool = True
    last_login: datetime | None = None
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Role(Record):
    name: str
    permissions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AuditEntry(Record):
    id: int
    at: datetime
    action: str
    user: str = ""
    user_id: int | None = None
    object_type: str = ""
    object_id: str = ""
    object: str = ""
    before: Any = None
    after: Any = None
    address: str = ""
    request_id: str = ""
    warehouse: str = ""


# --- catalogue and parties ------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Category(Record):
    id: int
    name: str
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Brand(Record):
    id: int
    name: str
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Pack(Record):
    id: int
    name: str
    units_per_pack: int = 1
    gtin: str = ""
    product: str = ""
    product_id: int | None = None
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Product(Record):
    id: int
    sku: str
    name: str
    brand: str = ""
    brand_id: int | None = None
    category: str = ""
    category_id: int | None = None
    container: str = ""
    container_ml: int | None = None
    base_unit: str = ""
    abv_percent: Decimal | None = None
    lot_tracked: bool = True
    shelf_life_days: int | None = None
    minimum_intake_days: int | None = None
    status: str = "active"
    packs: tuple[Pack, ...] = ()
    version: int = 0
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def case(self) -> Pack | None:
        """The pack people count in: the smallest that holds more than one unit."""
        return min(
            (p for p in self.packs if p.units_per_pack > 1), key=lambda p: p.units_per_pack, default=None
        )


@dataclass(frozen=True, kw_only=True)
class Supplier(Record):
    id: int
    code: str
    name: str
    email: str = ""
    phone: str = ""
    lead_time_days: int | None = None
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class SupplierProduct(Record):
    id: int
    supplier: str = ""
    supplier_id: int | None = None
    supplier_name: str = ""
    product: str = ""
    product_id: int | None = None
    product_name: str = ""
    unit_cost: Decimal | None = None
    lead_time_days: int | None = None
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Customer(Record):
    id: int
    code: str
    name: str
    email: str = ""
    phone: str = ""
    address: str = ""
    city: str = ""
    minimum_remaining_days: int | None = None
    version: int = 0


# --- places ---------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Warehouse(Record):
    id: int
    code: str
    name: str = ""
    timezone: str = "UTC"
    is_active: bool = True
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Location(Record):
    id: int
    location: str
    code: str = ""
    warehouse: str = ""
    warehouse_id: int | None = None
    kind: str = "storage"
    zone: str = ""
    pick_sequence: int | None = None
    is_active: bool = True
    version: int = 0
    on_hand: int | None = None
    lot_count: int | None = None


# --- stock ----------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Availability(Record):
    """One product in a warehouse: what is there, what is promised, what may be sold."""

    product: str
    product_id: int
    product_name: str = ""
    brand: str = ""
    category: str = ""
    container_ml: int | None = None
    base_unit: str = ""
    case_name: str = ""
    units_per_case: int = 1
    on_hand: int = 0
    allocated: int = 0
    held: int = 0
    expired: int = 0
    available: int = 0
    next_expiry_date: date | None = None
    next_lot: str | None = None
    location_count: int = 0
    lot_count: int = 0


@dataclass(frozen=True, kw_only=True)
class AvailabilitySummary(Record):
    all: int = 0
    expiring: int = 0
    expired: int = 0
    held: int = 0
    out: int = 0


@dataclass(frozen=True, kw_only=True)
class Balance(Record):
    """One lot at one place."""

    id: int = 0
    product: str
    product_id: int
    product_name: str = ""
    lot: str = ""
    lot_id: int | None = None
    expiry_date: date | None = None
    best_before_date: date | None = None
    last_sale_date: date | None = None
    location: str = ""
    location_id: int | None = None
    location_kind: str = ""
    zone: str = ""
    warehouse: str = ""
    warehouse_id: int | None = None
    on_hand: int = 0
    allocated: int = 0
    available: int = 0
    held: bool = False
    status: str = "ok"
    units_per_case: int = 1
    case_name: str = ""
    base_unit: str = ""


@dataclass(frozen=True, kw_only=True)
class Lot(Record):
    id: int
    lot: str
    product: str = ""
    product_id: int | None = None
    product_name: str = ""
    expiry_date: date | None = None
    best_before_date: date | None = None
    production_date: date | None = None
    last_sale_date: date | None = None
    status: str = "ok"
    held: bool = False
    hold_reason: str = ""
    on_hand: int = 0
    allocated: int = 0
    location_count: int = 0
    received_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Movement(Record):
    """One line of an operation. Inside an Operation's own answer the head (id, kind, time) stands on the operation."""

    id: int
    operation_id: str = ""
    kind: str = ""
    product: str = ""
    product_id: int | None = None
    product_name: str = ""
    lot: str = ""
    lot_id: int | None = None
    base_unit: str = ""
    case_name: str = ""
    units_per_case: int = 1
    from_location: str = ""
    to_location: str = ""
    quantity: int = 0
    reason: str = ""
    reference: str = ""
    user: str = ""
    moved_at: datetime | None = None
    reverses_id: str | None = None
    reversed_by_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Hold(Record):
    id: int = 0
    product: str = ""
    product_id: int | None = None
    lot: str = ""
    lot_id: int | None = None
    location: str | None = None
    location_id: int | None = None
    reason: str = ""
    held_at: datetime | None = None
    released_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Operation(Record):
    """What a stock operation did; `operation_id` is what `stock.reverse` takes back."""

    operation_id: str
    kind: str = ""
    movements: tuple[Movement, ...] = ()
    balances: tuple[Balance, ...] = ()
    holds: tuple[Hold, ...] = ()


# --- scanning -------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Element(Record):
    """One GS1 element: identifier, its name, the raw value and the value as people read it."""

    ai: str
    title: str = ""
    value: str = ""
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Warning(Record):
    code: str
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class ScanResult(Record):
    """What a code means here. `kind` is item, unit, place, command or unknown."""

    kind: str = "unknown"
    format: str = ""
    elements: tuple[Element, ...] = ()
    gtin: str | None = None
    product: str | None = None
    product_id: int | None = None
    product_name: str = ""
    lot_tracked: bool = True
    pack: str | None = None
    pack_id: int | None = None
    units_per_pack: int | None = None
    base_unit: str = ""
    lot: str | None = None
    lot_id: int | None = None
    expiry_date: date | None = None
    best_before_date: date | None = None
    production_date: date | None = None
    quantity: int | None = None
    count: int | None = None
    sscc: str | None = None
    location: str | None = None
    location_id: int | None = None
    command: str | None = None
    balances: tuple[Balance, ...] = ()
    warnings: tuple[Warning, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ImageSymbol(Record):
    """One barcode found in a photograph: its meaning in `scan`, or why it has none in `problem`."""

    symbology: str = ""
    symbology_id: str = ""
    data: str = ""
    position: Any = None
    scan: ScanResult | None = None
    problem: Any = None


# --- files in and out -----------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class ImportProblem(Record):
    row: int | None = None
    column: str = ""
    value: str = ""
    code: str = ""
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Import(Record):
    id: int
    kind: str = ""
    file_name: str = ""
    status: str = "queued"
    dry_run: bool = False
    rows_total: int | None = None
    rows_read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    columns: tuple[str, ...] = ()
    mapping: Any = None
    code: str = ""
    detail: str = ""
    errors: tuple[ImportProblem, ...] = ()
    errors_truncated: bool = False
    warnings: tuple[ImportProblem, ...] = ()
    warnings_truncated: bool = False

    @property
    def finished(self) -> bool:
        return self.status in ("done", "refused", "failed")


@dataclass(frozen=True, kw_only=True)
class Export:
    """A downloaded file."""

    file_name: str
    content: bytes
    content_type: str = "application/octet-stream"
