"""Control from end to end: goods sent and received one short, a place counted and approved, a lot traced and called back."""

import re
from typing import Any

import pytest
from behind import Warehouse
from browser import Visit
from playwright.sync_api import Browser
from walking import SLOW, signed_in, unnamed_buttons

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
SKU, NAME = "MSW-750", "Mirabel Sparkling Water"


def label(warehouse: Warehouse, sku: str, lot: str) -> str:
    return f"01{warehouse.case_gtin(sku)}10{lot}"


def press_when_there(visit: Visit, name: str) -> None:
    visit.find("button", name, exact=True).wait_for(state="attached", timeout=SLOW * 1000)
    visit.press("button", name, exact=True)


def test_goods_go_to_another_warehouse_and_one_case_is_missing(chrome: Browser, warehouse: Warehouse) -> None:
    with signed_in(chrome, warehouse.url, "/transfers/new") as visit:
        visit.sees("Where to?", seconds=SLOW)
        visit.fill("Name or code of a product, or scan a case", SKU)
        visit.sees(re.compile(f"{NAME}.*{SKU}.*free"), seconds=SLOW)
        visit.press("button", re.compile(f"{NAME}.*{SKU}"))
        visit.sees(f"One more: {NAME}", seconds=SLOW)
        visit.press("button", f"One more: {NAME}")
        visit.shot("transfer-new-desk")
        press_when_there(visit, "Make the transfer")
        visit.sees("Send as suggested", seconds=SLOW)
        number = visit.page.url.rsplit("/", 1)[-1]
        visit.shot("transfer-suggested-desk")
        press_when_there(visit, "Send as suggested")
        visit.sees("All of it is there", seconds=SLOW)
        items = warehouse.get(f"transfers/{number}")["items"]
        sent = sum(item["dispatched"] for item in items)
        assert sent == 24
    with signed_in(chrome, warehouse.url, f"/transfers/{number}", size="phone") as visit:
        visit.sees("Scan the cases that arrived", seconds=SLOW)
        whole = next(item for item in items if item["dispatched"] >= 12)
        visit.scan(label(warehouse, SKU, whole["lot"]))
        visit.sees("In the hand", seconds=SLOW)
        visit.scan(label(warehouse, SKU, "WRONG1"))
        visit.sees("You have WRONG1.", seconds=SLOW)
        visit.shot("transfer-wrong-lot-phone")
        press_when_there(visit, "Book in what is there")
        visit.sees("The rest is missing", seconds=SLOW)
        visit.shot("transfer-short-phone")
        press_when_there(visit, "The rest is missing")
        visit.fill("Why is it missing?", "Fell off the van", exact=True)
        press_when_there(visit, "Write it off")
        visit.sees("All of it is there.", seconds=SLOW)
        assert unnamed_buttons(visit) == []
    done = warehouse.get(f"transfers/{number}")
    assert (done["status"], done["received"], done["missing"]) == ("received", 12, 12)


def one_lot(warehouse: Warehouse) -> dict[str, Any]:
    """A place where nothing but some cases of one lot lies, promised to nobody."""
    busy = {place["location"] for one in warehouse.get("counts?limit=50")["results"]
            for place in warehouse.get(f"counts/{one['number']}")["places"]}  # fmt: skip
    rows = warehouse.get("stock?warehouse=MAIN&limit=200")["results"]
    alone = {
        row["location"] for row in rows if [r["location"] for r in rows].count(row["location"]) == 1
    } - busy
    return next(
        row for row in rows
        if row["location"] in alone and row["location_kind"] == "storage" and not row["allocated"]
        and row["lot"] and row["units_per_case"] > 1 and row["on_hand"] > 2 * row["units_per_case"]
        and len(warehouse.get(f"stock?location={row['location']}")["results"]) == 1
    )  # fmt: skip


def test_a_place_is_counted_on_a_phone_and_somebody_else_approves_the_difference(
    chrome: Browser, warehouse: Warehouse
) -> None:
    there = one_lot(warehouse)
    place, sku, lot, per = there["location"], there["product"], there["lot"], there["units_per_case"]
    wanted = {"warehouse": "MAIN", "method": "place", "locations": [place], "recount": False}
    number = warehouse.post("counts", wanted)["number"]
    with signed_in(chrome, warehouse.url, f"/count/{number}", size="phone", user="picker") as visit:
        visit.sees("Go to", seconds=SLOW)
        visit.shot("count-go-to-phone")
        visit.scan(place)
        visit.sees("Scan what lies here", seconds=SLOW)
        visit.scan("STL-CMD-DONE")
        visit.sees("None of them is here", seconds=SLOW)
        visit.shot("count-not-seen-phone")
        visit.scan(label(warehouse, sku, lot))
        visit.sees("Counted", seconds=SLOW)
        visit.sees("1 case", seconds=SLOW)
        visit.press("button", "Quantity", exact=True)
        visit.press("button", "2", exact=True)
        visit.press("button", "Set", exact=True)
        visit.sees("2 cases", seconds=SLOW)
        visit.shot("count-counted-phone")
        visit.scan("STL-CMD-DONE")
        visit.sees("All places counted", seconds=SLOW)
        assert unnamed_buttons(visit) == []
        press_when_there(visit, "Hand it in")
        visit.sees("Handed in", seconds=SLOW)
        visit.shot("count-handed-in-phone")
    assert warehouse.on_hand(sku, lot, place) == there["on_hand"]
    with signed_in(chrome, warehouse.url, f"/counts/{number}") as visit:
        visit.sees("Differences to decide", seconds=SLOW)
        visit.shot("count-approve-desk")
        press_when_there(visit, "Approve 1 difference")
        visit.sees("Approved by manager", seconds=SLOW)
        visit.shot("count-closed-desk")
    assert warehouse.on_hand(sku, lot, place) == 2 * per


def widely_sold(warehouse: Warehouse) -> dict[str, Any]:
    """A lot of which some lies here and some went to two to nine customers."""
    for row in warehouse.get("lots?in_stock=true&held=false&limit=200")["results"]:
        trace = warehouse.get(f"lots/{row['id']}/trace")
        if row["lot"] and 2 <= len(trace["customers"]) <= 9 and len(trace["origins"]) < 5:
            return dict(trace)
    raise AssertionError("no lot was sold to a few customers")


def test_a_lot_is_traced_called_back_its_customers_told_and_the_recall_closed(
    chrome: Browser, warehouse: Warehouse
) -> None:
    trace = widely_sold(warehouse)
    lot, customers = trace["lot"]["lot_id"], len(trace["customers"])
    with signed_in(chrome, warehouse.url, f"/lots/{lot}/trace") as visit:
        visit.sees(re.compile("Every case is accounted for|Everything is accounted for"), seconds=SLOW)
        visit.shot("trace-desk")
        assert unnamed_buttons(visit) == []
        visit.press("button", "Table", exact=True)
        visit.sees(trace["customers"][0]["customer_name"], seconds=SLOW)
        press_when_there(visit, "Recall this lot")
        visit.sees(f"{customers} customers are to be told.", seconds=SLOW)
        visit.fill("Why? The customers read it", "Seals may leak", exact=True)
        visit.shot("recall-new-desk")
        press_when_there(visit, "Recall now")
        visit.sees("Recall open", seconds=SLOW)
        number = visit.page.url.rsplit("/", 1)[-1]
        visit.sees(f"Tell {customers} customers", seconds=SLOW)
        visit.shot("recall-desk")
        assert all(row["held"] for row in warehouse.get(f"lots/{lot}/trace")["places"])
        with signed_in(chrome, warehouse.url, f"/recalls/{number}", size="phone", dark=True) as hand:
            hand.sees("Told by phone", seconds=SLOW)
            hand.shot("recall-phone-dark")
            hand.press("button", "Told by phone", exact=True)
            hand.sees(f"1 of {customers}", seconds=SLOW)
        press_when_there(visit, "Load again")
        visit.sees(f"1 of {customers} told", seconds=SLOW)
        left = customers - 1
        press_when_there(visit, f"Tell {left} customer{'s' if left > 1 else ''}")
        visit.sees(re.compile("How w.* told"), seconds=SLOW)
        visit.page.wait_for_timeout(500)
        press_when_there(visit, "Told in person")
        visit.sees("everybody knows", seconds=SLOW)
        with visit.page.expect_popup(timeout=SLOW * 1000) as opened:
            press_when_there(visit, "Letters to customers (PDF)")
        opened.value.close()  # what is in them, the papers' own tests say
        press_when_there(visit, "Close the recall")
        visit.fill("How did it end?", "All back or poured away", exact=True)
        press_when_there(visit, "Close the recall")
        visit.sees("closed by manager", seconds=SLOW)
        visit.shot("recall-closed-desk")
    done = warehouse.get(f"recalls/{number}")
    assert (done["status"], done["totals"]["told"]) == ("closed", customers)
