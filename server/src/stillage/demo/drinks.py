"""What the demonstration sells: invented brands and drinks, and the containers each kind of drink comes in. Pure."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final


@dataclass(frozen=True, slots=True)
class Format:
    """A container, how many of it make a case, a layer and a pallet, and what a litre in it costs beside others."""

    suffix: str  # ends the SKU
    container: str
    millilitres: int | None
    base_unit: str
    case: int = 1
    cases_per_layer: int = 0
    layers_per_pallet: int = 0
    price: float = 1.0
    draught: bool = False

    @property
    def units_per_pallet(self) -> int:
        return self.case * self.cases_per_layer * self.layers_per_pallet or 12


FORMATS: Final = {
    one.suffix: one
    for one in (
        Format("330", "can", 330, "can", 24, 12, 8),
        Format("440", "can", 440, "can", 24, 10, 8),
        Format("330B", "bottle", 330, "bottle", 24, 10, 6, 1.15),
        Format("500", "bottle", 500, "bottle", 12, 12, 6, 1.1),
        Format("30K", "keg", 30_000, "keg", price=0.72, draught=True),
        Format("50K", "keg", 50_000, "keg", price=0.66, draught=True),
        Format("41C", "cask", 40_900, "cask", price=0.62, draught=True),
        Format("200", "bottle", 200, "bottle", 24, 14, 7, 1.5),
        Format("150", "can", 150, "can", 24, 15, 9, 1.6),
        Format("275", "bottle", 275, "bottle", 24, 12, 6, 1.2),
        Format("250", "can", 250, "can", 24, 14, 8, 1.2),
        Format("500P", "bottle", 500, "bottle", 24, 9, 6, 0.8),
        Format("750", "bottle", 750, "bottle", 12, 10, 5),
        Format("1500", "bottle", 1_500, "bottle", 6, 12, 5, 0.7),
        Format("1000", "bottle", 1_000, "bottle", 6, 14, 6),
        Format("10B", "bag-in-box", 10_000, "box", price=0.6),
        Format("750W", "bottle", 750, "bottle", 6, 20, 5),
        Format("187", "bottle", 187, "bottle", 24, 12, 7, 1.25),
        Format("3000", "bag-in-box", 3_000, "box", 4, 10, 5, 0.7),
        Format("MAG", "bottle", 1_500, "bottle", 3, 18, 4, 1.1),
        Format("700", "bottle", 700, "bottle", 6, 20, 5),
        Format("1L", "bottle", 1_000, "bottle", 6, 16, 5, 0.93),
        Format("050", "bottle", 50, "bottle", 12, 40, 8, 1.7),
        Format("EA", "", None, "piece"),
    )
}


@dataclass(frozen=True, slots=True)
class Sort:
    """A kind of drink: which containers it comes in and how likely, how long it keeps, when it is drunk, its cost."""

    category: str
    zone: str
    formats: tuple[tuple[str, float], ...]  # the first always, the others by chance
    shelf_life_days: tuple[int, ...]  # one of these; none when empty
    months: tuple[float, ...]
    cost_per_litre: float
    use_by: bool = False  # an expiry date rather than a best-before date


SUMMER: Final = (0.72, 0.75, 0.86, 0.98, 1.12, 1.26, 1.34, 1.28, 1.02, 0.9, 0.86, 1.05)
HIGH_SUMMER: Final = (0.6, 0.64, 0.8, 1.0, 1.22, 1.45, 1.55, 1.42, 1.02, 0.82, 0.7, 0.78)
WINTER: Final = (1.08, 1.1, 1.02, 0.92, 0.84, 0.74, 0.72, 0.78, 0.94, 1.12, 1.28, 1.42)
DECEMBER: Final = (0.68, 0.82, 0.88, 0.94, 0.98, 0.98, 0.94, 0.92, 0.98, 1.06, 1.36, 1.98)
BUBBLES: Final = (0.58, 0.78, 0.84, 0.9, 1.0, 1.08, 1.02, 0.9, 0.86, 0.92, 1.3, 2.4)
JANUARY: Final = (1.7, 1.1, 0.95, 0.9, 0.95, 1.0, 1.05, 1.05, 0.9, 0.95, 0.85, 0.95)
EVEN: Final = (0.92, 0.94, 0.97, 1.0, 1.03, 1.06, 1.08, 1.05, 1.0, 0.98, 0.97, 1.02)

SORTS: Final = {
    "ale": Sort("Ale", "A", (("500", 1), ("330", 0.6), ("41C", 0.65), ("30K", 0.55)), (270,), SUMMER, 2.35),
    "ipa": Sort("IPA", "A", (("440", 1), ("330", 0.5), ("30K", 0.7)), (180,), SUMMER, 3.1),
    "stout": Sort("Stout & porter", "A", (("500", 1), ("330", 0.4), ("30K", 0.7)), (300, 365), WINTER, 2.7),
    "lager": Sort(
        "Lager & pils",
        "B",
        (("330", 1), ("330B", 0.7), ("30K", 0.7), ("50K", 0.45)),
        (270, 330, 365),
        HIGH_SUMMER,
        1.9,
    ),
    "cider": Sort("Cider & perry", "B", (("440", 1), ("500", 0.75), ("30K", 0.65)), (365,), HIGH_SUMMER, 2.0),
    "low": Sort("No & low alcohol", "B", (("330", 1), ("330B", 0.85)), (240, 270), JANUARY, 2.2),
    "soft": Sort(
        "Soft drinks", "C", (("330", 1), ("275", 0.75), ("10B", 0.3)), (270, 365), HIGH_SUMMER, 1.25
    ),
    "energy": Sort("Soft drinks", "C", (("250", 1), ("500P", 0.5)), (365,), EVEN, 1.6),
    "tonic": Sort(
        "Mixers & tonic", "C", (("200", 1), ("150", 0.65), ("500P", 0.35)), (365, 540), DECEMBER, 1.9
    ),
    "syrup": Sort("Mixers & tonic", "C", (("1000", 1),), (540,), EVEN, 2.8),
    "water": Sort(
        "Water", "C", (("750", 1), ("330B", 0.7), ("500P", 0.8), ("1500", 0.6)), (540, 730), HIGH_SUMMER, 0.55
    ),
    "juice": Sort(
        "Juice", "C", (("1000", 1), ("200", 0.7), ("10B", 0.2)), (180, 270), EVEN, 1.45, use_by=True
    ),
    "red": Sort("Red wine", "D", (("750W", 1), ("187", 0.5), ("3000", 0.2), ("MAG", 0.2)), (), DECEMBER, 7.4),
    "white": Sort("White & rosé wine", "D", (("750W", 1), ("187", 0.55), ("3000", 0.3)), (), EVEN, 7.0),
    "bubbles": Sort("Sparkling wine", "D", (("750W", 1), ("187", 0.4), ("MAG", 0.35)), (), BUBBLES, 10.5),
    "spirits": Sort("Spirits", "E", (("700", 1), ("1L", 0.45), ("050", 0.4)), (), DECEMBER, 19.5),
    "gear": Sort("Returnables & gas", "C", (("EA", 1),), (), EVEN, 0.0),
}


@dataclass(frozen=True, slots=True)
class Brand:
    """A name on labels, who makes it, and its drinks: "Pale Ale 4.6 ale"."""

    name: str
    supplier: str
    drinks: tuple[tuple[str, Decimal | None, str], ...]  # name, abv, sort


def _brand(name: str, supplier: str, *drinks: str) -> Brand:
    found = []
    for drink in drinks:
        words = drink.rsplit(" ", 2)
        found.append((words[0], None if words[1] == "-" else Decimal(words[1]), words[2]))
    return Brand(name, supplier, tuple(found))


BRANDS: Final = (
    _brand("Harrow", "HARROW", "Pale Ale 4.6 ale", "Dark Mild 3.4 ale", "Best Bitter 4.1 ale", "Golden Ale 4.3 ale",
           "Winter Warmer 6.2 ale"),
    _brand("Wrenfield", "WRENFIELD", "Amber Ale 4.4 ale", "Copper Bitter 3.9 ale", "Blonde 4.0 ale", "Harvest Ale 5.0 ale"),
    _brand("Tollgate", "WRENFIELD", "Ordinary 3.6 ale", "Premium Bitter 4.8 ale", "Ruby Ale 4.7 ale"),
    _brand("Plover Lane", "PLOVER", "Pale 4.2 ale", "Hazy Pale 4.5 ale", "Red Ale 4.9 ale"),
    _brand("Marrowby", "PLOVER", "Farmhouse Ale 5.5 ale", "Brown Ale 4.6 ale", "Saison 6.0 ale"),
    _brand("Old Cartwright", "CARTWRIGHT", "Best 4.0 ale", "Strong Ale 7.2 ale", "Heather Ale 4.3 ale"),
    _brand("Foxglove", "FOXGLOVE", "IPA 5.8 ipa", "Session IPA 4.2 ipa", "Double IPA 8.0 ipa", "Black IPA 6.5 ipa"),
    _brand("Halfmoon Yard", "HALFMOON", "Hazy IPA 6.0 ipa", "West Coast IPA 6.4 ipa", "Citrus IPA 5.6 ipa"),
    _brand("Nettlebank", "HALFMOON", "Cloudy IPA 6.2 ipa", "Grapefruit IPA 5.0 ipa", "Table IPA 3.4 ipa"),
    _brand("Driftmark", "DRIFTMARK", "Coastal IPA 5.2 ipa", "Oat Cream IPA 6.8 ipa", "Rye IPA 5.9 ipa"),
    _brand("Northgate", "NORTHGATE", "Stout 4.5 stout", "Milk Stout 4.8 stout", "Export Stout 7.4 stout"),
    _brand("Cold Hollow", "COLDHOLLOW", "Oat Stout 5.1 stout", "Coffee Porter 5.5 stout", "Imperial Stout 10.2 stout"),
    _brand("Coalbarge", "COLDHOLLOW", "Porter 5.0 stout", "Smoked Porter 5.4 stout", "Vanilla Stout 5.2 stout"),
    _brand("Keller", "RHINELINK", "Pils 4.9 lager", "Helles 4.8 lager", "Dunkel 5.1 lager", "Festbier 5.9 lager"),
    _brand("Lindenau", "RHINELINK", "Pilsner 5.0 lager", "Weissbier 5.3 lager", "Radler 2.5 lager"),
    _brand("Saltmarket", "SALTMARKET", "Lager 4.2 lager", "Unfiltered Lager 4.6 lager", "Dark Lager 4.8 lager"),
    _brand("Valdora", "SALTMARKET", "Premium Lager 5.0 lager", "Light Lager 3.5 lager", "Lime Lager 4.0 lager"),
    _brand("Nordhaven", "NORDHAVEN", "Craft Lager 4.5 lager", "Ice Lager 5.2 lager"),
    _brand("Sunday", "ORCHARD", "Cider 4.5 cider", "Dry Cider 6.0 cider", "Perry 5.0 cider", "Berry Cider 4.0 cider"),
    _brand("Pippin Hollow", "ORCHARD", "Vintage Cider 7.4 cider", "Medium Cider 5.2 cider", "Cloudy Cider 4.8 cider"),
    _brand("Crossways", "CROSSWAYS", "Scrumpy 6.8 cider", "Rhubarb Cider 4.0 cider", "Rosé Cider 4.0 cider"),
    _brand("Daylark", "NORDHAVEN", "Pale 0.5 low", "Lager 0.5 low", "Stout 0.5 low", "IPA 0.5 low"),
    _brand("Evenkeel", "DRIFTMARK", "Lager 0.0 low", "Wheat 0.4 low", "Amber 0.5 low"),
    _brand("Halcyon Row", "CROSSWAYS", "Dry Apple 0.0 low", "Hop Water 0.0 low"),
    _brand("Quince", "QUINCE", "Lemonade - soft", "Rose Lemonade - soft", "Ginger Beer - soft", "Cloudy Lemonade - soft"),
    _brand("Verano", "VERANO", "Blood Orange - soft", "Lemon - soft", "Pink Grapefruit - soft", "Pomelo - soft"),
    _brand("Bramblewick", "QUINCE", "Elderflower Pressé - soft", "Raspberry Pressé - soft", "Apple & Mint - soft"),
    _brand("Copperpot", "COPPERPOT", "Cola - soft", "Cola Zero - soft", "Cherry Cola - soft", "Cream Soda - soft"),
    _brand("Tandem", "COPPERPOT", "Energy - energy", "Energy Sugar Free - energy", "Energy Tropical - energy"),
    _brand("Steepwell", "COPPERPOT", "Peach Iced Tea - soft", "Lemon Iced Tea - soft"),
    _brand("Alder & Rye", "ALDERRYE", "Tonic - tonic", "Light Tonic - tonic", "Elderflower Tonic - tonic",
           "Ginger Ale - tonic", "Soda Water - tonic"),
    _brand("Highbell", "ALDERRYE", "Indian Tonic - tonic", "Slim Tonic - tonic", "Bitter Lemon - tonic",
           "Dry Ginger - tonic"),
    _brand("Rookery", "QUINCE", "Grenadine - syrup", "Sugar Syrup - syrup", "Lime Cordial - syrup", "Orgeat - syrup"),
    _brand("Mirabel", "MIRABEL", "Sparkling Water - water", "Still Water - water"),
    _brand("Saint Orrin", "MIRABEL", "Natural Still Water - water", "Natural Sparkling Water - water"),
    _brand("Fellspring", "FELLSPRING", "Spring Water - water", "Lightly Sparkling Water - water"),
    _brand("Orchard Row", "ORCHARD", "Apple Juice - juice", "Cloudy Apple Juice - juice", "Pear Juice - juice"),
    _brand("Grovehand", "VERANO", "Orange Juice - juice", "Pineapple Juice - juice", "Cranberry Juice - juice",
           "Tomato Juice - juice"),
    _brand("Tamblyn", "VERANO", "Mango Nectar - juice", "Guava Nectar - juice"),
    _brand("Domaine Aubrelle", "CELLARLINE", "Pinot Noir 13.0 red", "Syrah 13.5 red", "Grenache Rosé 12.5 white"),
    _brand("Bodega Montelar", "CELLARLINE", "Tempranillo 13.5 red", "Garnacha 14.0 red", "Reserva 14.0 red"),
    _brand("Tenuta Sarnello", "VINTERRA", "Sangiovese 13.0 red", "Montepulciano 13.0 red", "Primitivo 14.0 red"),
    _brand("Wairoka", "VINTERRA", "Sauvignon Blanc 12.5 white", "Pinot Gris 13.0 white"),
    _brand("Kaapvliet", "VINTERRA", "Pinotage 14.0 red", "Chenin Blanc 13.0 white"),
    _brand("Viña Tolero", "CELLARLINE", "Malbec 14.0 red", "Carmenère 13.5 red", "Merlot 13.0 red"),
    _brand("Quinta Alvorim", "CELLARLINE", "Tinto 13.5 red", "Branco 12.0 white", "Ruby Port 20.0 red"),
    _brand("Weingut Ansbruck", "RHINELINK", "Riesling 11.5 white", "Grüner Veltliner 12.5 white"),
    _brand("Cantina Rosolento", "VINTERRA", "Pinot Grigio 12.0 white", "Soave 12.0 white", "Rosato 12.0 white"),
    _brand("Domaine Clairmire", "CELLARLINE", "Chardonnay 13.0 white", "Viognier 13.0 white"),
    _brand("Cantina Brivessa", "VINTERRA", "Prosecco 11.0 bubbles", "Prosecco Rosé 11.0 bubbles"),
    _brand("Maison Delorval", "CELLARLINE", "Crémant Brut 12.0 bubbles", "Blanc de Blancs 12.5 bubbles"),
    _brand("Montserrina", "CELLARLINE", "Cava Brut 11.5 bubbles",),
    _brand("Chalkdown", "CHALKDOWN", "Classic Cuvée 12.0 bubbles", "Sparkling Rosé 12.0 bubbles"),
    _brand("Tern", "TERN", "Coastal Gin 42.0 spirits", "Sloe Gin 26.0 spirits", "Navy Gin 57.0 spirits"),
    _brand("Calder & Finch", "TERN", "London Dry Gin 40.0 spirits", "Rhubarb Gin 37.5 spirits", "Pink Gin 37.5 spirits"),
    _brand("Gannet Head", "HARBOURSPIRITS", "White Rum 37.5 spirits", "Spiced Rum 35.0 spirits", "Dark Rum 40.0 spirits"),
    _brand("Glenarrick", "HARBOURSPIRITS", "Single Malt 12 Years 43.0 spirits", "Blended Whisky 40.0 spirits",
           "Peated Malt 46.0 spirits"),
    _brand("Pale Harbour", "HARBOURSPIRITS", "Vodka 40.0 spirits", "Citrus Vodka 37.5 spirits",
           "Coffee Liqueur 20.0 spirits"),
    _brand("Sombrada", "HARBOURSPIRITS", "Blanco Tequila 38.0 spirits", "Reposado Tequila 38.0 spirits",
           "Mezcal 42.0 spirits"),
    _brand("Maison Tervel", "CELLARLINE", "Brandy 38.0 spirits", "Apricot Liqueur 24.0 spirits"),
    _brand("Kentwood Ferry", "HARBOURSPIRITS", "Bourbon 43.0 spirits", "Rye Whiskey 45.0 spirits"),
    _brand("Cellarman", "CELLARMAN", "Bottle Crate 24 x 330 ml - gear", "Bottle Crate 12 x 500 ml - gear",
           "CO₂ Cylinder 6.35 kg - gear", "Mixed Gas 60/40 Cylinder - gear", "Mixed Gas 30/70 Cylinder - gear",
           "Nitrogen Cylinder - gear", "Pint Glasses, box of 24 - gear", "Wine Glasses, box of 12 - gear",
           "Line Cleaner 5 l - gear", "Keg Coupler, S type - gear", "Bar Runner - gear", "Stillage Rack, two casks - gear"),
)  # fmt: skip

# Names that people know from the guide's pictures keep the codes and containers they have there.
WELL_KNOWN: Final = {
    "Harrow Pale Ale": ("HPA", ("330", "500", "41C", "30K")),
    "Foxglove IPA": ("FXI", ("440", "330", "30K")),
    "Northgate Stout": ("NGS", ("500", "330", "30K")),
    "Keller Pils": ("KLP", ("330", "330B", "30K", "50K")),
    "Sunday Cider": ("SDC", ("440", "500", "30K")),
    "Alder & Rye Tonic": ("ART", ("200", "150")),
    "Verano Blood Orange": ("VBO", ("330", "275")),
    "Quince Lemonade": ("QLM", ("275", "330")),
    "Mirabel Sparkling Water": ("MSW", ("750", "330B", "500P")),
    "Tern Coastal Gin": ("TRG", ("700", "050")),
    "Cold Hollow Oat Stout": ("CHO", ("30K", "500", "330")),
    "Harrow Dark Mild": ("HDM", ("500", "41C")),
}

# Pieces have no litres: what one costs.
GEAR_COST: Final = 14.0
