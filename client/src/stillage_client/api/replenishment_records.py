"""What the API answers about buying ahead: proposals, what will not sell in time, and the wishes behind both."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from stillage_client.api.buying_records import Packing
from stillage_client.api.records import Record


@dataclass(frozen=True, kw_only=True)
class Doubt(Record):
    """Something about a proposal that a person should know: a code and its values."""

    code: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Reasons(Record):
    """The numbers a proposal is made of, in base units and days."""

    sells_per_week: float | None = None
    service_level_percent: Decimal | None = None
    service_source: str = ""
    lead_time_days: float | None = None
    lead_time_spread_days: float | None = None
    lead_time_source: str = ""
    review_days: float | None = None
    protection_days: float | None = None
    expected_demand: float | None = None
    safety_stock: float | None = None
    order_up_to: float | None = None
    rounding: str = ""
    minimum_units: int | None = None
    owed: float | None = None
    dying: float | None = None
    expiry_cap: float | None = None
    cap: float | None = None
    cap_reason: str = ""
    abc_class: str = ""
    method: str = ""
    demand_class: str = ""


@dataclass(frozen=True, kw_only=True)
class Level(Record):
    """What another service level would ask for."""

    service_level_percent: Decimal = Decimal(0)
    order_up_to: float | None = None
    quantity_packs: int = 0
    net_amount: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Proposal(Record):
    """So many packs of a product to buy, and why. `pack_cost` and `net_amount` only for who may see costs."""

    id: int = 0
    status: str = "open"
    warehouse: str = ""
    supplier: str = ""
    supplier_id: int | None = None
    supplier_name: str = ""
    product: str = ""
    product_id: int | None = None
    product_name: str = ""
    category: str = ""
    base_unit: str = ""
    case_name: str = ""
    units_per_case: int = 1
    pack_name: str = ""
    units_per_pack: int = 1
    units_per_pallet: int | None = None
    minimum_packs: int = 1
    order_multiple: int = 1
    multiple_name: str = ""
    quantity_packs: int = 0
    quantity: int = 0
    pack_cost: Decimal | None = None
    net_amount: Decimal | None = None
    needed: int = 0
    on_hand: int = 0
    free: int = 0
    on_order: int = 0
    urgency: int = 0
    runs_out_date: date | None = None
    order_by_date: date | None = None
    expected_date: date | None = None
    why: Reasons = Reasons()
    sentence: str = ""
    troubles: tuple[Doubt, ...] = ()
    changed_since: bool = False
    made_at: datetime | None = None
    answered_at: datetime | None = None
    answered_by: str = ""
    chosen_packs: int | None = None
    reason: str = ""
    snoozed_until: date | None = None
    purchase_order: str = ""
    levels: tuple[Level, ...] = ()

    @property
    def packing(self) -> Packing:
        """Stock of it is counted in cases."""
        if self.units_per_case > 1:
            return Packing(self.case_name or "case", self.units_per_case, self.base_unit)
        return Packing("", 1, self.base_unit)

    @property
    def ordered_in(self) -> Packing:
        """An order of it is counted in packs."""
        if self.units_per_pack > 1:
            return Packing(self.pack_name or "case", self.units_per_pack, self.base_unit)
        return Packing("", 1, self.base_unit)

    def has(self, code: str) -> bool:
        """Whether that is one of its troubles."""
        return any(one.code == code for one in self.troubles)


@dataclass(frozen=True, kw_only=True)
class SupplierGroup(Record):
    """All that should be bought of one supplier for one warehouse."""

    supplier: str = ""
    supplier_id: int | None = None
    supplier_name: str = ""
    warehouse: str = ""
    lines: int = 0
    quantity: int = 0
    late: int = 0
    now: int = 0
    net_total: Decimal | None = None
    pallets: float | None = None
    truck_pallets: int | None = None
    truck_percent: float | None = None
    most_urgent: int | None = None
    minimum_order_value: Decimal | None = None
    budget: Decimal | None = None
    over_budget: bool = False
    expected_date: date | None = None


@dataclass(frozen=True, kw_only=True)
class PlanSummary(Record):
    """How many proposals wait, and what will not sell; for the counts beside the navigation."""

    open: int = 0
    late: int = 0
    now: int = 0
    soon: int = 0
    no_supplier: int = 0
    net_total: Decimal | None = None
    expiry_lots: int = 0
    expiry_units: int = 0
    expiry_value: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class MadeOrder(Record):
    """A purchase order that came of accepted proposals."""

    id: int = 0
    number: str = ""
    supplier: str = ""
    supplier_name: str = ""
    warehouse: str = ""
    lines: int = 0
    net_total: Decimal | None = None
    status: str = "draft"


# ---- what will not sell in time


@dataclass(frozen=True, kw_only=True)
class MoveTo(Record):
    """Another warehouse that sells it faster."""

    warehouse: str = ""
    warehouse_name: str = ""
    units: int = 0
    sells_per_week: float | None = None


@dataclass(frozen=True, kw_only=True)
class Discount(Record):
    """How much cheaper, and how much more a week it would have to sell."""

    percent: Decimal | None = None
    uplift_percent: Decimal | None = None
    more_per_week: float | None = None


@dataclass(frozen=True, kw_only=True)
class ReturnTo(Record):
    """Who sold it and may take it back."""

    supplier: str = ""
    supplier_name: str = ""


@dataclass(frozen=True, kw_only=True)
class RiskReasons(Record):
    """The numbers behind a lot that will not sell, in base units."""

    sells_per_week: float | None = None
    will_sell: float | None = None
    ahead_of_it: float | None = None
    move_to: MoveTo | None = None
    discount: Discount | None = None
    return_to: ReturnTo | None = None


@dataclass(frozen=True, kw_only=True)
class ExpiryRisk(Record):
    """What of a lot will still be there on its last day, as forecast. `value` only for who may see costs."""

    id: int = 0
    warehouse: str = ""
    product: str = ""
    product_id: int | None = None
    product_name: str = ""
    category: str = ""
    lot: str = ""
    lot_id: int | None = None
    expiry_date: date | None = None
    best_before_date: date | None = None
    last_saleable_date: date | None = None
    days_left: int = 0
    on_hand: int = 0
    unsold: int = 0
    unsold_p90: int = 0
    unit_cost: Decimal | None = None
    value: Decimal | None = None
    base_unit: str = ""
    case_name: str = ""
    units_per_case: int = 1
    advice: str = ""
    why: RiskReasons = RiskReasons()
    made_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class RiskSum(Record):
    """So many lots, units and money."""

    lots: int = 0
    units: int = 0
    value: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class RiskSummary(RiskSum):
    """All that will not sell, and what of it within so many days."""

    within: Mapping[int, RiskSum] = field(default_factory=dict)

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> "RiskSummary":
        """The days come as words, as JSON has them."""
        whole = RiskSum.read(raw)
        within = {int(days): RiskSum.read(one) for days, one in (raw.get("within") or {}).items()}
        return cls(lots=whole.lots, units=whole.units, value=whole.value, within=within)


# ---- wishes


@dataclass(frozen=True, kw_only=True)
class Policy(Record):
    """What is wanted of a product, a category, a class or all; empty fields say nothing."""

    id: int = 0
    product: str = ""
    product_id: int | None = None
    product_name: str = ""
    category: str = ""
    category_id: int | None = None
    category_name: str = ""
    abc_class: str = ""
    warehouse: str = ""
    warehouse_id: int | None = None
    service_level_percent: Decimal | None = None
    review_days: int | None = None
    lead_time_days: int | None = None
    minimum_units: int | None = None
    maximum_units: int | None = None
    maximum_cover_days: int | None = None
    sale_days_left: int | None = None
    order: bool | None = None
    note: str = ""
    version: int = 0

    @property
    def kind(self) -> str:
        """product, category, class or all."""
        if self.product:
            return "product"
        if self.category:
            return "category"
        return "class" if self.abc_class else "all"


@dataclass(frozen=True, kw_only=True)
class Effective(Record):
    """A value that holds for a product, and which wish it came from."""

    value: Any = None
    source: str = ""
    policy_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class SupplierPlan(Record):
    """How we order from a supplier for a warehouse; empty fields say nothing."""

    id: int = 0
    supplier: str = ""
    supplier_id: int | None = None
    supplier_name: str = ""
    warehouse: str = ""
    warehouse_id: int | None = None
    review_days: int | None = None
    lead_time_days: int | None = None
    order_weekdays: str = ""
    truck_pallets: int | None = None
    truck_fill_percent: int | None = None
    budget: Decimal | None = None
    version: int = 0
