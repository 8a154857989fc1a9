"""The demonstration as a whole, before anything is written: assortment, parties, places and history, from one seed. Pure."""

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from stillage.demo import demand
from stillage.demo.assortment import ProductPlan, make_assortment
from stillage.demo.chance import SEED, chance
from stillage.demo.drinks import WELL_KNOWN
from stillage.demo.history import SUNDAY, Bargain, Bought, History, LotPlan, Moved, Sold
from stillage.demo.parties import SUPPLIERS, CustomerPlan, SupplierPlan, make_customers
from stillage.demo.shelves import Shelf
from stillage.demo.site import WAREHOUSES, PlacePlan, make_places


@dataclass(frozen=True, slots=True)
class Scale:
    """How much there is: every how manieth product, weeks of history, customers, and trouble of each kind."""

    every: int
    weeks: int
    customers: int
    bargains: int
    expired: int
    stopped: int
    discontinued: int


SCALES: Final = {
    "full": Scale(every=1, weeks=104, customers=300, bargains=11, expired=3, stopped=6, discontinued=14),
    "small": Scale(every=14, weeks=8, customers=40, bargains=5, expired=3, stopped=2, discontinued=1),
}


@dataclass(frozen=True, slots=True)
class Story:
    """All that is to be written."""

    first: dt.date
    today: dt.date
    products: list[ProductPlan]
    suppliers: list[SupplierPlan]
    customers: list[CustomerPlan]
    places: list[PlacePlan]
    lots: list[LotPlan]
    moved: list[Moved]
    sold: list[Sold]
    bought: list[Bought]


def make_story(
    *,
    today: dt.date,
    scale: str = "full",
    seed: int = SEED,
    on_day: Callable[[float], None] = lambda share: None,
) -> Story:
    """The same seed, day and scale make the same story, to the last bottle."""
    size = SCALES[scale]
    days = size.weeks * 7
    products = _chosen(make_assortment(chance("assortment", seed)), size)
    rng = chance("shelves", seed)
    _set_lives(products, rng, size=size, days=days)
    shelves, places = _shelves(products, rng)
    _stop_some(shelves, rng, size=size, days=days)
    first = today - dt.timedelta(days=days)
    suppliers = [one for one in SUPPLIERS if one.code in {product.supplier for product in products}]
    customers = make_customers(chance("customers", seed), count=size.customers)
    history = History(
        rng=chance("history", seed),
        first=first,
        days=days,
        shelves=shelves,
        suppliers=suppliers,
        customers=customers,
        places=places,
        bargains=_bargains(shelves, rng, size=size, days=days, today=today),
    )
    history.tell(on_day)
    return Story(
        first,
        today,
        products,
        suppliers,
        customers,
        places,
        history.lots,
        history.moved,
        history.sold,
        history.bought,
    )


def _chosen(products: list[ProductPlan], size: Scale) -> list[ProductPlan]:
    if size.every == 1:
        return products
    known = {f"{code}-{containers[0]}" for code, containers in WELL_KNOWN.values()}
    return [one for n, one in enumerate(products) if one.sku in known or n % size.every == size.every - 1]


def _set_lives(products: list[ProductPlan], rng: random.Random, *, size: Scale, days: int) -> None:
    """Which products came later, and which are no longer bought."""
    ordinary = [product for product in products if product.name not in WELL_KNOWN]
    for product in rng.sample(ordinary, size.discontinued):
        product.discontinued = True
    for product in ordinary:
        if not product.discontinued and rng.random() < 0.07:
            product.launched_day = rng.randint(int(days * 0.3), max(int(days * 0.3), days - 35))


def _shelves(products: list[ProductPlan], rng: random.Random) -> tuple[list[Shelf], list[PlacePlan]]:
    """Bristol has everything, Leeds about half, some of it fed from Bristol."""
    ranges = {
        "MAIN": list(enumerate(products)),
        "NORTH": [
            (n, one) for n, one in enumerate(products) if one.name in WELL_KNOWN or rng.random() < 0.42
        ],
    }
    paces = [
        demand.PACES[0] if one.name in WELL_KNOWN else demand.choose_pace(rng, draught=one.format.draught)
        for one in products
    ]
    shelves: list[Shelf] = []
    places: list[PlacePlan] = []
    for warehouse, _ in WAREHOUSES:
        own = make_places(warehouse, Counter(one.zone for _, one in ranges[warehouse]))
        places += own
        faces: dict[str, list[str]] = {}
        for place in own:
            if place.kind == "picking":
                faces.setdefault(place.zone, []).append(place.full_code)
        for number, product in ranges[warehouse]:
            shelf = _shelf(product, number, warehouse, faces[product.zone].pop(0), paces[number], rng)
            shelves.append(shelf)
    return shelves, places


def _shelf(
    product: ProductPlan, number: int, warehouse: str, face: str, pace: demand.Pace, rng: random.Random
) -> Shelf:
    smaller = 1.0 if warehouse == "MAIN" else 0.6
    draught = 0.55 if product.case == 1 else 1.0
    famous = 2.5 if product.name in WELL_KNOWN and product.case > 1 else 1.0
    return Shelf(
        product=product,
        number=number,
        warehouse=warehouse,
        face=face,
        pace=pace,
        lines_per_week=rng.uniform(*pace.lines_per_week) * smaller,
        cases_per_line=max(1.0, rng.uniform(*pace.cases_per_line) * draught * famous),
        growth_per_year=rng.uniform(*pace.growth_per_year),
        fed_from_main=warehouse != "MAIN" and pace.name in ("slow", "intermittent", "dying"),
        first_day=product.launched_day,
    )


def _stop_some(shelves: list[Shelf], rng: random.Random, *, size: Scale, days: int) -> None:
    """Suppliers that fail to deliver leave products out of stock; discontinued products run down."""
    for shelf in shelves:
        if shelf.product.discontinued:
            shelf.last_supply_day = int(days * 0.75)
    quick = sorted(
        {
            shelf.number
            for shelf in shelves
            if shelf.pace.name in ("fast", "medium") and not shelf.product.discontinued and shelf.product.case > 1
            and shelf.product.name not in WELL_KNOWN and shelf.first_day == 0
        }
    )  # fmt: skip
    stopped = set(rng.sample(quick, min(size.stopped, len(quick))))
    for shelf in shelves:
        if shelf.number in stopped:
            shelf.last_supply_day = max(0, days - rng.randint(56, 75))


def _bargains(
    shelves: list[Shelf], rng: random.Random, *, size: Scale, days: int, today: dt.date
) -> list[Bargain]:
    """Deliveries too large for their dates: some expire within the month, a few have expired this week."""
    able = [
        shelf
        for shelf in shelves
        if shelf.warehouse == "MAIN" and shelf.product.shelf_life_days and not shelf.product.discontinued
        and not shelf.product.format.draught and shelf.pace.name in ("fast", "medium", "slow")
        and shelf.last_supply_day > days and shelf.first_day == 0
    ]  # fmt: skip
    found: list[Bargain] = []
    rng.shuffle(able)
    # Of what sells quickly, too much is very much: what expires is slow, and quick goods come last.
    able.sort(key=lambda shelf: shelf.pace.name != "slow")
    rest = sorted(able[size.expired :], key=lambda shelf: shelf.pace.name == "fast")
    chosen = able[: size.expired] + rest[: size.bargains]
    for number, shelf in enumerate(chosen):
        expired = number < size.expired
        remaining = -rng.randint(1, 5) if expired else rng.randint(2, 29)
        lasted = max(shelf.product.minimum_intake_days, 20) + rng.randint(2, 12)
        arrives = min(days - 3, max(1, days + remaining - lasted))
        if (today - dt.timedelta(days=days - arrives)).weekday() == SUNDAY:
            arrives += 1
        last_sale = today + dt.timedelta(days=remaining)
        found.append(Bargain(shelf, arrives, last_sale, rng.uniform(1.15, 1.5) + (0.8 if expired else 0.0)))
    return found
