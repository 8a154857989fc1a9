"""Transfers between warehouses: what was asked for, what left, what arrived."""

import uuid

from django.db import models
from django.db.models import F, Q

from stillage.catalogue.models import Product
from stillage.core.models import Versioned
from stillage.places.models import Location, Warehouse
from stillage.stock.models import Lot


class TransferStatus(models.TextChoices):
    """How far a transfer is; `states.py` says which steps lead where."""

    DRAFT = "draft"
    DISPATCHED = "dispatched"
    PARTLY_RECEIVED = "partly_received"
    RECEIVED = "received"
    CANCELLED = "cancelled"


class Transfer(Versioned):
    """Goods from one warehouse to another. While on the way they lie at `transit_location`, of the one they go to."""

    number = models.CharField(max_length=20, unique=True)
    from_warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+")
    to_warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+")
    transit_location = models.ForeignKey(Location, on_delete=models.PROTECT, null=True, related_name="+")
    status = models.CharField(max_length=16, choices=TransferStatus.choices, default=TransferStatus.DRAFT)
    expected_date = models.DateField(null=True)
    carrier = models.CharField(max_length=80, blank=True, default="")
    note = models.CharField(max_length=500, blank=True, default="")
    user_id = models.BigIntegerField(null=True)
    username = models.CharField(max_length=150)
    dispatched_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(from_warehouse=F("to_warehouse")), name="transfer_goes_somewhere_else"
            )
        ]
        indexes = [
            models.Index(F("from_warehouse"), F("status"), F("id"), name="transfer_by_origin"),
            models.Index(F("to_warehouse"), F("status"), F("id"), name="transfer_by_target"),
        ]


class TransferLine(models.Model):
    """So many units that should go, of a certain lot or of whichever goes stale first."""

    transfer = models.ForeignKey(Transfer, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, null=True, related_name="+")
    quantity = models.BigIntegerField()
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["transfer", "position"], name="transfer_line_position_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="transfer_line_of_something"),
        ]


class TransferItem(models.Model):
    """Units of one lot that left one place. What neither arrived nor was written off is on the way.

    `demand_id` is on all its movements. `surplus` arrived beyond what was dispatched.
    """

    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="items")
    line = models.ForeignKey(TransferLine, on_delete=models.PROTECT, null=True, related_name="items")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="+")
    from_location = models.ForeignKey(Location, on_delete=models.PROTECT, null=True, related_name="+")
    dispatched = models.BigIntegerField()
    received = models.BigIntegerField(default=0)
    missing = models.BigIntegerField(default=0)
    damaged = models.BigIntegerField(default=0)  # of what was received
    surplus = models.BigIntegerField(default=0)
    demand_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(dispatched__gte=0)
                & Q(received__gte=0)
                & Q(missing__gte=0)
                & Q(surplus__gte=0)
                & Q(damaged__gte=0)
                & Q(dispatched__gte=F("received") + F("missing")),
                name="transfer_item_adds_up",
            )
        ]
        indexes = [models.Index(F("lot"), F("id"), name="transfer_item_by_lot")]
