"""Django app of the room; tells what must agree between its books and the ledger."""

from django.apps import AppConfig


class CountingConfig(AppConfig):
    name = "stillage.counting"
    label = "counting"

    def ready(self) -> None:
        from stillage.counting import reconciling
        from stillage.stock import reconcile

        reconcile.also(reconciling.checks)
