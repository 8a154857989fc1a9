"""Django app of the room."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "stillage.accounts"
    label = "accounts"
