"""Django app of the room."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "stillage.audit"
    label = "audit"
