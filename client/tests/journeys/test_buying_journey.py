"""The way of a delivery: ordered at a desk, taken in by scans with one too many and one broken, put away, sent back."""

import re
from dataclasses import dataclass, replace

import pytest
from behind import Warehouse
from browser import Visit
from playwright.sync_api import Browser
from walking import SLOW, go, signed_in, unnamed_buttons

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@dataclass(frozen=True)
class Wanted:
    """A pack that a supplier sells."""

    sku: str
    name: str
    gtin: str
    packs: int  # the least they take
    units: int

    def label(self, lot: str, until: str = "291231") -> str:
        return f"01{self.gtin}15{until}10{lot}"


def sold(warehouse: Warehouse) -> tuple[str, list[Wanted]]:
    """A supplier who sells two cases, one of them not by the piece, by code; and the two."""
    rows = warehouse.get("supplier-products?limit=100")["results"]
    cases: dict[str, list[Wanted]] = {}
    for row in rows:
        if row["units_per_pack"] > 1:
            least = max(row["minimum_quantity"], row["order_multiple"])
            one = Wanted(row["product"], row["product_name"], row["pack"], least, row["units_per_pack"])
            cases.setdefault(row["supplier"], []).append(one)
    for code, packs in cases.items():
        packs.sort(key=lambda one: -one.packs)
        if len(packs) > 1 and packs[0].packs > 1:
            return code, [packs[0], replace(packs[1], packs=max(packs[1].packs, 2))]
    raise AssertionError("nobody sells two cases and wants more than one of them")


def ordered(warehouse: Warehouse) -> str:
    """An order of both packs that is out; its number."""
    code, packs = sold(warehouse)
    lines = [{"product": one.sku, "pack": one.gtin, "quantity_packs": one.packs} for one in packs]
    body = {"supplier": code, "warehouse": "MAIN", "lines": lines, "place": True, "ignore_warnings": True}
    return str(warehouse.post("purchase-orders", body)["number"])


def test_an_order_is_typed_line_by_line_and_placed_without_the_mouse(
    chrome: Browser, warehouse: Warehouse
) -> None:
    code, (first, second) = sold(warehouse)
    with signed_in(chrome, warehouse.url, "/purchases/new") as visit:
        visit.sees("Place the order", seconds=SLOW)
        visit.fill("Supplier", code.lower(), exact=True)
        visit.page.keyboard.press("Enter")
        visit.sees("What they sell", seconds=SLOW)
        visit.fill("Add a product", f"1 x {first.sku}", exact=True)
        visit.page.keyboard.press("Enter")
        visit.sees("1 pack, 1 line", seconds=SLOW)
        visit.fill("Add a product", f"{second.packs} x {second.sku}", exact=True)
        visit.page.keyboard.press("Enter")
        visit.sees(f"{second.packs + 1} packs, 2 lines", seconds=SLOW)
        visit.sees(re.compile("does not fit the supplier's packs"))
        visit.shot("purchase-editor-desk")
        visit.press("button", f"Make it {first.packs}", exact=True)
        visit.sees(f"{second.packs + first.packs} packs, 2 lines", seconds=SLOW)
        _placed(visit)
        visit.sees("Receive it", seconds=SLOW)
        order = warehouse.get(f"purchase-orders/{visit.page.url.rsplit('/', 1)[-1]}")
        assert (order["status"], order["supplier"]) == ("placed", code)
        assert [line["quantity_packs"] for line in order["lines"]] == [first.packs, second.packs]
        assert unnamed_buttons(visit) == []
        go(visit, f"{warehouse.url}/purchases")
        visit.sees(order["number"], seconds=SLOW)
        visit.shot("purchases-desk")


def _placed(visit: Visit) -> None:
    """Ctrl+Enter; once more where the supplier delivers from a larger value on."""

    def out() -> bool:
        return re.search(r"/purchases/PO-\d+$", visit.page.url) is not None

    def doubtful() -> bool:
        return any("may not take it so" in line for line in visit.tree())

    visit.page.keyboard.press("ControlOrMeta+Enter", delay=80)
    visit.until(lambda: out() or doubtful(), "an answer", seconds=SLOW)
    if not out():
        visit.shot("purchase-too-small-desk")
        visit.page.keyboard.press("ControlOrMeta+Enter", delay=80)
    visit.until(out, "its own address", seconds=SLOW)


def test_a_delivery_is_taken_in_by_scans_put_away_by_two_and_the_broken_case_sent_back(
    chrome: Browser, warehouse: Warehouse
) -> None:
    number = ordered(warehouse)
    lot = f"J{number[-5:]}"
    _, (first, second) = sold(warehouse)
    with signed_in(chrome, warehouse.url, "/receiving", size="phone") as visit:
        visit.sees("Scan an order", seconds=SLOW)
        visit.shot("receiving-phone")
        visit.scan(number)
        visit.sees("Scan a case", seconds=SLOW)
        receipt = _taken_in(visit, warehouse, first, second, lot)
        visit.press("button", "Put it away", exact=True)
        visit.sees("Scan what you take", seconds=SLOW)
        visit.shot("put-away-phone")
        visit.scan(first.label(lot))
        visit.sees("Take it to", seconds=SLOW)
        visit.shot("put-away-place-phone")
        (row,) = (
            one for one in warehouse.get("put-away?warehouse=MAIN&limit=100")["results"] if one["lot"] == lot
        )
        place = row["proposals"][0]["location"]
        visit.scan(place)
        visit.sees("Undo:", seconds=SLOW)
        assert warehouse.on_hand(first.sku, lot, place) == first.packs * first.units
        visit.shot("put-away-done-phone")
    with signed_in(chrome, warehouse.url, f"/supplier-returns/new?receipt={receipt}") as visit:
        visit.sees("1 case there", seconds=SLOW)
        visit.fill("Why does it go back?", "Broken in the lorry", exact=True)
        visit.press("button", "Write the return", exact=True)
        visit.sees("Send it back", seconds=SLOW)
        visit.press("button", "Send it back", exact=True)
        visit.sees("Close with credit", seconds=SLOW)
        visit.shot("supplier-return-desk")
        sent = warehouse.get(f"supplier-returns/{visit.page.url.rsplit('/', 1)[-1]}")
        assert (sent["status"], sent["lines"][0]["quantity"]) == ("dispatched", second.units)
        go(visit, f"{warehouse.url}/purchases/{number}")
        visit.sees("Not as ordered", seconds=SLOW)
        visit.shot("purchase-differences-desk")


def _taken_in(visit: Visit, warehouse: Warehouse, first: Wanted, second: Wanted, lot: str) -> str:
    """All of the first pack and one too many, one broken of the second, the rest short; the delivery's number."""
    visit.scan(first.label(lot))
    visit.sees("Quantity", seconds=SLOW)
    visit.press("button", "Quantity", exact=True)
    for digit in str(first.packs):
        visit.press("button", digit, exact=True)
    visit.press("button", "Set", exact=True)
    visit.sees("Quantity set", seconds=SLOW)
    visit.shot("receive-phone")
    visit.scan(first.label(lot))
    visit.sees("Too many", seconds=SLOW)
    visit.sees("wants no more of it. You have 1 case.")
    visit.shot("receive-too-many-phone")
    visit.press("button", "Refuse it")
    visit.sees("It stays with the driver", seconds=SLOW)
    visit.press("button", "Damaged", exact=True)
    visit.sees("The next scan counts as damaged", seconds=SLOW)
    visit.scan(second.label(f"{lot}B"))
    visit.sees("What becomes of it?", seconds=SLOW)
    visit.shot("receive-damaged-phone")
    visit.press("button", "Set aside")
    visit.sees(f"Lot {lot}B", seconds=SLOW)
    assert unnamed_buttons(visit) == []
    visit.press("button", "Finish", exact=True)
    visit.sees("Write it down as short", seconds=SLOW)
    visit.shot("receive-short-phone")
    visit.press("button", "Write it down as short", exact=True)
    visit.sees("Delivery finished", seconds=SLOW)
    visit.shot("receive-done-phone")
    made = visit.page.url.rsplit("/", 1)[-1]
    found = warehouse.get("receipts?limit=1")["results"][0]
    receipt = warehouse.get(f"receipts/{found['number']}")
    assert receipt["status"] == "closed" and made in (receipt["number"], receipt["purchase_order"])
    kinds = {(one["kind"], one["outcome"]) for one in receipt["discrepancies"]}
    assert kinds == {("over", "refused"), ("damaged", "quarantined"), ("short", "missing")}
    return str(receipt["number"])


def test_who_may_not_decide_is_offered_no_taking_and_a_reload_keeps_the_delivery(
    chrome: Browser, warehouse: Warehouse
) -> None:
    number = ordered(warehouse)
    _, (first, _) = sold(warehouse)
    path = f"/receive/{number}"
    with signed_in(chrome, warehouse.url, path, size="phone", user="picker", dark=True) as visit:
        visit.sees("Scan a case", seconds=SLOW)
        visit.scan(first.label(f"J{number[-5:]}"))
        visit.sees("Booked 1", seconds=SLOW)
        go(visit, warehouse.url + path)
        visit.sees("Booked 1", seconds=SLOW)
        visit.scan(first.label("OLD", until="200101"))
        visit.sees("Too short a date", seconds=SLOW)
        visit.sees("Only who may decide")
        assert not any(
            "Take it" in line.split(":", 1)[-1] for line in visit.tree() if line.startswith("button")
        )
        visit.shot("receive-short-date-phone-dark")
        visit.scan(first.label(f"J{number[-5:]}"))
        visit.sees("2 in a row", seconds=SLOW)
        lines = warehouse.get("receipts?limit=1&status=open")["results"][0]
        assert lines["line_count"] == 2


def test_in_german_the_dock_is_german(chrome: Browser, warehouse: Warehouse) -> None:
    number = ordered(warehouse)
    with signed_in(chrome, warehouse.url, "/more", user="buyer", size="tablet") as visit:
        visit.sees("Deutsch", seconds=SLOW)
        visit.press("button", "Deutsch", exact=True)
        visit.sees("Sprache", seconds=SLOW)
        go(visit, f"{warehouse.url}/receive/{number}")
        visit.sees("Kiste scannen", seconds=SLOW)
        visit.shot("receive-tablet-german")
        go(visit, f"{warehouse.url}/more")
        visit.sees("English", seconds=SLOW)
        visit.press("button", "English", exact=True)
        visit.sees("Language", seconds=SLOW)
