"""What a unit costs: the one statement that says it, for counts, traces and values."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from stillage.core.sql import fetch, member

CENT_PARTS = Decimal("0.0001")

_LATEST = """
(SELECT m.unit_cost FROM stock_movement m WHERE m.product_id = {product} AND m.kind = 'receive'
  AND m.unit_cost IS NOT NULL AND NOT EXISTS (SELECT 1 FROM stock_movement r WHERE r.reverses_id = m.id)
  ORDER BY m.id DESC LIMIT 1)
"""
_LOTS = f"""
SELECT l.id AS lot_id, COALESCE(own.cost, {_LATEST.format(product="l.product_id")}) AS unit_cost FROM stock_lot l
LEFT JOIN (
  SELECT m.lot_id, SUM(m.quantity * m.unit_cost) / SUM(m.quantity) AS cost FROM stock_movement m
  WHERE m.lot_id {{lots}} AND m.kind = 'receive' AND m.unit_cost IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM stock_movement r WHERE r.reverses_id = m.id)
  GROUP BY m.lot_id
) own ON own.lot_id = l.id
WHERE l.id {{lots}}
"""
_PRODUCTS = f"SELECT p.id, {_LATEST.format(product='p.id')} FROM catalogue_product p WHERE p.id {{products}}"


def costs_of_lots(lots: str) -> str:
    """SQL for a table of `lot_id` and `unit_cost`, of the lots that a condition (`IN (…)`, put in twice) names."""
    return _LOTS.replace("{lots}", lots)


def lot_costs(lot_ids: Iterable[int]) -> dict[int, Decimal | None]:
    """What a unit of each lot cost: the mean of its receipts that say so, weighted; else the product's latest.

    None where nobody ever said. Receipts that were taken back do not count. One statement.
    """
    wanted, parameters = member(sorted(set(lot_ids)), "bigint")
    found = fetch(_LOTS.format(lots=wanted), [*parameters, *parameters])
    return {pk: _money(cost) for pk, cost in found}


def latest_costs(product_ids: Iterable[int]) -> dict[int, Decimal | None]:
    """What a unit of each product cost when it came in last; None where nobody ever said. One statement."""
    wanted, parameters = member(sorted(set(product_ids)), "bigint")
    return {pk: _money(cost) for pk, cost in fetch(_PRODUCTS.format(products=wanted), parameters)}


def _money(value: Any) -> Decimal | None:
    """SQLite reckons with floating point; four places hold either way."""
    return None if value is None else Decimal(str(value)).quantize(CENT_PARTS)
