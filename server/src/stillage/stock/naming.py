"""From the names people and scanners use to rows, in one statement, and every unknown name at once."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from stillage.core.actor import Actor
from stillage.core.errors import Fault
from stillage.core.locking import for_update
from stillage.core.sql import as_date, fetch, is_postgres, items, listed, member, probe, rows, table
from stillage.places.models import Kind
from stillage.stock import errors

Reference = int | str


class ProductName(NamedTuple):
    id: int
    sku: str
    name: str
    lot_tracked: bool
    shelf_life_days: int | None
    minimum_intake_days: int
    status: str


class LocationName(NamedTuple):
    id: int
    full_code: str
    kind: str
    warehouse_id: int
    timezone: str
    is_active: bool


class LotName(NamedTuple):
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


class Line(NamedTuple):
    """The names in one line of a request, before they are found."""

    product: Reference
    lot: Reference | None
    locations: tuple[tuple[str, Reference], ...]  # (field name, reference)


# One arm for each way in which something may be named: by its id or by its natural key.
_PRODUCTS = """
SELECT 1, p.id, p.sku, p.name, p.status, p.shelf_life_days, p.minimum_intake_days, p.lot_tracked,
  CAST(NULL AS date), CAST(NULL AS date), CAST(NULL AS date), CAST(NULL AS date)
FROM {wanted} {found}"""
_LOCATIONS = """
SELECT 2, x.id, x.full_code, x.kind, w.timezone, x.warehouse_id, 0, x.is_active, NULL, NULL, NULL, NULL
FROM {wanted} {found} JOIN places_warehouse w ON w.id = x.warehouse_id
WHERE NOT x.is_virtual"""
_LOTS = """
SELECT 3, l.id, l.number, '', '', l.product_id, 0, CAST(1 AS boolean),
  l.expiry_date, l.best_before_date, l.production_date, l.last_sale_date
FROM {wanted} {product} {lot}"""
_KIND = {int: "bigint", str: "text"}


def _statement(lines: Sequence[Line]) -> tuple[str, list[str]]:
    """The arms that these lines need, and their parameters."""
    arms: list[str] = []
    parameters: list[str] = []
    products = _split(line.product for line in lines)
    locations = _split(reference for line in lines for _, reference in line.locations)
    named: tuple[tuple[tuple[str, str], str, tuple[list[Any], list[Any]], tuple[str, str]], ...] = (
        (("catalogue_product", "p"), _PRODUCTS, products, ("id", "sku")),
        (("places_location", "x"), _LOCATIONS, locations, ("id", "full_code")),
    )
    for source, arm, found, keys in named:
        for values, kind, column in zip(found, ("bigint", "text"), keys, strict=True):
            if values:
                where = probe(*source, f"{source[1]}.{column} = wanted.value")
                arms.append(arm.format(wanted=listed("wanted", kind), found=where))
                parameters.append(items(values))
    pairs: dict[tuple[type, type], set[tuple[Reference, Reference]]] = {}
    for line in lines:
        lot = "" if line.lot is None else line.lot
        pairs.setdefault((type(line.product), type(lot)), set()).add((line.product, lot))
    for (product, lot_kind), wanted in pairs.items():
        arms.append(
            _LOTS.format(
                wanted=table("wanted", {"product": _KIND[product], "lot": _KIND[lot_kind]}),
                product=probe(
                    "catalogue_product", "p", f"p.{'id' if product is int else 'sku'} = wanted.product"
                ),
                lot=probe(
                    "stock_lot",
                    "l",
                    f"l.product_id = p.id AND l.{'id' if lot_kind is int else 'number'} = wanted.lot",
                ),
            )
        )
        parameters.append(rows({"product": one, "lot": other} for one, other in wanted))
    return " UNION ALL ".join(arms), parameters


def _look_up(lines: Sequence[Line], *, actor: Actor) -> Names:
    """Everything the lines name that is there for the actor, in one statement."""
    sql, parameters = _statement(lines)
    names = Names()
    products, locations, lots = names.products, names.locations, names.lots
    for row in fetch(sql, parameters):
        kind, pk, text, second, third, number, days, flag, *dates = row
        if kind == 1:
            products[pk] = products[text] = ProductName(pk, text, second, bool(flag), number, days, third)
        elif kind == 3:
            lots[number, pk] = lots[number, text] = _lot(pk, number, text, dates)
        elif actor.sees(number):
            locations[pk] = locations[text] = LocationName(pk, text, second, number, third, bool(flag))
    return names


def _lot(pk: int, product_id: int, number: str, dates: Sequence[Any]) -> LotName:
    expiry, best_before, production, last_sale = dates if is_postgres() else map(as_date, dates)
    return LotName(pk, product_id, number, expiry, best_before, production, last_sale or dt.date.max)


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
        lot = _lot(row[0], row[1], row[2], row[3:])
        lots[lot.product_id, lot.id] = lots[lot.product_id, lot.number] = lot
    return lots


def lock_lots(lot_ids: Sequence[int]) -> dict[int, LotName]:
    """Lock lots in id order and read them. One statement."""
    wanted, parameters = member(lot_ids, "bigint")
    found = fetch(
        "SELECT l.id, l.product_id, l.number, l.expiry_date, l.best_before_date, l.production_date, l.last_sale_date"
        f" FROM stock_lot l WHERE l.id {wanted} ORDER BY l.id" + for_update("l"),
        parameters,
    )
    return {row[0]: _lot(row[0], row[1], row[2], row[3:]) for row in found}


def find_all(
    lines: Sequence[Line], *, actor: Actor, lots_must_exist: bool = True, in_transit: bool = False
) -> Names:
    """Everything the lines name, in one statement, with a fault for each name that is not there.

    What is on the way between warehouses belongs to its transfer: only with `in_transit` may its place be named.
    Locations are physical ones the actor may touch: another warehouse's are not told from missing ones.
    """
    names = _look_up(lines, actor=actor)
    for index, line in enumerate(lines):
        if line.product not in names.products:
            names.faults.append(errors.unknown(index, "product", "product", line.product))
        for name, reference in line.locations:
            if (place := names.locations.get(reference)) is None:
                names.faults.append(errors.unknown(index, name, "location", reference))
            elif place.kind == Kind.TRANSIT and not in_transit:
                names.faults.append(errors.on_the_way(index, name, place.full_code))
    known = [
        (i, line, names.products[line.product])
        for i, line in enumerate(lines)
        if line.product in names.products
    ]
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
