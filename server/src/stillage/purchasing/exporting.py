"""Suppliers, what they sell to us and what was ordered as files; costs only for those who may see them."""

from collections.abc import Iterator
from typing import Any

from stillage.catalogue.exporting import CHUNK, Export, by_id
from stillage.core.actor import Actor
from stillage.purchasing.drafting import COST
from stillage.purchasing.importing import COLUMNS
from stillage.purchasing.models import PurchaseOrderLine, Supplier, SupplierProduct
from stillage.purchasing.queries.orders import LINE_MONEY, visible

_OFFERED = [
    "supplier",
    "product",
    "pack",
    "gtin",
    "units_per_pack",
    "supplier_sku",
    "lead_time_days",
    "minimum_quantity",
    "order_multiple",
]


def _suppliers(actor: Actor) -> Iterator[list[Any]]:
    for supplier in by_id(Supplier.objects.all()):
        yield [supplier.code, *(getattr(supplier, name) for name in COLUMNS)]


def _offers(actor: Actor) -> Iterator[list[Any]]:
    with_cost = actor.can("cost.view")
    for offer in by_id(SupplierProduct.objects.select_related("supplier", "pack__product")):
        pack = offer.pack
        row = [offer.supplier.code, pack.product.sku, pack.name, pack.gtin, pack.units_per_pack]
        row += [offer.supplier_sku, offer.lead_time_days, offer.minimum_quantity, offer.order_multiple]
        yield [*row, offer.cost] if with_cost else row


ORDER_COLUMNS = (
    "number",
    "order",
    "supplier",
    "warehouse",
    "status",
    "expected_date",
    "product",
    "pack",
    "supplier_sku",
    "quantity_packs",
    "units_per_pack",
    "received",
    "cancelled",
    "pack_cost",
    "net_amount",
    "note",
)


def _order_columns(actor: Actor) -> list[str]:
    """Costs are for those who may see them."""
    return [name for name in ORDER_COLUMNS if name not in LINE_MONEY or actor.can(COST)]


def _orders(actor: Actor) -> Iterator[list[Any]]:
    """A row a line, by order; as the import takes them back."""
    names = _order_columns(actor)
    orders = visible(actor).select_related("supplier", "warehouse")
    last = 0
    while chunk := list(orders.filter(pk__gt=last).order_by("pk")[: CHUNK // 10]):
        last = chunk[-1].pk
        by_pk = {order.pk: order for order in chunk}
        lines = PurchaseOrderLine.objects.filter(order__in=by_pk).select_related("product")
        for line in lines.order_by("order_id", "position"):
            order = by_pk[line.order_id]
            values = {
                "number": order.number,
                "order": order.supplier_reference or order.number,
                "supplier": order.supplier.code,
                "warehouse": order.warehouse.code,
                "status": order.status,
                "expected_date": line.expected_date or order.expected_date,
                "product": line.product.sku,
                "pack": line.pack_name,
            }
            yield [values[name] if name in values else getattr(line, name) for name in names]


SUPPLIERS = Export(
    name="suppliers", permission="parties.view", columns=lambda actor: ["code", *COLUMNS], rows=_suppliers
)
SUPPLIER_PRODUCTS = Export(
    name="supplier-products",
    permission="parties.view",
    columns=lambda actor: [*_OFFERED, "cost"] if actor.can("cost.view") else list(_OFFERED),
    rows=_offers,
)
PURCHASE_ORDERS = Export(
    name="purchase-orders", permission="buying.view", columns=_order_columns, rows=_orders
)
