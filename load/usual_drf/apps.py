"""The app of the comparison."""

from django.apps import AppConfig


class UsualConfig(AppConfig):
    name = "usual_drf"
    label = "usual_drf"
    default_auto_field = "django.db.models.BigAutoField"
