"""Advance notices: what a supplier says is on its way, pallet by pallet."""

from django.db import models
from django.db.models import F, Q

from stillage.catalogue.models import Product
from stillage.core.models import Versioned
from stillage.places.models import Warehouse
from stillage.purchasing.models.orders import PurchaseOrder
from stillage.purchasing.models.suppliers import Supplier


class NoticeStatus(models.TextChoices):
    """Told, arrived, or called off."""

    OPEN = "open"
    RECEIVED = "received"
    CANCELLED = "cancelled"


class AdvanceNotice(Versioned):
    """A despatch that a supplier announced. `despatch_number` is the supplier's own."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="notices")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+")
    order = models.ForeignKey(PurchaseOrder, on_delete=models.PROTECT, null=True, related_name="notices")
    despatch_number = models.CharField(max_length=60)
    expected_date = models.DateField(null=True)
    status = models.CharField(max_length=10, choices=NoticeStatus.choices, default=NoticeStatus.OPEN)
    user_id = models.BigIntegerField(null=True)
    username = models.CharField(max_length=150)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "despatch_number"],
                condition=~Q(status=NoticeStatus.CANCELLED),
                name="notice_once",
            )
        ]
        indexes = [models.Index(F("warehouse"), F("status"), F("expected_date"), name="notice_by_state")]


class NoticeUnit(models.Model):
    """A pallet or carton that is announced, by its SSCC. It arrives once: `operation_id` is the booking that brought it."""

    notice = models.ForeignKey(AdvanceNotice, on_delete=models.CASCADE, related_name="units")
    sscc = models.CharField(max_length=18, unique=True)
    operation_id = models.UUIDField(null=True, db_index=True)


class NoticeLine(models.Model):
    """Units of one lot that are announced, on a unit or loose. `received` counts what was booked in of them."""

    notice = models.ForeignKey(AdvanceNotice, on_delete=models.CASCADE, related_name="lines")
    unit = models.ForeignKey(NoticeUnit, on_delete=models.CASCADE, null=True, related_name="lines")
    position = models.PositiveIntegerField()
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    lot_number = models.CharField(max_length=20, blank=True, default="")
    expiry_date = models.DateField(null=True)
    best_before_date = models.DateField(null=True)
    production_date = models.DateField(null=True)
    quantity = models.BigIntegerField()
    received = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "position"], name="notice_line_position_once"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0) & Q(received__gte=0), name="notice_line_of_something"
            ),
        ]
