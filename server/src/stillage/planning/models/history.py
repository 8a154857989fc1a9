"""What was asked for, day by day, and what is known of the days: stock-outs and events."""

from django.db import models
from django.db.models import F, Q

from stillage.catalogue.models import Category, Product
from stillage.core.models import Versioned
from stillage.places.models import Warehouse


class DemandDay(models.Model):
    """Units of a product that left a warehouse for customers on one of its days; only days with something on them.

    Demand is `shipped - returned + imported`. A shipment that was undone is taken off its own day, a return stands on
    the day it came back. `imported` is from before this system counted.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", db_index=False)
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    shipped = models.BigIntegerField(default=0)
    returned = models.BigIntegerField(default=0)
    imported = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["warehouse", "product", "day"], name="demand_day_once"),
            models.CheckConstraint(
                condition=Q(shipped__gte=0) & Q(returned__gte=0), name="demand_day_makes_sense"
            ),
        ]
        indexes = [models.Index(F("warehouse"), F("day"), name="demand_by_day")]


class StockOut(models.Model):
    """Days, first to last, at whose end nothing was left that could be sold; open while there is no last."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", db_index=False)
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+", db_index=False)
    first_date = models.DateField()
    last_date = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["warehouse", "product", "first_date"], name="stock_out_once"),
            models.CheckConstraint(
                condition=Q(last_date__isnull=True) | Q(last_date__gte=F("first_date")),
                name="stock_out_ends_after_it_began",
            ),
        ]


class HistoryMark(models.Model):
    """How far a warehouse's history is written: all movements up to here are in it, by days of this time zone."""

    warehouse = models.OneToOneField(Warehouse, on_delete=models.PROTECT, primary_key=True, related_name="+")
    movement_id = models.BigIntegerField(default=0)
    timezone = models.CharField(max_length=60, default="")  # where it changed, all is written anew
    closed_until = models.DateField(null=True)  # stock-outs are known up to the end of this day
    written_at = models.DateTimeField(null=True)


class EventKind(models.TextChoices):
    """What makes some days unlike others."""

    PROMOTION = "promotion"
    HOLIDAY = "holiday"
    DISRUPTION = "disruption"


class DemandEvent(Versioned):
    """Known days on which demand is not as usual, past or ahead, everywhere or in one warehouse.

    `uplift_percent` is what somebody expects (-40 is 40 % less); without it the effect of the like in the past is
    used. For the products named, else for the category, else for all.
    """

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=EventKind.choices, default=EventKind.PROMOTION)
    first_date = models.DateField()
    last_date = models.DateField()
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, null=True, related_name="+")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, related_name="+")
    uplift_percent = models.DecimalField(max_digits=6, decimal_places=1, null=True)
    note = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last_date__gte=F("first_date")), name="event_ends_after_it_began"
            ),
            models.CheckConstraint(
                condition=Q(uplift_percent__isnull=True) | Q(uplift_percent__gte=-100),
                name="event_takes_no_more_than_all",
            ),
        ]
        indexes = [models.Index(F("first_date"), F("id"), name="event_by_date")]


class EventProduct(models.Model):
    """A product that an event is about."""

    event = models.ForeignKey(DemandEvent, on_delete=models.CASCADE, related_name="products", db_index=False)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "product"], name="event_product_once")]
