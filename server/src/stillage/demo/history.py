"""Two years in two buildings, day by day: goods come in, are put away, sold first-expired-first, counted and broken. Pure.

Nothing here knows a database. What it tells is written by `write.py`, and continued by `last_hours.py`.
"""

import datetime as dt
import math
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from string import ascii_uppercase
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from stillage.demo import demand
from stillage.demo.assortment import ProductPlan
from stillage.demo.parties import CustomerPlan, SupplierPlan
from stillage.demo.shelves import NEVER, PalletPlaces, Shelf, Stack
from stillage.demo.site import TIMEZONE, PlacePlan
from stillage.numbering.take import document_number

MONDAY, TUESDAY, THURSDAY, SUNDAY = 0, 1, 3, 6
REPLENISHED_BEFORE: Final = 240  # seconds between filling a face and picking from it
BREAKAGES: Final = (
    "Dropped in handling",
    "Leaking",
    "Pallet damaged by truck",
    "Cap faulty",
    "Case wet through",
)
COUNTED: Final = ("Cycle count", "Cycle count", "Found behind the rack", "Picked short, not booked")
CLEARED_AFTER_DAYS: Final = 1
LEFT_OVER_CASES: Final = 5


class Moved(NamedTuple):
    """A movement as told; places by their full codes."""

    at: int  # seconds since 1970
    kind: str
    lot: int
    source: str
    target: str
    units: int
    operation: int
    who: str
    reference: str = ""
    reason: str = ""
    cost: Decimal | None = None
    demand: int = -1


class SoldLine(NamedTuple):
    """What somebody asked for, and what of it was there. `product` counts in the assortment."""

    demand: int
    product: int
    asked: int
    shipped: int


class Sold(NamedTuple):
    """A sales order of the past, shipped in one go; what was missing was struck off."""

    number: int
    customer: str
    warehouse: str
    at: int
    operation: int
    lines: tuple[SoldLine, ...]


class BoughtLine(NamedTuple):
    """What was ordered of a product, and what a unit of it cost when it came."""

    demand: int
    product: int
    units: int
    cost: Decimal


class Bought(NamedTuple):
    """An order to a supplier: when it was written and wanted, and with which delivery it came; 0 while it has not."""

    supplier: str
    warehouse: str
    ordered_on: dt.date
    expected_on: dt.date
    receipt: int
    at: int
    operation: int
    lines: tuple[BoughtLine, ...]


@dataclass(frozen=True, slots=True)
class LotPlan:
    """A lot as it was first received; `product` counts in the assortment."""

    product: int
    number: str
    created_at: int
    production_date: dt.date | None
    best_before_date: dt.date | None
    expiry_date: dt.date | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """Goods on their way, ordered on a day. `last_sale` is given for a bargain that is short-dated on purpose."""

    shelf: Shelf
    units: int
    ordered: int
    last_sale: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Bargain:
    """Too much of something that will not last, bought on a day: how stock comes to expire."""

    shelf: Shelf
    arrives: int
    last_sale: dt.date
    too_much: float


class History:
    """The telling. Deterministic in its random numbers; `moved` is in the order of time when `tell` is done."""

    def __init__(
        self,
        *,
        rng: random.Random,
        first: dt.date,
        days: int,
        shelves: Sequence[Shelf],
        suppliers: Sequence[SupplierPlan],
        customers: Sequence[CustomerPlan],
        places: Sequence[PlacePlan],
        bargains: Sequence[Bargain],
    ) -> None:
        self.lots: list[LotPlan] = []
        self.moved: list[Moved] = []
        self.sold: list[Sold] = []
        self.bought: list[Bought] = []
        self._rng = rng
        self._first, self._days = first, days
        self._shelves = list(shelves)
        self._suppliers = {supplier.code: supplier for supplier in suppliers}
        self._warehouses = sorted({shelf.warehouse for shelf in shelves})
        self._customers = {
            code: [customer for customer in customers if customer.warehouse == code] or list(customers)
            for code in self._warehouses
        }
        self._pallets = {
            code: PalletPlaces([place for place in places if place.warehouse == code])
            for code in self._warehouses
        }
        self._main = {shelf.number: shelf for shelf in shelves if shelf.warehouse == "MAIN"}
        self._by_supplier: dict[tuple[str, str], list[Shelf]] = defaultdict(list)
        for shelf in self._shelves:
            self._by_supplier[shelf.warehouse, shelf.product.supplier].append(shelf)
        self._due: dict[int, dict[tuple[str, str], list[Delivery]]] = defaultdict(lambda: defaultdict(list))
        self._bargains: dict[int, list[Bargain]] = defaultdict(list)
        for bargain in bargains:
            self._bargains[bargain.arrives].append(bargain)
        self._in_transit: list[tuple[Shelf, int, int, int]] = []  # shelf, lot, last sale, units
        self._known: dict[tuple[int, str], int] = {}
        self._overlooked: set[int] = set()  # lots of bargains: nobody has cleared them away yet
        self._operation = 0
        self.orders, self.receipts = 0, 0  # the numbers of the last documents
        self._demand = 0
        # The day that is being told.
        self._day, self._number, self._midnight = first, 0, 0

    def tell(self, on_day: Callable[[float], None] = lambda share: None) -> None:
        """Every day from the first on, without the last one, which is today."""
        self._open()
        for number in range(self._days):
            self._begin(number)
            if self._day.weekday() != SUNDAY:
                self._morning()
                self._sell()
                self._evening()
            on_day((number + 1) / self._days)
        self._still_to_come()
        self.moved.sort(key=lambda one: one.at)

    def _begin(self, number: int) -> None:
        self._number, self._day = number, self._first + dt.timedelta(days=number)
        midnight = dt.datetime.combine(self._day, dt.time(), ZoneInfo(TIMEZONE))
        self._midnight = int(midnight.timestamp())

    def _clock(self, hours: float) -> int:
        return self._midnight + int(hours * 3600)

    def _next_operation(self) -> int:
        self._operation += 1
        return self._operation

    # ---- goods in -------------------------------------------------------------------------------
    def _open(self) -> None:
        """The building is filled on the first working day: every product has some weeks of stock."""
        opening = int(self._first.weekday() == SUNDAY)
        self._begin(opening)
        for shelf in self._shelves:
            if shelf.first_day == 0:
                weeks = shelf.pace.cover_weeks * self._rng.uniform(0.5, 1.1) + 1
                if shelf.last_supply_day == 0:
                    weeks = 1.5
                units = self._whole_cases(shelf, weeks * shelf.units_per_week(self._day, opening))
                lead = self._suppliers[shelf.product.supplier].lead_time_days
                self._due[opening][shelf.warehouse, shelf.product.supplier].append(
                    Delivery(shelf, units, opening - lead)
                )
                shelf.on_order += units

    def _morning(self) -> None:
        trip = self._next_operation()
        for shelf, lot, last_sale, units in self._in_transit:
            stack = shelf.stack_of(lot, last_sale)
            self._put_away(shelf, stack, units, f"{shelf.warehouse}/TRANSIT", self._clock(7), trip)
        self._in_transit = []
        for bargain in self._bargains.get(self._number, ()):
            shelf = bargain.shelf
            units = self._whole_cases(shelf, self._too_much(bargain)) + LEFT_OVER_CASES * shelf.product.case
            self._due[self._number][shelf.warehouse, shelf.product.supplier].append(
                Delivery(shelf, units, self._number - 3, bargain.last_sale)
            )
            shelf.on_order += units
        for (warehouse, _), deliveries in sorted(self._due.pop(self._number, {}).items()):
            self._receive(warehouse, deliveries)

    def _too_much(self, bargain: Bargain) -> float:
        """More than will be asked for until its date, counting what is there already."""
        shelf = bargain.shelf
        asked = 0.0
        for days in range(0, (bargain.last_sale - self._day).days, 7):
            asked += shelf.units_per_week(self._day + dt.timedelta(days=days), self._number + days)
        return max(0.0, asked * bargain.too_much - shelf.on_hand - shelf.on_order)

    def _receive(self, warehouse: str, deliveries: list[Delivery]) -> None:
        at = self._clock(self._rng.uniform(6.5, 9.5))
        operation = trip = self._next_operation()
        self.receipts += 1
        dock = f"{warehouse}/RECV"
        lines = []
        for index, delivery in enumerate(deliveries):
            shelf, product = delivery.shelf, delivery.shelf.product
            shelf.on_order -= delivery.units
            lot, last_sale = self._lot(delivery, at)
            if delivery.last_sale is not None:
                self._overlooked.add(lot)
            cost = (product.unit_cost * Decimal(self._rng.randint(96, 105)) / 100).quantize(Decimal("0.0001"))
            self._demand += 1
            lines.append(BoughtLine(self._demand, shelf.number, delivery.units, cost))
            self.moved.append(
                Moved(
                    at, "receive", lot, f"{warehouse}/~supplier", dock, delivery.units, operation,
                    "picker" if warehouse == "MAIN" else "manager", document_number("GR", self.receipts), "", cost,
                    self._demand,
                )
            )  # fmt: skip
            # A trip with the truck takes four lines.
            trip = trip if index % 4 else self._next_operation()
            stack = shelf.stack_of(lot, last_sale)
            self._put_away(shelf, stack, delivery.units, dock, at + 900 + 600 * (index // 4 % 7), trip)
        self._buy(warehouse, deliveries, lines, receipt=self.receipts, at=at, operation=operation)

    def _buy(
        self,
        warehouse: str,
        deliveries: Sequence[Delivery],
        lines: Sequence[BoughtLine],
        *,
        receipt: int = 0,
        at: int = 0,
        operation: int = 0,
    ) -> None:
        """The order behind a delivery: wanted after the supplier's usual time, not on a weekend."""
        supplier = self._suppliers[deliveries[0].shelf.product.supplier]
        ordered = self._first + dt.timedelta(days=max(one.ordered for one in deliveries))
        expected = ordered + dt.timedelta(days=supplier.lead_time_days)
        expected += dt.timedelta(days=max(0, 7 - expected.weekday()) if expected.weekday() > 4 else 0)
        self.bought.append(
            Bought(supplier.code, warehouse, ordered, expected, receipt, at, operation, tuple(lines))
        )

    def _still_to_come(self) -> None:
        """What was ordered and is on its way when the story ends."""
        for _, due in sorted(self._due.items()):
            for (warehouse, _), deliveries in sorted(due.items()):
                for ordered in sorted({one.ordered for one in deliveries}):
                    own = [one for one in deliveries if one.ordered == ordered]
                    lines = []
                    for delivery in own:
                        self._demand += 1
                        product = delivery.shelf.product
                        lines.append(
                            BoughtLine(self._demand, delivery.shelf.number, delivery.units, product.unit_cost)
                        )
                    self._buy(warehouse, own, lines)

    def _lot(self, delivery: Delivery, at: int) -> tuple[int, int]:
        """The lot of a delivery and its last day: sometimes one that came before, mostly a new one."""
        shelf, product, rng = delivery.shelf, delivery.shelf.product, self._rng
        if not product.lot_tracked:
            return self._keep(shelf, "", at, None, None), NEVER
        life = product.shelf_life_days
        age = rng.randint(2, 8) if product.format.draught else rng.randint(4, 30)
        if self._number <= 1 and life:
            age = rng.randint(2, max(3, int((life - product.minimum_intake_days) * 0.8)))
        made = self._day - dt.timedelta(days=age)
        last_sale = delivery.last_sale
        if life is None:
            last_sale = None
        elif last_sale is None:
            made = min(made, self._day - dt.timedelta(days=1))
            last_sale = made + dt.timedelta(days=life)
        else:
            made = last_sale - dt.timedelta(days=life)
        return self._keep(shelf, lot_number(product, made), at, made, last_sale), (
            last_sale.toordinal() if last_sale else NEVER
        )

    def _keep(
        self, shelf: Shelf, number: str, at: int, made: dt.date | None, last_sale: dt.date | None
    ) -> int:
        """The lot of that number; another letter behind it when the number stands for other dates already."""
        product = shelf.product
        for letter in ("", *ascii_uppercase):
            name = number + letter
            known = self._known.get((shelf.number, name))
            if known is None:
                break
            lot = self.lots[known]
            if (lot.best_before_date or lot.expiry_date) == last_sale and lot.production_date == made:
                return known
        self._known[shelf.number, name] = len(self.lots)
        self.lots.append(
            LotPlan(
                shelf.number,
                name,
                at,
                made,
                None if product.by_use else last_sale,
                last_sale if product.by_use else None,
            )
        )
        return len(self.lots) - 1

    def _put_away(self, shelf: Shelf, stack: Stack, units: int, source: str, at: int, operation: int) -> None:
        """To the face while there is room, the rest by the pallet to the places above."""
        pallet = shelf.product.format.units_per_pallet
        on_face = sum(one.at.get(shelf.face, 0) for one in shelf.stacks)
        left, parts = units, []
        if on_face < pallet // 4:
            part = min(left, pallet)
            parts.append((shelf.face, part))
            left -= part
        while left > 0:
            part = min(left, pallet)
            parts.append((self._pallets[shelf.warehouse].take(shelf.product.zone), part))
            left -= part
        who = "picker" if shelf.warehouse == "MAIN" else "manager"
        for target, part in parts:
            self.moved.append(Moved(at, "move", stack.lot, source, target, part, operation, who))
            stack.at[target] = stack.at.get(target, 0) + part

    # ---- goods out ------------------------------------------------------------------------------
    def _sell(self) -> None:
        share = demand.WEEKDAYS[self._day.weekday()]
        wanted: dict[str, list[tuple[Shelf, int]]] = {code: [] for code in self._warehouses}
        for shelf in self._shelves:
            mean = shelf.lines(self._day, self._number) * share
            for _ in range(demand.poisson(self._rng, mean)):
                wanted[shelf.warehouse].append((shelf, self._asked(shelf)))
        for warehouse, lines in wanted.items():
            self._rng.shuffle(lines)
            self._ship(warehouse, lines)

    def _asked(self, shelf: Shelf) -> int:
        case = shelf.product.case
        if case in (3, 4, 6) and self._rng.random() < 0.3:
            return self._rng.randint(1, case - 1)
        return demand.cases(self._rng, shelf.cases_per_line) * case

    def _ship(self, warehouse: str, lines: list[tuple[Shelf, int]]) -> None:
        customers = self._customers[warehouse]
        weights = [customer.weight for customer in customers]
        start, baskets = 0, []
        while start < len(lines):
            size = min(1 + int(self._rng.expovariate(1 / 4.5)), 18)
            baskets.append(lines[start : start + size])
            start += size
        for number, basket in enumerate(baskets):
            self.orders += 1
            customer = self._rng.choices(customers, weights)[0]
            at = self._clock(11.25 + 5.25 * number / len(baskets))
            operation = self._next_operation()
            told = []
            for shelf, units in basket:
                self._demand += 1
                shipped = self._pick(shelf, units, customer, at, operation)
                told.append(SoldLine(self._demand, shelf.number, units, shipped))
            self.sold.append(Sold(self.orders, customer.code, warehouse, at, operation, tuple(told)))

    def _pick(self, shelf: Shelf, units: int, customer: CustomerPlan, at: int, operation: int) -> int:
        """First expired first, from the face; what the face lacks is brought down before. What is missing is lost."""
        asked = units
        who = "picker" if shelf.warehouse == "MAIN" else "manager"
        emptied = False
        for stack in shelf.saleable(self._day.toordinal(), customer.minimum_remaining_days):
            self._bring_down(shelf, stack, units, at - REPLENISHED_BEFORE, who)
            taken = min(units, stack.at.get(shelf.face, 0))
            if taken:
                self._take(shelf, stack, shelf.face, taken)
                self.moved.append(
                    Moved(
                        at, "issue", stack.lot, shelf.face, f"{shelf.warehouse}/~customer", taken, operation, who,
                        document_number("SO", self.orders), demand=self._demand,
                    )
                )  # fmt: skip
                units -= taken
                emptied = emptied or not stack.at
            if units == 0:
                break
        if emptied:
            shelf.forget_empty()
        return asked - units

    def _bring_down(self, shelf: Shelf, stack: Stack, units: int, at: int, who: str) -> None:
        for place in [code for code in stack.at if code != shelf.face]:
            if stack.at.get(shelf.face, 0) >= units:
                return
            part = stack.at[place]
            self._take(shelf, stack, place, part)
            stack.at[shelf.face] = stack.at.get(shelf.face, 0) + part
            self.moved.append(
                Moved(at, "move", stack.lot, place, shelf.face, part, self._next_operation(), who)
            )

    def _take(self, shelf: Shelf, stack: Stack, place: str, units: int) -> None:
        left = stack.at[place] - units
        if left:
            stack.at[place] = left
        else:
            del stack.at[place]
            if place != shelf.face:
                self._pallets[shelf.warehouse].give_back(place)

    # ---- after hours ----------------------------------------------------------------------------
    def _evening(self) -> None:
        weekday = self._day.weekday()
        if weekday in (MONDAY, THURSDAY):
            self._clear_expired()
        if weekday == TUESDAY and self._number < self._days - 1:  # what is on the way today left today
            self._feed_north()
        if weekday == THURSDAY:
            self._count()
        self._break_some()
        for warehouse in self._warehouses:
            for supplier in self._suppliers.values():
                if (supplier.order_weekday + (warehouse != "MAIN")) % 5 == weekday:
                    self._order(warehouse, supplier)

    def _leave(
        self, shelf: Shelf, stack: Stack, place: str, units: int, kind: str, reason: str, hours: float
    ) -> None:
        end = "scrap" if kind == "scrap" else "adjustment"
        self._take(shelf, stack, place, units)
        self.moved.append(
            Moved(
                self._clock(hours), kind, stack.lot, place, f"{shelf.warehouse}/~{end}", units, self._next_operation(),
                "manager" if kind == "scrap" or shelf.warehouse != "MAIN" else "picker", "", reason,
            )
        )  # fmt: skip
        if not stack.at:
            shelf.forget_empty()

    def _clear_expired(self) -> None:
        limit = self._day.toordinal() - CLEARED_AFTER_DAYS
        for shelf in self._shelves:
            for stack in [
                one for one in shelf.stacks if one.last_sale < limit and one.lot not in self._overlooked
            ]:
                for place, units in list(stack.at.items()):
                    self._leave(shelf, stack, place, units, "scrap", "Past its date", 17.1)

    def _count(self) -> None:
        for shelf in self._rng.sample(self._shelves, max(1, len(self._shelves) // 40)):
            stack = next((one for one in shelf.stacks if shelf.face in one.at), None)
            if stack is None or self._rng.random() > 0.4:
                continue
            units = min(self._rng.randint(1, 4), stack.at[shelf.face])
            if self._rng.random() < 0.6:
                self._leave(shelf, stack, shelf.face, units, "adjust", self._rng.choice(COUNTED), 17.2)
            else:
                stack.at[shelf.face] += units
                who = "picker" if shelf.warehouse == "MAIN" else "manager"
                self.moved.append(
                    Moved(
                        self._clock(17.2), "adjust", stack.lot, f"{shelf.warehouse}/~adjustment", shelf.face, units,
                        self._next_operation(), who, "", "Cycle count",
                    )
                )  # fmt: skip

    def _break_some(self) -> None:
        for _ in range(demand.poisson(self._rng, len(self._shelves) / 400)):
            shelf = self._rng.choice(self._shelves)
            stack = next((one for one in shelf.stacks if shelf.face in one.at), None)
            if stack is not None:
                units = min(self._rng.randint(1, 6) if shelf.product.case > 1 else 1, stack.at[shelf.face])
                self._leave(shelf, stack, shelf.face, units, "scrap", self._rng.choice(BREAKAGES), 17.3)

    def _feed_north(self) -> None:
        """Leeds takes its slow goods from Bristol: they leave in the evening and arrive with the next morning."""
        lines = []
        for shelf in self._shelves:
            main = self._main.get(shelf.number)
            if shelf.fed_from_main and main is not None and self._number >= shelf.first_day:
                units = self._wanted(shelf, lead_days=2)
                if units:
                    lines.append((shelf, main, units))
        if lines:
            operation = self._next_operation()
            for shelf, main, units in lines:
                self._hand_over(shelf, main, units, operation)

    def _hand_over(self, shelf: Shelf, main: Shelf, units: int, operation: int) -> None:
        at = self._clock(16.9)
        for stack in reversed(list(main.saleable(self._day.toordinal(), 21))):
            for place, there in list(stack.at.items()):
                taken = min(units, there)
                if taken:
                    self._take(main, stack, place, taken)
                    self.moved.append(
                        Moved(
                            at,
                            "move",
                            stack.lot,
                            place,
                            f"{shelf.warehouse}/TRANSIT",
                            taken,
                            operation,
                            "manager",
                            "Truck to Leeds",
                        )
                    )
                    self._in_transit.append((shelf, stack.lot, stack.last_sale, taken))
                    units -= taken
        main.forget_empty()

    # ---- buying ---------------------------------------------------------------------------------
    def _order(self, warehouse: str, supplier: SupplierPlan) -> None:
        arrives = self._number + max(1, supplier.lead_time_days + self._rng.choice((-1, 0, 0, 0, 0, 1, 2)))
        if self._rng.random() < 0.03:
            arrives += self._rng.randint(5, 14)
        weekday = (self._first + dt.timedelta(days=arrives)).weekday()
        arrives += max(0, 7 - weekday) if weekday > 4 else 0
        for shelf in self._by_supplier[warehouse, supplier.code]:
            if (
                not shelf.fed_from_main
                and shelf.first_day - 14 <= self._number
                and arrives < shelf.last_supply_day
            ):
                units = self._wanted(shelf, lead_days=supplier.lead_time_days)
                if units:
                    shelf.on_order += units
                    self._due[arrives][warehouse, supplier.code].append(Delivery(shelf, units, self._number))

    def _wanted(self, shelf: Shelf, *, lead_days: int) -> int:
        """What a planner orders: up to some weeks ahead by a rough guess of demand, never more than keeps."""
        number = max(self._number + lead_days, shelf.first_day)
        weekly = shelf.units_per_week(self._first + dt.timedelta(days=number), number)
        guess = weekly * self._rng.lognormvariate(0, 0.12)
        cover = shelf.pace.cover_weeks
        life = shelf.product.shelf_life_days
        if life is not None:
            cover = min(cover, (life - 25) / 7 * 0.18 if life <= 90 else life / 7 * 0.3)
        position = shelf.on_hand + shelf.on_order
        if position >= guess * (lead_days / 7 + 1 + cover * 0.5):
            return 0
        return self._whole_cases(
            shelf, guess * (lead_days / 7 + (1.1 if shelf.product.format.draught else 1.4) + cover) - position
        )

    def _whole_cases(self, shelf: Shelf, units: float) -> int:
        cases = max(math.ceil(units / shelf.product.case), 2)
        return shelf.product.case * (math.ceil(cases / 5) * 5 if cases > 20 else cases)


def lot_number(product: ProductPlan, made: dt.date) -> str:
    """As the maker writes it on the label: each maker has a way of its own."""
    style = sum(map(ord, product.supplier)) % 3
    if style == 0:
        return f"L{made:%y%m}{chr(65 + (made.day - 1) // 5)}"
    if style == 1:
        return f"L{made:%y%j}"
    year, week, day = made.isocalendar()
    return f"{year % 100:02d}W{week:02d}-{day}"
