"""Customers and what they need of a lot."""

from django.db import models
from django.db.models import Q

from stillage.catalogue.models import Product
from stillage.core.models import Versioned


class Customer(Versioned):
    """Somebody we sell to. `minimum_remaining_days`: how long a lot must still last when it is delivered."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True, default="")
    phone = models.CharField(max_length=40, blank=True, default="")
    address = models.CharField(max_length=200, blank=True, default="")
    city = models.CharField(max_length=100, blank=True, default="")
    postcode = models.CharField(max_length=20, blank=True, default="")
    minimum_remaining_days = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)


class CustomerProduct(Versioned):
    """What one customer agreed for one product. What is empty follows the customer and the product.

    `unit_price` is for one base unit, in the company's currency.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="products")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    minimum_remaining_days = models.PositiveIntegerField(null=True, blank=True)
    unit_price = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    customer_sku = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "product"], name="customer_product_once"),
            models.CheckConstraint(
                condition=Q(unit_price__isnull=True) | Q(unit_price__gte=0),
                name="customer_price_is_not_negative",
            ),
        ]
