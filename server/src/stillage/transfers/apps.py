"""Django app of the room."""

from django.apps import AppConfig


class TransfersConfig(AppConfig):
    name = "stillage.transfers"
    label = "transfers"
