"""Who sells to the demonstration and who buys from it: invented names in real towns, telephone numbers nobody has. Pure."""

import random
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class SupplierPlan:
    """Somebody we buy from, and the weekday on which we order there (Monday is 0)."""

    code: str
    name: str
    lead_time_days: int
    order_weekday: int


@dataclass(frozen=True, slots=True)
class CustomerPlan:
    """Somebody who buys, from which warehouse, and how often beside others."""

    code: str
    name: str
    warehouse: str
    address: str
    city: str
    postcode: str
    minimum_remaining_days: int
    weight: float


_NAMES: Final = (
    ("HARROW", "Harrow Brewing Co.", 5), ("WRENFIELD", "Wrenfield & Tollgate Breweries", 6),
    ("PLOVER", "Plover Lane Brewery", 4), ("CARTWRIGHT", "Old Cartwright Ales", 7),
    ("FOXGLOVE", "Foxglove Brewers", 5), ("HALFMOON", "Halfmoon Yard Brewing", 6),
    ("DRIFTMARK", "Driftmark Beer Company", 8), ("NORTHGATE", "Northgate Stout House", 7),
    ("COLDHOLLOW", "Cold Hollow Brewery", 6), ("RHINELINK", "Rhinelink Imports", 18),
    ("SALTMARKET", "Saltmarket Lager Works", 5), ("NORDHAVEN", "Nordhaven Bryghus", 16),
    ("ORCHARD", "Sunday Orchard Growers", 6), ("CROSSWAYS", "Crossways Cider Mill", 7),
    ("QUINCE", "Quince & Bramble Drinks", 5), ("VERANO", "Verano Bottlers", 12),
    ("COPPERPOT", "Copperpot Beverages", 4), ("ALDERRYE", "Alder & Rye Mixers", 6),
    ("MIRABEL", "Mirabel Springs", 9), ("FELLSPRING", "Fellspring Water", 4),
    ("CELLARLINE", "Cellarline Wine Shippers", 21), ("VINTERRA", "Vinterra Wines", 24),
    ("CHALKDOWN", "Chalkdown Estate", 8), ("TERN", "Tern Distillery", 10),
    ("HARBOURSPIRITS", "Harbour Spirits Trading", 14), ("CELLARMAN", "Cellarman Supplies", 5),
)  # fmt: skip
SUPPLIERS: Final = tuple(
    SupplierPlan(code, name, lead, number % 5) for number, (code, name, lead) in enumerate(_NAMES)
)

_TOWNS: Final = {
    "MAIN": (("Bristol", "BS", 12), ("Bath", "BA", 5), ("Weston-super-Mare", "BS", 2), ("Clevedon", "BS", 1),
             ("Cheltenham", "GL", 3), ("Gloucester", "GL", 3), ("Swindon", "SN", 2), ("Taunton", "TA", 2),
             ("Wells", "BA", 1), ("Frome", "BA", 2), ("Stroud", "GL", 2), ("Exeter", "EX", 3), ("Cardiff", "CF", 4)),
    "NORTH": (("Leeds", "LS", 8), ("York", "YO", 4), ("Harrogate", "HG", 2), ("Sheffield", "S", 4),
              ("Bradford", "BD", 2), ("Ilkley", "LS", 1), ("Huddersfield", "HD", 2), ("Skipton", "BD", 1)),
}  # fmt: skip
_FIRST: Final = (
    "Old", "Black", "White", "Red", "Golden", "Green", "Royal", "Jolly", "Silent", "Hungry", "Lost", "Crooked",
    "Copper", "Merry", "Three-Legged", "Blue", "Winter", "Little",
)  # fmt: skip
_SECOND: Final = (
    "Duke", "Heron", "Badger", "Anchor", "Plough", "Miller", "Fiddler", "Ferryman", "Lantern", "Hare", "Oak", "Wherry",
    "Cooper", "Falcon", "Bell", "Shepherd", "Otter", "Weaver", "Swan", "Compass", "Drover", "Saddle",
)  # fmt: skip
_PLACES: Final = (
    "Cotham", "Harbour", "Station", "Quay", "Bridge", "Castle", "Mill", "Abbey", "Park", "Canal", "Market", "Hill",
    "Chapel", "Orchard", "Wharf", "Priory", "Meadow", "Tower", "Kiln", "Brook",
)  # fmt: skip
_STREETS: Final = (
    "Quay Street", "Church Road", "Mill Lane", "High Street", "Station Road", "Park Row", "Bridge Street", "King's Parade",
    "Orchard Street", "Wharf Road", "North Street", "Castle Hill", "Market Place", "The Shambles", "Chapel Walk",
)  # fmt: skip
# What somebody is, how their name is made, how many in a hundred, how much they buy, and how long stock must last there.
_TRADES: Final = (
    ("pub", ("The {first} {second}", "{place} Arms", "{place} Tavern"), 52, 1.2, (0,)),
    ("restaurant", ("{place} Kitchen", "{second} & Vine", "Trattoria {place}"), 16, 0.7, (0, 30)),
    ("shop", ("{place} Deli", "{place} Stores", "{second} Bottle Shop"), 18, 0.9, (30, 60)),
    ("hotel", ("{place} Hotel", "{second} House Hotel"), 6, 1.4, (0, 30)),
    ("chain", ("{place} Cash & Carry", "{second} Convenience"), 5, 2.6, (60, 90)),
    ("kiosk", ("{place} Kiosk", "{place} Café"), 3, 0.4, (14,)),
)
_FIXED: Final = ("The Old Duke", "Cotham Arms", "Harbour Hotel", "Quay Deli", "Station Kiosk")


def make_customers(rng: random.Random, *, count: int) -> list[CustomerPlan]:
    """So many customers, about two thirds of them around Bristol."""
    found: list[CustomerPlan] = []
    names: set[str] = set()
    for number in range(count):
        _, patterns, _, weight, lasts = rng.choices(_TRADES, [trade[2] for trade in _TRADES])[0]
        warehouse = "MAIN" if rng.random() < 0.66 else "NORTH"
        city, area, _ = rng.choices(_TOWNS[warehouse], [town[2] for town in _TOWNS[warehouse]])[0]
        name = _name(rng, patterns, city, names)
        if number < len(_FIXED):
            warehouse, city, area, name = "MAIN", "Bristol", "BS", _FIXED[number]
        names.add(name)
        found.append(
            CustomerPlan(
                code=f"C{1001 + number}",
                name=name,
                warehouse=warehouse,
                address=f"{rng.randint(1, 140)} {rng.choice(_STREETS)}",
                city=city,
                postcode=f"{area}{rng.randint(1, 20)} {rng.randint(1, 9)}{_letters(rng)}",
                minimum_remaining_days=rng.choice(lasts),
                weight=weight * rng.lognormvariate(0, 0.6),
            )
        )
    return found


def _letters(rng: random.Random) -> str:
    return rng.choice("ABDEFGHJLN") + rng.choice("PQRSTUWXYZ")


def _name(rng: random.Random, patterns: tuple[str, ...], city: str, taken: set[str]) -> str:
    for _ in range(20):
        name = rng.choice(patterns).format(
            first=rng.choice(_FIRST), second=rng.choice(_SECOND), place=rng.choice(_PLACES)
        )
        if name not in taken and name not in _FIXED:
            return name
    return next(
        full
        for number in range(1000)
        if (full := f"{name}, {city}" + (f" {number}" if number else "")) not in taken
    )
