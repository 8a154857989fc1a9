"""What planning asks a buyer to do: change a number, order a supplier's lines, refuse another's, look at what goes stale."""

import re

import pytest
from behind import Warehouse
from browser import Visit
from playwright.sync_api import Browser
from walking import SLOW, signed_in, turn_to, unnamed_buttons

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

KEPT_UNITS = 20_000


def wanted_of_two(warehouse: Warehouse) -> tuple[str, str]:
    """Two suppliers of each of whom a product is wanted, because somebody wishes to keep much of it."""
    rows = warehouse.get("supplier-products?limit=100")["results"]
    of: dict[str, str] = {}
    taken: set[str] = set()
    for row in rows:
        if row["supplier"] not in of and row["product"] not in taken:
            of[row["supplier"]] = row["product"]
            taken.add(row["product"])
    known = {one["product"] for one in warehouse.get("policies?limit=100")["results"]}
    for sku in list(of.values())[:4]:
        if sku not in known:
            warehouse.post("policies", {"product": sku, "minimum_units": KEPT_UNITS})
    warehouse.post("replenishment/work-out", {"warehouse": "MAIN"})
    groups = warehouse.get("replenishment/suppliers?warehouse=MAIN")["results"]
    first, second, *_ = sorted((one["lines"], one["supplier"]) for one in groups if one["supplier"])
    return first[1], second[1]


def lines_of(warehouse: Warehouse, supplier: str, status: str = "open") -> list[dict[str, object]]:
    found = warehouse.get(f"replenishment?warehouse=MAIN&supplier={supplier}&status={status}&limit=100")
    return [one for one in found["results"] if one["quantity_packs"]]


def test_a_buyer_orders_what_one_supplier_should_send_and_refuses_another(
    chrome: Browser, warehouse: Warehouse
) -> None:
    ordered, refused = wanted_of_two(warehouse)
    line, *_ = lines_of(warehouse, ordered)
    step = line["order_multiple"]
    with signed_in(chrome, warehouse.url, f"/replenish?supplier={ordered}") as visit:
        visit.sees(str(line["product_name"]), seconds=SLOW)
        visit.press("button", f"One more: Order of {line['product_name']}", exact=True)
        visit.sees(re.compile("proposed"), seconds=SLOW)
        visit.shot("replenish-desk")
        assert unnamed_buttons(visit) == []
        visit.press("button", re.compile(r"^Order \d+ lines? from"))
        _at_its_order(visit)
        order = warehouse.get(f"purchase-orders/{visit.page.url.rsplit('/', 1)[-1]}")
        (made,) = (one for one in order["lines"] if one["product"] == line["product"])
        asked = int(str(line["quantity_packs"])) // int(str(step)) * int(str(step)) + int(str(step))
        assert (order["status"], order["supplier"]) == ("draft", ordered)
        assert made["quantity_packs"] == asked
        _refused(visit, warehouse, refused)
        turn_to(visit, "/expiry")
        visit.sees(re.compile("Will not sell in time"), seconds=SLOW)
        visit.shot("expiry-desk")
        assert unnamed_buttons(visit) == []


def _at_its_order(visit: Visit) -> None:
    visit.until(
        lambda: re.search(r"/purchases/PO-\d+$", visit.page.url) is not None, "its order", seconds=SLOW
    )
    visit.sees("Place the order", seconds=SLOW)


def _refused(visit: Visit, warehouse: Warehouse, supplier: str) -> None:
    before = len(lines_of(warehouse, supplier))
    turn_to(visit, f"/replenish?supplier={supplier}")
    visit.sees(re.compile(r"Order \d+ lines? from"), seconds=SLOW)
    visit.press("button", "Not now", exact=True)
    visit.fill("Why not?", "Promotion ends", exact=True)
    visit.press("button", re.compile(r"^Refuse \d+ lines?$"))
    visit.until(lambda: not lines_of(warehouse, supplier), "the lines to go", seconds=SLOW)
    found = lines_of(warehouse, supplier, "refused")
    assert len(found) >= before and {one["reason"] for one in found} >= {"Promotion ends"}
