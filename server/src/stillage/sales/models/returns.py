"""What comes back, what became of it, and what the customer is credited for it."""

import uuid

from django.db import models
from django.db.models import F, Q

from stillage.catalogue.models import Product
from stillage.places.models import Location, Warehouse
from stillage.sales.models.customers import Customer
from stillage.sales.models.shipping import Shipment, ShipmentLine
from stillage.stock.models import Lot


class ReturnStatus(models.TextChoices):
    """Announced, in the house, decided upon."""

    EXPECTED = "expected"
    RECEIVED = "received"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Return(models.Model):
    """Goods that a customer sends back, against a shipment or without one."""

    number = models.CharField(max_length=20, unique=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="returns")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+")
    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, null=True, related_name="returns")
    status = models.CharField(max_length=10, choices=ReturnStatus.choices, default=ReturnStatus.EXPECTED)
    reason = models.CharField(max_length=200, blank=True, default="")
    user_id = models.BigIntegerField(null=True)
    username = models.CharField(max_length=150)
    created_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(F("customer"), F("id"), name="return_by_customer"),
            models.Index(F("warehouse"), F("status"), F("id"), name="return_by_state"),
        ]


class ReturnLine(models.Model):
    """Units of one lot that come back. `expected` was announced, `received` is in the house, `disposed` decided on.

    Against a shipment it names that shipment's line, and with it the lot that left. Without one, the number and
    dates on the label are kept until the lot is known.
    """

    of_return = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()
    shipment_line = models.ForeignKey(
        ShipmentLine, on_delete=models.PROTECT, null=True, related_name="returns"
    )
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, null=True, related_name="+")
    lot_number = models.CharField(max_length=20, blank=True, default="")
    expiry_date = models.DateField(null=True)
    best_before_date = models.DateField(null=True)
    expected = models.BigIntegerField(default=0)
    received = models.BigIntegerField(default=0)
    disposed = models.BigIntegerField(default=0)
    credited = models.BigIntegerField(default=0)
    location = models.ForeignKey(Location, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True, default="")
    demand_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["of_return", "position"], name="return_line_position_once"),
            models.CheckConstraint(
                condition=Q(expected__gte=0)
                & Q(disposed__gte=0)
                & Q(received__gte=F("disposed"))
                & Q(credited__gte=0)
                & Q(received__gte=F("credited")),
                name="return_line_adds_up",
            ),
        ]


class Outcome(models.TextChoices):
    """What becomes of returned units once they were looked at."""

    RESTOCK = "restock"
    QUARANTINE = "quarantine"
    SCRAP = "scrap"


class Disposition(models.Model):
    """A decision on units of a return line, with the movement that carried it out. Append-only."""

    line = models.ForeignKey(ReturnLine, on_delete=models.PROTECT, related_name="dispositions")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    quantity = models.BigIntegerField()
    to_location = models.ForeignKey(Location, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True, default="")
    operation_id = models.UUIDField()
    user_id = models.BigIntegerField(null=True)
    username = models.CharField(max_length=150)
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="disposition_of_something")]


class CreditNote(models.Model):
    """What a customer gets back for a return. Append-only; wrong ones are answered by another document."""

    number = models.CharField(max_length=20, unique=True)
    of_return = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="credit_notes")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="credit_notes")
    currency = models.CharField(max_length=3)
    net_total = models.DecimalField(max_digits=16, decimal_places=2)
    tax_total = models.DecimalField(max_digits=16, decimal_places=2)
    gross_total = models.DecimalField(max_digits=16, decimal_places=2)
    user_id = models.BigIntegerField(null=True)
    username = models.CharField(max_length=150)
    issued_at = models.DateTimeField()


class CreditNoteLine(models.Model):
    """Units credited at the price they were sold for. Append-only."""

    credit_note = models.ForeignKey(CreditNote, on_delete=models.PROTECT, related_name="lines")
    line = models.ForeignKey(ReturnLine, on_delete=models.PROTECT, related_name="+")
    sku = models.CharField(max_length=40)
    product_name = models.CharField(max_length=200)
    lot_number = models.CharField(max_length=20, blank=True)
    quantity = models.BigIntegerField()
    unit_price = models.DecimalField(max_digits=14, decimal_places=6)
    tax_rate_percent = models.DecimalField(max_digits=5, decimal_places=2)
    net_amount = models.DecimalField(max_digits=16, decimal_places=2)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="credit_of_something")]
