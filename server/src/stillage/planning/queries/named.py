"""Products and warehouses by what people call them, and how rows of planning name them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from stillage.core.actor import Actor
from stillage.core.errors import NotFound
from stillage.core.sql import fetch, member

NO_SUCH = "There is nothing of that name."


@dataclass(frozen=True, slots=True)
class House:
    """A warehouse, with its calendar."""

    id: int
    code: str
    timezone: str
    country: str
    region: str


def product_id_of(reference: str) -> int:
    """A product by SKU or id; the SKU wins. One statement. Raises NotFound."""
    found = fetch(
        "SELECT id, sku FROM catalogue_product WHERE sku = %s OR CAST(id AS text) = %s",
        [reference, reference],
    )
    for pk, _ in sorted(found, key=lambda row: row[1] != reference):
        return int(pk)
    raise NotFound(NO_SUCH)


def house_of(actor: Actor, reference: str) -> House:
    """A warehouse the actor sees, by code or id; the code wins. One statement. Raises NotFound, for another's too."""
    found = fetch(
        "SELECT w.id, w.code, w.timezone, COALESCE(p.holiday_country, ''), COALESCE(p.holiday_region, '')"
        " FROM places_warehouse w LEFT JOIN planning_warehouseplan p ON p.warehouse_id = w.id"
        " WHERE w.code = %s OR CAST(w.id AS text) = %s",
        [reference, reference],
    )
    for row in sorted(found, key=lambda row: row[1] != reference):
        house = House(*row)
        if not actor.sees(house.id):
            break
        return house
    raise NotFound(NO_SUCH)


def shown_products(product_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """What a row says of its product: names, category, and the pack that people count it in. One statement."""
    wanted, parameters = member(sorted(set(product_ids)), "bigint")
    found = fetch(
        "SELECT p.id, p.sku, p.name, p.base_unit, p.container_ml, p.category_id, COALESCE(c.name, ''),"
        " COALESCE((SELECT k.name FROM catalogue_pack k WHERE k.product_id = p.id AND k.units_per_pack > 1"
        "   ORDER BY k.units_per_pack, k.id LIMIT 1), ''),"
        " COALESCE((SELECT MIN(k.units_per_pack) FROM catalogue_pack k WHERE k.product_id = p.id"
        "   AND k.units_per_pack > 1), 1)"
        f" FROM catalogue_product p LEFT JOIN catalogue_category c ON c.id = p.category_id WHERE p.id {wanted}",
        parameters,
    )
    return {
        row[0]: {
            "product": row[1],
            "product_id": row[0],
            "product_name": row[2],
            "base_unit": row[3],
            "container_ml": row[4],
            "category_id": row[5],
            "category": row[6],
            "case_name": row[7],
            "units_per_case": row[8],
        }
        for row in found
    }
