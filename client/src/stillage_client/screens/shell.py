"""The frame round every signed-in screen: where one can go, in which warehouse, and who is here."""

import flet as ft

from stillage_client.api import control, receiving, scanning
from stillage_client.api.replenishment_records import PlanSummary
from stillage_client.components.hooks import after_drawing, remembered, watched
from stillage_client.components.navigation import (
    Destination,
    Go,
    Person,
    bottom_bar,
    rail,
    sidebar,
    warehouse_switch,
)
from stillage_client.components.viewport import use_layout
from stillage_client.locale import t
from stillage_client.scans import Answer, Scan
from stillage_client.screens.doc_codes import route_of
from stillage_client.screens.over import covered, use_over
from stillage_client.screens.planning.replenish_counts import PlanCounts
from stillage_client.session import Session, use_session

PHONE_PLACES = ("/", "/stock", "/scan/lookup", "/picking", "/locations")
PHONE_PLACES_MAX = 4
RAIL_PLACES = 8
TAKE_SCANS = (
    "/scan",
    "/pick/",
    "/returns/",
    "/orders/new",
    "/count/",
    "/recalls/new",
    "/transfers/",
    "/purchases/new",
    "/receiving",
    "/receive/",
    "/put-away",
    "/supplier-returns/new",
)  # screens with a use for scans of their own


def destinations(session: Session, waits: PlanSummary | None = None) -> list[Destination]:
    """The entries this role may open; what it may not is not shown. `waits` counts what planning asks for."""
    icons = ft.Icons
    waits = waits or PlanSummary()
    every = [
        ("stock.view", Destination(t("Today"), icons.WB_SUNNY_OUTLINED, icons.WB_SUNNY_ROUNDED, "/")),
        (
            "stock.view",
            Destination(
                t("Stock"), icons.INVENTORY_2_OUTLINED, icons.INVENTORY_2_ROUNDED, "/stock", also="/products"
            ),
        ),
        (
            "scan.use",
            Destination(
                t("Scan"), icons.QR_CODE_SCANNER_ROUNDED, icons.QR_CODE_SCANNER_ROUNDED, "/scan/lookup"
            ),
        ),
        (
            "sales.view",
            Destination(
                t("Orders"), icons.RECEIPT_LONG_OUTLINED, icons.RECEIPT_LONG_ROUNDED, "/orders", t("Sell")
            ),
        ),
        (
            "picking.run",
            Destination(
                t("Picking"),
                icons.SHOPPING_BASKET_OUTLINED,
                icons.SHOPPING_BASKET_ROUNDED,
                "/picking",
                t("Sell"),
                also="/pick",
            ),
        ),
        (
            "sales.view",
            Destination(
                t("Shipments"),
                icons.LOCAL_SHIPPING_OUTLINED,
                icons.LOCAL_SHIPPING_ROUNDED,
                "/shipments",
                t("Sell"),
            ),
        ),
        (
            "sales.view",
            Destination(
                t("Returns"),
                icons.KEYBOARD_RETURN_ROUNDED,
                icons.KEYBOARD_RETURN_ROUNDED,
                "/returns",
                t("Sell"),
            ),
        ),
        (
            "sales.view",
            Destination(
                t("Customers"), icons.STOREFRONT_OUTLINED, icons.STOREFRONT_ROUNDED, "/customers", t("Sell")
            ),
        ),
        (
            "buying.view",
            Destination(
                t("Purchases"),
                icons.SHOPPING_CART_OUTLINED,
                icons.SHOPPING_CART_ROUNDED,
                "/purchases",
                t("Buy"),
            ),
        ),
        (
            "buying.view",
            Destination(
                t("Receiving"),
                icons.MOVE_TO_INBOX_OUTLINED,
                icons.MOVE_TO_INBOX_ROUNDED,
                "/receiving",
                t("Buy"),
                also="/receive",
            ),
        ),
        (
            "planning.view",
            Destination(
                t("Replenish"),
                icons.AUTORENEW_ROUNDED,
                icons.AUTORENEW_ROUNDED,
                "/replenish",
                t("Buy"),
                also="/policies",
                count=waits.late + waits.now,
                kind="expired" if waits.late else "soon",
            ),
        ),
        (
            "stock.move",
            Destination(
                t("Put away"),
                icons.DRIVE_FILE_MOVE_OUTLINED,
                icons.DRIVE_FILE_MOVE_ROUNDED,
                "/put-away",
                t("Buy"),
            ),
        ),
        (
            "buying.view",
            Destination(
                t("Suppliers"),
                icons.FACTORY_OUTLINED,
                icons.FACTORY_ROUNDED,
                "/suppliers",
                t("Buy"),
                also="/supplier-returns",
            ),
        ),
        ("places.view", Destination(t("Places"), icons.SHELVES, icons.SHELVES, "/locations", t("Warehouse"))),
        (
            "stock.view",
            Destination(
                t("Expiry"),
                icons.EVENT_BUSY_OUTLINED,
                icons.EVENT_BUSY_ROUNDED,
                "/expiry",
                t("Control"),
                count=waits.expiry_lots,
                kind="soon",
            ),
        ),
        (
            "transfers.view",
            Destination(
                t("Transfers"),
                icons.SWAP_HORIZ_ROUNDED,
                icons.SWAP_HORIZ_ROUNDED,
                "/transfers",
                t("Control"),
            ),
        ),
        (
            "counts.view",
            Destination(
                t("Counts"),
                icons.FACT_CHECK_OUTLINED,
                icons.FACT_CHECK_ROUNDED,
                "/counts",
                t("Control"),
                also="/count",
            ),
        ),
        (
            "recalls.view",
            Destination(
                t("Recalls"),
                icons.CAMPAIGN_OUTLINED,
                icons.CAMPAIGN_ROUNDED,
                "/recalls",
                t("Control"),
                also="/lots",
            ),
        ),
        (
            "imports.run",
            Destination(
                t("Import"), icons.UPLOAD_FILE_OUTLINED, icons.UPLOAD_FILE_ROUNDED, "/import", t("Control")
            ),
        ),
        (
            "audit.view",
            Destination(t("Audit"), icons.HISTORY_ROUNDED, icons.HISTORY_ROUNDED, "/audit", t("Control")),
        ),
        (
            "users.view",
            Destination(
                t("People"), icons.PEOPLE_OUTLINE_ROUNDED, icons.PEOPLE_ROUNDED, "/people", t("Control")
            ),
        ),
    ]
    every.append(
        (
            "planning.view",
            Destination(
                t("Forecast"), icons.INSIGHTS_OUTLINED, icons.INSIGHTS_ROUNDED, "/forecasts", t("See")
            ),
        )
    )
    every.append(
        (
            "analytics.view",
            Destination(
                t("Analytics"), icons.BAR_CHART_OUTLINED, icons.BAR_CHART_ROUNDED, "/analytics", t("See")
            ),
        )
    )
    everywhere = session.user is not None and session.user.all_warehouses
    hidden = () if everywhere else ("/recalls",)  # a recall goes through all warehouses
    return [entry for right, entry in every if session.can(right) and entry.path not in hidden]


def phone_places(entries: list[Destination]) -> list[Destination]:
    """The few that fit the bar of a phone; who picks has Picking there rather than Places."""
    return [entry for entry in entries if entry.path in PHONE_PLACES][:PHONE_PLACES_MAX]


def person(session: Session) -> Person:
    """The signed-in person as the frame shows them."""
    user = session.user
    if user is None:
        return Person("", "")
    return Person(user.full_name or user.username, t(user.role.capitalize()) if user.role else "")


def warehouse_name(session: Session) -> str:
    """The name of the warehouse one works in."""
    named = {w.code: w.name for w in session.warehouses}
    code = session.warehouse or ""
    return named.get(code, code) or t("No warehouse")


async def look_up(session: Session, go: Go, scan: Scan) -> Answer:
    """A scan on any screen but Scan's own only opens what it names; it never changes stock."""
    document = route_of(scan.code)
    if document:
        go(document)
        return Answer("ready", t("Opened"), scan.code.strip().upper())
    result = await scanning.scan(session.api, scan.code, warehouse=session.warehouse)
    if result.product:
        go(f"/products/{result.product}")
        return Answer("ready", t("Found"), result.product_name)
    if result.sscc:
        return await _look_up_pallet(session, go, result.sscc)
    if result.location:
        go(f"/locations/{result.location}")
        return Answer("ready", t("Place"), result.location)
    jobs = {"RECEIVE": "receive", "MOVE": "move", "ADJUST": "adjust", "LOOKUP": "lookup"}
    command = (result.command or "").removeprefix("STL-CMD-").upper()
    if command == "COUNT" and session.can("counts.view"):
        going = await control.counts(session.api, warehouse=session.warehouse, status="open", limit=2)
        go(f"/count/{going.results[0].number}" if len(going.results) == 1 else "/counts")
        return Answer("ready", t("Counts"), "")
    job = jobs.get(command)
    if job:
        go(f"/scan/{job}")
        return Answer("ready", t("Scan"), "")
    return Answer("error", t("Unknown code"), t("No product or place has this code."))


async def _look_up_pallet(session: Session, go: Go, sscc: str) -> Answer:
    """A pallet a supplier announced opens its delivery, any other the order it was packed for."""
    if session.can("buying.view"):
        known = await receiving.notices(session.api, search=sscc, limit=1)
        if known.results:
            one = known.results[0]
            found = await receiving.receipts(session.api, notice=one.id, limit=1)
            order = f"/purchases/{one.purchase_order}" if one.purchase_order else "/receiving"
            go(f"/receive/{found.results[0].number}" if found.results else order)
            return Answer("ready", t("Announced"), one.supplier_name)
    go(f"/orders?show=all&q={sscc}")
    return Answer("ready", t("Pallet"), sscc)


def _nothing() -> None:
    """Nobody is listening."""


@ft.component
def Shell() -> ft.Control:
    """Navigation for the width of the page, and the matched screen beside it."""
    session = use_session()
    layout = use_layout()
    outlet = ft.use_route_outlet()
    location = ft.use_route_location()
    page = ft.context.page
    go: Go = page.navigate
    stop = remembered(lambda: {"listening": _nothing})
    counts = watched(PlanCounts)
    scanning_here = location.startswith(TAKE_SCANS)

    async def found(scan: Scan) -> Answer:
        return await look_up(session, go, scan)

    def listen() -> None:
        stop["listening"]()
        may = session.can("scan.use") and not scanning_here
        stop["listening"] = session.scans.subscribe(found) if may else _nothing

    def silence() -> None:
        stop["listening"]()
        stop["listening"] = _nothing

    async def count() -> None:
        await counts.load(session)

    over = use_over(location)
    after_drawing(listen, [scanning_here], cleanup=silence)
    after_drawing(count, [location, session.warehouse, session.user is not None])
    entries = destinations(session, counts.summary)
    over.knows([entry.path for entry in entries], set(session.user.permissions if session.user else ()))
    main = ft.Container(outlet, expand=True)

    if layout == "phone":
        some = phone_places(entries)
        bar = (
            []
            if location.startswith(("/pick/", "/count/", "/receive/", "/put-away"))
            else [bottom_bar(some, location, go)]
        )
        body: ft.Control = ft.Column(
            [main, *bar],
            spacing=0,
            expand=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
        whole = ft.Container(ft.SafeArea(body, expand=True), expand=True, bgcolor=ft.Colors.SURFACE)
        return covered(whole, over.shown, entries, over.close, over.help)
    if layout == "tablet":
        side = rail(entries[:RAIL_PLACES], location, go, person(session))
    else:
        options = [(w.code, w.name) for w in session.warehouses] if len(session.warehouses) > 1 else []
        switch = warehouse_switch(warehouse_name(session), options, session.choose_warehouse)
        side = sidebar(entries, location, go, person(session), switch)
    whole = ft.Container(
        ft.Row([side, main], spacing=0, expand=True, vertical_alignment=ft.CrossAxisAlignment.STRETCH),
        expand=True,
        bgcolor=ft.Colors.SURFACE,
    )
    return covered(whole, over.shown, entries, over.close, over.help)
