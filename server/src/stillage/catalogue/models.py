"""What is stocked: products with their packs and GTINs, grouped by category and brand."""

from django.db import models
from django.db.models import F, Q

from stillage.core.models import Versioned


class Category(Versioned):
    """A kind of drink."""

    name = models.CharField(max_length=120, unique=True)


class Brand(Versioned):
    """The name on the label."""

    name = models.CharField(max_length=120, unique=True)


class Status(models.TextChoices):
    """Whether a product is still bought and sold."""

    ACTIVE = "active"
    DISCONTINUED = "discontinued"


class BaseUnit(models.TextChoices):
    """What one unit of quantity is."""

    BOTTLE = "bottle"
    CAN = "can"
    KEG = "keg"
    CASK = "cask"
    BOX = "box"
    PIECE = "piece"


class Product(Versioned):
    """What is stocked, named by its SKU. Quantities everywhere are whole `base_unit`s of it.

    `shelf_life_days` is its whole life; `minimum_intake_days` what must be left of it when it is received.
    """

    sku = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, blank=True)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, null=True, blank=True)
    container = models.CharField(max_length=40, blank=True, default="")
    container_ml = models.PositiveIntegerField(null=True, blank=True)
    base_unit = models.CharField(max_length=10, choices=BaseUnit.choices, default=BaseUnit.BOTTLE)
    abv_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    lot_tracked = models.BooleanField(default=True)
    shelf_life_days = models.PositiveIntegerField(null=True, blank=True)
    minimum_intake_days = models.PositiveIntegerField(default=0)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.ACTIVE)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(abv_percent__isnull=True) | Q(abv_percent__gte=0, abv_percent__lte=100),
                name="product_abv_is_a_percentage",
            )
        ]
        indexes = [
            models.Index(F("name"), F("id"), name="product_by_name"),
            models.Index(F("category"), F("id"), name="product_by_category"),
        ]


class Pack(Versioned):
    """A level of packaging of a product: a bottle, a case of 24, a layer, a pallet. `gtin` has 14 digits."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="packs")
    name = models.CharField(max_length=60)
    units_per_pack = models.PositiveIntegerField()
    gtin = models.CharField(max_length=14, null=True, blank=True, unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(units_per_pack__gte=1), name="pack_holds_something"),
            models.UniqueConstraint(fields=["product", "name"], name="pack_name_once_per_product"),
        ]
