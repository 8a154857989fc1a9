"""Suppliers and what they sell to us."""

from django.db import models

from stillage.catalogue.models import Pack
from stillage.core.models import Versioned


class Supplier(Versioned):
    """Somebody we buy from. `minimum_order_value` is in the company's currency."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True, default="")
    phone = models.CharField(max_length=40, blank=True, default="")
    contact_name = models.CharField(max_length=120, blank=True, default="")
    address = models.CharField(max_length=400, blank=True, default="")
    minimum_order_value = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    lead_time_days = models.PositiveIntegerField(null=True, blank=True)


class SupplierProduct(Versioned):
    """A pack in a supplier's catalogue. `cost` is for one pack, in the company's currency.

    `minimum_quantity` and `order_multiple` count packs: at least so many, and only multiples of so many, such as the
    cases of a layer or of a pallet.
    """

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="products")
    pack = models.ForeignKey(Pack, on_delete=models.PROTECT, related_name="suppliers")
    supplier_sku = models.CharField(max_length=60, blank=True, default="")
    cost = models.DecimalField(max_digits=14, decimal_places=4)
    lead_time_days = models.PositiveIntegerField(null=True, blank=True)
    minimum_quantity = models.PositiveIntegerField(default=1)
    order_multiple = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["supplier", "pack"], name="supplier_pack_once"),
            models.CheckConstraint(
                condition=models.Q(order_multiple__gte=1), name="supplier_multiple_of_something"
            ),
        ]
