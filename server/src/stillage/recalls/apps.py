"""Django app of the room."""

from django.apps import AppConfig


class RecallsConfig(AppConfig):
    name = "stillage.recalls"
    label = "recalls"
