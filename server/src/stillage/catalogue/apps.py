"""Django app of the room."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "stillage.catalogue"
    label = "catalogue"
