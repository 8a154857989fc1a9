"""Purchase orders: what a supplier was asked for, at which cost, and how much of it came."""

import uuid

from django.db import models
from django.db.models import F, Q

from stillage.catalogue.models import Product
from stillage.core.models import Versioned
from stillage.places.models import Warehouse
from stillage.purchasing.models.suppliers import Supplier


class PurchaseOrderStatus(models.TextChoices):
    """How far an order is; `states.py` says which steps lead where."""

    DRAFT = "draft"
    PLACED = "placed"
    PARTLY_RECEIVED = "partly_received"
    RECEIVED = "received"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class PurchaseOrder(Versioned):
    """An order to a supplier for one warehouse. Names and costs are kept as they were agreed, in `currency`."""

    number = models.CharField(max_length=20, unique=True)
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="orders")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(
        max_length=16, choices=PurchaseOrderStatus.choices, default=PurchaseOrderStatus.DRAFT
    )
    expected_date = models.DateField()
    supplier_reference = models.CharField(max_length=80, blank=True, default="")
    note = models.CharField(max_length=500, blank=True, default="")
    currency = models.CharField(max_length=3)
    net_total = models.DecimalField(max_digits=16, decimal_places=2, default=0)
    user_id = models.BigIntegerField(null=True)
    username = models.CharField(max_length=150)
    placed_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancel_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(F("supplier"), F("id"), name="purchase_by_supplier"),
            models.Index(F("warehouse"), F("status"), F("expected_date"), name="purchase_by_state"),
            models.Index(F("status"), F("id"), name="purchase_by_status"),
            models.Index(F("expected_date"), F("id"), name="purchase_by_date"),
        ]


class PurchaseOrderLine(models.Model):
    """So many packs of a product at a cost. `quantity` is in base units: `quantity_packs` times `units_per_pack`.

    `received` is what was taken into the house for this line (more than `quantity` only where somebody accepted it),
    `cancelled` what is not waited for any more; both in base units. `demand_id` is on the movements that brought it.
    """

    order = models.ForeignKey(PurchaseOrder, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    pack_name = models.CharField(max_length=60)
    units_per_pack = models.PositiveIntegerField()
    gtin = models.CharField(max_length=14, blank=True, default="")
    supplier_sku = models.CharField(max_length=60, blank=True, default="")
    quantity_packs = models.PositiveIntegerField()
    quantity = models.BigIntegerField()
    received = models.BigIntegerField(default=0)
    cancelled = models.BigIntegerField(default=0)
    pack_cost = models.DecimalField(max_digits=14, decimal_places=4)
    net_amount = models.DecimalField(max_digits=16, decimal_places=2)
    expected_date = models.DateField(null=True)
    note = models.CharField(max_length=200, blank=True, default="")
    demand_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="purchase_line_position_once"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0) & Q(quantity=F("quantity_packs") * F("units_per_pack")),
                name="purchase_line_is_whole_packs",
            ),
            models.CheckConstraint(
                condition=Q(received__gte=0) & Q(cancelled__gte=0) & Q(quantity__gte=F("cancelled")),
                name="purchase_line_adds_up",
            ),
            models.CheckConstraint(condition=Q(pack_cost__gte=0), name="purchase_line_cost_makes_sense"),
        ]
        indexes = [
            # Lines still waited for: what is on order, by product.
            models.Index(
                F("product"),
                F("order"),
                condition=Q(quantity__gt=F("received") + F("cancelled")),
                name="purchase_line_open",
            ),
        ]
