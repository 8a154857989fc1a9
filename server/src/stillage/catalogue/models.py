"""What is stocked: products with their packs and GTINs, grouped by category and brand; and the imports of files."""

import uuid

from django.db import models
from django.db.models import F, Q

from stillage.core.models import Versioned


class Category(Versioned):
    """A kind of drink. Its tax rate is what an order line starts with."""

    name = models.CharField(max_length=120, unique=True)
    tax_rate_percent = models.DecimalField(max_digits=5, decimal_places=2, default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(tax_rate_percent__gte=0, tax_rate_percent__lte=100),
                name="category_tax_is_a_percentage",
            )
        ]


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
    `unit_price` is the list price of one base unit, before tax, in the company's currency.
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
    unit_price = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.ACTIVE)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(abv_percent__isnull=True) | Q(abv_percent__gte=0, abv_percent__lte=100),
                name="product_abv_is_a_percentage",
            ),
            models.CheckConstraint(
                condition=Q(unit_price__isnull=True) | Q(unit_price__gte=0),
                name="product_price_is_not_negative",
            ),
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


class ImportStatus(models.TextChoices):
    """How far an import has come."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


class Import(models.Model):
    """A file handed in, and what became of it. The file itself lies under `file_key` until the job ends.

    `attempts` fences: a worker that lost its lease finds another number here and gives up unseen.
    """

    kind = models.CharField(max_length=30)
    file_name = models.CharField(max_length=250)
    file_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    encoding = models.CharField(max_length=10, default="auto")
    dry_run = models.BooleanField()
    bad_rows = models.CharField(max_length=12)
    bad_gtins = models.CharField(max_length=12)
    status = models.CharField(max_length=10, choices=ImportStatus.choices, default=ImportStatus.QUEUED)
    code = models.CharField(max_length=40, default="")
    detail = models.CharField(max_length=500, default="")
    rows_total = models.PositiveIntegerField(null=True)
    rows_read = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    # JSON as text, written by the job and read back as it was written.
    mapping = models.TextField(default="{}")
    columns = models.TextField(default="[]")
    errors = models.TextField(default="[]")
    errors_truncated = models.PositiveIntegerField(default=0)
    warnings = models.TextField(default="[]")
    warnings_truncated = models.PositiveIntegerField(default=0)
    reasons = models.TextField(default="{}")
    # Who asked, as the audit trail will name them; the scope is the one they had then.
    user_id = models.BigIntegerField(null=True)
    username = models.CharField(max_length=150)
    warehouse_ids = models.TextField(null=True)  # noqa: DJ001 - none means all
    address = models.CharField(max_length=45, default="")
    request_id = models.CharField(max_length=64, default="")
    session_id = models.UUIDField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(F("user_id"), F("id"), name="import_by_user"),
            models.Index(F("status"), F("id"), name="import_by_status"),
        ]
