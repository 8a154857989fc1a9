"""Django app of the room."""

from django.apps import AppConfig


class StockConfig(AppConfig):
    name = "stillage.stock"
    label = "stock"
