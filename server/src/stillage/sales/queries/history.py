"""Who did what with an order: the trail of the order itself, of its pick lists, shipments and returns."""

from typing import Any

from django.db.models import Q

from stillage.audit.history import MAX_ROWS, shown_entry
from stillage.audit.models import Entry
from stillage.core.actor import Actor
from stillage.sales.models import PickTask, Return, SalesOrder, Shipment


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
