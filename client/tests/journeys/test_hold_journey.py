"""A lot taken out of sale at a desk: held with a reason, found on the stock list's chip, released again."""

import pytest
from behind import Warehouse
from playwright.sync_api import Browser
from walking import SLOW, go, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def free_lot(warehouse: Warehouse) -> tuple[str, str, str]:
    """A product, one of its lots that is nowhere on hold, and the product's name."""
    rows = warehouse.get("stock?warehouse=MAIN&status=ok&limit=100")["results"]
    held = {row["lot_id"] for row in warehouse.get("stock?status=held&limit=100")["results"]}
    found = next(row for row in rows if row["lot_id"] not in held)
    return found["product"], found["lot"], found["product_name"]


def is_held(warehouse: Warehouse, sku: str, lot: str) -> bool:
    rows = warehouse.get(f"stock?product={sku}&lot={lot}")["results"]
    return any(row["held"] for row in rows)


def test_a_lot_is_held_with_a_reason_found_on_the_list_and_released(
    chrome: Browser, warehouse: Warehouse
) -> None:
    sku, lot, name = free_lot(warehouse)
    with signed_in(chrome, warehouse.url, f"/products/{sku}") as visit:
        visit.sees(lot, seconds=SLOW)
        visit.press("button", f"Hold lot {lot}", exact=True)
        visit.sees(f"Why is lot {lot} held?", seconds=SLOW)
        visit.shot("hold-question-desk")
        visit.fill("Or in your words", "Seal test")
        visit.page.keyboard.press("Enter")
        visit.sees(f"Lot {lot} is on hold", seconds=SLOW)
        visit.sees("Seal test")
        assert is_held(warehouse, sku, lot)
        visit.shot("hold-done-desk")

        go(visit, f"{warehouse.url}/stock?status=held")
        visit.sees(name, seconds=SLOW)
        visit.shot("hold-listed-desk")

        go(visit, f"{warehouse.url}/products/{sku}")
        visit.sees("Seal test", seconds=SLOW)
        visit.press("button", f"Release lot {lot}", exact=True)
        visit.sees(f"Lot {lot} may be sold again", seconds=SLOW)
        assert not is_held(warehouse, sku, lot)
        visit.press("button", "Undo", exact=True)
        visit.until(lambda: is_held(warehouse, sku, lot), "the release to be taken back", seconds=SLOW)
        visit.sees(f"Lot {lot} is on hold", seconds=SLOW)
        visit.press("button", "Undo", exact=True)
        visit.until(lambda: not is_held(warehouse, sku, lot), "the hold to be taken back", seconds=SLOW)


def test_on_a_phone_one_press_on_a_reason_holds_and_one_on_undo_frees(
    chrome: Browser, warehouse: Warehouse
) -> None:
    sku, lot, _ = free_lot(warehouse)
    with signed_in(chrome, warehouse.url, f"/products/{sku}", size="phone", dark=True) as visit:
        visit.sees(lot, seconds=SLOW)
        visit.press("button", f"Hold lot {lot}", exact=True)
        visit.sees(f"Why is lot {lot} held?", seconds=SLOW)
        visit.shot("hold-question-phone-dark")
        visit.press("button", "Quality check", exact=True)
        visit.until(lambda: is_held(warehouse, sku, lot), "the hold", seconds=SLOW)
        visit.sees(f"Lot {lot} is on hold", seconds=SLOW)
        visit.press("button", "Undo", exact=True)
        visit.until(lambda: not is_held(warehouse, sku, lot), "the way back", seconds=SLOW)
