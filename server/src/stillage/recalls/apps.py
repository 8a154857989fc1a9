"""Django app of the room; hands its checks to the reconciliation."""

from django.apps import AppConfig


class RecallsConfig(AppConfig):
    name = "stillage.recalls"
    label = "recalls"

    def ready(self) -> None:
        from stillage.recalls import reconciling
        from stillage.stock import reconcile

        reconcile.also(reconciling.checks)
