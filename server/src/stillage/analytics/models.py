"""What went in and out of each warehouse day by day: a summary of the movements, kept so that years are read at once."""

from django.db import models
from django.db.models import F

from stillage.catalogue.models import Product
from stillage.places.models import Warehouse


class Flow(models.TextChoices):
    """Why stock came or went."""

    RECEIVED = "received"
    SENT_BACK = "sent_back"
    SHIPPED = "shipped"
    RETURNED = "returned"
    SCRAPPED = "scrapped"
    ADJUSTED = "adjusted"
    COUNTED = "counted"
    TRANSFERRED = "transferred"


class FlowDay(models.Model):
    """Units of a product that came into a warehouse (+) or left it (-) on one of its days, and what they cost.

    A reversal counts as its original does, with the other sign, on its own day: the sum up to a day is what the book
    held on its evening. `value` is in the company's currency, each unit at what its lot cost (`stock/costs.py`); it is
    nought where nobody ever said.
    """

    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+", db_index=False)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    flow = models.CharField(max_length=12, choices=Flow.choices)
    units = models.BigIntegerField()
    value = models.DecimalField(max_digits=20, decimal_places=4)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "warehouse", "day", "flow"], name="flow_day_once")
        ]
        indexes = [models.Index(F("day"), F("warehouse"), name="flow_by_day")]


class FlowMark(models.Model):
    """How far the flows are written: all movements up to here are in them. One row."""

    movement_id = models.BigIntegerField(default=0)
    zones = models.TextField(default="")  # of the houses, as they were: days are days somewhere
    written_at = models.DateTimeField(null=True)
