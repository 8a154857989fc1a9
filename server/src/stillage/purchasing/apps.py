"""Django app of the room; hands its imports and exports to the catalogue room."""

from django.apps import AppConfig


class PurchasingConfig(AppConfig):
    name = "stillage.purchasing"
    label = "purchasing"

    def ready(self) -> None:
        from stillage.catalogue import exporting as files_out
        from stillage.catalogue.importing import kinds
        from stillage.purchasing import (
            exporting,
            importing,
            importing_notices,
            incoming,
            reconciling,
            reconciling_returns,
        )
        from stillage.stock import incoming as on_the_way
        from stillage.stock import owned, reconcile

        kinds.register(importing.SUPPLIERS)
        kinds.register(importing_notices.NOTICES)
        files_out.register(exporting.SUPPLIERS)
        files_out.register(exporting.SUPPLIER_PRODUCTS)
        files_out.register(exporting.PURCHASE_ORDERS)
        on_the_way.register(incoming.on_order)
        owned.register(reconciling.owner_of)
        reconcile.also(reconciling.checks)
        reconcile.also(reconciling_returns.checks)
