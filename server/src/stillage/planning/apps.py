"""Django app of the room; hands its checks, imports and exports to the rooms below."""

from django.apps import AppConfig


class PlanningConfig(AppConfig):
    name = "stillage.planning"
    label = "planning"

    def ready(self) -> None:
        from stillage.catalogue import exporting as files_out
        from stillage.catalogue.importing import kinds
        from stillage.planning import exporting, importing, reconciling
        from stillage.stock import reconcile

        kinds.register(importing.PAST_SALES)
        files_out.register(exporting.DEMAND_HISTORY)
        reconcile.also(reconciling.checks)
