"""Forecasts in a browser: have them worked out, see whether a product sells in time, and write down what moves them."""

import re
from typing import Any

import pytest
from behind import Warehouse
from browser import Visit
from playwright.sync_api import Browser
from walking import SLOW, signed_in, turn_to, unnamed_buttons

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
RUN_SECONDS = 180
OFFER = "Journey offer"


def newest_run(warehouse: Warehouse) -> dict[str, Any]:
    found = warehouse.get("forecast-runs?limit=1")["results"]
    return found[0] if found else {"id": 0, "status": ""}


def a_product_with_stock(warehouse: Warehouse) -> dict[str, Any]:
    """One that sells and of which some lies here."""
    rows = warehouse.get("forecasts?warehouse=MAIN&ordering=-per_week&limit=20")["results"]
    stock = {
        one["product"]
        for one in warehouse.get("availability?warehouse=MAIN&in_stock=true&limit=100")["results"]
    }
    return next((row for row in rows if row["product"] in stock), rows[0])


def test_forecasts_are_worked_out_looked_at_and_told_of_an_offer(
    chrome: Browser, warehouse: Warehouse
) -> None:
    with signed_in(chrome, warehouse.url, "/forecasts", user="buyer") as visit:
        visit.until(lambda: newest_run(warehouse)["status"] not in ("queued", "running"), "the night's run",
                    seconds=RUN_SECONDS)  # fmt: skip
        before = newest_run(warehouse)["id"]
        visit.find("button", "Work out again", exact=True).wait_for(state="attached", timeout=SLOW * 1000)
        visit.press("button", "Work out again", exact=True)
        visit.until(lambda: newest_run(warehouse)["id"] > before, "a run to begin", seconds=SLOW)
        visit.until(lambda: newest_run(warehouse)["status"] == "done", "the run to end", seconds=RUN_SECONDS)
        visit.sees(re.compile("Worked out (just now|1 min ago)"), seconds=SLOW)
        visit.sees(re.compile(r"\d+ so far|\d+ products?"), seconds=SLOW)
        visit.shot("forecasts-desk")
        assert unnamed_buttons(visit) == []
        _looks_at_a_product(visit, warehouse)
        turn_to(visit, "/forecasts/accuracy?step=4")
        visit.sees(re.compile("Nothing can be said yet|Told 4 weeks before"), seconds=SLOW)
        _writes_an_offer_down(visit, warehouse)


def _looks_at_a_product(visit: Visit, warehouse: Warehouse) -> None:
    one = a_product_with_stock(warehouse)
    whole = warehouse.get(f"forecasts/of?product={one['product']}&warehouse=MAIN")
    turn_to(visit, f"/products/{one['product']}")
    visit.sees("Will it sell in time?", seconds=SLOW)
    visit.sees(re.compile("Stock left, as forecast. .*(here|lasts|sold)"), seconds=SLOW)
    visit.shot("product-sells-in-time-desk")
    visit.press("button", "Demand", exact=True)
    visit.sees(re.compile("Demand and forecast by week. .* a week expected"), seconds=SLOW)
    visit.shot("product-demand-desk")
    visit.press("button", "Table", exact=True)
    visit.sees("Week to", seconds=SLOW)
    assert "chart=demand&as=table" in visit.page.url
    assert len(whole["weeks"]) == whole["horizon_weeks"]
    assert unnamed_buttons(visit) == []


def _writes_an_offer_down(visit: Visit, warehouse: Warehouse) -> None:
    turn_to(visit, "/forecasts/events?event=new")
    visit.fill("Change in percent, if you know it", "40", exact=True)
    visit.fill("Name", OFFER, exact=True)
    visit.press("button", "Add the event", exact=True)
    visit.sees("Write the day like 24.12.2026.", seconds=SLOW)
    visit.fill("First day", "24.12.2027", exact=True)
    visit.fill("Last day", "31.12.2027", exact=True)
    visit.page.wait_for_timeout(300)  # a machine that draws slowly hands on the last keys late
    visit.press("button", "Add the event", exact=True)
    visit.sees("+40% expected", seconds=SLOW)
    (made,) = (
        one for one in warehouse.get("demand-events?search=Journey")["results"] if one["name"] == OFFER
    )
    assert (made["first_date"], made["last_date"], made["warehouse"]) == ("2027-12-24", "2027-12-31", "MAIN")
    assert made["uplift_percent"] == "40.0"
    assert unnamed_buttons(visit) == []
