"""What waits in receiving places, and where it should go. A fixed number of statements a page."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Q, QuerySet

from stillage.core.actor import Actor
from stillage.core.finding import seen
from stillage.core.sql import fetch, member
from stillage.places.models import Kind
from stillage.stock.models import Allocation, Balance, Movement
from stillage.stock.put_away import KINDS, Arrived, Proposal, Shelves, Spot, propose
from stillage.stock.queries import case_packs

ROW = (
    "id",
    "product_id",
    "product__sku",
    "product__name",
    "product__base_unit",
    "product__category_id",
    "product__category__name",
    "lot_id",
    "lot__number",
    "lot__expiry_date",
    "lot__best_before_date",
    "lot__last_sale_date",
    "location_id",
    "location__full_code",
    "warehouse_id",
    "warehouse__code",
    "on_hand",
    "allocated",
)
_MOST_EMPTY = 2_000


def at_dock(actor: Actor) -> QuerySet[Balance, Any]:
    """What lies in receiving places of the actor's warehouses."""
    found = Balance.objects.filter(location__kind=Kind.RECEIVING, on_hand__gt=0)
    return seen(found, actor)


def matching(found: QuerySet[Balance, Any], words: Sequence[str]) -> QuerySet[Balance, Any]:
    """A search by product, lot or place; each word must be met."""
    for word in words:
        found = found.filter(
            Q(product__sku__icontains=word)
            | Q(product__name__icontains=word)
            | Q(lot__number__icontains=word)
            | Q(location__full_code__icontains=word)
        )
    return found


def shown_rows(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of `ROW` as the API answers them. Seven statements a warehouse at most, whatever the length of the page."""
    if not rows:
        return []
    proposals = proposals_for(
        [
            Wanted(row["warehouse_id"], row["product_id"], row["lot_id"], row["product__category_id"])
            for row in rows
        ]
    )
    cases = case_packs({row["product_id"] for row in rows})
    lots, places = {row["lot_id"] for row in rows}, {row["location_id"] for row in rows}
    came = Movement.objects.filter(lot__in=lots, to_location__in=places).order_by()
    since = {
        (lot, place): at
        for lot, place, at in came.values_list("lot", "to_location").annotate(at=Max("moved_at"))
    }
    promised: dict[tuple[int, int], dict[str, int]] = defaultdict(dict)
    open_ones = Allocation.objects.filter(lot__in=lots, location__in=places)
    for lot, place, reference, units in open_ones.order_by("pk").values_list(
        "lot", "location", "reference", "quantity"
    ):
        own = promised[lot, place]
        own[reference] = own.get(reference, 0) + units
    answer = []
    for row, own_proposals in zip(rows, proposals, strict=True):
        case_name, units_per_case = cases.get(row["product_id"], ("", 1))
        here = (row["lot_id"], row["location_id"])
        answer.append(
            {
                "id": row["id"],
                "product": row["product__sku"],
                "product_id": row["product_id"],
                "product_name": row["product__name"],
                "category": row["product__category__name"],
                "base_unit": row["product__base_unit"],
                "case_name": case_name,
                "units_per_case": units_per_case,
                "lot": row["lot__number"],
                "lot_id": row["lot_id"],
                "expiry_date": row["lot__expiry_date"],
                "best_before_date": row["lot__best_before_date"],
                "warehouse": row["warehouse__code"],
                "warehouse_id": row["warehouse_id"],
                "from_location": row["location__full_code"],
                "from_location_id": row["location_id"],
                "on_hand": row["on_hand"],
                "free": row["on_hand"] - row["allocated"],
                "promised": row["allocated"],
                "promised_to": [
                    {"reference": reference, "quantity": units} for reference, units in promised[here].items()
                ],
                "proposals": [shown_proposal(one) for one in own_proposals],
                "since": since.get(here),
            }
        )
    return answer


def shown_proposal(one: Proposal) -> dict[str, Any]:
    return {
        "location": one.spot.name,
        "location_id": one.spot.id,
        "kind": one.spot.kind,
        "zone": one.spot.zone,
        "why": one.why,
        "why_code": one.why_code,
    }


# ---- the shelves, as the rule needs them --------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Wanted:
    """A lot in a warehouse that is to be put away."""

    warehouse_id: int
    product_id: int
    lot_id: int
    category_id: int | None


def proposals_for(wanted: Sequence[Wanted]) -> list[list[Proposal]]:
    """Where each should go, in their order. Three statements a warehouse."""
    answer: list[list[Proposal]] = [[] for _ in wanted]
    by_warehouse: dict[int, list[int]] = defaultdict(list)
    for index, one in enumerate(wanted):
        by_warehouse[one.warehouse_id].append(index)
    for warehouse_id, indexes in sorted(by_warehouse.items()):
        own = [wanted[index] for index in indexes]
        shelves = _shelves(warehouse_id, own)
        arrived = [Arrived(one.product_id, one.lot_id, one.category_id) for one in own]
        for index, found in zip(indexes, propose(arrived, shelves), strict=True):
            answer[index] = found
    return answer


_LIES = """
SELECT b.product_id, b.lot_id, b.on_hand, p.id, p.full_code, p.kind, p.zone, p.pick_sequence
FROM stock_balance b JOIN places_location p ON p.id = b.location_id
WHERE b.product_id {products} AND b.warehouse_id = %s AND b.on_hand > 0 AND p.is_active AND p.kind {kinds}
"""
_EMPTY = """
SELECT p.id, p.full_code, p.kind, p.zone, p.pick_sequence FROM places_location p
WHERE p.warehouse_id = %s AND p.is_active AND p.kind {kinds}
  AND NOT EXISTS (SELECT 1 FROM stock_balance b WHERE b.location_id = p.id AND b.on_hand > 0)
ORDER BY p.pick_sequence, p.full_code LIMIT %s
"""
_KIN = """
SELECT c.category_id, p.zone, SUM(b.on_hand) FROM stock_balance b
JOIN catalogue_product c ON c.id = b.product_id
JOIN places_location p ON p.id = b.location_id
WHERE c.category_id {categories} AND b.warehouse_id = %s AND b.on_hand > 0 AND p.is_active AND p.kind {kinds}
GROUP BY c.category_id, p.zone
"""


def _shelves(warehouse_id: int, wanted: Sequence[Wanted]) -> Shelves:
    products, product_values = member(sorted({one.product_id for one in wanted}), "bigint")
    kinds, kind_values = member(list(KINDS), "text")
    lots: dict[int, set[int]] = defaultdict(set)
    lies: dict[int, set[int]] = defaultdict(set)
    spots: dict[int, Spot] = {}
    of_product: dict[tuple[int, str], int] = defaultdict(int)
    for product_id, lot_id, units, pk, name, kind, zone, walk in fetch(
        _LIES.format(products=products, kinds=kinds), [*product_values, warehouse_id, *kind_values]
    ):
        spots[pk] = Spot(pk, name, kind, zone, walk)
        lots[lot_id].add(pk)
        lies[product_id].add(pk)
        of_product[product_id, zone] += units
    empty = set()
    for pk, name, kind, zone, walk in fetch(
        _EMPTY.format(kinds=kinds), [warehouse_id, *kind_values, _MOST_EMPTY]
    ):
        spots[pk] = Spot(pk, name, kind, zone, walk)
        empty.add(pk)
    homeless = {
        one.category_id for one in wanted if one.product_id not in lies and one.category_id is not None
    }
    of_category: dict[tuple[int, str], int] = {}
    if homeless:
        categories, category_values = member(sorted(homeless), "bigint")
        of_category = {
            (row[0], row[1]): int(row[2])
            for row in fetch(
                _KIN.format(categories=categories, kinds=kinds),
                [*category_values, warehouse_id, *kind_values],
            )
        }
    return Shelves(spots, lots, lies, empty, _mostly(of_product), _mostly(of_category))


def _mostly(units: dict[tuple[int, str], int]) -> dict[int, str]:
    """The zone in which most of each lies; the first by name among equals."""
    best: dict[int, tuple[int, str]] = {}
    for (key, zone), quantity in sorted(units.items()):
        if key not in best or quantity > best[key][0]:
            best[key] = (quantity, zone)
    return {key: zone for key, (_, zone) in best.items()}
