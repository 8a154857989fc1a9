"""Orders as files: grouped, whole or not at all, once, with every fault told; a real month of real stores."""

from __future__ import annotations

import csv
import io
import itertools
import time
from pathlib import Path
from typing import Any

import pytest

from stillage.audit.models import Entry
from stillage.sales.models import SalesOrder, SalesOrderLine
from tests.builders import make_warehouse
from tests.catalogue.conftest import API, Importer
from tests.catalogue.test_exports import content_of
from tests.people import Client, signed_in_client
from tests.shop import Shop

pytestmark = pytest.mark.django_db
HEAD = "order,customer,delivery_date,product,pack,quantity_packs,pack_price\n"


@pytest.fixture
def shop() -> Shop:
    return Shop()


def numbers() -> list[str]:
    return list(SalesOrder.objects.order_by("number").values_list("number", flat=True))


def test_rows_become_orders_once(shop: Shop, send: Importer) -> None:
    file = HEAD + (
        "77,PUB,2030-01-02,ALE-330,case,2,\n"
        "78,PUB,02.01.2030,GIN-700,case,1,100\n"
        "77,PUB,2030-01-02,GIN-700,,5,\n"
    )
    dry = send(file, "sales-orders", dry_run="true")
    assert (dry["status"], dry["created"], numbers()) == ("done", 2, [])
    done = send(file, "sales-orders")
    assert (done["status"], done["created"], done["errors"]) == ("done", 2, []), done
    assert numbers() == ["SO-000001", "SO-000002"]
    first, second = SalesOrder.objects.order_by("number")
    assert (first.customer_reference, first.status, str(first.gross_total)) == ("77", "draft", "175.68")
    assert [line.quantity for line in first.lines.order_by("position")] == [48, 5]
    assert str(second.delivery_date) == "2030-01-02"
    assert Entry.objects.filter(action="sales_order.import").count() == 2
    again = send(file, "sales-orders")
    assert (again["created"], again["unchanged"], len(numbers())) == (0, 2, 2)
    assert again["warnings"] == []
    other = send(file.replace("case,2", "case,3"), "sales-orders")
    assert [one["code"] for one in other["warnings"]] == ["order_differs"]


def test_what_is_confirmed_in_the_file_has_its_place_in_the_queue(shop: Shop, send: Importer) -> None:
    send(
        "order,customer,delivery_date,product,quantity,confirm\n"
        "1,PUB,2030-01-02,ALE-330,24,yes\n2,PUB,2030-01-02,ALE-330,24,no\n3,PUB,2030-01-02,ALE-330,24,yes\n",
        "sales-orders",
    )
    assert list(SalesOrder.objects.order_by("number").values_list("status", "promise_rank")) == [
        ("confirmed", 1),
        ("draft", None),
        ("confirmed", 2),
    ]


BAD = HEAD + (
    "1,PUB,2030-01-02,ALE-330,case,1,\n"
    "2,NOBODY,2030-01-02,ALE-330,case,1,\n"
    "3,PUB,2030-01-02,NONE,case,1,\n"
    "4,PUB,2030-01-02,ALE-330,barrel,1,\n"
    "5,PUB,01/02/2030,ALE-330,case,1,\n"
    "6,PUB,2030-01-02,ALE-330,case,0,\n"
    "7,PUB,2030-01-02,ALE-330,case,,\n"
    "8,PUB,2030-01-02,ALE-330,case,1,-1\n"
    "9,PUB,2030-01-02,ALE-330,case,1,\n"
    "9,PUB,2030-01-03,ALE-330,case,1,\n"
    ",PUB,2030-01-02,ALE-330,case,1,\n"
    "10,PUB,2030-02-30,ALE-330,case,1,\n"
    "11,PUB,2030-01-02,ALE-330,case,2147483647,\n"
)
CODES = [
    (3, "customer", "unknown_customer"),
    (4, "product", "unknown_product"),
    (5, "pack", "unknown_pack"),
    (6, "delivery_date", "not_a_date"),
    (7, "quantity_packs", "out_of_range"),
    (8, "quantity", "required"),
    (9, "pack_price", "out_of_range"),
    (10, "order", "order_incomplete"),
    (11, "delivery_date", "differs"),
    (12, "order", "required"),
    (13, "delivery_date", "not_a_date"),
    (14, "quantity_packs", "too_large"),
]


def test_every_fault_is_told_at_once_and_nothing_is_written(shop: Shop, send: Importer) -> None:
    done = send(BAD, "sales-orders")
    assert (done["status"], numbers()) == ("refused", [])
    told = [(one["row"], one["code"]) for one in done["errors"]]
    assert told == [(row, code) for row, _, code in CODES]


def test_the_good_orders_may_come_in_without_the_bad_never_half_of_one(shop: Shop, send: Importer) -> None:
    done = send(BAD, "sales-orders", bad_rows="leave_out")
    assert (done["status"], done["created"]) == ("done", 1)
    assert list(SalesOrder.objects.values_list("customer_reference", flat=True)) == ["1"]


def test_another_warehouse_is_not_there(shop: Shop, send: Importer) -> None:
    make_warehouse("NORTH")
    local = signed_in_client("sales", warehouses=[shop.main])
    file = "order,customer,warehouse,delivery_date,product,quantity\n1,PUB,{},2030-01-02,ALE-330,1\n"
    for name in ("NORTH", "NOWHERE"):
        done = send(file.format(name), "sales-orders", client=local)
        assert [one["code"] for one in done["errors"]] == ["unknown_warehouse"]
    assert send(file.format("MAIN"), "sales-orders", client=local)["created"] == 1
    assert send(file.format(""), "sales-orders", client=local)["unchanged"] == 1
    assert send(file.format("").replace("1,PUB", "2,PUB"), "sales-orders")["errors"][0]["code"] == "required"


def test_nothing_in_an_export_runs_and_it_comes_back_unchanged(
    shop: Shop, send: Importer, manager: Client
) -> None:
    for reference in ("=1+1", "+1", "-1", "@x", ""):
        shop.order(("ALE-330", 2), ("GIN-700", 1), customer_reference=reference)
    for form in ("csv", "xlsx"):
        content = content_of(manager.get(f"{API}exports/sales-orders?format={form}"))
        again = send(content, "sales-orders", name=f"orders.{form}")
        assert (again["status"], again["unchanged"], again["created"]) == ("done", 5, 0), again["errors"]
        assert again["warnings"] == []
    text = content_of(manager.get(f"{API}exports/sales-orders")).decode("utf-8-sig")
    for row in csv.reader(io.StringIO(text)):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)


# ---- a real month -------------------------------------------------------------------------------
def month_of(path: Path, month: str) -> list[dict[str, Any]]:
    """The invoice lines of a month, by invoice; returned bottles (negative) are no orders."""
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(path, filters=[("date", ">=", f"{month}-01"), ("date", "<=", f"{month}-31")])
    found = [row for row in table.to_pylist() if row["bottles_sold"] > 0]
    return sorted(found, key=lambda row: str(row["invoice_item_number"]))


@pytest.mark.shared_data
def test_a_month_of_real_orders_of_real_stores_comes_in(shared: Path, send: Importer) -> None:
    make_warehouse("MAIN")
    data = shared / "data"
    lines = month_of(data / "iowa_lines_2019-11_2020-10.parquet", "2020-02")
    stores, items = (sorted({row[name] for row in lines}) for name in ("store_number", "item_number"))
    book = "sku,name\n" + "".join(f"{item},Item {item}\n" for item in items)
    assert send(book, name="items.csv")["created"] == len(items)
    people = "code,name\n" + "".join(f"{store},Store {store}\n" for store in stores)
    assert send(people, "customers")["created"] == len(stores)

    def invoice(row: dict[str, Any]) -> str:
        return str(row["invoice_item_number"])[4:12]

    def write(rows: list[dict[str, Any]]) -> str:
        head = "invoice,store number,date,item number,bottles sold,price\n"
        return head + "".join(
            f"{invoice(row)},{row['store_number']},{row['date']},{row['item_number']},{row['bottles_sold']},"
            f"{row['sale_dollars'] / row['bottles_sold']:.4f}\n"
            for row in rows
        )

    files: list[list[dict[str, Any]]] = [[]]
    for _, own in itertools.groupby(lines, key=invoice):
        rows = list(own)
        if len(files[-1]) + len(rows) > 90_000:
            files.append([])
        files[-1] += rows
    started = time.perf_counter()
    created = 0
    for rows in files:
        done = send(write(rows), "sales-orders")
        assert (done["status"], done["refused"]) == ("done", 0), done["errors"][:5]
        created += done["created"]
    seconds = time.perf_counter() - started
    assert (
        created == len({(row["store_number"], invoice(row)) for row in lines}) == SalesOrder.objects.count()
    )
    assert SalesOrderLine.objects.count() == len(lines)
    dollars = sum(row["sale_dollars"] for row in lines)
    net = float(sum(SalesOrder.objects.values_list("net_total", flat=True)))
    assert abs(net - dollars) < 0.0001 * dollars
    last = SalesOrder.objects.order_by("-number").values_list("number", flat=True)[0]
    assert last == f"SO-{created:06d}"
    print(  # noqa: T201 - shown with -s, copied into docs/importing.md
        f"{len(lines)} lines, {created} orders, {len(stores)} stores, {len(items)} items,"
        f" {len(files)} files: {seconds:.1f} s"
    )
