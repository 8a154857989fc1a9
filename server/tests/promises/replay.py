"""The balances once more, from the audit trail alone."""

from __future__ import annotations

from collections import defaultdict

import orjson

from stillage.audit.models import Entry
from stillage.places.models import Location, Warehouse
from stillage.stock.models import Lot

Spot = tuple[str, str, str]


def balances_by_the_trail() -> dict[Spot, tuple[int, int]]:
    """(SKU, lot, place) -> (on hand, promised), told by what the trail says of each operation."""
    codes = dict(Warehouse.objects.values_list("pk", "code"))
    places = dict(Location.objects.values_list("pk", "full_code"))
    lots = {pk: (sku, number) for pk, sku, number in Lot.objects.values_list("pk", "product__sku", "number")}
    on_hand: dict[Spot, int] = defaultdict(int)
    promised: dict[Spot, int] = defaultdict(int)
    for entry in Entry.objects.filter(action__startswith="stock.").order_by("pk"):
        if entry.object_type == "allocation":
            told, sign = (entry.after, 1) if entry.action == "stock.allocate" else (entry.before, -1)
            for line in orjson.loads(told or "{}")["lines"]:
                promised[(*lots[line["lot_id"]], places[line["location_id"]])] += sign * line["quantity"]
        elif entry.object_type == "operation":
            # A move between warehouses is told in both; each tells of its own end.
            own = f"{codes[entry.warehouse_id or 0]}/"
            for line in orjson.loads(entry.after or "{}")["lines"]:
                for end, sign in (("from", -1), ("to", 1)):
                    if line[end].startswith(own):
                        on_hand[line["product"], line["lot"], line[end]] += sign * line["quantity"]
                        if entry.action in ("stock.issue", "stock.pick", "stock.put_back"):
                            promised[line["product"], line["lot"], line[end]] += sign * line["quantity"]
    return {
        spot: (on_hand[spot], promised[spot])
        for spot in {*on_hand, *promised}
        if on_hand[spot] or promised[spot]
    }
