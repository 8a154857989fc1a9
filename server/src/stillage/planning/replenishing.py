"""What to order of one product for one warehouse, and why. Pure: numbers in, a line out."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from stillage.planning.ahead import Ahead
from stillage.planning.rounding import Offer, Rounded, round_down, round_up, to_whole_layers
from stillage.planning.safety import LeadTime, Level, can_wait, order_day, order_up_to, review_period
from stillage.planning.shelf import FOREVER_DAYS, Dated, days_to_sell, sold_in_time

PRUDENT: Final = 0.10  # demand that is exceeded in nine of ten cases
NEAR_MOST: Final = 0.7  # of what is expected to sell in time
REASONABLE_DAYS: Final = 91
LONGEST_WAIT_DAYS: Final = 365
LATE, NOW = 0, 1
MOST_DAYS: Final = 32_000
Trouble = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Terms:
    """What is wanted of a product in a warehouse, after all policies."""

    service_level_percent: float
    service_source: str
    review_days: int
    abc_class: str = "C"
    minimum_units: int | None = None
    maximum_units: int | None = None
    maximum_cover_days: int | None = None
    sale_days_left: int = 0
    order: bool = True


@dataclass(frozen=True, slots=True)
class Stock:
    """What there is and what is on its way. `shelf` may be sold and is promised to nobody, the earliest date first.

    `coming` is on order (or on a draft, or on a transfer) and when it is expected; `owed` are units that customers
    ordered and that are promised by no lot; `on_hand` is all that lies in the house, `held` what of it may not be sold.
    """

    on_hand: int = 0
    held: int = 0
    shelf: tuple[Dated, ...] = ()
    coming: tuple[tuple[dt.date, int], ...] = ()
    drafted: int = 0
    owed: int = 0

    @property
    def free(self) -> int:
        return int(sum(one.units for one in self.shelf))

    @property
    def on_order(self) -> int:
        return sum(units for _, units in self.coming)


@dataclass(slots=True)
class Line:
    """A product that may be ordered, with everything its proposal tells. Quantities in base units."""

    product_id: int
    offer: Offer | None
    terms: Terms
    stock: Stock
    ahead: Ahead | None
    lead: LeadTime
    order_date: dt.date
    expected_date: dt.date
    review_days: int
    layers: tuple[tuple[str, int], ...] = ()
    pallet_units: int | None = None
    level: Level | None = None
    position: float = 0.0
    needed: int = 0
    packs: int = 0
    rounding: str = ""
    urgency: int = MOST_DAYS
    runs_out_date: dt.date | None = None
    order_by_date: dt.date | None = None
    most: float = math.inf  # units that may be ordered at all
    prudent: float = math.inf  # units that may be ordered beyond what is needed
    reason_for_most: str = ""
    life_days: int | None = None
    dying: float = 0.0  # of the shelf: goes stale before it can help
    troubles: list[Trouble] = field(default_factory=list)
    others: int = 0  # other suppliers who sell it
    choice: str = ""
    multiple_name: str = ""
    waits: bool = False  # until the next review

    @property
    def quantity(self) -> int:
        return self.packs * (self.offer.units if self.offer else 1)

    @property
    def pallets(self) -> float:
        return self.quantity / self.pallet_units if self.pallet_units else 0.0

    @property
    def limited(self) -> bool:
        """Whether less is ordered than is needed because of a limit."""
        return any(one["code"] in ("expires_first", "at_maximum") for one in self.troubles)

    def trouble(self, code: str, **values: Any) -> None:
        if all(one["code"] != code for one in self.troubles):
            self.troubles.append({"code": code, "values": values})

    def cover_days(self) -> float:
        """Days that what there is, what is coming and what is ordered here will last."""
        have = self.position + self.quantity
        return self.ahead.lasts(have) if self.ahead else math.inf

    def room(self, *, beyond_need: bool) -> float:
        """Units that may still be added."""
        return (min(self.most, self.prudent) if beyond_need else self.most) - self.quantity


def work_out(
    line: Line, *, today: dt.date, weekdays: str, next_review: dt.date, discontinued: bool = False
) -> Line:
    """Fill a line in: the level, what is needed, how urgent it is, the limits, the packs.

    `next_review` is when this supplier is looked at again; what can wait until then is not ordered before.
    """
    terms, stock = line.terms, line.stock
    line.review_days = review_period(line.order_date, terms.review_days, weekdays)
    wait = (line.order_date - today).days
    fill = terms.service_level_percent / 100
    if line.ahead is not None:
        line.level = order_up_to(
            line.ahead, line.lead, review_days=line.review_days, fill=fill, wait_days=wait
        )
    protection = wait + line.lead.mean + line.review_days
    line.dying = _dying(line, protection, today)
    end = today + dt.timedelta(days=math.ceil(protection))
    coming = sum(units for day, units in stock.coming if day <= end)
    line.position = stock.free - line.dying + coming - stock.owed
    target = line.level.order_up_to if line.level else 0.0
    floor = float(terms.minimum_units or 0)
    line.needed = max(math.ceil(max(target, floor) - line.position - 1e-6), 0)
    _when(line, today=today, wait=wait, fill=fill, floor=floor, coming_by=_coming_by(stock))
    if discontinued:
        if stock.owed > 0 and line.needed:
            line.trouble("discontinued", owed=stock.owed)
        return line
    if stock.held and line.needed:
        line.trouble("stock_held", units=stock.held)
    if line.ahead is None:
        line.trouble("no_forecast")
    if line.offer is None:
        line.trouble("no_supplier")
    _limits(line, today)
    line.waits = line.urgency > NOW and _can_wait(line, today, next_review)
    if line.needed and not line.waits:
        _round(line)
    return line


def _dying(line: Line, days: float, today: dt.date) -> float:
    """Units of the shelf that go stale before the next order's delivery, and sell in no case before."""
    demand = line.ahead.mean if line.ahead else _nobody
    sold = sold_in_time(line.stock.shelf, demand, today=today, days=days)
    return sum(
        one.units - gone
        for one, gone in zip(line.stock.shelf, sold, strict=True)
        if days_to_sell(one.last_date, today) < days
    )


def _nobody(days: float) -> float:
    return 0.0


def _coming_by(stock: Stock) -> Any:
    return lambda day: sum(units for expected, units in stock.coming if expected <= day)


def _when(line: Line, *, today: dt.date, wait: int, fill: float, floor: float, coming_by: Any) -> None:
    """When the shelf is empty, by when an order must go out, and the urgency that follows."""
    stock, lead = line.stock, line.lead
    have = stock.free - line.dying - stock.owed + coming_by(line.expected_date)
    lasts = line.ahead.lasts(have) if line.ahead else (0.0 if have < 0 else math.inf)
    for day, units in stock.coming:
        if day > line.expected_date and (day - today).days <= lasts:
            have += units
            lasts = line.ahead.lasts(have) if line.ahead else math.inf
    if lasts < FOREVER_DAYS:
        line.runs_out_date = today + dt.timedelta(days=int(lasts))
    if not line.needed:
        # Enough for a review and longer; it may still fill a truck.
        days = min(int(min(lasts, MOST_DAYS)) - math.ceil(lead.mean), LONGEST_WAIT_DAYS)
        line.urgency = max(days, line.review_days)
        line.order_by_date = today + dt.timedelta(days=line.urgency)
        return
    if line.runs_out_date is not None and line.runs_out_date < line.expected_date:
        line.urgency = LATE
        line.order_by_date = line.runs_out_date - dt.timedelta(days=math.ceil(lead.mean))
        if line.runs_out_date >= today:
            short = (line.expected_date - line.runs_out_date).days
            line.trouble("runs_out_before_delivery", days=short)
        else:
            line.trouble("runs_out_before_delivery", days=(line.expected_date - today).days)
        return
    days = wait
    if line.ahead is not None and line.position > floor:
        days += can_wait(
            line.ahead, lead, units=line.position, review_days=line.review_days, fill=fill, wait_days=wait
        )
    line.order_by_date = today + dt.timedelta(days=days)
    line.urgency = min(max(days, NOW), MOST_DAYS)


def _can_wait(line: Line, today: dt.date, next_review: dt.date) -> bool:
    """What the next review is early enough for; and today what is less than half of what can be ordered."""
    if line.order_by_date is None:
        return False
    if next_review > today:
        return line.order_by_date >= next_review
    return line.offer is not None and line.needed * 2 < line.offer.least_packs * line.offer.units


def _limits(line: Line, today: dt.date) -> None:
    """The most that may be ordered: the shelf's maximum, the longest cover, and what sells before it goes stale."""
    terms, stock, ahead = line.terms, line.stock, line.ahead
    have = stock.free + stock.on_order - stock.owed
    if terms.maximum_units is not None:
        _at_most(line, terms.maximum_units - have, "maximum_units")
    if terms.maximum_cover_days is not None and ahead is not None:
        _at_most(line, ahead.mean(terms.maximum_cover_days) - (have - line.dying), "maximum_cover_days")
    if line.life_days is None or ahead is None:
        return
    last = line.expected_date + dt.timedelta(days=line.life_days - terms.sale_days_left)
    days = float(days_to_sell(last, today)) if last >= line.expected_date else 0.0
    before = sum(sold_in_time(stock.shelf, ahead.mean, today=today, days=days))
    ahead_of_it = before + stock.on_order - stock.owed
    _at_most(line, ahead.mean(days) - ahead_of_it, "expires")
    prudent = ahead.curve(days).quantile(PRUDENT) if days > 0 else 0.0
    line.prudent = min(line.prudent, max(prudent - ahead_of_it, 0.0))


def _at_most(line: Line, units: float, reason: str) -> None:
    if units < line.most:
        line.most, line.reason_for_most = max(math.floor(max(units, 0.0)), 0), reason


def _round(line: Line) -> None:
    """Packs for what is needed: up where that is within the limits, else down, and then it is said why."""
    offer = line.offer
    if offer is None:
        line.packs, line.rounding = int(min(line.needed, line.most, 2**31 - 1)), ""
        return
    wanted = min(float(line.needed), line.most)
    up = round_up(wanted, offer)
    if line.ahead is not None and line.level is not None and not line.terms.minimum_units:
        # A forecast that knows little asks for much; more than a quarter's demand is bought by people only.
        quarter = line.ahead.mean(line.level.protection_days + REASONABLE_DAYS) - line.position
        if up.packs * offer.units > quarter and up.packs > offer.least_packs:
            up = Rounded(max(round_down(quarter, offer), offer.least_packs), "quarter")
    if up.packs * offer.units <= line.most:
        line.packs, line.rounding = up.packs, up.reason
        whole = to_whole_layers(up.packs, offer, line.layers)
        if whole is not None and whole.packs * offer.units <= min(line.most, line.prudent):
            line.packs, line.rounding = whole.packs, whole.reason
    else:
        line.packs, line.rounding = round_down(line.most, offer), "limit"
    if line.needed > line.quantity and line.reason_for_most and line.rounding != "quarter":
        code = "expires_first" if line.reason_for_most == "expires" else "at_maximum"
        line.trouble(
            code,
            most=int(line.most) if line.most < math.inf else None,
            smallest_order=offer.least_packs * offer.units,
        )
    elif line.quantity > max(line.prudent, NEAR_MOST * line.most):
        line.trouble("may_expire", prudent=int(line.prudent), most=int(line.most))


def told(line: Line, *, forecast: Mapping[str, Any] | None) -> dict[str, Any]:
    """The numbers that a proposal's sentences are made of."""
    level, lead, terms, stock = line.level, line.lead, line.terms, line.stock
    return {
        "sells_per_week": round(line.ahead.per_week, 2) if line.ahead else None,
        "service_level_percent": terms.service_level_percent,
        "service_source": terms.service_source,
        "abc_class": terms.abc_class,
        "lead_time_days": round(lead.mean, 1),
        "lead_time_spread_days": round(lead.spread, 1),
        "lead_time_source": lead.source,
        "receipts_seen": lead.receipts,
        "review_days": line.review_days,
        "protection_days": round(level.protection_days, 1) if level else None,
        "expected_demand": round(level.expected_demand, 2) if level else None,
        "safety_stock": round(level.safety_stock, 2) if level else None,
        "order_up_to": round(level.order_up_to, 2) if level else None,
        "minimum_units": terms.minimum_units,
        "owed": stock.owed,
        "held": stock.held,
        "drafted": stock.drafted,
        "dying": round(line.dying, 2),
        "position": round(line.position, 2),
        "before_rounding": line.needed,
        "rounding": line.rounding,
        "expiry_cap": _shown(line.most) if line.reason_for_most == "expires" else None,
        "cap": _shown(line.most),
        "prudent_cap": _shown(line.prudent),
        "cap_reason": line.reason_for_most if line.limited else "",
        "limit_reason": line.reason_for_most,
        "life_days": line.life_days,
        "sale_days_left": terms.sale_days_left,
        "other_suppliers": line.others,
        "supplier_choice": line.choice,
        "minimum_packs": line.offer.least_packs if line.offer else 1,
        "order_multiple": line.offer.multiple_packs if line.offer else 1,
        "multiple_name": line.multiple_name,
        "units_per_pallet": line.pallet_units,
        "layers": [list(one) for one in line.layers],
        "lead_points": [[round(days, 2), round(weight, 4)] for days, weight in lead.points],
        **(forecast or {"method": None, "demand_class": None}),
    }


def _shown(units: float) -> int | None:
    return None if math.isinf(units) else int(units)


def packs_at(line: Line, fill: float, *, wait_days: int) -> tuple[Level | None, int]:
    """The level and the packs that another service level would ask for, within the same limits."""
    if line.ahead is None:
        return None, 0
    level = order_up_to(line.ahead, line.lead, review_days=line.review_days, fill=fill, wait_days=wait_days)
    other = Line(
        product_id=line.product_id,
        offer=line.offer,
        terms=line.terms,
        stock=line.stock,
        ahead=line.ahead,
        lead=line.lead,
        order_date=line.order_date,
        expected_date=line.expected_date,
        review_days=line.review_days,
        layers=line.layers,
        most=line.most,
        prudent=line.prudent,
        reason_for_most=line.reason_for_most,
    )
    target = max(level.order_up_to, float(line.terms.minimum_units or 0))
    other.needed = max(math.ceil(target - line.position - 1e-6), 0)
    if other.needed:
        _round(other)
    return level, other.packs


def first_order_day(today: dt.date, weekdays: str) -> dt.date:
    """When an order that is made today goes out."""
    return order_day(today, weekdays)


__all__ = [
    "LATE",
    "NOW",
    "Line",
    "Sequence",
    "Stock",
    "Terms",
    "first_order_day",
    "packs_at",
    "told",
    "work_out",
]
