"""Customers and orders as files."""

from collections.abc import Iterator
from typing import Any

from stillage.catalogue.exporting import CHUNK, Export, by_id
from stillage.core.actor import Actor
from stillage.sales.importing import COLUMNS
from stillage.sales.models import Customer, SalesOrderLine
from stillage.sales.queries.orders import LINE_MONEY, PRICES, visible


def _customers(actor: Actor) -> Iterator[list[Any]]:
    for customer in by_id(Customer.objects.all()):
        yield [customer.code, *(getattr(customer, name) for name in COLUMNS)]


ORDER_COLUMNS = (
    "number",
    "order",
    "customer",
    "warehouse",
    "status",
    "delivery_date",
    "product",
    "pack",
    "quantity_packs",
    "units_per_pack",
    "shipped",
    "cancelled",
    "pack_price",
    "discount_percent",
    "tax_rate_percent",
    "net_amount",
    "note",
)


def _order_columns(actor: Actor) -> list[str]:
    """Prices are for those who may see them."""
    return [name for name in ORDER_COLUMNS if name not in LINE_MONEY or actor.can(PRICES)]


def _orders(actor: Actor) -> Iterator[list[Any]]:
    """A row a line, by order; as the import takes them back."""
    names = _order_columns(actor)
    orders = visible(actor).select_related("customer", "warehouse")
    last = 0
    while chunk := list(orders.filter(pk__gt=last).order_by("pk")[: CHUNK // 10]):
        last = chunk[-1].pk
        by_pk = {order.pk: order for order in chunk}
        lines = SalesOrderLine.objects.filter(order__in=by_pk).select_related("product")
        for line in lines.order_by("order_id", "position"):
            order = by_pk[line.order_id]
            values = {
                "number": order.number,
                "order": order.customer_reference or order.number,
                "customer": order.customer.code,
                "warehouse": order.warehouse.code,
                "status": order.status,
                "delivery_date": order.delivery_date,
                "product": line.product.sku,
                "pack": line.pack_name,
            }
            yield [values[name] if name in values else getattr(line, name) for name in names]


CUSTOMERS = Export(
    name="customers", permission="parties.view", columns=lambda actor: ["code", *COLUMNS], rows=_customers
)
ORDERS = Export(name="sales-orders", permission="sales.view", columns=_order_columns, rows=_orders)
