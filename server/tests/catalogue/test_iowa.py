"""The real price book of a wholesale liquor warehouse, through the API: whole, twice, and with every fault told."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from stillage.audit.models import Entry
from stillage.catalogue.models import Pack, Product
from tests.catalogue.conftest import API, Importer
from tests.people import Client

pytestmark = [pytest.mark.django_db, pytest.mark.shared_data]
ROWS = 6_482


def test_the_price_book_imports_whole_and_again_unchanged(
    shared: Path, send: Importer, manager: Client
) -> None:
    book = (shared / "data" / "iowa_products_2022-11.csv.gz").read_bytes()
    strict = send(book, name="iowa.csv.gz")
    assert (strict["status"], strict["rows_total"], strict["refused"]) == ("refused", ROWS, 6_476)
    assert not Product.objects.exists()

    started = time.perf_counter()
    dry = send(book, name="iowa.csv.gz", bad_gtins="leave_blank", dry_run="true")
    judged = time.perf_counter()
    assert (dry["status"], dry["created"], dry["refused"]) == ("done", ROWS, 0)
    done = send(book, name="iowa.csv.gz", bad_gtins="leave_blank")
    written = time.perf_counter()
    assert (done["status"], done["rows_read"], done["created"], done["refused"]) == ("done", ROWS, ROWS, 0)
    # As docs/importing.md tells it.
    assert done["reasons"] == {
        "gtin_repeated": 9_907,
        "zeros_restored": 3_888,
        "check_digit": 22,
        "bad_length": 18,
        "damaged_text": 6,
        "zero_left_blank": 5,
    }
    assert Entry.objects.filter(action="product.create").count() == ROWS
    again = send(book, name="iowa.csv.gz", bad_gtins="leave_blank")
    compared = time.perf_counter()
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, ROWS)
    print(  # noqa: T201 - shown with -s, copied into docs/importing.md
        f"judged {judged - started:.2f} s, written {written - judged:.2f} s, again {compared - written:.2f} s,"
        f" GTINs {Pack.objects.exclude(gtin=None).count()}"
    )
    scotch = manager.get(f"{API}products/key:10006").json()
    assert (scotch["name"], scotch["container_ml"], scotch["abv_percent"]) == (
        "SCORESBY RARE SCOTCH",
        750,
        "40.00",
    )
    assert scotch["packs"][0]["units_per_pack"] == 12


def test_the_stores_import_as_customers(shared: Path, send: Importer) -> None:
    stores = (shared / "data" / "iowa_stores_2022-11.csv.gz").read_bytes()
    done = send(stores, "customers", name="stores.csv.gz")
    assert (done["status"], done["created"], done["refused"], done["reasons"]) == ("done", 2_296, 0, {})
    assert send(stores, "customers", name="stores.csv.gz")["unchanged"] == 2_296
