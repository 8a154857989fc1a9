"""The address nobody knows."""

import flet as ft

from stillage_client.components.buttons import button
from stillage_client.components.feedback import empty
from stillage_client.locale import t


@ft.component
def NotFound() -> ft.Control:
    """Says so, and shows the way back."""
    page = ft.context.page
    page.title = t("Not found · Stillage")
    return empty(
        ft.Icons.EXPLORE_OFF_OUTLINED,
        t("There is no such page"),
        t(
            "{address} leads nowhere. It may be mistyped, or an old link.",
            address=(page.route or "").split("?")[0],
        ),
        button(t("Go to the start"), lambda _: page.navigate("/")),
    )
