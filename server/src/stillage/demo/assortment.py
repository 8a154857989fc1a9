"""From drinks to an assortment: products with SKUs, packs, GTINs, lives and costs. Pure."""

import random
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from stillage.catalogue.gtin import check_digit
from stillage.demo.drinks import BRANDS, FORMATS, GEAR_COST, SORTS, WELL_KNOWN, Brand, Format, Sort

# GS1 keeps the prefix 952 for demonstrations: no such number is on any real bottle.
DEMONSTRATION_PREFIX: Final = "952"
DRAUGHT_LIVES: Final = (75, 90, 90)
RESERVED_CODE: Final = "STL"  # begins command codes


@dataclass(frozen=True, slots=True)
class PackPlan:
    """A level of packaging."""

    name: str
    units: int
    gtin: str | None


@dataclass(slots=True)
class ProductPlan:
    """A product as it will be written, and what the story needs to know of it."""

    sku: str
    name: str
    brand: str
    supplier: str
    abv: Decimal | None
    sort: Sort
    format: Format
    zone: str
    lot_tracked: bool
    shelf_life_days: int | None
    minimum_intake_days: int
    unit_cost: Decimal
    packs: list[PackPlan] = field(default_factory=list)
    discontinued: bool = False
    launched_day: int = 0  # days after the story begins

    @property
    def case(self) -> int:
        return self.format.case

    @property
    def by_use(self) -> bool:
        """Whether its label says "use by" rather than "best before"."""
        return self.sort.use_by or self.format.container == "cask"


def make_assortment(rng: random.Random) -> list[ProductPlan]:
    """Every product there can be, in the order of the brands."""
    products: list[ProductPlan] = []
    codes: set[str] = {RESERVED_CODE}
    for number, brand in enumerate(BRANDS):
        for index, (drink, abv, sort_name) in enumerate(brand.drinks):
            name = drink if sort_name == "gear" else f"{brand.name} {drink}"
            known = WELL_KNOWN.get(name)
            code = known[0] if known else _code(name, codes | {one[0] for one in WELL_KNOWN.values()})
            codes.add(code)
            sort = SORTS[sort_name]
            suffixes = known[1] if known else _containers(sort, rng)
            for place, suffix in enumerate(suffixes):
                item = number * 1000 + index * 20 + place
                products.append(_product(brand, name, code, abv, sort, FORMATS[suffix], item=item, rng=rng))
    return products


def _containers(sort: Sort, rng: random.Random) -> tuple[str, ...]:
    return tuple(suffix for suffix, chance in sort.formats if rng.random() < chance)


def _code(name: str, taken: set[str]) -> str:
    """Three letters that remind of the name and are nobody else's."""
    words = ["".join(c for c in word.upper() if "A" <= c <= "Z") for word in name.replace("&", " ").split()]
    words = [word for word in words if word]
    letters = "".join(words)
    skeleton = "".join(c for c in letters if c not in "AEIOU") + letters
    first, last = words[0][0], words[-1][0]
    wanted = ["".join(word[0] for word in words)[:3]] if len(words) > 2 else []
    wanted += [first + middle + last for middle in skeleton[1:]]
    wanted += [first + one + two for one in skeleton[1:] for two in skeleton[1:]]
    return next(code for code in wanted if code not in taken)


def _product(
    brand: Brand,
    name: str,
    code: str,
    abv: Decimal | None,
    sort: Sort,
    format: Format,
    *,
    item: int,
    rng: random.Random,
) -> ProductPlan:
    life: int | None = None
    if sort.shelf_life_days:
        life = rng.choice(DRAUGHT_LIVES) if format.draught else rng.choice(sort.shelf_life_days)
    litres = (format.millilitres or 0) / 1000
    cost = litres * sort.cost_per_litre * format.price * rng.uniform(0.85, 1.25) or GEAR_COST * rng.uniform(
        0.4, 3.5
    )
    return ProductPlan(
        sku=f"{code}-{format.suffix.removesuffix('W')}",
        name=name,
        brand=brand.name,
        supplier=brand.supplier,
        abv=abv,
        sort=sort,
        format=format,
        zone="F" if format.draught else sort.zone,
        lot_tracked=format.base_unit != "piece",
        shelf_life_days=life,
        minimum_intake_days=0 if life is None else 30 if format.draught else life // 30 * 10,
        unit_cost=Decimal(f"{cost:.4f}"),
        packs=_packs(format, item),
    )


def _packs(format: Format, item: int) -> list[PackPlan]:
    """The unit, and for what comes in cases the case, the layer and the pallet; each level has its own GTIN."""
    levels = [(format.container or format.base_unit, 1)]
    if format.case > 1:
        layer = format.case * format.cases_per_layer
        levels += [("case", format.case), ("layer", layer), ("pallet", layer * format.layers_per_pallet)]
    return [PackPlan(name, units, gtin(item, indicator)) for indicator, (name, units) in enumerate(levels)]


def gtin(item: int, indicator: int) -> str:
    """A valid GTIN of 14 digits for a level of packaging (0 the unit itself) under the demonstration prefix."""
    body = f"{indicator}{DEMONSTRATION_PREFIX}{1_000_000_00 + item:09d}"
    return body + check_digit(body)
