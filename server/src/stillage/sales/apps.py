"""Django app of the room; hands its imports and exports to the catalogue room."""

from django.apps import AppConfig


class SalesConfig(AppConfig):
    name = "stillage.sales"
    label = "sales"

    def ready(self) -> None:
        from stillage.catalogue import exporting as files_out
        from stillage.catalogue.importing import kinds
        from stillage.sales import exporting, importing, importing_orders, reconciling
        from stillage.sales.queries.doubts import short_picks
        from stillage.sales.queries.waiting import waiting_orders
        from stillage.stock import doubts, reconcile, waiting

        kinds.register(importing.CUSTOMERS)
        kinds.register(importing_orders.ORDERS)
        files_out.register(exporting.CUSTOMERS)
        files_out.register(exporting.ORDERS)
        reconcile.also(reconciling.checks)
        waiting.register(waiting_orders)
        doubts.register(short_picks)
