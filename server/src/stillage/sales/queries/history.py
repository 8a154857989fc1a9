"""Who did what with an order: the trail of the order itself, of its pick lists, shipments and returns."""

from typing import Any

import orjson
from django.db.models import Q

from stillage.audit.models import Entry
from stillage.core.actor import Actor
from stillage.sales.models import PickTask, Return, SalesOrder, Shipment

MAX_ROWS = 500
PRICES = "sales.prices"


def order_history(order: SalesOrder, actor: Actor) -> list[dict[str, Any]]:
    """Newest first, at most 500. Five statements."""
    lists = PickTask.objects.filter(order=order).values_list("pick_list", flat=True).distinct()
    shipments = Shipment.objects.filter(order=order).values_list("pk", flat=True)
    returns = Return.objects.filter(shipment__order=order).values_list("pk", flat=True)
    which = Q(object_type="sales_order", object_id=str(order.pk))
    for object_type, ids in (("pick_list", lists), ("shipment", shipments), ("return", returns)):
        which |= Q(object_type=object_type, object_id__in=[str(pk) for pk in ids])
    rows = Entry.objects.filter(which).order_by("-id")[:MAX_ROWS]
    return [shown_entry(entry, actor) for entry in rows]


def shown_entry(entry: Entry, actor: Actor) -> dict[str, Any]:
    """A row of the trail as a document's history answers it; money only for those who may see it."""
    hidden = not actor.can(PRICES)
    return {
        "at": entry.at,
        "user": entry.username,
        "user_id": entry.user_id,
        "action": entry.action,
        "label": entry.object_label,
        "before": _opened(entry.before, hidden),
        "after": _opened(entry.after, hidden),
    }


def _opened(text: str | None, hidden: bool) -> Any:
    value = None if text is None else orjson.loads(text)
    return _without_money(value) if hidden else value


def _without_money(value: Any) -> Any:
    """The same without prices, wherever they stand in it."""
    if isinstance(value, dict):
        return {name: _without_money(one) for name, one in value.items() if not _tells_money(name)}
    if isinstance(value, list):
        return [_without_money(one) for one in value]
    return value


def _tells_money(name: str) -> bool:
    return any(
        word in name for word in ("price", "total", "amount", "discount", "cost", "tax", "net", "gross")
    )
