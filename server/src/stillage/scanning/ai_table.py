"""
The GS1 Application Identifiers as data: what each may hold and which others it needs or forbids.

Facts of the GS1 Barcode Syntax Dictionary, release 2026-01-27, in our own notation; a test compares every
line. Nothing is parsed or judged here.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

RELEASE: Final = "2026-01-27"

_TRADE: Final = "req=01,02"
_LOGISTIC: Final = "req=00,01"

# (AI or range, flags, components, data title, associations), written as the dictionary writes them:
# "*" needs no separator after it, "?" may be a data attribute of a Digital Link.
_Row = tuple[str, str, str, str, str]
_ROWS: Final[tuple[_Row, ...]] = (
    ("00", "*?", "N18,csum,gcppos2", "SSCC", "dlpkey"),
    ("01", "*?", "N14,csum,gcppos2", "GTIN", "ex=255,37 dlpkey=22,10,21|235"),
    ("02", "*?", "N14,csum,gcppos2", "CONTENT", "ex=01,03 req=37"),
    ("03", "*", "N14,csum,gcppos2", "MTO GTIN", "ex=01,02,37"),
    ("10", "?", "X..20", "BATCH/LOT", "req=01,02,03,8006,8026"),
    ("11", "*?", "N6,yymmd0", "PROD DATE", "req=01,02,03,8006,8026"),
    ("12", "*?", "N6,yymmd0", "DUE DATE", "req=8020"),
    ("13", "*?", "N6,yymmd0", "PACK DATE", "req=01,02,03,8006,8026"),
    ("15", "*?", "N6,yymmd0", "BEST BEFORE or BEST BY", "req=01,02,03,8006,8026"),
    ("16", "*?", "N6,yymmd0", "SELL BY", "req=01,02,03,8006,8026"),
    ("17", "*?", "N6,yymmd0", "USE BY or EXPIRY", "req=01,02,03,255,8006,8026"),
    ("20", "*?", "N2", "VARIANT", "req=01,02,8006,8026"),
    ("21", "", "X..20", "SERIAL", "req=01,03,8006 ex=235"),
    ("22", "", "X..20", "CPV", "req=01"),
    ("235", "", "X..28", "TPX", "req=01"),
    ("240", "?", "X..30", "ADDITIONAL ID", "req=01,02,8006,8026"),
    ("241", "?", "X..30", "CUST. PART No.", "req=01,02,8006,8026"),
    ("242", "?", "N..6", "MTO VARIANT", "req=01,02,8006,8026"),
    ("243", "?", "X..20", "PCN", "req=01"),
    ("250", "?", "X..30", "SECONDARY SERIAL", "req=01,8006 req=21"),
    ("251", "?", "X..30", "REF. TO SOURCE", "req=01,8006"),
    ("253", "?", "N13,csum,gcppos1 [X..17]", "GDTI", "dlpkey"),
    ("254", "", "X..20", "GLN EXTENSION COMPONENT", "req=414"),
    ("255", "?", "N13,csum,gcppos1 [N..12]", "GCN", "dlpkey ex=01,02,415,8006,8020,8026"),
    ("30", "?", "N..8", "VAR. COUNT", _TRADE),
    ("37", "?", "N..8", "COUNT", "req=00 req=02,8026"),
    ("3900-3909", "?", "N..15", "AMOUNT", "req=255,8020 ex=390n,391n,394n,8111"),
    ("3910-3919", "?", "N3,iso4217 N..15", "AMOUNT", "req=8020 ex=391n"),
    ("3920-3929", "?", "N..15", "PRICE", "req=01 req=30,31nn,32nn,35nn,36nn ex=392n,393n"),
    ("3930-3939", "?", "N3,iso4217 N..15", "PRICE", "req=30,31nn,32nn,35nn,36nn ex=393n"),
    ("3940-3943", "?", "N4", "PRCNT OFF", "req=255 ex=394n,8111"),
    ("3950-3955", "?", "N6", "PRICE/UoM", "req=30,31nn,32nn,35nn,36nn ex=392n,393n,395n,8005"),
    ("400", "?", "X..30", "ORDER NUMBER", ""),
    ("401", "?", "X..30,gcppos1", "GINC", "dlpkey"),
    ("402", "?", "N17,csum,gcppos1", "GSIN", "dlpkey"),
    ("403", "?", "X..30", "ROUTE", "req=00"),
    ("410", "*?", "N13,csum,gcppos1", "SHIP TO LOC", ""),
    ("411", "*?", "N13,csum,gcppos1", "BILL TO", ""),
    ("412", "*?", "N13,csum,gcppos1", "PURCHASE FROM", ""),
    ("413", "*?", "N13,csum,gcppos1", "SHIP FOR LOC", ""),
    ("414", "*?", "N13,csum,gcppos1", "LOC No.", "dlpkey=254|7040"),
    ("415", "*?", "N13,csum,gcppos1", "PAY TO", "req=8020 dlpkey=8020"),
    ("416", "*?", "N13,csum,gcppos1", "PROD/SERV LOC", ""),
    ("417", "*?", "N13,csum,gcppos1", "PARTY", "dlpkey=7040"),
    ("420", "?", "X..20", "SHIP TO POST", "ex=421"),
    ("421", "?", "N3,iso3166 X..9", "SHIP TO POST", "ex=4307"),
    ("422", "?", "N3,iso3166", "ORIGIN", "req=01,02,8006,8026 ex=426"),
    (
        "423",
        "?",
        "N3,iso3166 [N3],iso3166 [N3],iso3166 [N3],iso3166 [N3],iso3166",
        "COUNTRY - INITIAL PROCESS",
        "req=01,02 ex=426",
    ),
    ("424", "?", "N3,iso3166", "COUNTRY - PROCESS", "req=01,02 ex=426"),
    (
        "425",
        "?",
        "N3,iso3166 [N3],iso3166 [N3],iso3166 [N3],iso3166 [N3],iso3166",
        "COUNTRY - DISASSEMBLY",
        "req=01,02 ex=426",
    ),
    ("426", "?", "N3,iso3166", "COUNTRY - FULL PROCESS", _TRADE),
    ("427", "?", "X..3", "ORIGIN SUBDIVISION", "req=01,02 req=422"),
    ("4300", "?", "X..35,pcenc", "SHIP TO COMP", "req=00"),
    ("4301", "?", "X..35,pcenc", "SHIP TO NAME", "req=00"),
    ("4302", "?", "X..70,pcenc", "SHIP TO ADD1", "req=00"),
    ("4303", "?", "X..70,pcenc", "SHIP TO ADD2", "req=4302"),
    ("4304", "?", "X..70,pcenc", "SHIP TO SUB", "req=00"),
    ("4305", "?", "X..70,pcenc", "SHIP TO LOC", "req=00"),
    ("4306", "?", "X..70,pcenc", "SHIP TO REG", "req=00"),
    ("4307", "?", "X2,iso3166alpha2", "SHIP TO COUNTRY", "req=00"),
    ("4308", "?", "X..30", "SHIP TO PHONE", "req=00"),
    ("4309", "?", "N10,latitude N10,longitude", "SHIP TO GEO", "req=00"),
    ("4310", "?", "X..35,pcenc", "RTN TO COMP", "req=00"),
    ("4311", "?", "X..35,pcenc", "RTN TO NAME", "req=00"),
    ("4312", "?", "X..70,pcenc", "RTN TO ADD1", "req=00"),
    ("4313", "?", "X..70,pcenc", "RTN TO ADD2", "req=4312"),
    ("4314", "?", "X..70,pcenc", "RTN TO SUB", "req=00"),
    ("4315", "?", "X..70,pcenc", "RTN TO LOC", "req=00"),
    ("4316", "?", "X..70,pcenc", "RTN TO REG", "req=00"),
    ("4317", "?", "X2,iso3166alpha2", "RTN TO COUNTRY", "req=00"),
    ("4318", "?", "X..20", "RTN TO POST", "req=00"),
    ("4319", "?", "X..30", "RTN TO PHONE", "req=00"),
    ("4320", "?", "X..35,pcenc", "SRV DESCRIPTION", "req=00"),
    ("4321", "?", "N1,yesno", "DANGEROUS GOODS", "req=00"),
    ("4322", "?", "N1,yesno", "AUTH TO LEAVE", "req=00"),
    ("4323", "?", "N1,yesno", "SIG REQUIRED", "req=00"),
    ("4324", "?", "N6,yymmd0 N4,hhmi", "NOT BEF DEL DT", "req=00"),
    ("4325", "?", "N6,yymmd0 N4,hhmi", "NOT AFT DEL DT", "req=00"),
    ("4326", "?", "N6,yymmdd", "REL DATE", "req=00"),
    ("4330", "?", "N6 [X1],hyphen", "MAX TEMP F.", "req=00 ex=4331"),
    ("4331", "?", "N6 [X1],hyphen", "MAX TEMP C.", "req=00 ex=4330"),
    ("4332", "?", "N6 [X1],hyphen", "MIN TEMP F.", "req=00 ex=4333"),
    ("4333", "?", "N6 [X1],hyphen", "MIN TEMP C.", "req=00 ex=4332"),
    ("7001", "?", "N13", "NSN", "req=01,02,8006,8026"),
    ("7002", "?", "X..30", "MEAT CUT", _TRADE),
    ("7003", "?", "N6,yymmdd N4,hhmi", "EXPIRY TIME", _TRADE),
    ("7004", "?", "N..4", "ACTIVE POTENCY", "req=01+10"),
    ("7005", "?", "X..12", "CATCH AREA", _TRADE),
    ("7006", "?", "N6,yymmdd", "FIRST FREEZE DATE", _TRADE),
    ("7007", "?", "N6,yymmdd [N6],yymmdd", "HARVEST DATE", _TRADE),
    ("7008", "?", "X..3", "AQUATIC SPECIES", _TRADE),
    ("7009", "?", "X..10", "FISHING GEAR TYPE", _TRADE),
    ("7010", "?", "X..2", "PROD METHOD", _TRADE),
    ("7011", "?", "N6,yymmdd [N4],hhmi", "TEST BY DATE", _TRADE),
    ("7020", "?", "X..20", "REFURB LOT", "req=01,8006 req=416"),
    ("7021", "?", "X..20", "FUNC STAT", "req=01,8006"),
    ("7022", "?", "X..20", "REV STAT", "req=7021"),
    ("7023", "?", "X..30,gcppos1", "GIAI - ASSEMBLY", ""),
    ("7040", "", "N1 X1 X1 X1,importeridx", "UIC+EXT", ""),
    ("7041", "", "X..4,packagetype", "UFRGT UNIT TYPE", "req=00"),
    ("710", "?", "X..20", "NHRN PZN", "req=01"),
    ("711", "?", "X..20", "NHRN CIP", "req=01"),
    ("712", "?", "X..20", "NHRN CN", "req=01"),
    ("713", "?", "X..20", "NHRN DRN", "req=01"),
    ("714", "?", "X..20", "NHRN AIM", "req=01"),
    ("715", "?", "X..20", "NHRN NDC", "req=01"),
    ("716", "?", "X..20", "NHRN AIC", "req=01"),
    ("717", "?", "X..20", "NHRN SRN", "req=01"),
    ("7240", "?", "X..20", "PROTOCOL", "req=01,8006"),
    ("7241", "?", "N2,mediatype", "AIDC MEDIA TYPE", "req=8017,8018"),
    ("7242", "?", "X..25", "VCN", "req=8017,8018"),
    ("7250", "?", "N8,yyyymmdd", "DOB", "req=8018 ex=7251"),
    ("7251", "?", "N8,yyyymmdd N4,hhmi", "DOB TIME", "req=8018 ex=7250"),
    ("7252", "?", "N1,iso5218", "BIO SEX", "req=8018"),
    ("7253", "?", "X..40,pcenc", "FAMILY NAME", "req=8017,8018 ex=7256,7259"),
    ("7254", "?", "X..40,pcenc", "GIVEN NAME", "req=8017,8018 ex=7256,7259"),
    ("7255", "?", "X..10", "SUFFIX", "req=8017,8018 ex=7256,7259"),
    ("7256", "?", "X..90,pcenc", "FULL NAME", "req=8017,8018"),
    ("7257", "?", "X..70,pcenc", "PERSON ADDR", "req=8018"),
    ("7258", "?", "X3,posinseqslash", "BIRTH SEQUENCE", "req=8018+7259"),
    ("7259", "?", "X..40,pcenc", "BABY", "req=8018 ex=7256"),
    ("8001", "?", "N4,nonzero N5,nonzero N3,nonzero N1,winding N1", "DIMENSIONS", "req=01"),
    ("8002", "?", "X..20", "CMT No.", ""),
    ("8003", "?", "N1,zero N13,csum,gcppos1 [X..16]", "GRAI", "dlpkey"),
    ("8004", "?", "X..30,gcppos1", "GIAI", "dlpkey=7040"),
    ("8005", "?", "N6", "PRICE PER UNIT", _TRADE),
    ("8006", "?", "N14,csum,gcppos2 N4,pieceoftotal", "ITIP", "ex=01,37 dlpkey=22,10,21"),
    ("8007", "?", "X..34,iban", "IBAN", "req=415"),
    ("8008", "?", "N6,yymmdd N2,hh [N2],mi [N2],ss", "PROD TIME", _TRADE),
    ("8009", "?", "X..50", "OPTSEN", "req=00,01"),
    ("8010", "?", "Y..30,gcppos1", "CPID", "dlpkey=8011"),
    ("8011", "", "N..12,nozeroprefix", "CPID SERIAL", "req=8010"),
    ("8012", "?", "X..20", "VERSION", "req=01,8006"),
    ("8013", "?", "X..25,csumalpha,gcppos1", "GMN", "dlpkey"),
    ("8014", "", "X..25,csumalpha,gcppos1,hasnondigit", "MUDI", "req=01"),
    ("8017", "?", "N18,csum,gcppos1", "GSRN - PROVIDER", "ex=8018 dlpkey=8019"),
    ("8018", "?", "N18,csum,gcppos1", "GSRN - RECIPIENT", "ex=8017 dlpkey=8019"),
    ("8019", "", "N..10", "SRIN", "req=8017,8018"),
    ("8020", "", "X..25", "REF No.", "req=415"),
    ("8026", "?", "N14,csum,gcppos2 N4,pieceoftotal", "ITIP CONTENT", "req=37 ex=02,8006"),
    ("8030", "?", "Z..90", "DIGSIG", "req=00,01+21,253,255,8003,8004,8006+21,8010+8011,8017,8018"),
    ("8040", "", "N15", "IMEI", "req=01+21"),
    ("8041", "", "N15", "IMEI2", "req=01+21+8040"),
    ("8042", "", "N32", "ESIM", "req=01+21+8040"),
    ("8043", "", "N18 [N..2]", "PSIM", "req=01+21+8040"),
    ("8110", "?", "X..70,couponcode", "", ""),
    ("8111", "?", "N4", "POINTS", "req=255"),
    ("8112", "?", "X..70,couponposoffer", "", ""),
    ("8200", "", "X..70", "PRODUCT URL", "req=01"),
    ("90", "?", "X..30", "INTERNAL", ""),
    ("91-99", "?", "X..90", "INTERNAL", ""),
)

# Six digits each; the last digit of the AI says how many of them are decimals.
_MEASURES: Final[dict[str, dict[str, str]]] = {
    _TRADE: {
        "310": "NET WEIGHT (kg)",
        "311": "LENGTH (m)",
        "312": "WIDTH (m)",
        "313": "HEIGHT (m)",
        "314": "AREA (m²)",
        "315": "NET VOLUME (l)",
        "316": "NET VOLUME (m³)",
        "320": "NET WEIGHT (lb)",
        "321": "LENGTH (in)",
        "322": "LENGTH (ft)",
        "323": "LENGTH (yd)",
        "324": "WIDTH (in)",
        "325": "WIDTH (ft)",
        "326": "WIDTH (yd)",
        "327": "HEIGHT (in)",
        "328": "HEIGHT (ft)",
        "329": "HEIGHT (yd)",
        "350": "AREA (in²)",
        "351": "AREA (ft²)",
        "352": "AREA (yd²)",
        "356": "NET WEIGHT (tr oz)",
        "357": "NET VOLUME (oz)",
        "360": "NET VOLUME (qt (US))",
        "361": "NET VOLUME (gal.)",
        "364": "NET VOLUME (in³)",
        "365": "NET VOLUME (ft³)",
        "366": "NET VOLUME (yd³)",
    },
    _LOGISTIC: {
        "330": "GROSS WEIGHT (kg)",
        "331": "LENGTH (m), log",
        "332": "WIDTH (m), log",
        "333": "HEIGHT (m), log",
        "334": "AREA (m²), log",
        "335": "VOLUME (l), log",
        "336": "VOLUME (m³), log",
        "340": "GROSS WEIGHT (lb)",
        "341": "LENGTH (in), log",
        "342": "LENGTH (ft), log",
        "343": "LENGTH (yd), log",
        "344": "WIDTH (in), log",
        "345": "WIDTH (ft), log",
        "346": "WIDTH (yd), log",
        "347": "HEIGHT (in), log",
        "348": "HEIGHT (ft), log",
        "349": "HEIGHT (yd), log",
        "353": "AREA (in²), log",
        "354": "AREA (ft²), log",
        "355": "AREA (yd²), log",
        "362": "VOLUME (qt (US)), log",
        "363": "VOLUME (gal (US)), log",
        "367": "VOLUME (in³), log",
        "368": "VOLUME (ft³), log",
        "369": "VOLUME (yd³), log",
    },
    "req=01": {
        "337": "KG PER m²",
    },
}


@dataclass(frozen=True)
class Component:
    """One part of an element's data: its alphabet (N, X, Y, Z), its length and the checks it must pass."""

    alphabet: str
    shortest: int
    longest: int
    optional: bool
    checks: tuple[str, ...]


@dataclass(frozen=True)
class AiSpec:
    """What the dictionary says about one Application Identifier."""

    ai: str
    title: str
    components: tuple[Component, ...]
    predefined_length: bool
    link_attribute: bool
    requires: tuple[str, ...]
    excludes: tuple[str, ...]
    link_qualifiers: tuple[tuple[str, ...], ...] | None

    @cached_property
    def longest(self) -> int:
        """The most characters the data may have."""
        return sum(component.longest for component in self.components)

    @cached_property
    def shortest(self) -> int:
        """The fewest characters the data may have."""
        return sum(component.shortest for component in self.components if not component.optional)

    @property
    def link_key(self) -> bool:
        """Whether the AI may be the primary key of a Digital Link."""
        return self.link_qualifiers is not None

    @cached_property
    def decimals(self) -> int | None:
        """How many digits stand behind the decimal point, for measures and amounts; else None."""
        measure = "31" <= self.ai[:2] <= "36"
        return int(self.ai[3]) if measure or self.ai[:3] in ("390", "392", "394", "395") else None

    @cached_property
    def needs(self) -> tuple[tuple[tuple[frozenset[str], ...], ...], ...]:
        """`requires` spelled out: all of (one of (all of (any AI of a set)))."""
        return tuple(
            tuple(tuple(matching(pattern) for pattern in group.split("+")) for group in line.split(","))
            for line in self.requires
        )

    @cached_property
    def forbids(self) -> frozenset[str]:
        """`excludes` spelled out. An AI never excludes itself, even where its pattern matches."""
        return frozenset[str]().union(*(matching(pattern) for pattern in self.excludes)) - {self.ai}


def find(text: str, position: int = 0) -> AiSpec | None:
    """The AI that stands at `position` of `text`, if it is one of ours."""
    length = _LENGTH_BY_PREFIX.get(text[position : position + 2])
    return TABLE.get(text[position : position + length]) if length else None


def matching(pattern: str) -> frozenset[str]:
    """The AIs a pattern such as `310n` or `31nn` stands for."""
    if "n" not in pattern:
        return frozenset({pattern})
    stem = pattern.rstrip("n")
    return frozenset(ai for ai in TABLE if ai.startswith(stem) and len(ai) == len(pattern))


def _build() -> dict[str, AiSpec]:
    rows = list(_ROWS)
    for requirement, titles in _MEASURES.items():
        for stem, title in titles.items():
            rows.append((f"{stem}0-{stem}5", "*?", "N6", title, f"{requirement} ex={stem}n"))
    rows += [(f"703{n}", "?", "N3,iso3166999 X..27", f"PROCESSOR # {n}", _TRADE) for n in range(10)]
    rows += [(f"723{n}", "?", "X2 X..28", f"CERT # {n + 1}", "req=01,8004") for n in range(10)]
    return {spec.ai: spec for row in rows for spec in _specs(row)}


def _specs(row: _Row) -> list[AiSpec]:
    ais, flags, components, title, associations = row
    first, _, last = ais.partition("-")
    words = associations.split()
    keys = [word for word in words if word.startswith("dlpkey")]
    return [
        AiSpec(
            ai=str(number).zfill(len(first)),
            title=title,
            components=tuple(_component(word) for word in components.split()),
            predefined_length="*" in flags,
            link_attribute="?" in flags,
            requires=tuple(word[4:] for word in words if word.startswith("req=")),
            excludes=tuple(ai for word in words if word.startswith("ex=") for ai in word[3:].split(",")),
            link_qualifiers=_qualifiers(keys[0]) if keys else None,
        )
        for number in range(int(first), int(last or first) + 1)
    ]


def _component(word: str) -> Component:
    shape, *checks = word.split(",")
    optional = shape.startswith("[")
    shape = shape.strip("[]")
    alphabet, length = shape[0], shape[1:]
    longest = int(length.removeprefix(".."))
    shortest = 1 if length.startswith("..") else longest
    return Component(alphabet, shortest, longest, optional, tuple(checks))


def _qualifiers(word: str) -> tuple[tuple[str, ...], ...]:
    _, _, sequences = word.partition("=")
    return tuple(tuple(sequence.split(",")) for sequence in sequences.split("|")) if sequences else ((),)


TABLE: Final[dict[str, AiSpec]] = _build()
# All AIs that share their first two digits have the same length.
_LENGTH_BY_PREFIX: Final[dict[str, int]] = {ai[:2]: len(ai) for ai in TABLE}
