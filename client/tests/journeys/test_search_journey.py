"""What a manager finds from anywhere: a product by three letters and the arrows, the shortcuts, who did what."""

import re

import pytest
from behind import Warehouse
from browser import Visit
from playwright.sync_api import Browser
from walking import SLOW, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def _search(visit: Visit, text: str) -> None:
    """Ctrl-K, and the words by hand."""
    visit.page.keyboard.press("Control+k")
    visit.until(
        lambda: visit.page.evaluate("['INPUT', 'TEXTAREA'].includes(document.activeElement?.nodeName)"),
        "the cursor in the search",
        seconds=SLOW,
    )
    visit.page.wait_for_timeout(200)
    visit.page.keyboard.type(text, delay=70)


def test_a_product_is_found_by_its_letters_and_opened_by_the_keys_alone(
    chrome: Browser, warehouse: Warehouse
) -> None:
    with signed_in(chrome, warehouse.url, "/") as visit:
        visit.sees("Search or go to", seconds=SLOW)
        _search(visit, "harrow pale")
        visit.sees(re.compile("^button:Harrow Pale Ale .*Enter"), seconds=SLOW)
        chosen = [line for line in visit.tree() if line.startswith("button:") and line.endswith("Enter")]
        visit.page.keyboard.press("ArrowDown")
        visit.until(
            lambda: (
                chosen
                != [line for line in visit.tree() if line.startswith("button:") and line.endswith("Enter")]
            ),
            "the next line to be chosen",
        )
        visit.page.keyboard.press("ArrowUp")
        visit.sees(re.compile("^button:Harrow Pale Ale .*Enter"))
        visit.shot("search-desk")
        visit.page.keyboard.press("Enter")
        visit.until(lambda: "/products/HPA-" in visit.page.url, "the product", seconds=SLOW)
        visit.misses("A scan works here too")
        # the sheet of shortcuts, and two of them
        visit.page.wait_for_timeout(600)
        visit.page.keyboard.press("?")
        visit.sees("Go to, one key after the other", seconds=SLOW)
        visit.shot("shortcuts-desk")
        visit.page.keyboard.press("Escape")
        visit.misses("Go to, one key after the other")
        visit.page.keyboard.type("go", delay=250)
        visit.until(lambda: visit.page.url.endswith("/orders"), "the orders", seconds=SLOW)
        visit.scan("go12345678")  # a scanner's letters are no shortcut
        visit.page.wait_for_timeout(700)
        assert visit.page.url.endswith("/orders")
        assert not any("encountered" in line for line in visit.problems)


def test_the_trail_is_filtered_and_shows_what_changed_beside_the_health_of_the_ledger(
    chrome: Browser, warehouse: Warehouse
) -> None:
    one = warehouse.get("products/HPA-330")
    days = 270 + one["version"] % 7  # another than before, however often this was run
    warehouse.change(f"products/{one['id']}", {"shelf_life_days": days}, version=one["version"])
    with signed_in(chrome, warehouse.url, f"/audit?kind=product&thing={one['id']}") as visit:
        visit.sees("Product: update", seconds=SLOW)
        visit.sees("Health of the ledger", seconds=SLOW)
        visit.click("button", re.compile("Product: update"))
        visit.sees(f"shelf life days: before {one['shelf_life_days']}, now {days}", seconds=SLOW)
        visit.shot("audit-desk")
        visit.click("button", "Open", exact=True)
        visit.until(lambda: "/products/HPA-330" in visit.page.url, "the product", seconds=SLOW)
