"""The application: every screen and its address on one page, drawn for the width of the window.

Who is signed in is the session's affair (session.py), how it looks is theme.py's.
"""

import flet as ft

from stillage_client import theme
from stillage_client.components.faces import logo
from stillage_client.components.viewport import Viewport, layout_for
from stillage_client.screens.not_found import NotFound
from stillage_client.screens.product import ProductPage
from stillage_client.screens.shell import Shell
from stillage_client.screens.sign_in import SignIn
from stillage_client.screens.stock_list import StockList
from stillage_client.session import use_session

ROUTES = [
    ft.Route(
        component=Shell,
        children=[
            ft.Route(path="stock", component=StockList),
            ft.Route(path="products/:sku", component=ProductPage),
            ft.Route(path=":rest*", component=NotFound),
        ],
    )
]


@ft.component
def App() -> ft.Control:
    """The root: looks and width for everything below."""
    page = ft.context.page
    dressed = ft.use_ref(lambda: {"done": False}).current
    if not dressed["done"]:
        theme.apply(page)
        dressed["done"] = True
    layout, set_layout = ft.use_state(lambda: layout_for(page.width))

    def watch_width() -> None:
        page.on_resize = lambda event: set_layout(layout_for(event.width))
        set_layout(layout_for(page.width))

    ft.use_effect(watch_width, [])
    return Viewport(layout, Gate)


@ft.component
def Gate() -> ft.Control:
    """Nobody passes without a name; after signing in the address asked for is shown."""
    session = use_session()
    page = ft.context.page

    def leave_sign_in() -> None:
        if session.user is not None and (page.route or "").startswith("/signin"):
            page.navigate("/")

    ft.use_effect(leave_sign_in, [session.user is not None])
    if not session.ready:
        return _waiting()
    if session.user is None:
        return SignIn()
    return ft.Router(ROUTES, not_found=NotFound)


def _waiting() -> ft.Control:
    """The mark alone, while it is found out who is here."""
    return ft.Container(logo(56), expand=True, alignment=ft.Alignment.CENTER, bgcolor=ft.Colors.SURFACE)


