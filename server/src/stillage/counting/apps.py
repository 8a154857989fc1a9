"""Django app of the room."""

from django.apps import AppConfig


class CountingConfig(AppConfig):
    name = "stillage.counting"
    label = "counting"
