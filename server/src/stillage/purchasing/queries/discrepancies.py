"""What deliveries were not as asked for, over all of them."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet

from stillage.core.actor import Actor
from stillage.core.finding import seen
from stillage.purchasing.models import Discrepancy
from stillage.purchasing.queries.receipts import shown_discrepancy
from stillage.stock.queries import case_packs

OPEN = Q(settled_at__isnull=True, withdrawn_at__isnull=True)


def discrepancies(actor: Actor) -> QuerySet[Discrepancy, Any]:
    """Discrepancies of deliveries to the actor's warehouses."""
    found = Discrepancy.objects.select_related(
        "product", "receipt__supplier", "receipt__warehouse", "order_line__order"
    )
    return seen(found, actor, "receipt__warehouse")


def matching(found: QuerySet[Discrepancy, Any], words: Sequence[str]) -> QuerySet[Discrepancy, Any]:
    """A search by receipt, supplier, product or lot; each word must be met."""
    for word in words:
        found = found.filter(
            Q(receipt__number__icontains=word)
            | Q(receipt__supplier__name__icontains=word)
            | Q(receipt__supplier__code__icontains=word)
            | Q(product__sku__icontains=word)
            | Q(product__name__icontains=word)
            | Q(lot_number=word)
        )
    return found


def shown_rows(rows: Sequence[Discrepancy]) -> list[dict[str, Any]]:
    """As the API answers them. One statement."""
    cases = case_packs({row.product_id for row in rows})
    shown = [shown_discrepancy(row) for row in rows]
    for row in shown:
        row["case_name"], row["units_per_case"] = cases.get(row["product_id"], ("", 1))
    return shown
