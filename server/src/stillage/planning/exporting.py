"""The history of demand as a file: a row a product, warehouse and day."""

from collections.abc import Iterator
from typing import Any

from stillage.catalogue.exporting import CHUNK, Export
from stillage.core.actor import Actor
from stillage.core.sql import as_date, fetch, stored

COLUMNS = ("warehouse", "product", "date", "shipped", "returned", "imported", "quantity")
_PART = """
SELECT d.id, d.product_id, p.sku, d.day, d.shipped, d.returned, d.imported FROM planning_demandday d
JOIN catalogue_product p ON p.id = d.product_id
WHERE d.warehouse_id = %s AND (d.product_id > %s OR (d.product_id = %s AND d.day > %s))
ORDER BY d.product_id, d.day LIMIT %s
"""


def _rows(actor: Actor) -> Iterator[list[Any]]:
    """By warehouse, product and day, some thousand at a time; `quantity` is what the import takes back."""
    for warehouse_id, code in fetch("SELECT id, code FROM places_warehouse ORDER BY id", []):
        if not actor.sees(warehouse_id):
            continue
        product_id, day = 0, "1970-01-01"
        while found := fetch(_PART, [warehouse_id, product_id, product_id, day, CHUNK]):
            for _, _, sku, date, shipped, returned, imported in found:
                yield [code, sku, as_date(date), shipped, returned, imported, shipped - returned + imported]
            product_id, day = found[-1][1], stored(found[-1][3])


DEMAND_HISTORY = Export(
    name="demand-history", permission="planning.view", columns=lambda actor: list(COLUMNS), rows=_rows
)
