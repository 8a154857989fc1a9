"""Django app of the room; hands its check to the reconciliation."""

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "stillage.analytics"
    label = "analytics"

    def ready(self) -> None:
        from stillage.analytics import reconciling
        from stillage.stock import reconcile

        reconcile.also(reconciling.checks)
