"""The application: every screen and its address on one page, drawn for the width of the window.

Who is signed in is the session's affair (session.py), how it looks is theme.py's.
"""

import inspect
from collections.abc import Callable
from typing import Any

import flet as ft

from stillage_client import theme
from stillage_client.components.faces import logo
from stillage_client.components.hooks import Reconnections, after_drawing, remembered, switched
from stillage_client.components.viewport import Beside, Viewport, fits_beside, layout_for
from stillage_client.screens import appearance
from stillage_client.screens.analytics.page import Analytics
from stillage_client.screens.audit import Audit
from stillage_client.screens.buying.purchase_editor import NewPurchase
from stillage_client.screens.buying.purchase_list import PurchaseList
from stillage_client.screens.buying.purchase_page import PurchasePage
from stillage_client.screens.buying.put_away_screen import PutAway
from stillage_client.screens.buying.receive_screen import ReceiveScreen
from stillage_client.screens.buying.receiving_screen import Receiving
from stillage_client.screens.buying.supplier_returns import (
    NewSupplierReturn,
    SupplierReturnPage,
    SupplierReturns,
)
from stillage_client.screens.buying.suppliers import SupplierPage, Suppliers
from stillage_client.screens.control.count_list import Counts
from stillage_client.screens.control.count_new import NewCount
from stillage_client.screens.control.count_page import CountPage
from stillage_client.screens.control.count_screen import CountScreen
from stillage_client.screens.control.recall_list import Recalls
from stillage_client.screens.control.recall_new import NewRecall
from stillage_client.screens.control.recall_page import RecallPage
from stillage_client.screens.control.trace_page import TracePage
from stillage_client.screens.control.transfer_list import Transfers
from stillage_client.screens.control.transfer_new import NewTransfer
from stillage_client.screens.control.transfer_page import TransferPage
from stillage_client.screens.expiry import Expiry
from stillage_client.screens.import_file import ImportScreen
from stillage_client.screens.locations import LocationPage, Locations
from stillage_client.screens.more import More
from stillage_client.screens.not_found import NotFound
from stillage_client.screens.people import People
from stillage_client.screens.planning.accuracy_page import ForecastAccuracy
from stillage_client.screens.planning.events_page import DemandEvents
from stillage_client.screens.planning.forecast_list import Forecasts
from stillage_client.screens.planning.policies import Policies
from stillage_client.screens.planning.replenish import Replenish
from stillage_client.screens.product import ProductPage
from stillage_client.screens.scan import ScanScreen
from stillage_client.screens.selling.customers import CustomerPage, Customers
from stillage_client.screens.selling.order_editor import NewOrder
from stillage_client.screens.selling.order_list import OrderList
from stillage_client.screens.selling.order_page import OrderPage
from stillage_client.screens.selling.pack_page import PackPage
from stillage_client.screens.selling.pick_screen import PickScreen
from stillage_client.screens.selling.picking_overview import Picking
from stillage_client.screens.selling.return_page import ReturnPage
from stillage_client.screens.selling.returns import NewReturn, Returns
from stillage_client.screens.selling.shipments import ShipmentPage, Shipments
from stillage_client.screens.shell import Shell
from stillage_client.screens.sign_in import SignIn
from stillage_client.screens.stock_list import StockList
from stillage_client.screens.today import Today
from stillage_client.session import use_session

ROUTES = [
    ft.Route(
        component=Shell,
        children=[
            ft.Route(index=True, component=Today),
            ft.Route(path="stock", component=StockList),
            ft.Route(path="products/:sku", component=ProductPage),
            ft.Route(path="scan/:job?", component=ScanScreen),
            ft.Route(path="orders", component=OrderList),
            ft.Route(path="orders/new", component=NewOrder),
            ft.Route(path="orders/:number", component=OrderPage),
            ft.Route(path="orders/:number/pack", component=PackPage),
            ft.Route(path="picking", component=Picking),
            ft.Route(path="pick/:number", component=PickScreen),
            ft.Route(path="shipments", component=Shipments),
            ft.Route(path="shipments/:number", component=ShipmentPage),
            ft.Route(path="returns", component=Returns),
            ft.Route(path="returns/new", component=NewReturn),
            ft.Route(path="returns/:number", component=ReturnPage),
            ft.Route(path="customers", component=Customers),
            ft.Route(path="customers/:code", component=CustomerPage),
            ft.Route(path="lots/:id/trace", component=TracePage),
            ft.Route(path="recalls", component=Recalls),
            ft.Route(path="recalls/new", component=NewRecall),
            ft.Route(path="recalls/:number", component=RecallPage),
            ft.Route(path="count/:number", component=CountScreen),
            ft.Route(path="counts", component=Counts),
            ft.Route(path="counts/new", component=NewCount),
            ft.Route(path="counts/:number", component=CountPage),
            ft.Route(path="transfers", component=Transfers),
            ft.Route(path="transfers/new", component=NewTransfer),
            ft.Route(path="transfers/:number", component=TransferPage),
            ft.Route(path="policies", component=Policies),
            ft.Route(path="replenish", component=Replenish),
            ft.Route(path="replenish/:id", component=Replenish),
            ft.Route(path="purchases", component=PurchaseList),
            ft.Route(path="purchases/new", component=NewPurchase),
            ft.Route(path="purchases/:number", component=PurchasePage),
            ft.Route(path="receiving", component=Receiving),
            ft.Route(path="receive/:number", component=ReceiveScreen),
            ft.Route(path="put-away", component=PutAway),
            ft.Route(path="supplier-returns", component=SupplierReturns),
            ft.Route(path="supplier-returns/new", component=NewSupplierReturn),
            ft.Route(path="supplier-returns/:number", component=SupplierReturnPage),
            ft.Route(path="suppliers", component=Suppliers),
            ft.Route(path="suppliers/:code", component=SupplierPage),
            ft.Route(path="analytics", component=Analytics),
            ft.Route(path="forecasts", component=Forecasts),
            ft.Route(path="forecasts/accuracy", component=ForecastAccuracy),
            ft.Route(path="forecasts/events", component=DemandEvents),
            ft.Route(path="locations", component=Locations),
            ft.Route(path="locations/:warehouse/:code", component=LocationPage),
            ft.Route(path="expiry", component=Expiry),
            ft.Route(path="import", component=ImportScreen),
            ft.Route(path="audit", component=Audit),
            ft.Route(path="people", component=People),
            ft.Route(path="more", component=More),
            ft.Route(path=":rest*", component=NotFound),
        ],
    )
]


@ft.component
def App() -> ft.Control:
    """The root: looks and width for everything below."""
    page = ft.context.page
    count, set_count = switched(0)
    begun = remembered(lambda: {"yes": False})
    if not begun["yes"]:
        theme.apply(page)
        _count_reconnections(page, set_count)
        begun["yes"] = True
    layout, set_layout = switched(layout_for(page.width))
    beside, set_beside = switched(fits_beside(page.width))

    def fit(width: float | None) -> None:
        set_layout(layout_for(width))
        set_beside(fits_beside(width))

    def watch_width() -> None:
        page.on_resize = lambda event: fit(event.width)
        fit(page.width)

    async def dress() -> None:
        await appearance.as_before(page)

    ft.use_effect(watch_width, [])
    ft.use_effect(dress, [])
    return Reconnections(count, lambda: Viewport(layout, lambda: Beside(beside, Gate)))


def _count_reconnections(page: ft.Page, tell: Callable[[int], None]) -> None:
    """Tell how often the browser came back, besides what is done about it already."""
    others: Any = page.on_connect
    seen = {"times": 0}

    async def connected(event: Any) -> None:
        outcome = others(event) if others is not None else None
        if inspect.isawaitable(outcome):
            await outcome
        seen["times"] += 1
        tell(seen["times"])

    page.on_connect = connected


@ft.component
def Gate() -> ft.Control:
    """Nobody passes without a name; after signing in the address asked for is shown."""
    session = use_session()
    page = ft.context.page

    def leave_sign_in() -> None:
        if session.user is not None and (page.route or "").startswith("/signin"):
            page.navigate("/")

    after_drawing(leave_sign_in, [session.user is not None])
    if not session.ready:
        return _waiting()
    if session.user is None:
        return SignIn()
    return ft.Router(ROUTES, not_found=NotFound)


def _waiting() -> ft.Control:
    """The mark alone, while it is found out who is here."""
    return ft.Container(logo(56), expand=True, alignment=ft.Alignment.CENTER, bgcolor=ft.Colors.SURFACE)
