"""Receipts: a delivery as it was booked in, line by line, and where it differed from what was asked for."""

from django.db import models
from django.db.models import F, Q

from stillage.catalogue.models import Product
from stillage.core.models import Versioned
from stillage.places.models import Location, Warehouse
from stillage.purchasing.models.notices import AdvanceNotice, NoticeLine, NoticeUnit
from stillage.purchasing.models.orders import PurchaseOrder, PurchaseOrderLine
from stillage.purchasing.models.suppliers import Supplier
from stillage.stock.models import Lot


class ReceiptStatus(models.TextChoices):
    """At the dock, or finished."""

    OPEN = "open"
    CLOSED = "closed"


class Receipt(Versioned):
    """One delivery of a supplier: against an order, an advance notice, all that is open with the supplier, or nothing.

    `delivery_note` is the supplier's paper, the end of a trace back.
    """

    number = models.CharField(max_length=20, unique=True)
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="receipts")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+")
    order = models.ForeignKey(PurchaseOrder, on_delete=models.PROTECT, null=True, related_name="receipts")
    notice = models.ForeignKey(AdvanceNotice, on_delete=models.PROTECT, null=True, related_name="receipts")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    delivery_note = models.CharField(max_length=80, blank=True, default="")
    status = models.CharField(max_length=10, choices=ReceiptStatus.choices, default=ReceiptStatus.OPEN)
    user_id = models.BigIntegerField(null=True)
    username = models.CharField(max_length=150)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=150, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=Q(status=ReceiptStatus.OPEN), name="receipt_open_once_an_order"
            )
        ]
        indexes = [
            models.Index(F("supplier"), F("id"), name="receipt_by_supplier"),
            models.Index(F("warehouse"), F("status"), F("id"), name="receipt_by_state"),
            models.Index(F("opened_at"), F("id"), name="receipt_by_time"),
        ]


class ReceiptLine(models.Model):
    """Units of one lot that were booked in by one operation. Append-only; a mistake is answered by a `ReceiptUndo`."""

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="lines")
    operation_id = models.UUIDField()
    order_line = models.ForeignKey(
        PurchaseOrderLine, on_delete=models.PROTECT, null=True, related_name="receipts"
    )
    notice_line = models.ForeignKey(NoticeLine, on_delete=models.PROTECT, null=True, related_name="receipts")
    unit = models.ForeignKey(NoticeUnit, on_delete=models.PROTECT, null=True, related_name="receipts")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    quantity = models.BigIntegerField()
    unit_cost = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    user_id = models.BigIntegerField(null=True)
    username = models.CharField(max_length=150)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="receipt_line_of_something")]
        indexes = [
            models.Index(F("lot"), F("id"), name="receipt_line_by_lot"),
            models.Index(F("operation_id"), name="receipt_line_by_operation"),
        ]


class ReceiptUndo(models.Model):
    """A booking of a receipt that was taken back whole. Append-only; once each operation."""

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="undone")
    operation_id = models.UUIDField(unique=True)
    reversal_id = models.UUIDField()
    username = models.CharField(max_length=150)
    undone_at = models.DateTimeField()


class DiscrepancyKind(models.TextChoices):
    """In which way a delivery differed from what was asked for."""

    OVER = "over"
    SHORT = "short"
    DAMAGED = "damaged"
    SHORT_DATED = "short_dated"
    NOT_ORDERED = "not_ordered"


class DiscrepancyOutcome(models.TextChoices):
    """What was done with such units at the dock: taken, set aside, not taken, or they never came."""

    ACCEPTED = "accepted"
    QUARANTINED = "quarantined"
    REFUSED = "refused"
    MISSING = "missing"


class Discrepancy(models.Model):
    """Units that were not as asked for. Open until it is settled with the supplier."""

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="discrepancies")
    receipt_line = models.ForeignKey(
        ReceiptLine, on_delete=models.PROTECT, null=True, related_name="discrepancies"
    )
    order_line = models.ForeignKey(
        PurchaseOrderLine, on_delete=models.PROTECT, null=True, related_name="discrepancies"
    )
    operation_id = models.UUIDField(null=True)  # the booking it came with; taken back with it
    kind = models.CharField(max_length=12, choices=DiscrepancyKind.choices)
    outcome = models.CharField(max_length=12, choices=DiscrepancyOutcome.choices)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    lot_number = models.CharField(max_length=20, blank=True, default="")
    quantity = models.BigIntegerField()
    note = models.CharField(max_length=200, blank=True, default="")
    user_id = models.BigIntegerField(null=True)
    username = models.CharField(max_length=150)
    found_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=150, blank=True, default="")
    settlement = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="discrepancy_of_something")]
        indexes = [
            models.Index(F("receipt"), F("id"), name="discrepancy_by_receipt"),
            models.Index(
                F("id"),
                condition=Q(settled_at__isnull=True) & Q(withdrawn_at__isnull=True),
                name="discrepancy_open",
            ),
        ]
