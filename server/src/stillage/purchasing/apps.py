"""Django app of the room."""

from django.apps import AppConfig


class PurchasingConfig(AppConfig):
    name = "stillage.purchasing"
    label = "purchasing"
