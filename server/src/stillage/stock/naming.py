"""From the names people and scanners use to rows: one statement a kind of thing, and every unknown name at once."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from stillage.core.actor import Actor
from stillage.core.errors import Fault
from stillage.core.sql import as_date, fetch, member
from stillage.stock import errors

Reference = int | str


@dataclass(frozen=True, slots=True)
class ProductName:
    id: int
    sku: str
    name: str
    lot_tracked: bool
    shelf_life_days: int | None
    minimum_intake_days: int
    status: str


@dataclass(frozen=True, slots=True)
class LocationName:
    id: int
    full_code: str
    kind: str
    warehouse_id: int
    timezone: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class LotName:
    id: int
    product_id: int
    number: str
    expiry_date: dt.date | None
    best_before_date: dt.date | None
    production_date: dt.date | None
    last_sale_date: dt.date


@dataclass(slots=True)
class Names:
    """What the lines of one request name, found; and what was not found."""

    products: dict[Reference, ProductName] = field(default_factory=dict)
    locations: dict[Reference, LocationName] = field(default_factory=dict)
    lots: dict[tuple[int, Reference], LotName] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def _split(references: Iterable[Reference]) -> tuple[list[int], list[str]]:
    distinct = set(references)
    return (
        sorted(one for one in distinct if isinstance(one, int)),
        sorted(one for one in distinct if isinstance(one, str)),
    )


def find_products(references: Iterable[Reference]) -> dict[Reference, ProductName]:
    ids, skus = _split(references)
    by_id, by_sku = member(ids, "bigint"), member(skus, "text")
    found = fetch(
        "SELECT id, sku, name, lot_tracked, shelf_life_days, minimum_intake_days, status FROM catalogue_product"
        f" WHERE id {by_id[0]} OR sku {by_sku[0]}",
        [*by_id[1], *by_sku[1]],
    )
    names: dict[Reference, ProductName] = {}
    for row in found:
        product = ProductName(row[0], row[1], row[2], bool(row[3]), *row[4:])
        names[product.id] = names[product.sku] = product
    return names


def find_locations(references: Iterable[Reference], *, actor: Actor) -> dict[Reference, LocationName]:
    """Physical locations the actor may touch. Another warehouse's are not told from missing ones."""
    ids, codes = _split(references)
    by_id, by_code = member(ids, "bigint"), member(codes, "text")
    found = fetch(
        "SELECT l.id, l.full_code, l.kind, l.warehouse_id, w.timezone, l.is_active FROM places_location l"
        " JOIN places_warehouse w ON w.id = l.warehouse_id"
        f" WHERE (l.id {by_id[0]} OR l.full_code {by_code[0]}) AND NOT l.is_virtual",
        [*by_id[1], *by_code[1]],
    )
    names: dict[Reference, LocationName] = {}
    for row in found:
        location = LocationName(row[0], row[1], row[2], row[3], row[4], bool(row[5]))
        if actor.sees(location.warehouse_id):
            names[location.id] = names[location.full_code] = location
    return names


def virtual_locations(warehouse_ids: Iterable[int], kind: str) -> dict[int, int]:
    """The virtual location of a kind in each warehouse."""
    wanted, parameters = member(sorted(set(warehouse_ids)), "bigint")
    return dict(
        fetch(
            f"SELECT warehouse_id, id FROM places_location WHERE warehouse_id {wanted} AND kind = %s",
            [*parameters, kind],
        )
    )


def find_lots(pairs: Iterable[tuple[int, Reference]]) -> dict[tuple[int, Reference], LotName]:
    """Lots by (product id, number or lot id)."""
    wanted = set(pairs)
    products = member(sorted({product_id for product_id, _ in wanted}), "bigint")
    ids, numbers = _split(reference for _, reference in wanted)
    by_id, by_number = member(ids, "bigint"), member(numbers, "text")
    found = fetch(
        "SELECT id, product_id, number, expiry_date, best_before_date, production_date, last_sale_date"
        f" FROM stock_lot WHERE product_id {products[0]} AND (id {by_id[0]} OR number {by_number[0]})",
        [*products[1], *by_id[1], *by_number[1]],
    )
    lots: dict[tuple[int, Reference], LotName] = {}
    for row in found:
        dates = [as_date(value) for value in row[3:]]
        lot = LotName(row[0], row[1], row[2], dates[0], dates[1], dates[2], dates[3] or dt.date.max)
        lots[lot.product_id, lot.id] = lots[lot.product_id, lot.number] = lot
    return lots


@dataclass(frozen=True, slots=True)
class Line:
    """The names in one line of a request, before they are found."""

    product: Reference
    lot: Reference | None
    locations: tuple[tuple[str, Reference], ...]  # (field name, reference)


def find_all(lines: Sequence[Line], *, actor: Actor, lots_must_exist: bool = True) -> Names:
    """Everything the lines name, in three statements, with a fault for each name that is not there."""
    names = Names(
        products=find_products(line.product for line in lines),
        locations=find_locations(
            (reference for line in lines for _, reference in line.locations), actor=actor
        ),
    )
    for index, line in enumerate(lines):
        if line.product not in names.products:
            names.faults.append(errors.unknown(index, "product", "product", line.product))
        for name, reference in line.locations:
            if reference not in names.locations:
                names.faults.append(errors.unknown(index, name, "location", reference))
    known = [
        (i, line, names.products[line.product])
        for i, line in enumerate(lines)
        if line.product in names.products
    ]
    names.lots = find_lots((product.id, lot_reference(product, line.lot)) for _, line, product in known)
    for index, line, product in known:
        reference = lot_reference(product, line.lot)
        if reference == "" and product.lot_tracked:
            names.faults.append(
                Fault(f"/lines/{index}/lot", "lot_required", f"{product.sku} is kept by lot; say which lot.")
            )
        elif reference != "" and not product.lot_tracked and isinstance(reference, str):
            names.faults.append(
                Fault(
                    f"/lines/{index}/lot",
                    "lot_not_tracked",
                    f"{product.sku} is not kept by lot; leave the lot out.",
                )
            )
        elif (product.id, reference) not in names.lots and (lots_must_exist or isinstance(reference, int)):
            names.faults.append(errors.unknown(index, "lot", "lot", reference or product.sku))
    return names


def lot_reference(product: ProductName, lot: Reference | None) -> Reference:
    """How a product's lot is named: a product that is not lot-tracked has the one lot without a number."""
    return "" if lot is None else lot
