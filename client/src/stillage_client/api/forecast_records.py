"""What the API answers about forecasts: what is expected of a product, how right it was, what was known, who ran it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from stillage_client.api.records import Record


@dataclass(frozen=True, kw_only=True)
class Reason(Record):
    """Why a forecast is as it is: a code and its values."""

    code: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class OfProduct(Record):
    """Which product in which warehouse, and in which packs it is read."""

    product: str = ""
    product_id: int | None = None
    product_name: str = ""
    category: str = ""
    container_ml: int | None = None
    warehouse: str = ""
    warehouse_id: int | None = None
    base_unit: str = ""
    case_name: str = ""
    units_per_case: int = 1

    @property
    def per(self) -> int:
        """Units in what is counted: a case, or the unit itself."""
        return max(self.units_per_case, 1)


@dataclass(frozen=True, kw_only=True)
class ForecastRow(OfProduct):
    """The newest forecast of a product in a warehouse, in short. `ratio` is our error by that of last year's week."""

    id: int = 0
    method: str = ""
    demand_class: str = ""
    per_week: float = 0.0
    next_4_weeks: float = 0.0
    error: float | None = None
    naive_error: float | None = None
    ratio: float | None = None
    origin_date: date | None = None
    made_at: datetime | None = None
    week_means: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class WeekAhead(Record):
    """What is expected of one week, in base units."""

    week_date: date
    mean: float = 0.0
    p10: float = 0.0
    p50: float = 0.0
    p90: float = 0.0


@dataclass(frozen=True, kw_only=True)
class PastWeek(Record):
    """What was asked for in a week. Unknown: it was out of stock too long to tell."""

    week_date: date
    demand: float | None = None
    unknown: bool = False
    days_out: int = 0


@dataclass(frozen=True, kw_only=True)
class Told(Record):
    """What was told for a week shortly before it."""

    week_date: date
    mean: float = 0.0
    p10: float | None = None
    p90: float | None = None


@dataclass(frozen=True, kw_only=True)
class NearEvent(Record):
    """Days unlike others, as far as the chart reaches."""

    name: str = ""
    kind: str = ""
    first_date: date
    last_date: date


@dataclass(frozen=True, kw_only=True)
class ShelfLot(Record):
    """A lot on the shelf, and how much of it will not be sold in time."""

    lot: str = ""
    lot_id: int | None = None
    last_saleable_date: date | None = None
    best_before_date: date | None = None
    expiry_date: date | None = None
    on_hand: float = 0.0
    unsold: float = 0.0

    @property
    def printed(self) -> date | None:
        """The date printed on it."""
        return self.best_before_date or self.expiry_date

    @property
    def until(self) -> date | None:
        """The last day on which it may be sold."""
        return self.last_saleable_date or self.printed


@dataclass(frozen=True, kw_only=True)
class StockLeft(Record):
    """Stock left at the end of a day, as forecast; `with_orders` counts what is on its way in, too."""

    date: date
    mean: float = 0.0
    p10: float = 0.0
    p90: float = 0.0
    with_orders: float | None = None


@dataclass(frozen=True, kw_only=True)
class Shelf(Record):
    """Today's stock against what is expected to sell."""

    on_hand: float = 0.0
    free: float = 0.0
    on_order: float = 0.0
    lots: tuple[ShelfLot, ...] = ()
    projection: tuple[StockLeft, ...] = ()


@dataclass(frozen=True, kw_only=True)
class WholeForecast(ForecastRow):
    """Everything known of what a product will sell in a warehouse."""

    horizon_weeks: int = 0
    weeks: tuple[WeekAhead, ...] = ()
    why: tuple[Reason, ...] = ()
    history: tuple[PastWeek, ...] = ()
    told: tuple[Told, ...] = ()
    events: tuple[NearEvent, ...] = ()
    shelf: Shelf | None = None
    lasts_days: int | None = None


@dataclass(frozen=True, kw_only=True)
class RunFigures(Record):
    """What came of a run."""

    by_method: Mapping[str, int] = field(default_factory=dict)
    changed: int | None = None
    unchanged: int | None = None
    seconds: float | None = None
    peak_mb: float | None = None


@dataclass(frozen=True, kw_only=True)
class Run(Record):
    """One working-out of forecasts."""

    id: int = 0
    kind: str = ""
    status: str = ""
    phase: str = ""
    series_total: int = 0
    series_done: int = 0
    origin_date: date | None = None
    detail: str = ""
    figures: RunFigures = RunFigures()
    user: str = ""
    created_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def going(self) -> bool:
        """Whether it waits or works."""
        return self.status in ("queued", "running")


@dataclass(frozen=True, kw_only=True)
class HowRight(Record):
    """How right the forecasts of a week, a product, a category … were. Covers and errors in percent."""

    key: str = ""
    key_name: str = ""
    series: int = 0
    weeks: int = 0
    actual: float = 0.0
    wape_percent: float | None = None
    naive_wape_percent: float | None = None
    bias_percent: float | None = None
    mase: float | None = None
    naive_mase: float | None = None
    ratio: float | None = None
    pinball95: float | None = None
    p50_cover: float | None = None
    p90_cover: float | None = None
    p95_cover: float | None = None
    p99_cover: float | None = None


@dataclass(frozen=True, kw_only=True)
class Accuracy(Record):
    """The rows, all of them together, and what was left out."""

    rows: tuple[HowRight, ...] = ()
    total: HowRight = HowRight()
    skipped: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class DemandEvent(Record):
    """Known days on which demand is not as usual."""

    id: int = 0
    name: str = ""
    kind: str = "promotion"
    first_date: date
    last_date: date
    warehouse: str = ""
    category: str = ""
    category_id: int | None = None
    products: tuple[str, ...] = ()
    uplift_percent: Decimal | None = None
    note: str = ""
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Holiday(Record):
    """A public holiday of the warehouse's country."""

    date: date
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class WarehousePlan(Record):
    """What planning knows of a warehouse."""

    warehouse: str = ""
    holiday_country: str = ""
    holiday_region: str = ""
    budget: Decimal | None = None
    version: int = 0
