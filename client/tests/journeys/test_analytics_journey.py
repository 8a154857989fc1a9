"""What a manager reads in the reports: one after the other, by another measure, as a file, and again by its address."""

import re

import pytest
from behind import Warehouse
from playwright.sync_api import Browser
from walking import SLOW, go, signed_in, turn_to, unnamed_buttons

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_a_manager_reads_reports_takes_one_as_a_file_and_keeps_its_address(
    chrome: Browser, warehouse: Warehouse
) -> None:
    with signed_in(chrome, warehouse.url, "/analytics") as visit:
        visit.sees(re.compile(r"Stock over time\. What lay"), seconds=SLOW)
        visit.shot("analytics-desk")
        visit.press("button", "Slow and dead stock", exact=True)
        visit.until(lambda: "report=slow-stock" in visit.page.url, "the report in the address", seconds=SLOW)
        visit.sees(re.compile("Nothing to tell|Last shipped"), seconds=SLOW)
        turn_to(visit, "/analytics?report=turnover&by=category")
        visit.sees("Turns a year", seconds=SLOW)
        assert unnamed_buttons(visit) == []
        told = warehouse.get("analytics/turnover?by=category&warehouse=MAIN")
        visit.sees(told["rows"][0]["name"])
        fetched: list[str] = []
        visit.page.context.on("request", lambda asked: fetched.append(asked.url))
        visit.press("button", "As CSV", exact=True)
        visit.until(
            lambda: any("/client/papers/" in url for url in fetched), "the file to be fetched", seconds=SLOW
        )
        go(visit, visit.page.url)
        visit.sees("Turns a year", seconds=SLOW)
