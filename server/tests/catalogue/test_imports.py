"""Imports through HTTP: mapping, all faults at once, nothing half done, the same file twice, and workers that die."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stillage.audit.models import Entry
from stillage.catalogue.importing import job as jobs
from stillage.catalogue.models import Brand, Category, Import, Pack, Product
from stillage.core.clock import now
from stillage.places.models import Location
from stillage.places.operations import open_warehouse
from stillage.sales.models import Customer
from tests.catalogue.conftest import API, Importer
from tests.people import Client, new_key, signed_in_client

pytestmark = pytest.mark.django_db
BOTTLE, CASE = "4006381333931", "14006381333938"
GOOD = f"sku,name,category,pack,upc,scc\nA,Ale,Beer,24,{BOTTLE},{CASE}\nB,Bock,Beer,20,,\n"


def reasons(done: dict[str, Any]) -> set[tuple[int, str, str]]:
    return {(error["row"], error["column"], error["code"]) for error in done["errors"]}


def test_a_file_is_imported_with_categories_and_packs(send: Importer, manager: Client) -> None:
    done = send(GOOD)
    assert (done["status"], done["rows_total"], done["rows_read"], done["created"]) == ("done", 2, 2, 2)
    assert done["mapping"]["units_per_case"] == "pack"
    product = manager.get(f"{API}products/A").json()
    assert product["category"] == "Beer"
    assert [(p["name"], p["units_per_pack"], p["gtin"]) for p in product["packs"]] == [
        ("bottle", 1, "0" + BOTTLE),
        ("case", 24, CASE),
    ]
    assert Category.objects.count() == 1


def test_the_same_file_again_writes_nothing_at_all(send: Importer) -> None:
    send(GOOD)
    trail = Entry.objects.exclude(action="import.create").count()
    stamps = list(Product.objects.order_by("id").values_list("version", "updated_at"))
    again = send(GOOD)
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 2)
    assert list(Product.objects.order_by("id").values_list("version", "updated_at")) == stamps
    assert Entry.objects.exclude(action="import.create").count() == trail


def test_each_made_or_changed_thing_has_its_audit_row(send: Importer, manager: Client) -> None:
    send(GOOD)
    send(GOOD.replace("Bock", "Doppelbock").replace(",20,", ",12,"))
    rows = Entry.objects.filter(object_type="product").order_by("id")
    assert [row.action for row in rows] == ["product.create", "product.create", "product.update"]
    changed = rows[2]
    assert json.loads(str(changed.before)) == {"name": "Bock", "packs": "case:20:"}
    assert json.loads(str(changed.after)) == {"name": "Doppelbock", "packs": "case:12:"}
    assert manager.user is not None
    assert {row.user_id for row in rows} == {manager.user.pk}
    assert Entry.objects.filter(action="import.run").count() == 2
    assert Product.objects.get(sku="B").version == 2


def test_an_empty_cell_changes_nothing_and_an_absent_column_neither(send: Importer) -> None:
    send("sku,name,container,proof\nA,Ale,crate,10\n")
    done = send("sku,container\nA,\n")
    assert done["unchanged"] == 1
    product = Product.objects.get()
    assert (product.name, product.container, str(product.abv_percent)) == ("Ale", "crate", "5.00")


BAD = (
    "sku,name,ml,pack,upc,status,lot_tracked,abv\n"
    "A,Ale,330,24,4006381333932,active,yes,5\n"  # 2: check digit
    "A,Again,330,24,,active,yes,5\n"  # 3: not repeated, for row 2 is out; taken
    ",Nameless,330,24,,active,yes,5\n"  # 4: no sku
    "C,Cider,-5,0,,active,yes,5\n"  # 5: two numbers
    "D,Dark,330,24,,sleeping,perhaps,200\n"  # 6: three
    "E,,330,24,,active,yes,5\n"  # 7: no name
    "F,Fresh,1e3,ten,,active,yes,5.123\n"  # 8: three
    "G,Good,330,24,,active,yes,5\n"
    "G,Good again,330,24,,active,yes,5\n"  # 10: repeated
    "H/I,Slash,330,24,,active,yes,5,extra\n"  # 11: too many cells, and a slash
)


def test_all_bad_rows_are_named_at_once_and_nothing_is_written(send: Importer) -> None:
    done = send(BAD)
    assert (done["status"], done["code"], done["created"], done["refused"]) == ("refused", "bad_rows", 0, 8)
    assert reasons(done) == {
        (2, "upc", "check_digit"),
        (4, "sku", "required"),
        (5, "ml", "out_of_range"),
        (5, "pack", "out_of_range"),
        (6, "status", "unknown_choice"),
        (6, "lot_tracked", "not_yes_or_no"),
        (6, "abv", "out_of_range"),
        (7, "name", "required"),
        (8, "ml", "not_a_number"),
        (8, "pack", "not_a_number"),
        (8, "abv", "too_precise"),
        (10, "sku", "repeated_row"),
        (11, "", "too_many_cells"),
        (11, "sku", "bad_code"),
    }
    assert "should be 1" in next(error["detail"] for error in done["errors"] if error["row"] == 2)
    assert not Product.objects.exists()
    assert not Entry.objects.filter(action="import.run").exists()


def test_on_request_the_good_rows_go_in_and_each_one_left_out_is_listed(send: Importer) -> None:
    done = send(BAD, bad_rows="leave_out")
    assert (done["status"], done["created"], done["refused"]) == ("done", 2, 8)
    assert sorted(Product.objects.values_list("sku", flat=True)) == ["A", "G"]
    assert len(done["errors"]) == 14


def test_a_dry_run_tells_what_would_happen_and_writes_nothing(send: Importer) -> None:
    send("sku,name\nA,Ale\n")
    before = Entry.objects.exclude(action="import.create").count()
    done = send("sku,name\nA,Ales\nB,Bock\n", dry_run="true")
    assert (done["status"], done["dry_run"], done["created"], done["updated"]) == ("done", True, 1, 1)
    assert list(Product.objects.values_list("name", flat=True)) == ["Ale"]
    assert Entry.objects.exclude(action="import.create").count() == before


def test_a_repeated_or_taken_gtin_refuses_its_rows_or_is_left_blank(send: Importer) -> None:
    send(f"sku,name,upc\nOLD,Old,{BOTTLE}\n")
    rows = f"sku,name,upc\nA,a,{BOTTLE}\nB,b,96385074\nC,c,96385074\nD,d,5\nE,e,036000291452\n"
    refused = send(rows)
    assert reasons(refused) == {
        (2, "upc", "gtin_taken"),
        (3, "upc", "gtin_repeated"),
        (4, "upc", "gtin_repeated"),
        (5, "upc", "bad_length"),
    }
    done = send(rows, bad_gtins="leave_blank")
    assert (done["status"], done["created"], done["refused"]) == ("done", 5, 0)
    assert [(w["row"], w["code"]) for w in done["warnings"]] == [
        (2, "gtin_taken"),
        (3, "gtin_repeated"),
        (4, "gtin_repeated"),
        (5, "bad_length"),
    ]
    assert dict(Pack.objects.values_list("product__sku", "gtin")) == {
        "OLD": "0" + BOTTLE,
        "E": "00036000291452",
    }
    assert send(rows, bad_gtins="leave_blank")["unchanged"] == 5


def test_leading_zeros_that_a_spreadsheet_took_are_put_back_and_that_is_said(send: Importer) -> None:
    done = send("sku,name,upc\nA,a,36000291452\nB,b,5.01E+12\n", bad_rows="leave_out")
    assert [(w["row"], w["code"]) for w in done["warnings"]] == [(2, "zeros_restored")]
    assert reasons(done) == {(3, "upc", "digits_lost")}
    assert Pack.objects.get().gtin == "00036000291452"


def test_gtins_may_change_places_within_a_product(send: Importer) -> None:
    send(f"sku,name,packs\nA,a,bottle:1:{BOTTLE}; case:24:{CASE}; tray:12:\n")
    done = send(f"sku,packs\nA,bottle:1:{CASE}; case:24:{BOTTLE}; pallet:1440:\n")
    assert (done["status"], done["updated"]) == ("done", 1), done
    assert dict(Pack.objects.values_list("name", "gtin")) == {
        "bottle": CASE,
        "case": "0" + BOTTLE,
        "pallet": None,
    }


@pytest.mark.parametrize(
    "packs",
    [
        "bottle",
        "bottle:0:",
        "bottle:x:",
        "a:1:; a:2:",
        "a:1:4006381333932",
        f"a:1:{BOTTLE}; b:2:{BOTTLE}",
        ":1:",
    ],
)
def test_a_list_of_packs_that_cannot_be_read_is_refused(send: Importer, packs: str) -> None:
    assert send(f'sku,name,packs\nA,a,"{packs}"\n')["status"] == "refused"
    assert not Product.objects.exists()


def test_headings_are_understood_in_english_and_german_and_as_told(send: Importer) -> None:
    german = (
        "Artikelnummer;Bezeichnung;Warengruppe;Marke;Inhalt (l);Alkoholgehalt;Einheit;EAN;VPE;EAN Kasten\n"
        f"A;Weißbier;Bier;Augustiner;0,5;5,2;Flasche;{BOTTLE};20;{CASE}\n"
    )
    done = send(german)
    assert done["status"] == "done", done
    product = Product.objects.get()
    assert (product.container_ml, str(product.abv_percent), product.base_unit) == (500, "5.20", "bottle")
    assert (product.brand and product.brand.name, Pack.objects.count()) == ("Augustiner", 2)
    told = send("Nr,What,Old no\nB,Bock,X\n", mapping={"sku": "nr", "name": "What"})
    assert told["mapping"] == {"sku": "Nr", "name": "What"}
    assert Product.objects.filter(sku="B", name="Bock").exists()


def test_an_existing_category_or_brand_is_found_whatever_its_case(send: Importer) -> None:
    Category.objects.create(name="Gin")
    send("sku,name,category,brand\nA,a,GIN,Harrow\nB,b,gin,HARROW\n")
    assert Category.objects.count() == Brand.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "options", "code"),
    [
        ("name\nAle\n", {}, "column_missing"),
        ("sku,sku,name\nA,B,C\n", {}, "repeated_column"),
        ("sku,name\nA,a\n", {"mapping": {"name": "Nowhere"}}, "unknown_column"),
        ("sku,name\n", {}, "no_rows"),
        ("\n\n", {}, "empty_file"),
    ],
)
def test_a_file_that_does_not_fit_as_a_whole_says_why(
    send: Importer, content: str, options: dict[str, Any], code: str
) -> None:
    done = send(content, **options)
    assert (done["status"], done["code"]) == ("refused", code), done
    assert done["detail"]


@pytest.mark.parametrize(
    ("form", "pointer"),
    [
        ({"kind": "unicorns"}, "/kind"),
        ({"kind": ""}, "/kind"),
        ({"dry_run": "perhaps"}, "/dry_run"),
        ({"bad_rows": "keep"}, "/bad_rows"),
        ({"bad_gtins": "x"}, "/bad_gtins"),
        ({"encoding": "utf-7"}, "/encoding"),
        ({"mapping": "[]"}, "/mapping"),
        ({"mapping": "{"}, "/mapping"),
        ({"mapping": '{"sku": 1}'}, "/mapping"),
        ({"mapping": '{"shape": "x"}'}, "/mapping"),
        ({"status": "done"}, "/status"),
        ({"user_id": "1"}, "/user_id"),
        ({"file": "not a file"}, "/file"),
    ],
)
def test_a_form_that_asks_for_what_there_is_not_is_refused(
    manager: Client, form: dict[str, str], pointer: str
) -> None:
    whole = {"kind": "products", "file": SimpleUploadedFile("a.csv", b"sku,name\nA,a\n"), **form}
    answer = manager.post(f"{API}imports", whole, format="multipart")
    assert answer.status_code == 422, answer.content
    assert pointer in {fault["pointer"] for fault in answer.json()["errors"]}
    assert not Import.objects.exists()


def test_json_is_not_a_file(manager: Client) -> None:
    assert manager.post(f"{API}imports", {"kind": "products"}).status_code == 415


def test_a_file_over_the_limit_is_refused(manager: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from stillage.catalogue.api.imports import ImportsView

    monkeypatch.setattr(ImportsView, "max_body_bytes", 5_000)
    form = {"kind": "products", "file": SimpleUploadedFile("a.csv", b"x" * 6_000)}
    answer = manager.post(f"{API}imports", form, format="multipart")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_the_same_key_and_file_is_one_import(
    manager: Client, django_capture_on_commit_callbacks: Any
) -> None:
    key = new_key()

    def post(content: bytes) -> Any:
        form = {"kind": "products", "file": SimpleUploadedFile("a.csv", content)}
        with django_capture_on_commit_callbacks(execute=True):
            return manager.post(f"{API}imports", form, format="multipart", key=key)

    first, again = post(b"sku,name\nA,a\n"), post(b"sku,name\nA,a\n")
    assert first.json()["id"] == again.json()["id"]
    assert again["Idempotent-Replay"] == "true"
    assert Import.objects.count() == 1
    assert post(b"sku,name\nB,b\n").json()["code"] == "idempotency_conflict"


@pytest.mark.parametrize(
    ("role", "kind", "allowed"),
    [
        ("buyer", "products", True),
        ("buyer", "locations", False),
        ("sales", "customers", True),
        ("sales", "products", False),
        ("picker", "products", False),
        ("auditor", "products", False),
    ],
)
def test_who_may_import_what(role: str, kind: str, allowed: bool) -> None:
    form = {"kind": kind, "file": SimpleUploadedFile("a.csv", b"sku,name\nA,a\n")}
    answer = signed_in_client(role).post(f"{API}imports", form, format="multipart")
    assert answer.status_code == (202 if allowed else 403)


def test_people_see_their_own_imports_and_auditors_all(send: Importer) -> None:
    done = send(GOOD)
    buyer, auditor = signed_in_client("buyer"), signed_in_client("auditor")
    mine = send("sku,name\nC,c\n", client=buyer)
    assert [row["id"] for row in buyer.get(f"{API}imports").json()["results"]] == [mine["id"]]
    foreign, made_up = buyer.get(f"{API}imports/{done['id']}"), buyer.get(f"{API}imports/999999")
    assert foreign.status_code == made_up.status_code == 404
    assert foreign.json() == made_up.json()
    listed = auditor.get(f"{API}imports?kind=products&status=done").json()["results"]
    assert [row["id"] for row in listed] == [mine["id"], done["id"]]
    assert auditor.get(f"{API}imports/{done['id']}").json()["created"] == 2
    assert buyer.get(f"{API}imports?shape=x").status_code == 400


def test_customers_and_suppliers_come_from_files_too(send: Importer) -> None:
    done = send(
        "Kundennummer;Firma;PLZ;Ort;E-Mail\n1;Anker;28195;Bremen;a@example.org\n2;Zur Post;;;\n", "customers"
    )
    assert (done["status"], done["created"]) == ("done", 2), done
    changed = send("code,city\n2,Bonn\n1,Bremen\n", "customers")
    assert (changed["updated"], changed["unchanged"]) == (1, 1)
    assert Customer.objects.get(code="2").version == 2
    bad = send("code,name,email\n3,,x\n", "customers")
    assert reasons(bad) == {(2, "email", "bad_email")}
    suppliers = send("vendor,vendor name,lead time\n085,Jim Beam,7\n", "suppliers")
    assert (suppliers["status"], suppliers["created"]) == ("done", 1)
    assert Entry.objects.filter(action="supplier.create", object_label="085").count() == 1


def test_locations_come_from_a_file_into_ones_own_warehouses_only(send: Importer) -> None:
    main = open_warehouse(code="MAIN", name="Main", timezone="UTC")
    open_warehouse(code="NORTH", name="North", timezone="UTC")
    client = signed_in_client("manager", warehouses=[main])
    rows = "warehouse,bin,type,zone,sequence\nMAIN,A-01,storage,A,1\nMAIN,A-02,Kommissionierung,A,2\n"
    done = send(rows, "locations", client=client)
    assert (done["status"], done["created"]) == ("done", 2), done
    assert Location.objects.get(full_code="MAIN/A-02").kind == "picking"
    assert send(rows, "locations", client=client)["unchanged"] == 2
    foreign = send("warehouse,bin\nNORTH,A-01\n", "locations", client=client)
    made_up = send("warehouse,bin\nSOUTH,A-01\n", "locations", client=client)
    for answer in (foreign, made_up):
        assert reasons(answer) == {(2, "warehouse", "unknown_warehouse")}
    bad = send("warehouse,bin\nMAIN,~scrap\nMAIN,STL-1\nMAIN,a b\n", "locations", client=client)
    assert {code for _, _, code in reasons(bad)} == {"bad_code"}
    changed = send("warehouse,bin,zone\nMAIN,A-01,B\n", "locations", client=client)
    assert changed["updated"] == 1
    entry = Entry.objects.get(action="location.update")
    assert (entry.object_label, entry.warehouse_id) == ("MAIN/A-01", main.pk)


def test_the_stored_file_goes_when_the_job_ends(send: Importer, home: Path) -> None:
    for content in (GOOD, BAD, "no,such,columns\n1,2,3\n"):
        send(content)
        assert list((home / "imports").iterdir()) == []


def test_a_file_name_is_data(send: Importer, home: Path) -> None:
    for name in (
        "../../etc/passwd",
        "C:\\CON",
        "a\r\nSet-Cookie: x.csv",
        "x" * 5000 + ".csv",
        "\u202egnp.csv",
    ):
        done = send(GOOD, name=name)
        assert len(done["file_name"]) <= 250
        assert not set(done["file_name"]) & set("/\\\r\n\u202e")
    assert not (home.parent / "etc").exists()


def test_statements_do_not_grow_with_the_rows(send: Importer, monkeypatch: pytest.MonkeyPatch) -> None:
    def statements(count: int, start: int) -> int:
        rows = "".join(f"S{start + n},Drink {n},Beer,24\n" for n in range(count))
        with CaptureQueriesContext(connection) as seen:
            assert send(f"sku,name,category,pack\n{rows}")["created"] == count
        return len(seen)

    small, large = statements(10, 0), statements(400, 1000)
    # SQLite takes 999 values a statement; PostgreSQL takes a thousand rows.
    assert large - small <= (35 if connection.vendor == "sqlite" else 2)


# ---- workers that die -------------------------------------------------------------------------
@pytest.fixture
def queued(manager: Client) -> Import:
    """An import that nobody has begun: the transaction of this test never commits."""
    form = {"kind": "products", "file": SimpleUploadedFile("a.csv", GOOD.encode())}
    return Import.objects.get(pk=manager.post(f"{API}imports", form, format="multipart").json()["id"])


def dead(found: Import, attempts: int = 1) -> None:
    past = now() - dt.timedelta(minutes=5)
    Import.objects.filter(pk=found.pk).update(status="running", attempts=attempts, lease_until=past)


def test_two_workers_do_not_take_one_import(queued: Import) -> None:
    assert jobs.claim_import(queued.pk) is not None
    assert jobs.claim_import(queued.pk) is None


def test_what_a_dead_worker_left_is_done_by_another(queued: Import, manager: Client) -> None:
    dead(queued)
    assert manager.get(f"{API}imports/{queued.pk}").json()["stalled"] is True
    assert jobs.resume_imports() == 1
    queued.refresh_from_db()
    assert (queued.status, queued.created, queued.attempts) == ("done", 2, 2)
    assert jobs.resume_imports() == 0


def test_a_worker_that_lost_its_lease_leaves_no_trace(queued: Import) -> None:
    slow = jobs.claim_import(queued.pk)
    assert slow is not None
    Import.objects.filter(pk=queued.pk).update(lease_until=now() - dt.timedelta(seconds=1))
    quick = jobs.claim_import(queued.pk)
    assert quick is not None
    with pytest.raises(jobs.Overtaken):
        jobs._carry_out(slow)
    assert not Product.objects.exists()
    jobs._carry_out(quick)
    assert Product.objects.count() == 2


def test_after_three_deaths_it_is_given_up(queued: Import, home: Path) -> None:
    dead(queued, attempts=3)
    assert jobs.resume_imports() == 0
    queued.refresh_from_db()
    assert (queued.status, queued.code) == ("failed", "worker_lost")
    assert list((home / "imports").iterdir()) == []


def test_a_stalled_import_is_tried_again_on_request_and_only_then(
    queued: Import, manager: Client, django_capture_on_commit_callbacks: Any
) -> None:
    retry = f"{API}imports/{queued.pk}/retry"
    assert manager.post(retry, {}).json()["code"] == "not_stalled"
    dead(queued)
    assert signed_in_client("buyer").post(retry, {}).status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        assert manager.post(retry, {}).status_code == 202
    queued.refresh_from_db()
    assert queued.status == "done"


def test_a_bug_fails_the_import_whole_and_says_nothing_of_its_inside(
    queued: Import, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    def broken(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("a secret of the house")

    monkeypatch.setattr(jobs, "record_many", broken)
    jobs.run_import.call(queued.pk)
    queued.refresh_from_db()
    assert (queued.status, queued.code) == ("failed", "internal_error")
    assert "secret" not in queued.detail
    assert not Product.objects.exists()
    assert list((home / "imports").iterdir()) == []


def test_a_missing_file_fails_the_import_plainly(queued: Import) -> None:
    jobs.path_of(queued).unlink()
    jobs.run_import.call(queued.pk)
    queued.refresh_from_db()
    assert (queued.status, queued.code) == ("failed", "file_missing")
