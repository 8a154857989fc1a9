"""How much is kept, and how it is bought: for classes of products, suppliers and warehouses."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from stillage.catalogue.models import Category, Product
from stillage.core.models import Versioned
from stillage.places.models import Warehouse
from stillage.purchasing.models import Supplier


class AbcClass(models.TextChoices):
    """Products by the value issued in a year (`stock/abc.py`)."""

    A = "A"
    B = "B"
    C = "C"


class Policy(Versioned):
    """What is wanted of the products it is about; the most particular one that says something wins, field by field.

    A product beats a category, a category a class, a class all; of the same kind one for a warehouse beats one for all.
    `service_level_percent` is the part of demand to be served from the shelf. Empty fields say nothing.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, null=True, related_name="+")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, related_name="+")
    abc_class = models.CharField(max_length=1, choices=AbcClass.choices, blank=True, default="")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, null=True, related_name="+")
    # What it is about, as a word: "product:17", "category:3", "class:A" or "all", and the warehouse or "*".
    scope = models.CharField(max_length=60, unique=True)
    service_level_percent = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    review_days = models.PositiveSmallIntegerField(null=True)
    lead_time_days = models.PositiveSmallIntegerField(null=True)
    minimum_units = models.PositiveIntegerField(null=True)  # never plan for less than this on the shelf
    maximum_units = models.PositiveIntegerField(null=True)
    maximum_cover_days = models.PositiveSmallIntegerField(null=True)
    sale_days_left = models.PositiveSmallIntegerField(null=True)  # life that customers want left
    order = models.BooleanField(null=True)  # False: never propose
    note = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(service_level_percent__isnull=True)
                | Q(service_level_percent__gte=50, service_level_percent__lte=Decimal("99.9")),
                name="policy_service_makes_sense",
            ),
            models.CheckConstraint(
                condition=Q(maximum_units__isnull=True)
                | Q(minimum_units__isnull=True)
                | Q(maximum_units__gte=F("minimum_units")),
                name="policy_most_is_not_below_least",
            ),
        ]


class SupplierPlan(Versioned):
    """How we order from a supplier for a warehouse. Empty fields say nothing.

    `truck_pallets` is what fills a truck, `truck_fill_percent` from where on topping up is worth it; `budget` is the
    most one order may cost, in the company's currency; `order_weekdays` the days orders may go out, Monday is 0.
    """

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="+")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+")
    review_days = models.PositiveSmallIntegerField(null=True)
    lead_time_days = models.PositiveSmallIntegerField(null=True)
    order_weekdays = models.CharField(max_length=7, blank=True, default="")
    truck_pallets = models.PositiveSmallIntegerField(null=True)
    truck_fill_percent = models.PositiveSmallIntegerField(null=True)
    budget = models.DecimalField(max_digits=14, decimal_places=2, null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["supplier", "warehouse"], name="supplier_plan_once")]


class WarehousePlan(Versioned):
    """What planning must know of a warehouse: whose holidays it keeps, and what may be spent in a review period."""

    warehouse = models.OneToOneField(Warehouse, on_delete=models.PROTECT, related_name="+")
    holiday_country = models.CharField(max_length=2, blank=True, default="")  # ISO 3166-1
    holiday_region = models.CharField(
        max_length=6, blank=True, default=""
    )  # the part after ISO 3166-2's hyphen
    budget = models.DecimalField(max_digits=14, decimal_places=2, null=True)
