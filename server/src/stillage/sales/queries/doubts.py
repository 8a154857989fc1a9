"""Where pickers did not find what the book said; registered with the stock room, so that it is counted."""

from collections.abc import Sequence

from stillage.core.sql import as_instant, fetch, member
from stillage.stock.doubts import Doubt

_SHORT = """
SELECT t.location_id, t.finished_at, l.number, t.short FROM sales_picktask t
JOIN (
  SELECT t.location_id, MAX(t.id) AS latest FROM sales_picktask t
  JOIN sales_picklist l ON l.id = t.pick_list_id
  WHERE l.warehouse_id {warehouses} AND t.short > 0 AND t.finished_at IS NOT NULL GROUP BY t.location_id
) last ON last.latest = t.id
JOIN sales_picklist l ON l.id = t.pick_list_id
"""


def short_picks(warehouse_ids: Sequence[int]) -> list[Doubt]:
    """The latest short pick of each place of some warehouses. One statement."""
    wanted, parameters = member(sorted(set(warehouse_ids)), "bigint")
    return [
        Doubt(location_id, at, number, int(units))
        for location_id, finished, number, units in fetch(_SHORT.format(warehouses=wanted), parameters)
        if (at := as_instant(finished)) is not None
    ]
