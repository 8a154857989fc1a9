"""What goes back to a supplier, and what is credited for it."""

import uuid

from django.db import models
from django.db.models import F, Q

from stillage.catalogue.models import Product
from stillage.core.models import Versioned
from stillage.places.models import Location, Warehouse
from stillage.purchasing.models.receipts import Discrepancy, Receipt
from stillage.purchasing.models.suppliers import Supplier
from stillage.stock.models import Lot


class SupplierReturnStatus(models.TextChoices):
    """Being written, gone, answered by the supplier."""

    DRAFT = "draft"
    DISPATCHED = "dispatched"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class SupplierReturn(Versioned):
    """Goods that go back to a supplier from one warehouse. `credit_total` is what the supplier allowed for them."""

    number = models.CharField(max_length=20, unique=True)
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="returns")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+")
    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, null=True, related_name="returns")
    status = models.CharField(
        max_length=10, choices=SupplierReturnStatus.choices, default=SupplierReturnStatus.DRAFT
    )
    reason = models.CharField(max_length=200, blank=True, default="")
    supplier_reference = models.CharField(max_length=80, blank=True, default="")
    currency = models.CharField(max_length=3)
    operation_id = models.UUIDField(null=True, unique=True)
    credit_total = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    user_id = models.BigIntegerField(null=True)
    username = models.CharField(max_length=150)
    dispatched_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(F("supplier"), F("id"), name="supplier_return_by_supplier"),
            models.Index(F("warehouse"), F("status"), F("id"), name="supplier_return_by_state"),
        ]


class SupplierReturnLine(models.Model):
    """Units of one lot at one place that go back. Frozen once they went."""

    of_return = models.ForeignKey(SupplierReturn, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    discrepancy = models.ForeignKey(Discrepancy, on_delete=models.PROTECT, null=True, related_name="returns")
    quantity = models.BigIntegerField()
    unit_cost = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    reason = models.CharField(max_length=200, blank=True, default="")
    demand_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["of_return", "position"], name="supplier_return_position_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="supplier_return_of_something"),
        ]
        indexes = [models.Index(F("lot"), F("id"), name="supplier_return_by_lot")]
