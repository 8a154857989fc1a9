"""An API error as a sentence for people: what did not happen, why, and what becomes of their work."""

from dataclasses import dataclass

import flet as ft

from stillage_client.api.transport import ApiError, Refused, Unauthorized, Unreachable
from stillage_client.locale import t


@dataclass(frozen=True)
class Trouble:
    """Why something could not be shown or done."""

    words: str
    icon: ft.IconData = ft.Icons.ERROR_OUTLINE_ROUNDED
    passing: bool = False  # worth trying again by itself
    code: str = ""
    missing: bool = False

    def title(self, what: str) -> str:
        """The headline over an empty page."""
        if self.missing:
            return t("{what} was not found", what=what)
        return t("{what} could not be loaded", what=what)


def trouble_of(error: ApiError) -> Trouble:
    """The error in plain words; its code is kept for the details."""
    if isinstance(error, Unreachable):
        return Trouble(
            t("The server does not answer. Nothing you scanned is lost. We try again every 5 seconds."),
            ft.Icons.CLOUD_OFF_ROUNDED,
            passing=True,
            code="unreachable",
        )
    if isinstance(error, Unauthorized):
        return Trouble(t("Your sign-in has ended. Sign in again to go on."), ft.Icons.LOCK_OUTLINED)
    if isinstance(error, Refused):
        if error.code == "all_warehouses_required":
            return Trouble(
                t("This is for people who work in all warehouses. Ask a manager."),
                ft.Icons.LOCK_OUTLINED,
                code=error.code,
            )
        if error.status == 403:
            return Trouble(
                t("Your role may not see this. Ask a manager if you need it."),
                ft.Icons.LOCK_OUTLINED,
                code=error.code,
            )
        if error.status == 404:
            return Trouble(
                t("It may have been removed, or the address is mistyped."),
                ft.Icons.SEARCH_OFF_ROUNDED,
                code=error.code,
                missing=True,
            )
        return Trouble(error.sentence, code=error.code)
    return Trouble(error.sentence)
