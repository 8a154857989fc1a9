"""Recalls: the lots called back, the customers who had of them, and how far the answer is."""

from django.db import models
from django.db.models import F

from stillage.core.models import Versioned
from stillage.sales.models import Customer
from stillage.stock.models import Hold, Lot


class RecallStatus(models.TextChoices):
    """Going on, or done with."""

    OPEN = "open"
    CLOSED = "closed"


class Recall(Versioned):
    """Some lots are called back. A drill does all of it save holding the stock: it measures how long finding takes."""

    number = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=120)
    reason = models.CharField(max_length=500)
    instructions = models.CharField(max_length=1000, blank=True, default="")
    drill = models.BooleanField(default=False)
    status = models.CharField(max_length=10, choices=RecallStatus.choices, default=RecallStatus.OPEN)
    user_id = models.BigIntegerField(null=True)
    username = models.CharField(max_length=150)
    opened_at = models.DateTimeField()
    found_at = models.DateTimeField(null=True)  # all of it was found, and held where that was wanted
    all_told_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=150, blank=True, default="")
    outcome = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        indexes = [models.Index(F("status"), F("id"), name="recall_by_status")]


class RecallLot(models.Model):
    """A lot that is called back, with the hold that keeps it here, and how much had left when it began."""

    recall = models.ForeignKey(Recall, on_delete=models.PROTECT, related_name="lots")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="+")
    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, null=True, related_name="+")
    freed = models.BigIntegerField(default=0)  # units whose promise was taken back

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recall", "lot"], name="recall_lot_once")]
        indexes = [models.Index(F("lot"), F("id"), name="recall_by_lot")]


class RecallCustomer(models.Model):
    """A customer who was sent some of it: whether they were told, by whom and how, and what they answered."""

    recall = models.ForeignKey(Recall, on_delete=models.PROTECT, related_name="customers")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    shipped = models.BigIntegerField()
    told_at = models.DateTimeField(null=True)
    told_by = models.CharField(max_length=150, blank=True, default="")
    told_how = models.CharField(max_length=20, blank=True, default="")
    left_there = models.BigIntegerField(null=True)  # what the customer says is still there
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=150, blank=True, default="")
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recall", "customer"], name="recall_customer_once")]
