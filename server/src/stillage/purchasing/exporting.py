"""Suppliers and what they sell to us as files; costs only for those who may see them."""

from collections.abc import Iterator
from typing import Any

from stillage.catalogue.exporting import Export, by_id
from stillage.core.actor import Actor
from stillage.purchasing.importing import COLUMNS
from stillage.purchasing.models import Supplier, SupplierProduct

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


SUPPLIERS = Export(
    name="suppliers", permission="parties.view", columns=lambda actor: ["code", *COLUMNS], rows=_suppliers
)
SUPPLIER_PRODUCTS = Export(
    name="supplier-products",
    permission="parties.view",
    columns=lambda actor: [*_OFFERED, "cost"] if actor.can("cost.view") else list(_OFFERED),
    rows=_offers,
)
