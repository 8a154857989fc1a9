"""Django app of the room; opens its imports and exports."""

import importlib.util

from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured


class CatalogueConfig(AppConfig):
    name = "stillage.catalogue"
    label = "catalogue"

    def ready(self) -> None:
        from stillage.catalogue import exporting
        from stillage.catalogue.importing import kinds, locations, products

        # Without it openpyxl would read DTDs, and with them entities that grow without end.
        if importlib.util.find_spec("defusedxml") is None:
            raise ImproperlyConfigured(
                "defusedxml is not installed; Stillage does not read spreadsheets without it."
            )
        kinds.register(products.PRODUCTS)
        kinds.register(locations.LOCATIONS)
        exporting.register(exporting.PRODUCTS)
        exporting.register(exporting.LOCATIONS)
