"""Sales orders. What is promised to a line is the ledger's to know: its allocations carry the line's `demand_id`."""

import uuid

from django.db import models
from django.db.models import F, Q

from stillage.catalogue.models import Product
from stillage.core.models import Versioned
from stillage.places.models import Warehouse
from stillage.sales.models.customers import Customer


class OrderStatus(models.TextChoices):
    """How far an order is; `states.py` says which steps lead where."""

    DRAFT = "draft"
    CONFIRMED = "confirmed"
    ALLOCATED = "allocated"
    PICKING = "picking"
    PACKED = "packed"
    SHIPPED = "shipped"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class SalesOrder(Versioned):
    """A customer's order. Names and totals are kept as they were agreed; money is in `currency`.

    `promise_rank` is set once, when the order is confirmed: who was promised first is served first.
    """

    number = models.CharField(max_length=20, unique=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="orders")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=OrderStatus.choices, default=OrderStatus.DRAFT)
    delivery_date = models.DateField()
    customer_reference = models.CharField(max_length=80, blank=True, default="")
    note = models.CharField(max_length=500, blank=True, default="")
    currency = models.CharField(max_length=3)
    net_total = models.DecimalField(max_digits=16, decimal_places=2, default=0)
    tax_total = models.DecimalField(max_digits=16, decimal_places=2, default=0)
    gross_total = models.DecimalField(max_digits=16, decimal_places=2, default=0)
    promise_rank = models.BigIntegerField(null=True)
    user_id = models.BigIntegerField(null=True)
    username = models.CharField(max_length=150)
    confirmed_at = models.DateTimeField(null=True)
    shipped_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancel_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(F("customer"), F("id"), name="order_by_customer"),
            models.Index(F("warehouse"), F("status"), F("delivery_date"), name="order_by_state"),
            models.Index(F("status"), F("id"), name="order_by_status"),
            models.Index(F("delivery_date"), F("id"), name="order_by_date"),
            models.Index(F("customer_reference"), name="order_by_reference"),
        ]


class SalesOrderLine(models.Model):
    """So many packs of a product at a price. `quantity` is in base units: `quantity_packs` times `units_per_pack`.

    `shipped` and `cancelled` are base units too; what is neither is still owed. `pack_price` is before
    discount and tax, for one pack; `net_amount` is rounded to the cent. The pack is kept as it was sold.
    """

    order = models.ForeignKey(SalesOrder, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    pack_name = models.CharField(max_length=60)
    units_per_pack = models.PositiveIntegerField()
    quantity_packs = models.PositiveIntegerField()
    quantity = models.BigIntegerField()
    shipped = models.BigIntegerField(default=0)
    cancelled = models.BigIntegerField(default=0)
    pack_price = models.DecimalField(max_digits=14, decimal_places=4)
    discount_percent = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    tax_rate_percent = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    net_amount = models.DecimalField(max_digits=16, decimal_places=2)
    minimum_remaining_days = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=200, blank=True, default="")
    demand_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="order_line_position_once"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0) & Q(quantity=F("quantity_packs") * F("units_per_pack")),
                name="order_line_is_whole_packs",
            ),
            models.CheckConstraint(
                condition=Q(shipped__gte=0)
                & Q(cancelled__gte=0)
                & Q(quantity__gte=F("shipped") + F("cancelled")),
                name="order_line_ships_no_more_than_ordered",
            ),
            models.CheckConstraint(
                condition=Q(discount_percent__gte=0, discount_percent__lte=100)
                & Q(tax_rate_percent__gte=0, tax_rate_percent__lte=100)
                & Q(pack_price__gte=0),
                name="order_line_prices_make_sense",
            ),
        ]
        indexes = [
            # Lines still owed something: what waits for stock, and what is promised by when.
            models.Index(
                F("product"),
                F("order"),
                condition=Q(quantity__gt=F("shipped") + F("cancelled")),
                name="order_line_owed",
            ),
        ]
