"""Reports on small worlds whose figures can be worked out by hand, and who may read what of them."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from stillage.accounts.roles import ROLES
from stillage.analytics.queries.reports import REPORTS
from stillage.catalogue.models import Category, Product
from stillage.core.clock import now
from stillage.sales import operations as sales
from stillage.sales.models import Shipment
from stillage.stock import operations
from tests import selling
from tests.builders import BOSS, FAR, make_product, make_warehouse
from tests.people import Client, signed_in_client

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = dt.datetime.now(dt.UTC).date()


def at(days_ago: int) -> dt.datetime:
    return dt.datetime.combine(TODAY - dt.timedelta(days=days_ago), dt.time(10), tzinfo=dt.UTC)


def bought(
    sku: str, units: int, cost: str | None, *, days_ago: int, house: str = "MAIN", **dates: Any
) -> None:
    line = operations.ReceiveLine(
        product=sku,
        lot=f"L{days_ago}",
        location=f"{house}/A-01",
        quantity=units,
        unit_cost=None if cost is None else Decimal(cost),
        **(dates or {"expiry_date": FAR}),
    )
    operations.receive(actor=BOSS, lines=[line], reference="", at=at(days_ago))


def thrown(sku: str, units: int, *, days_ago: int, lot: str, reason: str = "Broken") -> None:
    line = operations.ScrapLine(sku, "MAIN/A-01", units, reason, lot)
    operations.scrap(actor=BOSS, lines=[line], reference="", at=at(days_ago))


def left(units: int, *, days_ago: int, customer: str = "PUB") -> Shipment:
    """Shipped then."""
    order = selling.packed(("ALE-330", units), customer=customer)
    return sales.ship(actor=BOSS, order=order.pk, at=at(days_ago))


def read(name: str, client: Client | None = None, **asked: Any) -> dict[str, Any]:
    response = (client or signed_in_client("manager")).get(f"/api/v1/analytics/{name}", asked)
    assert response.status_code == 200, response.content
    found: dict[str, Any] = response.json()
    return found


def test_stock_over_time_is_what_lay_there_each_evening_at_what_it_cost() -> None:
    make_warehouse()
    make_product("ALE-330")
    bought("ALE-330", 100, "0.50", days_ago=20)
    thrown("ALE-330", 10, days_ago=12, lot="L20")
    bought("ALE-330", 50, "1.00", days_ago=5)
    found = read("stock-over-time", since=TODAY - dt.timedelta(days=21), by="day")
    told = {row["date"]: (row["units"], row["value"]) for row in found["rows"]}

    def on(days_ago: int) -> tuple[int, str]:
        return told[(TODAY - dt.timedelta(days=days_ago)).isoformat()]

    assert (on(21), on(20), on(13), on(12), on(6), on(5), on(0)) == (
        (0, "0.00"),
        (100, "50.00"),
        (100, "50.00"),
        (90, "45.00"),
        (90, "45.00"),
        (140, "95.00"),
        (140, "95.00"),
    )
    assert found["totals"] == {"units": 140, "value": "95.00"}
    weeks = read("stock-over-time", since=TODAY - dt.timedelta(days=21))
    assert weeks["rows"][-1] == {"date": TODAY.isoformat(), "units": 140, "value": "95.00"}
    assert len(weeks["rows"]) in (4, 5)


def test_turnover_is_cost_of_sales_over_the_mean_stock() -> None:
    selling.make_house()
    make_product("ALE-330")
    bought("ALE-330", 100, "2.00", days_ago=9)
    selling.shipped(("ALE-330", 40))  # today
    (row,) = read("turnover", since=TODAY - dt.timedelta(days=9))["rows"]
    # nine evenings with 100, one with 60: 96 at 2.00
    assert (row["shipped_units"], row["shipped_value"]) == (40, "80.00")
    assert (row["mean_units"], row["mean_value"]) == (96, "192.00")
    assert row["turns"] == "15.2"  # 80 / 192 * 365 / 10
    assert row["cover_days"] == 24  # 96 / (40 / 10)
    assert [one["key"] for one in read("turnover", by="warehouse")["rows"]] == ["MAIN"]


def test_what_does_not_move_is_found_and_what_moves_is_not() -> None:
    selling.make_house()
    for sku, days in (("OLD-700", 200), ("ALE-330", 30), ("NEW-330", 3)):
        make_product(sku)
        bought(sku, 60, "1.00", days_ago=days)
    selling.shipped(("ALE-330", 50))
    found = read("slow-stock")
    told = {row["key"]: (row["status"], row["idle_days"], row["units"]) for row in found["rows"]}
    assert told == {"OLD-700": ("dead", 200, 60), "NEW-330": ("slow", 3, 60)}
    assert found["totals"] == {"dead": 1, "slow": 1, "units": 120, "value": "120.00"}


def test_stock_is_sorted_by_how_long_it_may_still_be_sold() -> None:
    make_warehouse()
    make_product("ALE-330")
    for days_ago, left in ((9, 5), (8, 20), (7, 60), (6, 365)):
        day = TODAY + dt.timedelta(days=left)
        bought("ALE-330", 10 + days_ago, "1.00", days_ago=days_ago, expiry_date=day)
    buckets = {row["key"]: row["units"] for row in read("expiry")["rows"]}
    assert buckets == {"expired": 0, "0-7": 19, "8-30": 18, "31-90": 17, "over 90": 16, "no date": 0}
    assert read("expiry")["totals"] == {"units": 70, "value": "70.00"}
    (row,) = read("expiry", by="category")["rows"]
    assert (row["units"], row["month_units"], row["expired_units"]) == (70, 37, 0)


def test_write_offs_are_losses_by_month_and_reason() -> None:
    make_warehouse()
    make_product("ALE-330")
    bought("ALE-330", 100, "0.50", days_ago=20)
    thrown("ALE-330", 10, days_ago=2, lot="L20", reason="Dropped")
    found = operations.AdjustLine("ALE-330", "MAIN/A-01", 4, "Found behind", "L20")
    operations.adjust(actor=BOSS, lines=[found], reference="", at=at(1))
    told = read("write-offs", by="product")
    (row,) = told["rows"]
    assert (row["scrapped"], row["adjusted"], row["units"], row["value"]) == (10, -4, 6, "3.00")
    assert told["totals"] == {"units": 6, "value": "3.00"}
    assert {row["key"]: row["value"] for row in read("write-offs", by="reason")["rows"]} == {
        "Dropped": "5.00",
        "Found behind": "-2.00",
    }
    for by in REPORTS["write-offs"].by:
        assert read("write-offs", by=by)["totals"] == {"units": 6, "value": "3.00"}


def test_sales_stand_against_the_same_weeks_a_year_before() -> None:
    selling.make_house()
    make_product("ALE-330")
    bought("ALE-330", 1000, "0.50", days_ago=500)
    left(20, days_ago=364)
    selling.shipped(("ALE-330", 30))
    selling.shipped(("ALE-330", 5), customer="BAR")
    for by in REPORTS["sales"].by:
        found = read("sales", by=by, since=TODAY - dt.timedelta(days=6))
        assert found["totals"] == {
            "units": 35,
            "units_before": 20,
            "change_percent": "75.0",
            "net": "70.00",
            "net_before": "40.00",
        }, by
    rows = read("sales", by="customer", since=TODAY - dt.timedelta(days=6))["rows"]
    assert [(row["key"], row["units"], row["units_before"]) for row in rows] == [
        ("PUB", 30, 20),
        ("BAR", 5, 0),
    ]
    (week,) = read("sales", since=TODAY - dt.timedelta(days=TODAY.weekday()))["rows"]
    assert (week["units"], week["units_before"]) == (35, 20)


def test_service_counts_what_left_by_the_day_it_was_wanted() -> None:
    selling.make_house()
    make_product("ALE-330")
    bought("ALE-330", 100, "0.50", days_ago=20)
    for units, customer, wanted, went in ((40, "PUB", 3, 3), (10, "PUB", 3, 1), (20, "BAR", 2, 2)):
        order = left(units, days_ago=went, customer=customer).order
        order.delivery_date = TODAY - dt.timedelta(days=wanted)
        order.save(update_fields=["delivery_date"])
    selling.make_order(("ALE-330", 500), days=2)  # not due yet
    found = read("service", by="customer")
    told = {
        row["key"]: (row["orders"], row["fill_rate_percent"], row["otif_percent"], row["late_units"])
        for row in found["rows"]
    }
    assert told == {"PUB": (2, "80.0", "50.0", 10), "BAR": (1, "100.0", "100.0", 0)}
    assert found["totals"]["fill_rate_percent"] == "85.7"
    assert found["totals"]["otif_percent"] == "66.7"


def test_abc_is_by_value_and_xyz_by_how_steady_the_weeks_are() -> None:
    selling.make_house()
    for sku, cost in (("WINE-750", "10.00"), ("ALE-330", "0.10")):
        make_product(sku)
        bought(sku, 500, cost, days_ago=20)
    selling.shipped(("WINE-750", 100), ("ALE-330", 100))
    found = read("abc-xyz", since=TODAY - dt.timedelta(days=6))
    assert [(row["key"], row["abc"], row["xyz"]) for row in found["rows"]] == [
        ("WINE-750", "A", "X"),
        ("ALE-330", "C", "X"),
    ]
    year = read("abc-xyz")
    assert [row["xyz"] for row in year["rows"]] == ["Z", "Z"]  # one week in a year
    assert year["totals"]["AZ"] == 1


# ---- who, what, how ----------------------------------------------------------------------------
def test_another_houses_stock_is_in_no_report_and_its_name_is_unknown() -> None:
    main, north = make_warehouse("MAIN"), make_warehouse("NORTH")
    make_product("ALE-330")
    bought("ALE-330", 100, "0.50", days_ago=2)
    bought("ALE-330", 7, "0.50", days_ago=1, house="NORTH")
    client = signed_in_client("manager", warehouses=[north])
    assert read("stock-over-time", client)["totals"]["units"] == 7
    assert read("stock-over-time", client)["warehouses"] == ["NORTH"]
    for reference in ("MAIN", str(main.pk), "NOWHERE"):
        response = client.get("/api/v1/analytics/stock-over-time", {"warehouse": reference})
        assert (response.status_code, response.json()["detail"]) == (404, "There is no such warehouse.")
    assert read("stock-over-time", warehouse="MAIN")["totals"]["units"] == 100


def test_money_is_for_those_who_may_see_it_in_columns_rows_curves_totals_and_files() -> None:
    selling.make_house()
    make_product("ALE-330")
    bought("ALE-330", 100, "0.50", days_ago=2)
    selling.shipped(("ALE-330", 10))
    client = signed_in_client("sales")
    assert "cost.view" not in ROLES["sales"]
    for name, kind in REPORTS.items():
        if kind.permission not in ROLES["sales"]:
            continue
        for by in kind.by:
            found = read(name, client, by=by)
            hidden = {"value", "mean_value", "shipped_value", "turns", "scrapped_value"}
            assert not hidden & {column["key"] for column in found["columns"]}, name
            assert not any(hidden & row.keys() for row in found["rows"]), name
            assert not hidden & found["totals"].keys(), name
            assert not hidden & {curve["key"] for curve in found["curves"]}, name
    text = b"".join(client.get("/api/v1/analytics/turnover", {"format": "csv"}).streaming_content).decode(
        "utf-8-sig"
    )
    assert next(csv.reader(io.StringIO(text))) == ["key", "name", "shipped_units", "mean_units", "cover_days"]


def test_a_file_holds_the_same_rows() -> None:
    make_warehouse()
    make_product("ALE-330")
    bought("ALE-330", 100, "0.50", days_ago=2)
    client = signed_in_client("manager")
    rows = read("slow-stock", client)["rows"]
    answer = client.get("/api/v1/analytics/slow-stock", {"format": "xlsx"})
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert sheet is not None
    head, first = list(sheet.iter_rows(values_only=True))
    assert dict(zip(head, first, strict=True)) == {
        key: None if value is None else str(value) for key, value in rows[0].items()
    }


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"by": "colour"}, "by must be one of"),
        ({"since": "yesterday"}, "must be a date"),
        ({"since": "2026-02-01", "until": "2026-01-01"}, "not be later"),
        ({"since": "1990-01-01"}, "at most"),
        ({"colour": "red"}, "no parameter"),
        ({"format": "pdf"}, "format must be one of"),
    ],
)
def test_what_cannot_be_read_is_named(asked: dict[str, str], words: str) -> None:
    response = signed_in_client("manager").get("/api/v1/analytics/turnover", asked)
    assert response.status_code == 400
    assert words in str(response.json())


@pytest.mark.parametrize("asked", [{"category": "Nothing"}, {"product": "NO-SUCH"}, {"product": "9" * 30}])
def test_what_is_not_there_is_said_not_to_be_there(asked: dict[str, str]) -> None:
    assert signed_in_client("manager").get("/api/v1/analytics/turnover", asked).status_code == 404
    assert signed_in_client("manager").get("/api/v1/analytics/nothing").status_code == 404


def test_each_report_can_be_narrowed_to_a_category_and_a_product() -> None:
    selling.make_house()
    ale, gin = make_product("ALE-330"), make_product("GIN-700")
    Product.objects.filter(pk=ale.pk).update(category=Category.objects.create(name="Ale"))
    for one in (ale, gin):
        bought(one.sku, 100, "0.50", days_ago=20)
    selling.shipped(("ALE-330", 10), ("GIN-700", 10))
    client = signed_in_client("manager")
    for name, kind in REPORTS.items():
        for by in kind.by:
            whole = read(name, client, by=by)
            assert whole["row_count"] == len(whole["rows"])
            for narrow in ({"category": "Ale"}, {"product": "ALE-330"}, {"product": str(ale.pk)}):
                read(name, client, by=by, **narrow)
    assert [row["key"] for row in read("turnover", client, category="Ale")["rows"]] == ["ALE-330"]
    assert read("stock-over-time", client, product="GIN-700")["totals"]["units"] == 90


def test_a_report_costs_the_same_statements_whatever_it_is_about() -> None:
    selling.make_house()
    client = signed_in_client("manager")

    def statements() -> dict[str, int]:
        found = {}
        for name in REPORTS:
            read(name, client)  # brings the flows up to date
            with CaptureQueriesContext(
                connection,
            ) as caught:
                read(name, client)
            found[name] = len(caught)
        return found

    before = statements()
    for number in range(12):
        make_product(f"ALE-{number}")
        bought(f"ALE-{number}", 100, "0.50", days_ago=number)
    selling.shipped(*[(f"ALE-{number}", 5) for number in range(12)])
    assert statements() == before
    assert max(before.values()) <= 6


def test_the_list_says_which_reports_there_are_for_this_person() -> None:
    make_warehouse()
    found = signed_in_client("manager").get("/api/v1/analytics").json()["results"]
    assert [one["name"] for one in found] == list(REPORTS)
    assert now().tzinfo is not None
