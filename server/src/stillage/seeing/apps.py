"""Django app of the room."""

from django.apps import AppConfig


class SeeingConfig(AppConfig):
    name = "stillage.seeing"
    label = "seeing"
