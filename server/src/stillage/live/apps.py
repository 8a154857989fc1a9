"""Django app of the room; it has no tables of its own."""

from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "stillage.live"
    label = "live"
