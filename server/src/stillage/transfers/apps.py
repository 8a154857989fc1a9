"""Django app of the room; tells the stock room what is on its way, and what must agree."""

from django.apps import AppConfig


class TransfersConfig(AppConfig):
    name = "stillage.transfers"
    label = "transfers"

    def ready(self) -> None:
        from stillage.stock import incoming, owned, reconcile
        from stillage.transfers import reconciling
        from stillage.transfers.queries.coming import coming, transfer_of

        incoming.register(coming)
        owned.register(transfer_of)
        reconcile.also(reconciling.checks)
