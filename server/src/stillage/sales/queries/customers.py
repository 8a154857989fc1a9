"""A customer at a glance: what is open, what is late, what they ordered in a year."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Q, Sum

from stillage.core.actor import Actor
from stillage.sales.models import Customer, OrderStatus, Return, ReturnStatus, Shipment
from stillage.sales.pricing import cents
from stillage.sales.queries.orders import DUE, PRICES, visible
from stillage.sales.states import OPEN
from stillage.stock.queries import warehouse_days


def customer_summary(customer: Customer, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Sums over the warehouses that the actor sees. Four statements."""
    late = Q(pk__in=[])
    for pk, day in warehouse_days(actor).items():
        late |= Q(warehouse=pk, delivery_date__lt=day, status__in=DUE)
    agreed = ~Q(status__in=(OrderStatus.DRAFT, OrderStatus.CANCELLED))
    year = Q(created_at__gte=at - dt.timedelta(days=365))
    found = (
        visible(actor)
        .filter(customer=customer)
        .aggregate(
            open_orders=Count("pk", filter=Q(status__in=OPEN)),
            overdue_orders=Count("pk", filter=late),
            last_order_at=Max("created_at"),
            ordered_total_12m=Sum("gross_total", filter=agreed & year),
        )
    )
    shipments = Shipment.objects.filter(order__customer=customer)
    returns = Return.objects.filter(
        customer=customer, status__in=(ReturnStatus.EXPECTED, ReturnStatus.RECEIVED)
    )
    if actor.warehouse_ids is not None:
        shipments = shipments.filter(warehouse__in=actor.warehouse_ids)
        returns = returns.filter(warehouse__in=actor.warehouse_ids)
    answer = {
        "customer": customer.code,
        "customer_id": customer.pk,
        "customer_name": customer.name,
        **found,
        "shipments": shipments.count(),
        "open_returns": returns.count(),
    }
    if actor.can(PRICES):
        answer["ordered_total_12m"] = cents(found["ordered_total_12m"] or Decimal(0))
    else:
        del answer["ordered_total_12m"]
    return answer
