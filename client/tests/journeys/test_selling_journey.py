"""The way of an order: typed at a desk, promised, picked on a phone, packed, shipped, and a part of it back again."""

import re

import pytest
from behind import Warehouse
from browser import Visit
from playwright.sync_api import Browser
from walking import SLOW, go, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
SKU, NAME = "MSW-750", "Mirabel Sparkling Water"


def enter(visit: Visit, label: str, text: str) -> None:
    visit.fill(label, text, exact=True)
    visit.page.keyboard.press("Enter")


def task_of(warehouse: Warehouse, number: str) -> dict[str, str]:
    """Where the order's first promise lies."""
    lines = warehouse.get(f"sales-orders/{number}")["lines"]
    return dict(lines[0]["allocations"][0])


def label(warehouse: Warehouse, lot: str, *, best_before: str = "15291231") -> str:
    return f"01{warehouse.case_gtin(SKU)}{best_before}10{lot}"


def test_an_order_is_typed_line_by_line_and_its_stock_promised(chrome: Browser, warehouse: Warehouse) -> None:
    with signed_in(chrome, warehouse.url, "/orders/new") as visit:
        visit.sees("Confirm and promise stock", seconds=SLOW)
        enter(visit, "Customer", "old duke")
        visit.sees("wants 30 days left", seconds=SLOW)
        enter(visit, "Add a product", f"3 x {SKU}")
        visit.sees(NAME, seconds=SLOW)
        visit.sees("3 packs, 1 line")
        enter(visit, "Add a product", "2 x quince lemonade")
        visit.sees("5 packs, 2 lines", seconds=SLOW)
        visit.sees("VAT 20%", seconds=SLOW)
        visit.press("button", f"Where {NAME} comes from")
        visit.sees("Goes first", seconds=SLOW)
        visit.shot("order-editor-desk")
        visit.press("button", f"One more: {NAME}")
        visit.sees("6 packs, 2 lines", seconds=SLOW)
        visit.page.keyboard.press("ControlOrMeta+Enter", delay=80)
        visit.until(
            lambda: re.search(r"/orders/SO-\d+$", visit.page.url) is not None, "the order's own address"
        )
        visit.sees("Start picking", seconds=SLOW)
        number = visit.page.url.rsplit("/", 1)[-1]
        order = warehouse.get(f"sales-orders/{number}")
        assert (order["status"], order["customer"]) == ("allocated", "C1001")
        assert {line["product"]: line["quantity_packs"] for line in order["lines"]} == {SKU: 4, "QLM-275": 2}
        go(visit, visit.page.url)
        visit.sees("Start picking", seconds=SLOW)
        visit.shot("order-promised-desk")


def test_on_a_phone_an_order_is_picked_and_whatever_is_wrong_is_refused(
    chrome: Browser, warehouse: Warehouse
) -> None:
    number = warehouse.sold(SKU, 2)
    promised = task_of(warehouse, number)
    place, lot = promised["location"], promised["lot"]
    right = label(warehouse, lot)
    made = warehouse.post("pick-lists", {"orders": [number]})["number"]
    with signed_in(chrome, warehouse.url, f"/pick/{made}", size="phone", user="picker") as visit:
        visit.sees("Go to", seconds=SLOW)
        visit.shot("pick-phone")
        visit.scan("MAIN/E-01-06")
        visit.sees("Wrong place", seconds=SLOW)
        visit.shot("pick-wrong-place-phone")
        visit.scan(place)
        visit.sees("You are here", seconds=SLOW)
        visit.scan(label(warehouse, "WRONG1"))
        visit.sees("Wrong lot", seconds=SLOW)
        visit.sees("WRONG1")
        visit.sees(lot)
        visit.shot("pick-wrong-lot-phone")
        visit.scan(right)
        visit.sees("1 case picked", seconds=SLOW)
        visit.press("button", "Undo: 1 case")
        visit.sees("Scan one case", seconds=SLOW)
        visit.misses("1 case picked")
        visit.scan(right)
        visit.sees("1 case picked", seconds=SLOW)
        visit.press("button", "Take the other 1 case")
        visit.sees("Take it to", seconds=SLOW)
        visit.shot("pick-done-phone")
        assert unnamed(visit) == []
        order = warehouse.get(f"sales-orders/{number}")
        assert (order["status"], order["picked"]) == ("picking", 24)


def unnamed(visit: Visit) -> list[str]:
    return [line for line in visit.tree() if line in ("button:", "tab:")]


def test_too_few_at_a_place_come_from_elsewhere_or_wait(chrome: Browser, warehouse: Warehouse) -> None:
    number = warehouse.sold(SKU, 3)
    made = warehouse.post("pick-lists", {"orders": [number]})["number"]
    with signed_in(chrome, warehouse.url, f"/pick/{made}", size="phone", dark=True) as visit:
        visit.sees("Go to", seconds=SLOW)
        visit.press("button", "Too few here")
        visit.sees("How many are missing?", seconds=SLOW)
        visit.fill("Missing cases", "1", exact=True)
        visit.shot("pick-short-phone-dark")
        visit.press("button", "Report it")
        visit.sees(re.compile("come from|wait for new stock"), seconds=SLOW)
        tasks = warehouse.get(f"pick-lists/{made}")["tasks"]
        assert tasks[0]["short"] == 12


def test_an_order_is_packed_on_a_pallet_shipped_and_a_case_comes_back(
    chrome: Browser, warehouse: Warehouse
) -> None:
    number = warehouse.sold(SKU, 4)
    place = task_of(warehouse, number)["location"]
    warehouse.post(f"sales-orders/{number}/pick", {})
    with signed_in(chrome, warehouse.url, f"/orders/{number}") as visit:
        visit.sees("All picked", seconds=SLOW)
        visit.press("button", "Pack it", exact=True)
        visit.sees("All on one pallet", seconds=SLOW)
        visit.press("button", "All on one pallet", exact=True)
        visit.sees("Pallet 1", seconds=SLOW)
        visit.shot("pack-desk")
        visit.press("button", "Pack it", exact=True)
        visit.sees(f"{number} is packed", seconds=SLOW)
        visit.shot("packed-desk")
        (unit,) = warehouse.get(f"sales-orders/{number}")["handling_units"]
        visit.press("button", f"Ship {number}", exact=True)
        visit.sees("Next step", seconds=SLOW)
        visit.press("button", "Ship", exact=True)
        visit.fill("Carrier", "Own van", exact=True)
        visit.press("button", "Ship now", exact=True)
        visit.sees("What was sent", seconds=SLOW)
        visit.shot("shipment-desk")
        shipment = warehouse.get(f"sales-orders/{number}")["shipments"][0]["number"]
        assert visit.page.url.endswith(f"/shipments/{shipment}")

        with visit.page.expect_popup(timeout=SLOW * 1000) as opened:
            visit.press("button", "Delivery note", exact=True)
        opened.value.close()  # what is in it, the paper's own tests say

        go(visit, f"{warehouse.url}/orders?show=all&q={unit['sscc']}")
        visit.sees(number, seconds=SLOW)  # an order is found by its pallet

        go(visit, f"{warehouse.url}/returns/new?shipment={shipment}")
        visit.sees(NAME, seconds=SLOW)
        visit.press("button", f"One more: {NAME}")
        visit.fill("Why does it come back?", "One too many", exact=True)
        visit.press("button", "Announce the return", exact=True)
        visit.sees("Scan what comes back", seconds=SLOW)
        back = visit.page.url.rsplit("/", 1)[-1]
        lot = warehouse.get(f"returns/{back}")["lines"][0]["lot"]
        visit.scan(label(warehouse, lot))
        visit.sees("1 case received", seconds=SLOW)
        visit.shot("return-received-desk")
        visit.press("button", "Back to stock", exact=True)
        visit.sees("On which place does it go?", seconds=SLOW)
        visit.shot("return-shelf-desk")
        visit.scan(place)
        visit.misses("Back to stock", seconds=SLOW)
        visit.press("button", "Write a credit note", exact=True)
        visit.sees("was written", seconds=SLOW)
        visit.shot("return-credited-desk")
        line = warehouse.get(f"returns/{back}")["lines"][0]
        assert (line["received"], line["credited"]) == (12, 12)


def test_who_picks_sees_orders_without_prices_and_writes_none(chrome: Browser, warehouse: Warehouse) -> None:
    with signed_in(chrome, warehouse.url, "/orders", user="picker") as visit:
        visit.sees("Out of stock", seconds=SLOW)
        tree = visit.tree()
        assert not any("€" in line or "New order" in line for line in tree)
        go(visit, f"{warehouse.url}/orders/new")
        visit.sees("Your role may not see this", seconds=SLOW)


def test_in_german_an_order_is_german(chrome: Browser, warehouse: Warehouse) -> None:
    with signed_in(chrome, warehouse.url, "/more", user="sales") as visit:
        visit.sees("Deutsch", seconds=SLOW)
        visit.press("button", "Deutsch", exact=True)
        visit.sees("Sprache", seconds=SLOW)
        go(visit, f"{warehouse.url}/orders/{warehouse.newest('sales-orders', status='allocated')}")
        visit.sees("Nächster Schritt", seconds=SLOW)
        visit.shot("order-desk-german")
        assert not any("Next step" in line or "Price" in line for line in visit.tree())
        go(visit, f"{warehouse.url}/more")
        visit.sees("English", seconds=SLOW)
        visit.press("button", "English", exact=True)
        visit.sees("Language", seconds=SLOW)
