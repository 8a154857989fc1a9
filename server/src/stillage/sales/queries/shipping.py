"""Shipments and handling units as rows: what left, with which lots, on which pallets."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from stillage.core.actor import Actor
from stillage.core.errors import NotFound
from stillage.core.finding import Reference, find, seen
from stillage.core.sql import fetch, member
from stillage.documents import sscc as numbers
from stillage.sales.models import HandlingUnit, PackedLine, Shipment, ShipmentLine
from stillage.sales.queries.orders import sscc_in


def shipments(actor: Actor) -> QuerySet[Shipment, Any]:
    """Shipments from the actor's warehouses, with how much left."""
    found = Shipment.objects.select_related("order__customer", "warehouse").annotate(
        line_count=Count("lines"), quantity=Sum("lines__quantity", default=0)
    )
    return seen(found, actor)


def find_shipment(reference: Reference, *, actor: Actor) -> Shipment:
    """One shipment by id or number. 404 when it is not there for the actor."""
    return find(shipments(actor), reference, actor=actor)


def with_word(found: QuerySet[Shipment, Any], text: str) -> QuerySet[Shipment, Any]:
    """A search by number, order, customer, tracking number, lot or SSCC; each word must be met."""
    sscc = sscc_in(text)
    if sscc is not None:
        return found.filter(pk__in=HandlingUnit.objects.filter(sscc=sscc).values("shipment"))
    for word in text.split()[:5]:
        lots = ShipmentLine.objects.filter(lot_number=word).values("shipment")
        found = found.filter(
            Q(number__icontains=word)
            | Q(order__number__icontains=word)
            | Q(customer_name__icontains=word)
            | Q(order__customer__code__icontains=word)
            | Q(tracking_number__icontains=word)
            | Q(pk__in=lots)
        )
    return found


def shown_shipment(one: Any) -> dict[str, Any]:
    return {
        "id": one.pk,
        "number": one.number,
        "order": one.order.number,
        "order_id": one.order_id,
        "customer": one.order.customer.code,
        "customer_id": one.order.customer_id,
        "customer_name": one.customer_name,
        "customer_address": one.customer_address,
        "warehouse": one.warehouse.code,
        "warehouse_id": one.warehouse_id,
        "delivery_date": one.delivery_date,
        "shipped_at": one.shipped_at,
        "carrier": one.carrier,
        "tracking_number": one.tracking_number,
        "line_count": one.line_count,
        "quantity": one.quantity,
        "user": one.username,
    }


_RETURNED = """
SELECT l.shipment_line_id, SUM(l.received),
  SUM(CASE WHEN r.status = 'expected' THEN l.expected ELSE l.received END)
FROM sales_returnline l JOIN sales_return r ON r.id = l.of_return_id
JOIN sales_shipmentline s ON s.id = l.shipment_line_id
WHERE s.shipment_id = %s AND r.status <> 'cancelled' GROUP BY l.shipment_line_id
"""


def shipment_answer(one: Shipment) -> dict[str, Any]:
    """A shipment with its frozen lines and its units. Four statements."""
    back = {pk: (int(came), int(coming)) for pk, came, coming in fetch(_RETURNED, [one.pk])}
    lines = ShipmentLine.objects.filter(shipment=one).select_related("product__category").order_by("pk")
    return {
        **shown_shipment(one),
        "lines": [
            {
                "id": line.pk,
                "line_id": line.line_id,
                "product": line.sku,
                "product_id": line.product_id,
                "product_name": line.product_name,
                "category": line.product.category.name if line.product.category else None,
                "base_unit": line.product.base_unit,
                "pack_name": line.pack_name,
                "units_per_pack": line.units_per_pack,
                "lot": line.lot_number,
                "lot_id": line.lot_id,
                "expiry_date": line.expiry_date,
                "best_before_date": line.best_before_date,
                "quantity": line.quantity,
                "returned": back.get(line.pk, (0, 0))[0],
                "returnable": line.quantity - back.get(line.pk, (0, 0))[1],
            }
            for line in lines
        ],
        "handling_units": shown_units(units_with_names().filter(shipment=one).order_by("pk")),
    }


# ---- handling units -----------------------------------------------------------------------------
def units_with_names() -> QuerySet[HandlingUnit, Any]:
    return HandlingUnit.objects.select_related("order__customer", "warehouse", "shipment")


def units(actor: Actor) -> QuerySet[HandlingUnit, Any]:
    """Units packed in the actor's warehouses."""
    return seen(units_with_names(), actor)


def find_units(texts: Sequence[str], *, actor: Actor) -> list[HandlingUnit]:
    """Units by SSCC as it is typed or scanned, in that order. 404 when one of them is not there for the actor."""
    wanted = [numbers.parse(text) for text in texts]
    found = {unit.sscc: unit for unit in units(actor).filter(sscc__in=wanted)}
    if not set(wanted) <= set(found):
        raise NotFound("There is nothing of that name.")
    return [found[one] for one in wanted]


def packed_lines(unit_ids: Iterable[int]) -> dict[int, list[PackedLine]]:
    """What is on some units. One statement."""
    own: dict[int, list[PackedLine]] = {}
    found = PackedLine.objects.filter(handling_unit__in=list(unit_ids)).select_related("line__product", "lot")
    for line in found.order_by("line__position", "pk"):
        own.setdefault(line.handling_unit_id, []).append(line)
    return own


def shown_units(found: Iterable[HandlingUnit]) -> list[dict[str, Any]]:
    """Units with what is on them. One statement besides their own."""
    rows = list(found)
    on = packed_lines([unit.pk for unit in rows])
    return [
        {
            "id": unit.pk,
            "sscc": unit.sscc,
            "kind": unit.kind,
            "order": unit.order.number,
            "order_id": unit.order_id,
            "customer_name": unit.order.customer.name,
            "warehouse": unit.warehouse.code,
            "warehouse_id": unit.warehouse_id,
            "shipment": unit.shipment.number if unit.shipment else None,
            "shipment_id": unit.shipment_id,
            "packed_at": unit.packed_at,
            "user": unit.username,
            "lines": [
                {
                    "line_id": line.line_id,
                    "product": line.line.product.sku,
                    "product_id": line.line.product_id,
                    "product_name": line.line.product.name,
                    "base_unit": line.line.product.base_unit,
                    "pack_name": line.line.pack_name,
                    "units_per_pack": line.line.units_per_pack,
                    "lot": line.lot.number,
                    "lot_id": line.lot_id,
                    "expiry_date": line.lot.expiry_date,
                    "best_before_date": line.lot.best_before_date,
                    "quantity": line.quantity,
                }
                for line in on.get(unit.pk, [])
            ],
        }
        for unit in rows
    ]


def gtins(product_ids: Iterable[int]) -> dict[tuple[int, int], str]:
    """The GTINs of products by units per pack. One statement."""
    wanted, parameters = member(sorted(set(product_ids)), "bigint")
    return {
        (product_id, count): gtin
        for product_id, count, gtin in fetch(
            "SELECT product_id, units_per_pack, gtin FROM catalogue_pack"
            f" WHERE product_id {wanted} AND gtin IS NOT NULL ORDER BY id DESC",
            parameters,
        )
    }


def with_line(condition: Q) -> Any:
    """The shipments that have such a line."""
    return ShipmentLine.objects.filter(condition).values("shipment")
