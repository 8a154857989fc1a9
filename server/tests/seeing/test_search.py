"""One question over everything: who finds what, in which order, and at what cost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from stillage.accounts.roles import ROLES
from stillage.catalogue.models import Brand, Pack
from stillage.core.clock import now
from stillage.counting.models import Count
from stillage.purchasing.models import NoticeUnit, PurchaseOrder, Receipt, Supplier, SupplierReturn
from stillage.recalls.models import Recall
from stillage.sales.models import Customer, HandlingUnit, PickList, Return, SalesOrder, Shipment
from stillage.stock.models import Lot
from stillage.transfers.models import Transfer
from tests.builders import make_product, make_warehouse, receive
from tests.dock import sscc
from tests.people import Client, signed_in_client
from tests.promises.acts import World

pytestmark = pytest.mark.django_db
MOST_STATEMENTS = 12


def found(client: Client, q: str, **more: str) -> dict[str, list[dict[str, Any]]]:
    """What is found, by kind."""
    answer = client.get("/api/v1/search", {"q": q, **more})
    assert answer.status_code == 200, answer.content
    return {group["kind"]: group["results"] for group in answer.json()["groups"]}


def labels(client: Client, q: str, kind: str) -> list[str]:
    return [hit["label"] for hit in found(client, q).get(kind, [])]


def whole_world() -> World:
    """At least one document of every kind."""
    world = World()
    assert world.fulfilment and world.control and world.goods_in and world.buying and world.recalls
    order = world.fulfilment.packed
    HandlingUnit.objects.create(
        sscc=sscc(900), order=order, warehouse=world.main, username="ada", packed_at=now()
    )
    return world


def _number(model: Any) -> Callable[[], str]:
    return lambda: str(model.objects.order_by("-pk").values_list("number", flat=True)[0])


def _sscc(model: Any) -> Callable[[], str]:
    return lambda: str(model.objects.values_list("sscc", flat=True)[0])


KINDS: dict[str, tuple[str, Callable[[], str]]] = {
    "product": ("catalogue.view", lambda: "ALE-330"),
    "lot": ("stock.view", lambda: "L1"),
    "customer": ("parties.view", lambda: "PUB"),
    "supplier": ("parties.view", lambda: "ACME"),
    "place": ("places.view", lambda: "MAIN/A-01"),
    "sales_order": ("sales.view", _number(SalesOrder)),
    "purchase_order": ("buying.view", _number(PurchaseOrder)),
    "receipt": ("buying.view", _number(Receipt)),
    "shipment": ("sales.view", _number(Shipment)),
    "pick_list": ("sales.view", _number(PickList)),
    "return": ("sales.view", _number(Return)),
    "supplier_return": ("buying.view", _number(SupplierReturn)),
    "transfer": ("transfers.view", _number(Transfer)),
    "count": ("counts.view", _number(Count)),
    "recall": ("recalls.view", _number(Recall)),
    "handling_unit": ("sales.view", _sscc(HandlingUnit)),
    "announced_unit": ("buying.view", _sscc(NoticeUnit)),
}


def test_every_kind_is_found_by_who_may_see_its_list_and_by_nobody_else() -> None:
    whole_world()
    questions = {kind: ask() for kind, (_, ask) in KINDS.items()}
    wrong = []
    for role in ROLES:
        client = signed_in_client(role)
        for kind, (right, _) in KINDS.items():
            seen = kind in found(client, questions[kind])
            if seen != (right in ROLES[role]):
                wrong.append(f"{role} {kind} {questions[kind]}: {'found' if seen else 'not found'}")
    assert not wrong


def test_who_works_elsewhere_finds_nothing_of_this_house() -> None:
    world = whole_world()
    questions = {kind: ask() for kind, (_, ask) in KINDS.items()}
    client = signed_in_client("manager", warehouses=[make_warehouse("SOUTH")])
    everybodys = {"product", "customer", "supplier"}
    for kind, question in questions.items():
        hits = found(client, question)
        assert set(hits) <= everybodys, (kind, hits)
        assert all(
            "available" not in hit["facts"] or not hit["facts"]["available"]
            for hit in hits.get("product", [])
        )
    at_an_end = signed_in_client("manager", warehouses=[world.north])
    assert "transfer" in found(at_an_end, questions["transfer"])


def test_a_recall_is_found_only_by_who_sees_all_warehouses() -> None:
    world = whole_world()
    number = KINDS["recall"][1]()
    assert "recall" in found(signed_in_client("manager"), number)
    assert "recall" not in found(signed_in_client("manager", warehouses=[world.main, world.north]), number)


def test_with_a_warehouse_documents_lots_and_places_are_those_of_that_house() -> None:
    whole_world()
    client, order = signed_in_client("manager"), KINDS["sales_order"][1]()
    assert found(client, order, warehouse="MAIN")["sales_order"]
    assert "sales_order" not in found(client, order, warehouse="NORTH")
    assert {hit["key"] for hit in found(client, "A-01", warehouse="NORTH")["place"]} == {"NORTH/A-01"}
    assert "lot" not in found(client, "L1", warehouse="NORTH")
    assert found(client, "L1", warehouse="NOWHR") == {}


def test_an_exact_code_comes_first_then_what_begins_so_then_what_has_the_words() -> None:
    make_warehouse()
    for sku, name in (
        ("ALE-33", "Zebra Stout"),
        ("ALE-330", "Mill Porter"),
        ("X-1", "Old ale-33 style"),
        ("ALE-33-6", "A beer"),
    ):
        make_product(sku, name=name)
    client = signed_in_client("manager")
    hits = found(client, "ale-33")["product"]
    assert [hit["key"] for hit in hits] == ["ALE-33", "ALE-33-6", "ALE-330", "X-1"]
    assert [hit["match"] for hit in hits] == ["code", "prefix", "prefix", "words"]


def test_the_kind_with_the_exact_code_stands_on_top() -> None:
    whole_world()
    answer = signed_in_client("manager").get("/api/v1/search", {"q": "PUB"}).json()
    assert answer["groups"][0]["kind"] == "customer"
    assert answer["groups"][0]["results"][0]["match"] == "code"


def test_products_are_found_by_name_sku_gtin_and_brand_each_word_counts() -> None:
    make_warehouse()
    ale = make_product("ALE-330", name="Harrow Pale Ale", brand=Brand.objects.create(name="Mill & Sons"))
    make_product("STO-500", name="Harrow Dark Mild")
    client = signed_in_client("sales")
    assert labels(client, "harrow", "product") == ["Harrow Dark Mild", "Harrow Pale Ale"]
    assert labels(client, "ale harrow", "product") == ["Harrow Pale Ale"]
    assert labels(client, "mill sons", "product") == ["Harrow Pale Ale"]
    gtin = str(Pack.objects.filter(product=ale, units_per_pack=24).values_list("gtin", flat=True)[0])
    for typed in (gtin, f"(01){gtin}", f"]C101{gtin}"):
        hits = found(client, typed)["product"]
        assert [(hit["key"], hit["match"]) for hit in hits] == [("ALE-330", "code")], typed


def test_a_scanned_label_finds_its_lot_and_no_other_of_that_number() -> None:
    make_warehouse()
    ale, mild = make_product("ALE-330"), make_product("MILD-500")
    receive(ale, "L7")
    receive(mild, "L7")
    gtin = str(Pack.objects.filter(product=ale, units_per_pack=24).values_list("gtin", flat=True)[0])
    answer = signed_in_client("picker").get("/api/v1/search", {"q": f"(01){gtin}(10)L7"}).json()
    assert answer["understood"] == {"gtin": gtin, "lot": "L7", "sscc": None}
    groups = {group["kind"]: group["results"] for group in answer["groups"]}
    assert [hit["facts"]["product"] for hit in groups["lot"]] == ["ALE-330"]
    assert [hit["key"] for hit in groups["product"]] == ["ALE-330"]
    raw = signed_in_client("picker").get("/api/v1/search", {"q": f"]C101{gtin}10L7\x1d11250101"}).json()
    assert raw["understood"]["lot"] == "L7"


def test_a_broken_label_says_what_is_wrong_with_it() -> None:
    make_warehouse()
    answer = signed_in_client("picker").get("/api/v1/search", {"q": "(01)12345678901230(10)L7"}).json()
    assert answer["problem"]["code"] and "last digit" in answer["problem"]["detail"]
    assert answer["groups"] == []


def test_lots_of_a_product_come_with_it_what_goes_stale_first_on_top() -> None:
    make_warehouse()
    ale = make_product("ALE-330", name="Harrow Pale Ale")
    receive(ale, "LATE", expiry_date=dt.date(2198, 1, 1))
    receive(ale, "SOON", expiry_date=dt.date(2190, 1, 1))
    make_lot_without_stock = Lot.objects.filter(number="LATE").get()
    client = signed_in_client("manager")
    assert labels(client, "harrow", "lot") == ["SOON", "LATE"]
    assert found(client, "LATE")["lot"][0]["id"] == make_lot_without_stock.pk
    assert found(client, "harrow")["product"][0]["facts"]["available"] == 480


def test_documents_are_found_by_number_in_all_its_spellings_and_by_who_they_are_for() -> None:
    world = World()
    number = world.confirmed.number
    digits = number.removeprefix("SO-").lstrip("0")
    client = signed_in_client("sales")
    for typed in (number, number.lower(), f"so-{digits}", f"SO{digits}", digits.rjust(2, "0")):
        assert labels(client, typed, "sales_order")[0] == number, typed
    assert world.confirmed.number in labels(client, "the pub", "sales_order")
    SalesOrder.objects.filter(pk=world.confirmed.pk).update(customer_reference="THEIR-77")
    assert labels(client, "their-77", "sales_order") == [number]


def test_each_kind_is_cut_and_says_so() -> None:
    make_warehouse()
    for number in range(7):
        Customer.objects.create(code=f"C{number}", name=f"Harrow Inn {number}")
    client = signed_in_client("manager")
    answer = client.get("/api/v1/search", {"q": "harrow inn", "limit": "3"}).json()
    (group,) = answer["groups"]
    assert (len(group["results"]), group["more"]) == (3, True)


@pytest.mark.parametrize("q", ["", " ", "a"])
def test_an_empty_or_short_question_is_answered_with_nothing(q: str) -> None:
    whole = signed_in_client("manager").get("/api/v1/search", {"q": q}).json()
    assert whole["groups"] == []
    assert whole["too_short"] is (q == "a")


@pytest.mark.parametrize(
    "query",
    [
        {"q": "x" * 201},
        {"q": "a\x00b"},
        {"q": "ale", "limit": "0"},
        {"q": "ale", "limit": "x"},
        {"qq": "ale"},
    ],
)
def test_bad_input_is_a_problem_that_names_the_parameter(query: dict[str, str]) -> None:
    answer = signed_in_client("manager").get("/api/v1/search", query)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"].startswith("/query/")


@settings(max_examples=120, deadline=None)
@given(
    st.text(max_size=60)
    | st.from_regex(r"[A-Z]{2}-?[0-9]{0,14}", fullmatch=True)
    | st.from_regex(r"[\]()%_\\'0-9]{1,30}", fullmatch=True)
)
@pytest.mark.django_db
def test_no_text_breaks_it(text: str) -> None:
    answer = signed_in_client("admin").get("/api/v1/search", {"q": text})
    assert answer.status_code in (200, 400), (text, answer.content)


def test_percent_and_underscore_are_letters_like_others() -> None:
    make_warehouse()
    make_product("ALE-330", name="Harrow Pale Ale")
    assert found(signed_in_client("manager"), "%%") == {}
    assert found(signed_in_client("manager"), "A_E-330") == {}


def test_it_costs_as_many_statements_whatever_is_found() -> None:
    whole_world()
    client = signed_in_client("admin")
    gtin = str(Pack.objects.exclude(gtin=None).values_list("gtin", flat=True)[0])
    counts = {}
    for q in ("PUB", "harrow", "zzzz", "1", "000001", f"(01){gtin}(10)L1", KINDS["handling_unit"][1]()):
        with CaptureQueriesContext(connection) as captured:
            assert (
                client.get("/api/v1/search", {"q": q, "warehouse": "MAIN", "limit": "20"}).status_code == 200
            )
        counts[q] = len(
            [one for one in captured if not one["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT"))]
        )
    assert max(counts.values()) <= 9 < MOST_STATEMENTS, counts
    with CaptureQueriesContext(connection) as one:
        client.get("/api/v1/search", {"q": "harrow"})
    for number in range(30):
        Customer.objects.create(code=f"H{number}", name=f"Harrow {number}")
        Supplier.objects.create(code=f"H{number}", name=f"Harrow {number}")
        receive(make_product(), f"HARROW-{number}")
    with CaptureQueriesContext(connection) as many:
        client.get("/api/v1/search", {"q": "harrow"})
    assert len(many) == len(one)


def test_a_customer_is_not_found_by_a_device() -> None:
    Customer.objects.create(code="PUB", name="The Pub")
    assert found(signed_in_client("device"), "PUB") == {}
