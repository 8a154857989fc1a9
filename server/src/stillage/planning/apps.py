"""Django app of the room."""

from django.apps import AppConfig


class PlanningConfig(AppConfig):
    name = "stillage.planning"
    label = "planning"
