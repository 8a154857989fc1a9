"""Counts: the places to count, what was entered there, and what became of the differences."""

from django.db import models
from django.db.models import F, Q

from stillage.catalogue.models import Product
from stillage.core.models import Versioned
from stillage.places.models import Location, Warehouse
from stillage.stock.models import Lot


class CountStatus(models.TextChoices):
    """How far a count is; `states.py` says which steps lead where."""

    OPEN = "open"
    RECOUNT = "recount"
    TO_APPROVE = "to_approve"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class CountMethod(models.TextChoices):
    """By what the places were chosen."""

    PLACE = "place"
    PRODUCT = "product"
    ABC = "abc"


class Count(Versioned):
    """A count of some places of a warehouse. Differences within the tolerance are booked at once, others approved.

    A difference is within the tolerance when it is at most `tolerance_units` or `tolerance_percent` of the book, and
    at most `tolerance_value` in money where that is set.
    """

    number = models.CharField(max_length=20, unique=True)
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=12, choices=CountStatus.choices, default=CountStatus.OPEN)
    method = models.CharField(max_length=10, choices=CountMethod.choices)
    blind = models.BooleanField(default=True)
    recount = models.BooleanField(default=True)
    tolerance_units = models.BigIntegerField(default=0)
    tolerance_percent = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    tolerance_value = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    note = models.CharField(max_length=200, blank=True, default="")
    user_id = models.BigIntegerField(null=True)
    username = models.CharField(max_length=150)
    submitted_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    approved_by = models.CharField(max_length=150, blank=True, default="")

    class Meta:
        indexes = [models.Index(F("warehouse"), F("status"), F("id"), name="count_by_state")]


class CountProduct(models.Model):
    """A product that is counted. A count without any counts all that lies at its places."""

    count = models.ForeignKey(Count, on_delete=models.CASCADE, related_name="products")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["count", "product"], name="count_product_once")]


class CountPlace(models.Model):
    """A place to be counted, by whoever takes it. `round` 2 is the recount of its differences."""

    count = models.ForeignKey(Count, on_delete=models.CASCADE, related_name="places")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField(default=1)
    claimed_by_id = models.BigIntegerField(null=True)
    claimed_by = models.CharField(max_length=150, blank=True, default="")
    claimed_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    done_by_id = models.BigIntegerField(null=True)
    done_by = models.CharField(max_length=150, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["count", "location", "round"], name="count_place_once")
        ]
        indexes = [models.Index(F("location"), F("done_at"), name="count_place_by_location")]


class LineOutcome(models.TextChoices):
    """What becomes of what was counted."""

    COUNTED = "counted"  # nothing decided yet
    RECOUNT = "recount"  # counted once more, in a later round
    TO_APPROVE = "to_approve"
    POSTED = "posted"  # right, or booked
    DISMISSED = "dismissed"  # somebody decided that the book stays


class CountLine(models.Model):
    """What somebody found of a lot at a place, and what the book said at that instant.

    The difference `counted - book` is what is booked later, so that what moves meanwhile stays moved (DESIGN 3,
    promise 9). `unit_cost` is kept as it was when the difference was found.
    """

    count = models.ForeignKey(Count, on_delete=models.CASCADE, related_name="lines")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField(default=1)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, null=True, related_name="+")
    lot_number = models.CharField(max_length=20, blank=True, default="")
    expiry_date = models.DateField(null=True)
    best_before_date = models.DateField(null=True)
    counted = models.BigIntegerField()
    book = models.BigIntegerField()
    unit_cost = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    abc_class = models.CharField(max_length=1, blank=True, default="")
    outcome = models.CharField(max_length=10, choices=LineOutcome.choices, default=LineOutcome.COUNTED)
    counted_at = models.DateTimeField()
    counted_by_id = models.BigIntegerField(null=True)
    counted_by = models.CharField(max_length=150)
    operation_id = models.UUIDField(null=True)
    decided_by = models.CharField(max_length=150, blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["count", "location", "product", "lot_number", "round"], name="count_line_once"
            ),
            models.CheckConstraint(condition=Q(counted__gte=0), name="count_line_is_not_negative"),
        ]
        indexes = [
            models.Index(F("counted_at"), F("id"), name="count_line_by_time"),
            models.Index(F("lot"), F("id"), name="count_line_by_lot"),
        ]


class CountEntry(models.Model):
    """One thing that somebody entered while counting. Append-only: who counted cannot be edited away."""

    count = models.ForeignKey(Count, on_delete=models.PROTECT, related_name="entries")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField()
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    lot_number = models.CharField(max_length=20, blank=True, default="")
    quantity = models.BigIntegerField()  # what the line said after it
    counted_at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    username = models.CharField(max_length=150)
    entered_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(F("count"), F("user_id"), name="count_entry_by_user"),
        ]
