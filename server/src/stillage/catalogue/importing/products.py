"""Products files: what their rows may say, and the plan of writing them with their packs, categories and brands."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from stillage.audit.record import Change
from stillage.catalogue.importing import cells
from stillage.catalogue.importing.cells import BadCell
from stillage.catalogue.importing.columns import Field
from stillage.catalogue.importing.kinds import CHUNK, Kind, Plan, Row, Run
from stillage.catalogue.importing.writing import bulk_create, bulk_replace
from stillage.catalogue.models import Brand, Category, Pack, Product
from stillage.catalogue.rules import MAX_DAYS, MAX_MILLILITRES, MAX_PACKS, MAX_UNITS, pack_name_fault
from stillage.core.errors import Conflict
from stillage.core.text import key

PLAIN = (
    "name",
    "container",
    "container_ml",
    "base_unit",
    "abv_percent",
    "lot_tracked",
    "shelf_life_days",
    "minimum_intake_days",
    "unit_price",
    "status",
)
FIXED_BY_STOCK = ("lot_tracked", "base_unit")
GTIN_FIELDS = ("unit_gtin", "case_gtin")
DEFAULT_CASE = "case"
Packs = dict[str, tuple[int, str | None]]


def read_pack_name(cell: str) -> str:
    value = str(cells.text(60)(cell))
    fault = pack_name_fault(value)
    if fault:
        raise BadCell("bad_name", fault)
    return value


def read_packs(cell: str) -> Packs:
    """All packs of a product: `bottle:1:05012345678900; case:24:15012345678907; pallet:1440:`."""
    packs: Packs = {}
    for part in filter(None, (part.strip() for part in cell.split(";"))):
        name, _, rest = part.partition(":")
        units, _, number = rest.partition(":")
        name = read_pack_name(name.strip())
        if not name or name in packs:
            raise BadCell("bad_packs", "Each pack needs a name of its own: name:units:GTIN; name:units:GTIN.")
        gtin = None
        if number.strip():
            try:
                gtin = cells.gtin(number.strip())
            except cells.DoubtfulCell as doubt:
                gtin = doubt.value
        packs[name] = (cells.integer(1, MAX_UNITS)(units.strip()), gtin)
    gtins = [gtin for _, gtin in packs.values() if gtin]
    if len(packs) > MAX_PACKS or len(set(gtins)) < len(gtins):
        raise BadCell("bad_packs", f"At most {MAX_PACKS} packs, each GTIN once.")
    return packs


def shown_packs(packs: list[Pack]) -> str:
    """The form that `read_packs` reads."""
    return "; ".join(f"{pack.name}:{pack.units_per_pack}:{pack.gtin or ''}" for pack in packs)


FIELDS = (
    Field(
        name="sku",
        required=True,
        read=cells.code(),
        headings=(
            "item number",
            "item no",
            "item code",
            "article number",
            "article no",
            "product code",
            "product number",
            "stock code",
            "code",
            "Artikelnummer",
            "Artikel-Nr.",
            "Art.-Nr.",
            "Artikel",
            "Materialnummer",
        ),
    ),
    Field(
        name="name",
        read=cells.text(200),
        headings=(
            "item description",
            "product name",
            "product",
            "description",
            "item name",
            "title",
            "Bezeichnung",
            "Artikelbezeichnung",
            "Produkt",
            "Produktname",
            "Name",
        ),
    ),
    Field(
        name="category",
        read=cells.text(120),
        headings=("category name", "product group", "group", "Warengruppe", "Kategorie", "Produktgruppe"),
    ),
    Field(
        name="brand",
        read=cells.text(120),
        headings=(
            "brand name",
            "Marke",
            "producer",
            "brewery",
            "distillery",
            "winery",
            "Hersteller",
            "manufacturer",
            "Brauerei",
            "vendor name",
        ),
    ),
    Field(
        name="container",
        read=cells.text(40),
        headings=("container type", "package type", "Gebinde", "Gebindeart", "Behälter"),
    ),
    Field(
        name="container_ml",
        read=cells.integer(1, MAX_MILLILITRES, zero_is_none=True),
        headings=(
            "bottle volume ml",
            "volume ml",
            "size ml",
            "content ml",
            "ml",
            "Inhalt ml",
            "Füllmenge ml",
            "Flascheninhalt ml",
        ),
    ),
    Field(
        name="container_litres",
        target="container_ml",
        read=cells.decimal(Decimal(0), Decimal(10_000), places=3),
        headings=(
            "volume l",
            "size l",
            "litres",
            "liters",
            "Inhalt l",
            "Inhalt Liter",
            "Liter",
            "Füllmenge l",
        ),
    ),
    Field(
        name="base_unit",
        read=cells.choice(
            {
                "bottle": ("bottles", "Flasche", "Fl.", "btl"),
                "can": ("cans", "Dose"),
                "keg": ("kegs", "Keg", "KEG"),
                "cask": ("casks", "barrel", "Fass"),
                "box": ("boxes", "bag in box", "bib", "Karton"),
                "piece": ("pieces", "each", "ea", "pcs", "Stück", "Stk"),
            }
        ),
        headings=("unit", "unit of measure", "uom", "Einheit", "Basiseinheit", "Mengeneinheit"),
    ),
    Field(
        name="abv_percent",
        read=cells.decimal(Decimal(0), Decimal(100), places=2),
        headings=(
            "abv",
            "alcohol",
            "alc vol",
            "alcohol percent",
            "alcohol by volume",
            "Alkohol",
            "Alkoholgehalt",
            "Alk. % vol",
            "vol",
        ),
    ),
    Field(
        name="proof",
        target="abv_percent",
        read=cells.decimal(Decimal(0), Decimal(100), places=2, divided_by=2),
        headings=("us proof",),
    ),
    Field(
        name="lot_tracked",
        read=cells.boolean,
        headings=("lot tracking", "batch tracked", "batch tracking", "Chargenpflichtig", "Chargenpflicht"),
    ),
    Field(
        name="shelf_life_days",
        read=cells.integer(1, MAX_DAYS, zero_is_none=True),
        headings=("shelf life", "shelf life in days", "Haltbarkeit", "Haltbarkeit Tage", "MHD Tage"),
    ),
    Field(
        name="minimum_intake_days",
        read=cells.integer(0, MAX_DAYS),
        headings=("minimum intake", "Mindestrestlaufzeit", "Restlaufzeit Tage"),
    ),
    Field(
        name="unit_price",
        read=cells.decimal(Decimal(0), Decimal(9_999_999_999), places=4),
        headings=(
            "price",
            "list price",
            "sales price",
            "selling price",
            "price per unit",
            "price per bottle",
            "Preis",
            "Listenpreis",
            "Verkaufspreis",
            "VK",
            "Preis je Flasche",
        ),
    ),
    Field(
        name="status",
        read=cells.choice(
            {
                "active": ("aktiv", "a", "listed"),
                "discontinued": ("inactive", "delisted", "ausgelistet", "inaktiv"),
            }
        ),
        headings=("state", "product status", "Artikelstatus"),
    ),
    Field(
        name="unit_gtin",
        doubtful=True,
        read=cells.gtin,
        headings=(
            "upc",
            "bottle gtin",
            "bottle upc",
            "ean",
            "gtin",
            "barcode",
            "bar code",
            "unit ean",
            "EAN Flasche",
            "EAN-Code",
            "Strichcode",
        ),
    ),
    Field(
        name="units_per_case",
        read=cells.integer(1, MAX_UNITS),
        headings=(
            "pack",
            "pack size",
            "case size",
            "bottles per case",
            "units per pack",
            "Kasteninhalt",
            "Stück pro Karton",
            "VPE",
            "Verpackungseinheit",
        ),
    ),
    Field(name="case_name", read=read_pack_name, headings=("case type", "Gebindename")),
    Field(
        name="case_gtin",
        doubtful=True,
        read=cells.gtin,
        headings=(
            "scc",
            "case upc",
            "case ean",
            "scc14",
            "itf14",
            "outer gtin",
            "EAN Karton",
            "EAN Kasten",
            "Karton EAN",
        ),
    ),
    Field(name="packs", read=read_packs, headings=()),
)


@dataclass(slots=True)
class _Wanted:
    """A product as the file wants it, and what changes by that."""

    row: Row
    product: Product
    new: bool
    category: str | None = None
    brand: str | None = None
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    make_packs: list[Pack] = field(default_factory=list)
    change_packs: list[Pack] = field(default_factory=list)
    drop_packs: list[Pack] = field(default_factory=list)


def plan_products(rows: list[Row], run: Run) -> Plan:
    """Judge the GTINs over the whole file, then compare a thousand rows at a time with what is there."""
    for row in rows:
        _settle_litres(row, run)
    _refuse_repeated_gtins(rows, run)
    plan = Plan()
    groups = _Groups.read()
    good = [row for row in rows if row.number not in run.report.bad_rows]
    for start in range(0, len(good), CHUNK):
        _plan_chunk(good[start : start + CHUNK], run, plan, groups)
    return plan


def _settle_litres(row: Row, run: Run) -> None:
    """Litres come as a fraction and are kept as whole millilitres."""
    value = row.values.get("container_ml")
    if isinstance(value, Decimal):
        millilitres = int(value * 1000)
        if millilitres:
            row.values["container_ml"] = millilitres
        else:
            del row.values["container_ml"]


def _gtins_of(row: Row) -> list[tuple[str, str]]:
    named = [(name, row.values[name]) for name in GTIN_FIELDS if row.values.get(name)]
    packs: Packs = row.values.get("packs", {})
    return named + [("packs", gtin) for _, gtin in packs.values() if gtin]


def _refuse_repeated_gtins(rows: list[Row], run: Run) -> None:
    """One GTIN is one pack of one product. Which of several rows is right cannot be known, so none is believed."""
    holders: dict[str, list[Row]] = defaultdict(list)
    everything = [*rows, *run.faulty]
    for row in everything:
        for _, gtin in _gtins_of(row):
            holders[gtin].append(row)
    repeated = {gtin: there for gtin, there in holders.items() if len(there) > 1}
    for row in everything:
        for name, gtin in _gtins_of(row):
            if gtin in repeated:
                others = sorted({other.number for other in repeated[gtin]} - {row.number})
                where = f"also in row {others[0]}" if others else "twice in this row"
                more = f" and {len(others) - 1} more" if len(others) > 1 else ""
                _doubt_gtin(row, name, gtin, run, "gtin_repeated", f"This GTIN stands {where}{more}.")


def _doubt_gtin(row: Row, name: str, gtin: str, run: Run, code: str, detail: str) -> None:
    """A GTIN that cannot stand: the row is refused, or goes on without it."""
    if not run.leave_gtins_blank:
        run.refuse(row, name, code, detail)
        return
    run.warn(row, name, code, f"{detail} Left blank.")
    if name == "packs":
        row.values["packs"] = {
            pack: (units, None if number == gtin else number)
            for pack, (units, number) in row.values["packs"].items()
        }
    else:
        row.values.pop(name, None)


class _Groups:
    """Categories and brands by name; those the file names and nobody has made yet are made once."""

    def __init__(self, known: dict[type[Any], dict[str, Any]]) -> None:
        self.known = known
        self.wanted: dict[type[Any], dict[str, Any]] = {Category: {}, Brand: {}}

    @classmethod
    def read(cls) -> "_Groups":
        known: dict[type[Any], dict[str, Any]] = {}
        for model in (Category, Brand):
            rows: list[Any] = list(model.objects.only("id", "name").order_by("-id"))
            # A name found as it is written wins over one that differs in case only.
            known[model] = {key(row.name): row for row in rows} | {row.name: row for row in rows}
        return cls(known)

    def named(self, model: type[Any], name: str) -> Any:
        known = self.known[model]
        found = known.get(name) or known.get(key(name)) or self.wanted[model].get(key(name))
        if found is None:
            found = self.wanted[model][key(name)] = model(name=name)
        return found

    def make(self) -> list[Change]:
        """Insert what is wanted and not there; the objects that products point to get their ids."""
        changes = []
        for model, wanted in self.wanted.items():
            fresh = [thing for thing in wanted.values() if thing.pk is None]
            bulk_create(model, fresh)
            noun = model.__name__.lower()
            changes += [
                Change(
                    action=f"{noun}.create",
                    object_type=noun,
                    object_id=thing.pk,
                    label=thing.name,
                    after={"name": thing.name},
                )
                for thing in fresh
            ]
        return changes


def _plan_chunk(rows: list[Row], run: Run, plan: Plan, groups: _Groups) -> None:
    products, packs = _there(rows, run)
    taken = _holders(rows)
    stocked: set[int] | None = None
    wanted: list[_Wanted] = []
    for row in rows:
        product = products.get(row.values["sku"])
        for name, gtin in _gtins_of(row):
            holder = taken.get(gtin)
            if holder and holder[0] != (product.pk if product else None):
                _doubt_gtin(
                    row, name, gtin, run, "gtin_taken", f"This GTIN is on {holder[1]} ({holder[2]}) already."
                )
        want = _wanted(row, product, groups)
        if product is not None and any(name in want.after for name in FIXED_BY_STOCK):
            stocked = _stocked(products.values()) if stocked is None else stocked
            if product.pk in stocked:
                name = next(name for name in FIXED_BY_STOCK if name in want.after)
                run.refuse(row, name, "has_stock", "This can be changed only when nothing of it is in stock.")
        _check_product(row, want.product, want.new, run)
        _want_packs(want, packs.get(product.pk, []) if product else [], run)
        if row.number not in run.report.bad_rows:
            wanted.append(want)
    _add_steps(wanted, plan, groups)


def _there(rows: list[Row], run: Run) -> tuple[dict[str, Product], dict[int, list[Pack]]]:
    found = Product.objects.filter(sku__in=[row.values["sku"] for row in rows]).order_by("pk")
    found = found.select_related("category", "brand")
    if run.locking:
        found = found.select_for_update(of=("self",), no_key=True)
    products = {product.sku: product for product in found}
    packs: dict[int, list[Pack]] = defaultdict(list)
    for pack in Pack.objects.filter(product__in=[product.pk for product in products.values()]).order_by("id"):
        packs[pack.product_id].append(pack)
    return products, packs


def _holders(rows: list[Row]) -> dict[str, tuple[int, str, str]]:
    gtins = [gtin for row in rows for _, gtin in _gtins_of(row)]
    held = Pack.objects.filter(gtin__in=gtins).values_list("gtin", "product_id", "product__sku", "name")
    return {str(gtin): (product_id, sku, name) for gtin, product_id, sku, name in held}


def _stocked(products: Any) -> set[int]:
    """Which of these products lie anywhere; the stock room is met through its relation (see operations)."""
    if not hasattr(Product, "lots"):
        return set()
    there = Product.objects.filter(pk__in=[p.pk for p in products], lots__balances__on_hand__gt=0)
    return set(there.values_list("pk", flat=True))


def _wanted(row: Row, product: Product | None, groups: _Groups) -> _Wanted:
    values = row.values
    want = _Wanted(row=row, product=product or Product(sku=values["sku"]), new=product is None)
    for name in PLAIN:
        if name in values and (want.new or values[name] != getattr(want.product, name)):
            want.before[name] = getattr(want.product, name)
            want.after[name] = values[name]
            setattr(want.product, name, values[name])
    for name, model in (("category", Category), ("brand", Brand)):
        if name in values:
            group = groups.named(model, values[name])
            if want.new or group.pk is None or getattr(want.product, f"{name}_id") != group.pk:
                want.before[name] = getattr(want.product, f"{name}_id") and getattr(want.product, name).name
                want.after[name] = group.name
                setattr(want.product, name, group)
    return want


def _check_product(row: Row, product: Product, new: bool, run: Run) -> None:
    if new and not product.name:
        run.refuse(row, "name", "required", "A new product needs a name.")
    if product.shelf_life_days is not None and product.minimum_intake_days > product.shelf_life_days:
        run.refuse(
            row, "minimum_intake_days", "longer_than_life", "More days are asked for than the product keeps."
        )


def _want_packs(want: _Wanted, there: list[Pack], run: Run) -> None:
    """What the row says of packs: all of them, or the unit's GTIN and the case."""
    values, row = want.row.values, want.row
    by_name = {pack.name: pack for pack in there}
    if "packs" in values:
        wanted: Packs = values["packs"]
        want.drop_packs = [pack for pack in there if pack.name not in wanted]
    else:
        wanted = {}
        unit_name = want.product.base_unit
        case_name = values.get("case_name") or DEFAULT_CASE
        if "unit_gtin" in values:
            units = [pack.name for pack in there if pack.units_per_pack == 1 and pack.name != case_name]
            wanted[unit_name if unit_name in by_name or not units else units[0]] = (1, values["unit_gtin"])
        case = by_name.get(case_name)
        if "units_per_case" in values or "case_gtin" in values:
            count = values.get("units_per_case") or (case.units_per_pack if case else None)
            if count is None:
                run.refuse(
                    row,
                    "case_gtin",
                    "missing_units",
                    "How many units are in the case? units_per_case says so.",
                )
                return
            wanted[case_name] = (count, values.get("case_gtin") or (case.gtin if case else None))
    for name, (units_, gtin) in wanted.items():
        pack = by_name.get(name)
        if pack is None:
            want.make_packs.append(Pack(product=want.product, name=name, units_per_pack=units_, gtin=gtin))
        elif (pack.units_per_pack, pack.gtin) != (units_, gtin):
            want.change_packs.append(
                Pack(
                    id=pack.pk,
                    product=want.product,
                    name=name,
                    units_per_pack=units_,
                    gtin=gtin,
                    version=pack.version + 1,
                )
            )
    if want.make_packs or want.change_packs or want.drop_packs:
        dropped = {pack.pk for pack in (*want.drop_packs, *want.change_packs)}
        after = [pack for pack in there if pack.pk not in dropped] + want.change_packs + want.make_packs
        want.before["packs"], want.after["packs"] = shown_packs(there), shown_packs(after)


def _add_steps(wanted: list[_Wanted], plan: Plan, groups: _Groups) -> None:
    new = [want for want in wanted if want.new]
    changed = [want for want in wanted if not want.new and want.after]
    plan.created += len(new)
    plan.updated += len(changed)
    plan.unchanged += len(wanted) - len(new) - len(changed)
    if new or changed:
        if not plan.steps:
            plan.steps.append(groups.make)
        plan.steps.append(lambda: _write(new, changed))


def _write(new: list[_Wanted], changed: list[_Wanted]) -> list[Change]:
    both = [*new, *changed]
    for want in both:
        # A category or brand made a moment ago has its id now.
        for name in ("category", "brand"):
            if name in want.after:
                setattr(want.product, name, getattr(want.product, name))
    bulk_create(Product, [want.product for want in new])
    for want in changed:
        want.product.version += 1
    bulk_replace(Product, [want.product for want in changed], columns=(*PLAIN, "category", "brand"))
    _write_packs(both)
    return [
        Change(
            action="product.create" if want.new else "product.update",
            object_type="product",
            object_id=want.product.pk,
            label=want.product.sku,
            before=None if want.new else want.before,
            after={"sku": want.product.sku, "name": want.product.name, **want.after}
            if want.new
            else want.after,
        )
        for want in both
    ]


def _write_packs(wanted: list[_Wanted]) -> None:
    dropped = [pack.pk for want in wanted for pack in want.drop_packs]
    if dropped:
        _refuse_used(dropped)
        Pack.objects.filter(pk__in=dropped).delete()
    changed = [pack for want in wanted for pack in want.change_packs]
    if changed:
        # GTINs may change places among a product's packs; no two may meet on the way.
        Pack.objects.filter(pk__in=[pack.pk for pack in changed]).update(gtin=None)
        bulk_replace(Pack, changed, columns=("units_per_pack", "gtin"))
    made = [pack for want in wanted for pack in want.make_packs]
    for pack in made:
        pack.product = pack.product  # its id is known now
    bulk_create(Pack, made)


def _refuse_used(packs: list[int]) -> None:
    if not hasattr(Pack, "suppliers"):
        return
    used = (
        Pack.objects.filter(pk__in=packs, suppliers__isnull=False).values_list("product__sku", "name").first()
    )
    if used:
        raise Conflict(
            f"The pack {used[1]} of {used[0]} is still in use, so nothing was imported.", code="in_use"
        )


PRODUCTS = Kind(
    name="products", permission="catalogue.change", fields=FIELDS, key=("sku",), plan=plan_products
)
