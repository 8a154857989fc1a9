"""The way of a case: signed in, scanned in, moved, seen, and taken back; driven through the accessibility tree."""

import uuid

import pytest
from behind import Warehouse
from playwright.sync_api import Browser
from walking import SLOW, go, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
SKU = "MSW-750"


def fresh_lot() -> str:
    return f"J{uuid.uuid4().hex[:6].upper()}"


def label(warehouse: Warehouse, lot: str) -> str:
    return f"01{warehouse.case_gtin(SKU)}15291231" + f"10{lot}"


def test_a_case_is_received_moved_seen_and_taken_back(chrome: Browser, warehouse: Warehouse) -> None:
    lot, place = fresh_lot(), warehouse.empty_place()
    code = label(warehouse, lot)
    with signed_in(chrome, warehouse.url, "/scan/receive") as visit:
        visit.sees("Receiving at RECV", seconds=SLOW)
        visit.scan(code)
        visit.sees("Received", seconds=SLOW)
        visit.sees(f"Lot {lot}")
        assert warehouse.on_hand(SKU, lot, "MAIN/RECV") == 12
        visit.shot("journey-received-desk")

        visit.press("button", "Move", exact=True)
        visit.sees("Scan what you take", seconds=SLOW)
        visit.scan(code)
        visit.sees("In your hand", seconds=SLOW)
        visit.scan(place)
        visit.sees("Moved", seconds=SLOW)
        assert warehouse.on_hand(SKU, lot, f"MAIN/{place}") == 12
        assert warehouse.on_hand(SKU, lot, "MAIN/RECV") == 0

        go(visit, f"{warehouse.url}/products/{SKU}")
        visit.sees(lot, seconds=SLOW)
        visit.sees(place)
        visit.shot("journey-product-desk")

        go(visit, f"{warehouse.url}/scan/move")
        visit.sees("Undo: 1 case Mirabel Sparkling Water", seconds=SLOW)
        visit.press("button", "Undo: 1 case Mirabel Sparkling Water")
        visit.sees("Taken back", seconds=SLOW)
        assert warehouse.on_hand(SKU, lot, "MAIN/RECV") == 12
        visit.press("button", "Undo", exact=True)
        visit.until(
            lambda: warehouse.on_hand(SKU, lot, "MAIN/RECV") == 0,
            "the receipt to be taken back",
            seconds=SLOW,
        )
        visit.shot("journey-undone-desk")


def test_on_a_phone_twenty_scans_book_twenty_cases_and_a_misread_one_does_not(
    chrome: Browser, warehouse: Warehouse
) -> None:
    lot = fresh_lot()
    code = label(warehouse, lot)
    wrong = code[:15] + str((int(code[15]) + 1) % 10) + code[16:]
    with signed_in(chrome, warehouse.url, "/scan/receive", size="phone") as visit:
        visit.sees("Receiving at RECV", seconds=SLOW)
        visit.shot("scan-ready-phone")
        for _ in range(10):
            visit.scan(code)
            visit.page.wait_for_timeout(200)
        visit.until(
            lambda: warehouse.on_hand(SKU, lot, "MAIN/RECV") == 120,
            "ten cases in the books",
            seconds=SLOW * 2,
        )
        visit.shot("scan-received-phone")
        visit.scan(wrong)
        visit.sees("Code misread", seconds=SLOW)
        visit.shot("scan-misread-phone")
        for _ in range(10):
            visit.scan(code)
            visit.page.wait_for_timeout(200)
        visit.until(
            lambda: warehouse.on_hand(SKU, lot, "MAIN/RECV") == 240,
            "twenty cases in the books",
            seconds=SLOW * 2,
        )
        visit.sees("20 in a row", seconds=SLOW)
        visit.sees("1 refused")


def test_a_missing_lot_is_asked_for_and_booked(chrome: Browser, warehouse: Warehouse) -> None:
    lot = fresh_lot()
    with signed_in(chrome, warehouse.url, "/scan/receive", size="phone", dark=True) as visit:
        visit.sees("Receiving at RECV", seconds=SLOW)
        visit.scan(f"01{warehouse.case_gtin(SKU)}")
        visit.sees("Lot and date?", seconds=SLOW)
        visit.shot("scan-question-phone-dark")
        visit.fill("Lot", lot, exact=True)
        visit.page.wait_for_timeout(300)
        visit.fill("Date, as 1.3.2027 (empty when none is printed)", "31.12.2029", exact=True)
        visit.page.wait_for_timeout(300)
        visit.page.keyboard.press("Enter")
        visit.sees("Received", seconds=SLOW)
        visit.until(
            lambda: warehouse.on_hand(SKU, lot, "MAIN/RECV") == 12, "the case in the books", seconds=SLOW
        )


def test_a_scan_on_another_screen_only_opens_what_it_names(chrome: Browser, warehouse: Warehouse) -> None:
    lot = fresh_lot()
    with signed_in(chrome, warehouse.url, "/expiry?show=dates") as visit:
        visit.sees("Next 30 days", seconds=SLOW)
        visit.scan(label(warehouse, lot))
        visit.sees("Packs", seconds=SLOW)
        assert visit.page.url.endswith(f"/products/{SKU}")
        assert warehouse.on_hand(SKU, lot, "MAIN/RECV") == 0
