"""Django app of the room."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "stillage.accounts"
    label = "accounts"

    def ready(self) -> None:
        from stillage.accounts.tokens import check_keys

        check_keys()
