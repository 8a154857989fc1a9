"""What is packed and what left. A shipment's lines are frozen with their lots: the database refuses to change them."""

import uuid

from django.db import models
from django.db.models import F, Q

from stillage.catalogue.models import Product
from stillage.places.models import Warehouse
from stillage.sales.models.orders import SalesOrder, SalesOrderLine
from stillage.stock.models import Lot


class Shipment(models.Model):
    """One delivery of one order from one warehouse. The customer's name and address are kept as they were."""

    number = models.CharField(max_length=20, unique=True)
    order = models.ForeignKey(SalesOrder, on_delete=models.PROTECT, related_name="shipments")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+")
    operation_id = models.UUIDField(unique=True)
    delivery_date = models.DateField()
    customer_name = models.CharField(max_length=200)
    customer_address = models.CharField(max_length=400, blank=True)
    carrier = models.CharField(max_length=80, blank=True, default="")
    tracking_number = models.CharField(max_length=80, blank=True, default="")
    user_id = models.BigIntegerField(null=True)
    username = models.CharField(max_length=150)
    shipped_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(F("shipped_at"), F("id"), name="shipment_by_time")]


class ShipmentLine(models.Model):
    """Units of one lot that left for one order line. Append-only, with the names and dates of that day."""

    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, related_name="lines")
    line = models.ForeignKey(SalesOrderLine, on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="+")
    quantity = models.BigIntegerField()
    sku = models.CharField(max_length=40)
    product_name = models.CharField(max_length=200)
    pack_name = models.CharField(max_length=60)
    units_per_pack = models.PositiveIntegerField()
    lot_number = models.CharField(max_length=20, blank=True)
    expiry_date = models.DateField(null=True)
    best_before_date = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="shipment_line_ships_something")
        ]
        indexes = [
            models.Index(F("shipment"), F("id"), name="shipment_line_by_shipment"),
            models.Index(F("lot"), F("id"), name="shipment_line_by_lot"),
        ]


class HandlingUnitKind(models.TextChoices):
    """What cases stand on or lie in."""

    PALLET = "pallet"
    CARTON = "carton"


class HandlingUnit(models.Model):
    """A pallet or carton with its SSCC. Leaves with a shipment, and is frozen from then on."""

    sscc = models.CharField(max_length=18, unique=True)
    kind = models.CharField(max_length=10, choices=HandlingUnitKind.choices, default=HandlingUnitKind.PALLET)
    order = models.ForeignKey(SalesOrder, on_delete=models.PROTECT, related_name="handling_units")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+")
    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, null=True, related_name="handling_units")
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    user_id = models.BigIntegerField(null=True)
    username = models.CharField(max_length=150)
    packed_at = models.DateTimeField()


class PackedLine(models.Model):
    """Units of one lot for one order line on a handling unit."""

    handling_unit = models.ForeignKey(HandlingUnit, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey(SalesOrderLine, on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="+")
    quantity = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["handling_unit", "line", "lot"], name="packed_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="packed_line_packs_something"),
        ]
