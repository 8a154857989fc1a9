"""What the papers of orders and returns say, gathered from rows: the documents room draws them. Reads only."""

import datetime as dt
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from stillage.catalogue.exporting import Export
from stillage.core.actor import Actor
from stillage.core.clock import today
from stillage.core.sql import fetch, member
from stillage.documents import content
from stillage.places.models import Warehouse
from stillage.purchasing import costing
from stillage.purchasing.drafting import COST
from stillage.purchasing.models import (
    PurchaseOrder,
    PurchaseOrderLine,
    PurchaseOrderStatus,
    SupplierReturn,
    SupplierReturnStatus,
)
from stillage.purchasing.papers import Cases, Look, company, party
from stillage.purchasing.queries.returns import lines_of


def _day(at: dt.datetime, warehouse: Warehouse) -> dt.date:
    return at.astimezone(ZoneInfo(warehouse.timezone)).date()


def _lines(order: PurchaseOrder) -> list[PurchaseOrderLine]:
    found = PurchaseOrderLine.objects.filter(order=order).select_related("product")
    return list(found.order_by("position"))


def purchase_order(order: PurchaseOrder, look: Look, *, with_costs: bool) -> content.PurchaseOrder:
    """An order as the supplier gets it. One statement."""
    house = order.warehouse
    ours = company()
    return content.PurchaseOrder(
        number=order.number,
        company=ours,
        language=look.language,
        paper=look.paper,
        notes=order.note,
        supplier=party(order.supplier),
        order_date=_day(order.placed_at or order.created_at, house),
        expected_date=order.expected_date,
        ship_to=content.Party(name=f"{ours.name}, {house.name}", address=ours.address, code=house.code),
        net_total=str(order.net_total) if with_costs else "",
        currency=order.currency,
        supplier_reference=order.supplier_reference,
        ordered_by=order.username,
        draft=order.status == PurchaseOrderStatus.DRAFT,
        lines=tuple(
            content.BoughtLine(
                sku=line.product.sku,
                name=line.product.name,
                quantity=content.Quantity(
                    units=line.quantity,
                    base_unit=line.product.base_unit,
                    units_per_case=line.units_per_pack,
                    case_name=line.pack_name,
                ),
                supplier_sku=line.supplier_sku,
                gtin=line.gtin,
                pack_cost=costing.shown(line.pack_cost) if with_costs else "",
                net=str(line.net_amount) if with_costs else "",
                expected_date=line.expected_date,
                note=line.note,
            )
            for line in _lines(order)
        ),
    )


_SENT = (
    "order",
    "supplier_sku",
    "gtin",
    "product",
    "product_name",
    "pack",
    "units_per_pack",
    "quantity_packs",
    "quantity",
    "expected_date",
    "note",
)
_COSTS = ("pack_cost", "net_amount", "currency")


def order_file(order: PurchaseOrder) -> Export:
    """An order as a file to send: a row a line, costs for who may see them."""

    def columns(actor: Actor) -> list[str]:
        return [*_SENT, *_COSTS] if actor.can(COST) else list(_SENT)

    def rows(actor: Actor) -> Iterator[list[Any]]:
        for line in _lines(order):
            row = [
                order.number,
                line.supplier_sku,
                line.gtin,
                line.product.sku,
                line.product.name,
                line.pack_name,
                line.units_per_pack,
                line.quantity_packs,
                line.quantity,
                line.expected_date or order.expected_date,
                line.note,
            ]
            if actor.can(COST):
                row += [line.pack_cost, line.net_amount, order.currency]
            yield row

    return Export(name=order.number, permission="buying.view", columns=columns, rows=rows)


_THEIR_NUMBERS = """
SELECT k.product_id, s.supplier_sku FROM purchasing_supplierproduct s JOIN catalogue_pack k ON k.id = s.pack_id
WHERE s.supplier_id = %s AND k.product_id {products} AND s.supplier_sku <> '' ORDER BY k.units_per_pack DESC, k.id DESC
"""


def return_note(one: SupplierReturn, look: Look) -> content.SupplierReturnNote:
    """A return as it goes with the goods. Three statements."""
    lines = lines_of(one.pk)
    cases = Cases(line.product for line in lines)
    wanted, parameters = member(sorted({line.product_id for line in lines}), "bigint")
    theirs = dict(fetch(_THEIR_NUMBERS.format(products=wanted), [one.supplier_id, *parameters]))
    house = one.warehouse
    return content.SupplierReturnNote(
        number=one.number,
        company=company(),
        language=look.language,
        paper=look.paper,
        supplier=party(one.supplier),
        return_date=_day(one.dispatched_at, house) if one.dispatched_at else today(house.timezone),
        warehouse=f"{house.code} {house.name}",
        receipt_number=one.receipt.number if one.receipt else "",
        delivery_note=one.receipt.delivery_note if one.receipt else "",
        supplier_reference=one.supplier_reference,
        reason=one.reason,
        draft=one.status in (SupplierReturnStatus.DRAFT, SupplierReturnStatus.CANCELLED),
        lines=tuple(
            content.BackLine(
                sku=line.product.sku,
                name=line.product.name,
                supplier_sku=theirs.get(line.product_id, ""),
                reason=line.reason,
                lot=content.LotQuantity(
                    lot=line.lot.number,
                    quantity=cases.of(line.product_id, line.quantity),
                    best_before_date=line.lot.best_before_date,
                    expiry_date=line.lot.expiry_date,
                ),
            )
            for line in lines
        ),
    )
