"""One question over everything that somebody may see, answered in a fixed number of statements."""

from collections import defaultdict
from typing import Any

from stillage.core.actor import Actor
from stillage.core.clock import now
from stillage.seeing.queries.asked import SHORTEST, read
from stillage.seeing.queries.documents import Sides, documents
from stillage.seeing.queries.goods import found_lots, products
from stillage.seeing.queries.hits import Hit
from stillage.seeing.queries.names import names
from stillage.stock.queries import named_warehouse_days, warehouse_days

# In this order where nothing fits better.
KINDS = (
    "product",
    "lot",
    "sales_order",
    "purchase_order",
    "customer",
    "supplier",
    "place",
    "receipt",
    "transfer",
    "shipment",
    "handling_unit",
    "announced_unit",
    "return",
    "supplier_return",
    "pick_list",
    "count",
    "recall",
)


def search(text: str, *, actor: Actor, warehouse: str | None = None, limit: int = 5) -> dict[str, Any]:
    """What is meant by a text, by kind, the best first. At most nine statements, whatever is found.

    Nothing is found that the lists of its room would not show the actor. With `warehouse`, documents, places and
    lots are those of that house.
    """
    days = named_warehouse_days(actor, warehouse) if warehouse else warehouse_days(actor)
    asked = read(text, today=max(days.values(), default=now().date()))
    answer: dict[str, Any] = {
        "query": asked.text,
        "too_short": bool(asked.text) and not asked.enough,
        "understood": None,
        "problem": None,
        "groups": [],
    }
    if not asked.enough:
        return answer
    if asked.gtins or asked.sscc or asked.lot:
        answer["understood"] = {
            "gtin": asked.gtins[0] if len(asked.gtins) == 1 else None,
            "lot": asked.lot,
            "sscc": asked.sscc,
        }
    if asked.problem is not None:
        answer["problem"] = {"code": asked.problem.code, "detail": asked.problem.detail}
    house = _within(actor, frozenset(days)) if warehouse else actor
    goods = products(asked, actor=actor, days=days, limit=limit)
    sides = names(asked, actor=actor, house=house, limit=limit)
    found = [
        *goods,
        *found_lots(asked, [hit.id for hit in goods], actor=actor, house=house, days=days, limit=limit),
        *sides,
        *documents(asked, _sides(sides), actor=actor, house=house, limit=limit),
    ]
    answer["groups"] = _grouped(found, limit)
    return answer


def _within(actor: Actor, warehouse_ids: frozenset[int]) -> Actor:
    """The same person, as far as some warehouses let them see."""
    return Actor(
        user_id=actor.user_id,
        username=actor.username,
        permissions=actor.permissions,
        warehouse_ids=warehouse_ids,
    )


def _sides(found: list[Hit]) -> Sides:
    def ids(kind: str) -> tuple[int, ...]:
        return tuple(hit.id for hit in found if hit.kind == kind)

    return Sides(customers=ids("customer"), suppliers=ids("supplier"))


def _grouped(found: list[Hit], limit: int) -> list[dict[str, Any]]:
    """By kind: what fits best comes first, within a kind and among them."""
    kinds: dict[str, list[Hit]] = defaultdict(list)
    for hit in found:
        kinds[hit.kind].append(hit)
    best = {kind: min(hit.rank for hit in hits) for kind, hits in kinds.items()}
    return [
        {
            "kind": kind,
            "results": [hit.shown() for hit in sorted(kinds[kind], key=lambda hit: hit.rank)[:limit]],
            "more": len(kinds[kind]) > limit,
        }
        for kind in sorted(kinds, key=lambda kind: (best[kind] > 0, KINDS.index(kind)))
    ]


__all__ = ["KINDS", "SHORTEST", "search"]
