"""Django app of the endpoint rules; owns the table of idempotency keys."""

from django.apps import AppConfig


class RestConfig(AppConfig):
    name = "stillage.rest"
    label = "rest"
