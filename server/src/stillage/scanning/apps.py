"""Django app of the room."""

from django.apps import AppConfig


class ScanningConfig(AppConfig):
    name = "stillage.scanning"
    label = "scanning"
