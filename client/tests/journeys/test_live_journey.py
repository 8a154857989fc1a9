"""Two browsers side by side: what is done in one is on the other's screen, and nothing that is typed is lost by it."""

import pytest
from behind import Warehouse
from browser import Visit
from playwright.sync_api import Browser
from walking import SLOW, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
AT_ONCE = 8.0
SEARCH = "Number, customer, lot, pallet"


def typed(visit: Visit) -> str:
    """What stands in the field that has the cursor."""
    return str(visit.page.evaluate("document.activeElement?.value"))


def row_of(visit: Visit, number: str) -> str:
    """What the list says of an order."""
    return next((line for line in visit.tree() if number in line), "")


def plenty(warehouse: Warehouse) -> str:
    """A product of which much may be sold."""
    return str(
        warehouse.get("availability?warehouse=MAIN&ordering=-available&limit=1")["results"][0]["product"]
    )


def test_what_is_done_in_one_browser_is_on_the_other_s_screen_without_a_reload(
    chrome: Browser, warehouse: Warehouse
) -> None:
    number = warehouse.sold(plenty(warehouse), 1, allocate=False)
    with (
        signed_in(chrome, warehouse.url, "/orders?show=all", user="sales") as seller,
        signed_in(chrome, warehouse.url, f"/orders/{number}", user="manager") as manager,
    ):
        seller.sees(number, seconds=SLOW)
        manager.sees("Next step", seconds=SLOW)
        for visit in (seller, manager):
            visit.sees("Live", seconds=SLOW)
            visit.misses("Not live")
            visit.page.evaluate("window.notLoadedAgain = true")
        before = row_of(seller, number)
        # The seller is in the midst of a word while the manager, at another machine, takes the next step.
        seller.fill(SEARCH, "SO-")
        manager.click("button", "Promise stock")
        seller.until(
            lambda: row_of(seller, number) not in ("", before), "the order's row to change", seconds=AT_ONCE
        )
        assert typed(seller) == "SO-"
        seller.page.keyboard.type("0", delay=60)
        # And an order that a machine sends comes in meanwhile.
        sent = warehouse.sold(plenty(warehouse), 1, allocate=False)
        seller.sees(sent, seconds=AT_ONCE)
        assert typed(seller) == "SO-0", "neither the letters nor the cursor are gone"
        assert all(visit.page.evaluate("window.notLoadedAgain") for visit in (seller, manager))
        seller.shot("live-orders")
