"""Django app of the room; hands its checks, imports and exports to the rooms below."""

from django.apps import AppConfig


class PlanningConfig(AppConfig):
    name = "stillage.planning"
    label = "planning"

    def ready(self) -> None:
        from stillage.planning import reconciling
        from stillage.stock import reconcile

        reconcile.also(reconciling.checks)
