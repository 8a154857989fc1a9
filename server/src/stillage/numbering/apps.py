"""Django app of the room."""

from django.apps import AppConfig


class NumberingConfig(AppConfig):
    name = "stillage.numbering"
    label = "numbering"
