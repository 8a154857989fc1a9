"""Stock as most projects model it; the same indexes on movements as Stillage has, so that PostgreSQL works alike."""

from django.conf import settings
from django.db import models


class Product(models.Model):
    sku = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)


class Location(models.Model):
    code = models.CharField(max_length=61, unique=True)


class Lot(models.Model):
    product = models.ForeignKey(Product, on_delete=models.PROTECT)
    number = models.CharField(max_length=20)


class Stock(models.Model):
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT)
    location = models.ForeignKey(Location, on_delete=models.PROTECT)
    on_hand = models.BigIntegerField(default=0)

    class Meta:
        unique_together = [("lot", "location")]


class Movement(models.Model):
    product = models.ForeignKey(Product, on_delete=models.PROTECT)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT)
    from_location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    to_location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    reference = models.CharField(max_length=80, blank=True, default="")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    moved_at = models.DateTimeField(auto_now_add=True, db_index=True)


class AuditLog(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    action = models.CharField(max_length=40)
    movement = models.ForeignKey(Movement, on_delete=models.PROTECT)
    at = models.DateTimeField(auto_now_add=True)
