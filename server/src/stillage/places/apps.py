"""Django app of the room."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "stillage.places"
    label = "places"
