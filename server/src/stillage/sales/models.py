"""Customers and what they need of a lot."""

from django.db import models

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
