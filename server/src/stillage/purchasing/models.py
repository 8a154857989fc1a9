"""Suppliers and what they sell to us."""

from django.db import models

from stillage.catalogue.models import Pack
from stillage.core.models import Versioned


class Supplier(Versioned):
    """Somebody we buy from."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True, default="")
    phone = models.CharField(max_length=40, blank=True, default="")
    lead_time_days = models.PositiveIntegerField(null=True, blank=True)


class SupplierProduct(Versioned):
    """A pack in a supplier's catalogue. `cost` is for one pack, in the company's currency."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="products")
    pack = models.ForeignKey(Pack, on_delete=models.PROTECT, related_name="suppliers")
    supplier_sku = models.CharField(max_length=60, blank=True, default="")
    cost = models.DecimalField(max_digits=14, decimal_places=4)
    lead_time_days = models.PositiveIntegerField(null=True, blank=True)
    minimum_quantity = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["supplier", "pack"], name="supplier_pack_once")]
