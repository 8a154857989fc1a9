"""What a manager reads in the reports: one after the other, by another measure, as a file, and again by its address."""

import csv
import io
import re

import pytest
from behind import Warehouse
from playwright.sync_api import Browser, Download
from walking import SLOW, signed_in, turn_to, unnamed_buttons

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
        files: list[Download] = []
        visit.page.context.on("page", lambda page: page.on("download", lambda file: files.append(file)))
        visit.press("button", "As CSV", exact=True)
        visit.until(lambda: files, "the file", seconds=SLOW)
        rows = list(csv.DictReader(io.StringIO(files[0].path().read_text("utf-8-sig"))))
        assert [row["key"] for row in rows] == [row["key"] for row in told["rows"]]
        visit.page.reload()
        visit.sees("Turns a year", seconds=SLOW)
