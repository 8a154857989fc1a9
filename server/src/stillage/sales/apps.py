"""Django app of the room."""

from django.apps import AppConfig


class SalesConfig(AppConfig):
    name = "stillage.sales"
    label = "sales"
