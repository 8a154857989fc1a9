"""Which places to count: those named, a zone, where products lie; the longest uncounted first."""

from collections.abc import Sequence

from stillage.core.sql import fetch, member
from stillage.counting.states import UNFINISHED

_OPEN = ", ".join(f"'{status.value}'" for status in UNFINISHED)
LAST = """(SELECT MAX(p.done_at) FROM counting_countplace p JOIN counting_count c ON c.id = p.count_id
  WHERE p.location_id = x.id AND c.status <> 'cancelled')"""
_BUSY = f"""(SELECT MIN(c.number) FROM counting_countplace p JOIN counting_count c ON c.id = p.count_id
  WHERE p.location_id = x.id AND c.status IN ({_OPEN}))"""
_CHOSEN = f"""
SELECT x.id FROM places_location x
WHERE x.warehouse_id = %s AND NOT x.is_virtual AND x.kind <> 'transit' AND x.is_active AND {_BUSY} IS NULL
  {{zone}} {{products}}
ORDER BY COALESCE(CAST({LAST} AS text), ''), x.pick_sequence, x.full_code LIMIT %s
"""


def chosen(warehouse_id: int, *, zone: str, product_ids: Sequence[int] | None, limit: int) -> list[int]:
    """Places of a warehouse that no unfinished count has: of a zone, or where some products lie. One statement."""
    values: list[object] = [warehouse_id]
    of_zone = of_products = ""
    if zone:
        of_zone = "AND x.zone = %s"
        values.append(zone)
    if product_ids is not None:
        wanted, more = member(list(product_ids), "bigint")
        of_products = (
            "AND EXISTS (SELECT 1 FROM stock_balance b WHERE b.location_id = x.id AND b.on_hand > 0"
            f" AND b.product_id {wanted})"
        )
        values += more
    found = fetch(_CHOSEN.format(zone=of_zone, products=of_products), [*values, limit])
    return [row[0] for row in found]


def busy(location_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Which of some places an unfinished count has: their names and its number. One statement."""
    wanted, parameters = member(list(location_ids), "bigint")
    found = fetch(
        f"SELECT id, full_code, number FROM (SELECT x.id, x.full_code, {_BUSY} AS number FROM places_location x"
        f" WHERE x.id {wanted}) f WHERE number IS NOT NULL ORDER BY full_code",
        parameters,
    )
    return {pk: (name, number) for pk, name, number in found}
