"""Warehouses and locations. Suppliers, customers, scrap and adjustments are virtual locations of a warehouse."""

from django.db import models
from django.db.models import F, Q

from stillage.core.models import Versioned


class Warehouse(Versioned):
    """A building with stock in it. `timezone` says which day it is there: expiry is a local date."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=120)
    timezone = models.CharField(max_length=60, default="UTC")
    is_active = models.BooleanField(default=True)


class Kind(models.TextChoices):
    """What a location is for."""

    RECEIVING = "receiving"
    STORAGE = "storage"
    PICKING = "picking"
    STAGING = "staging"
    QUARANTINE = "quarantine"
    RETURNS = "returns"
    TRANSIT = "transit"
    SUPPLIER = "supplier"
    CUSTOMER = "customer"
    SCRAP = "scrap"
    ADJUSTMENT = "adjustment"


VIRTUAL = (Kind.SUPPLIER, Kind.CUSTOMER, Kind.SCRAP, Kind.ADJUSTMENT)
PHYSICAL = tuple(kind for kind in Kind if kind not in VIRTUAL)
# From these, stock may be promised and sold; from the others it must be moved first. What stands in a staging
# lane was picked for somebody: promised units there are picked ones, free ones are to be put back.
SALEABLE = (Kind.STORAGE, Kind.PICKING, Kind.RECEIVING)


class Location(Versioned):
    """A bin, a dock, a cage: where stock can be. `pick_sequence` orders a picker's walk.

    `full_code` is WAREHOUSE/CODE, the name people and scanners use; both codes are fixed once made.
    """

    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="locations")
    code = models.CharField(max_length=40)
    full_code = models.CharField(max_length=61, unique=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    zone = models.CharField(max_length=40, blank=True, default="")
    pick_sequence = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    is_virtual = models.GeneratedField(
        expression=Q(kind__in=[kind.value for kind in VIRTUAL]),  # type: ignore[arg-type] # Django takes it
        output_field=models.BooleanField(),
        db_persist=True,
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["warehouse", "code"], name="location_code_once"),
            models.UniqueConstraint(
                fields=["warehouse", "kind"],
                condition=Q(kind__in=[kind.value for kind in VIRTUAL]),
                name="virtual_location_once",
            ),
        ]
        indexes = [models.Index(F("warehouse"), F("pick_sequence"), F("id"), name="location_walk")]
