"""Every field of every step of an order with every kind of rubbish: refused by name, and nothing is written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders import make_warehouse, receive
from tests.people import new_key
from tests.promises.tables import changed, everything
from tests.shop import API, Shop

pytestmark = pytest.mark.django_db

NUL = "NUL\0"
NAMES = [
    "", " ", "x" * 300, NUL, "\ud800", "‮ABC", "zero​width", 1.5, True, [], {}, "🍺" * 100, -1, 0, 2**63, 2**70,
    "NOBODY",
]  # fmt: skip
COUNTS = ["", "5", "1e3", 1.0, 1.5, True, [], {}, 0, -5, 2**31, 2**63, 10**30, "NaN"]
MONEY = [
    "",
    "x",
    1,
    1.5,
    True,
    [],
    {},
    "-1",
    "1e3",
    "NaN",
    "Infinity",
    "1.23456",
    "10000000000",
    "1,5",
    "١",
    " 1",
]
PERCENT = [*MONEY, "100.01", "1.234"]
DATES = [
    None,
    "",
    "x",
    20301231,
    "2030-13-01",
    "2030-02-30",
    "0001-01-01",
    "9999-12-31",
    True,
    "2030-1-1",
    [],
]
WORDS = [None, 5, True, [], {}, NUL, "‮ABC", "\ud800"]
FLAGS = [None, "", "true", "yes", 1, 0, [], {}]
LISTS = [None, "", "x", 1, True, {}, [None], [1.5], [True], [[]], [{}]]
NONE = [None]

LINE: dict[str, list[Any]] = {
    "product": [*NONE, *NAMES],
    "pack": NAMES,
    "quantity_packs": COUNTS,
    "pack_price": MONEY,
    "discount_percent": [*NONE, *PERCENT],
    "tax_rate_percent": PERCENT,
    "note": [*WORDS, "x" * 201],
}
HEADER: dict[str, list[Any]] = {
    "customer": [*NONE, *NAMES],
    "warehouse": NAMES,
    "delivery_date": DATES,
    "customer_reference": [*WORDS, "x" * 81],
    "note": [*WORDS, "x" * 501],
    "lines": [None, "", "x", 1, True, {}, [], [None], [1], ["x"], [[]]],
    "confirm": FLAGS,
    "id": [1],
    "number": ["SO-000009"],
    "status": ["shipped"],
    "gross_total": ["0.01"],
    "promise_rank": [1],
}
STEPS: dict[str, dict[str, list[Any]]] = {
    "confirm": {"status": ["shipped"], "at": ["now"]},
    "reopen": {"reason": ["x"]},
    "close": {"reason": ["x"]},
    "allocate": {
        "whole": FLAGS,
        "warehouses": [*LISTS, ["NOWHERE"], [0], [-1], [NUL], ["NORTH"] * 21],
        "lines": [*LISTS, ["1"], [0], [-1], [2**63], [999_999_999]],
    },
    "deallocate": {"lines": [*LISTS, ["1"], [0], [-1], [2**63], [999_999_999]]},
    "cancel": {"reason": ["", "   ", *WORDS, "x" * 201]},
    "pin": {
        "line": [*NONE, *COUNTS[:-4], 2**63, 999_999_999],
        "lot": [*NONE, *NAMES],
        "location": NAMES,
        "quantity": [*NONE, *COUNTS],
    },
    "swap": {
        "line": [*NONE, *COUNTS[:-4], 2**63, 999_999_999],
        "from_lot": [*NONE, *NAMES],
        "from_location": NAMES,
        "to_lot": [*NONE, *NAMES],
        "to_location": NAMES,
        "quantity": [*NONE, *COUNTS],
    },
}


@pytest.fixture
def shop() -> Shop:
    made = Shop()
    make_warehouse("NORTH")
    receive(made.ale, "L1", quantity=240)
    receive(made.ale, "L2", quantity=240, location="MAIN/A-02")
    return made


def send(shop: Shop, path: str, body: Any, method: str = "POST", **extra: Any) -> Any:
    """As a client that escapes everything would send it: half characters can travel that way."""
    raw = json.dumps(body).encode()
    address = API + "sales-orders" + path
    return shop.client.generic(method, address, raw, content_type="application/json", **extra)


def refused(answer: Any, what: Any) -> None:
    assert answer.status_code in (400, 422), (what, answer.status_code, answer.content[:300])
    assert answer["Content-Type"] == "application/problem+json", what
    assert answer.json()["code"], what


@pytest.mark.parametrize("field", list(HEADER))
def test_a_bad_field_of_an_order_is_refused(shop: Shop, field: str) -> None:
    before = everything()
    for path in ("", "/preview"):
        if field == "confirm" and path:
            continue
        for bad in HEADER[field]:
            answer = send(shop, path, shop.body(**{field: bad}))
            if path and answer.status_code == 200:  # a preview says what it does not know, and goes on
                assert answer.json()["errors"], (field, bad)
                continue
            refused(answer, (path, field, bad))
    assert changed(before, everything()) == []


@pytest.mark.parametrize("field", [*LINE, "id", "net_amount", "demand_id", "shipped"])
def test_a_bad_field_of_a_line_is_refused(shop: Shop, field: str) -> None:
    good = {"product": "ALE-330", "pack": "case", "quantity_packs": 1}
    draft = shop.order()
    before = everything()
    for bad in LINE.get(field, [1, "x"]):
        line = {**good, field: bad}
        refused(send(shop, "", shop.body(line)), (field, bad))
        edit = {"lines": [good, line]}
        answer = send(shop, f"/{draft['id']}", edit, "PATCH", HTTP_IF_MATCH='"1"')
        refused(answer, ("edit", field, bad))
    assert changed(before, everything()) == []


@pytest.mark.parametrize(("verb", "field"), [(verb, field) for verb, own in STEPS.items() for field in own])
def test_a_bad_field_of_a_step_is_refused(shop: Shop, verb: str, field: str) -> None:
    made = shop.allocated(("ALE-330", 1))
    good: dict[str, Any] = {
        "cancel": {"reason": "no"},
        "pin": {"line": made["lines"][0]["id"], "lot": "L2", "quantity": 5},
        "swap": {"line": made["lines"][0]["id"], "from_lot": "L1", "to_lot": "L2", "quantity": 5},
    }.get(verb, {})
    before = everything()
    for bad in STEPS[verb][field]:
        refused(send(shop, f"/{made['id']}/{verb}", {**good, field: bad}, key=new_key()), (verb, field, bad))
    for body in ([], "x", 1, True, None):
        if body is not None:
            refused(send(shop, f"/{made['id']}/{verb}", body), (verb, body))
    assert changed(before, everything()) == []


def test_an_order_has_so_many_lines_and_no_more(shop: Shop, settings: Any) -> None:
    assert settings.MAX_ORDER_LINES == 1000
    refused(send(shop, "", shop.body(*[("ALE-330", 1)] * 1001)), "too many lines")


def test_the_longest_order_can_be_written_allocated_and_answered(shop: Shop) -> None:
    answer = send(shop, "", shop.body(*[("ALE-330", 1)] * 1000, confirm=True), key=new_key())
    assert answer.status_code == 201
    receive(shop.ale, "L3", quantity=24_000, location="MAIN/A-03")
    at = f"/{answer.json()['id']}/allocate"
    done = send(shop, at, {}, key=new_key())
    assert (done.status_code, done.json()["allocation"]) == (200, "whole")


GONE = ["999999999", "SO-999999", "id:0", "key:", "id:", "x" * 500, "%00", "%ED%A0%80", "🍺", "-1"]


@pytest.mark.parametrize("name", GONE)
def test_an_order_that_is_not_there_is_not_found(shop: Shop, name: str) -> None:
    for path, body in (("", None), ("/history", None), ("/allocation", None), ("/confirm", {}), ("/pin", {})):
        address = f"{API}sales-orders/{name}{path}"
        answer = shop.client.get(address) if body is None else shop.client.post(address, body)
        assert answer.status_code in (404, 422 if path == "/pin" else 404), (name, path, answer.content)


@pytest.mark.parametrize(
    "asked",
    [
        "status=lost", "open=maybe", "allocation=some", "due_before=tomorrow", "due_after=2030-02-30", "ordering=-x",
        "limit=0", "limit=501", "cursor=x", "shape=round", "search=%00", "search=" + "x" * 101, "lot=%E2%80%AE",
        "customer=" + "x" * 201,
    ],
)  # fmt: skip
def test_a_bad_question_is_refused(shop: Shop, asked: str) -> None:
    answer = shop.client.get(f"{API}sales-orders?{asked}")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_parameter"), answer.json()


@pytest.mark.parametrize("asked", ["date=x", "date=0001-01-01", "ordering=atp", "shape=round", "limit=-1"])
def test_a_bad_question_about_what_can_be_promised_is_refused(shop: Shop, asked: str) -> None:
    assert shop.client.get(f"{API}atp?{asked}").status_code == 400


@pytest.mark.parametrize("tag", ["x", '""', '"', "1", '"1', 'W/"1"', '"99999999999999999999"', '"-1"', '"١"'])
def test_an_etag_that_is_none_is_stale(shop: Shop, tag: str) -> None:
    made = shop.order()
    answer = send(
        shop, f"/{made['id']}", {"note": "x"}, "PATCH", HTTP_IF_MATCH=tag.encode().decode("latin-1")
    )
    assert answer.status_code == 412


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(body=anything, field=st.sampled_from(list(HEADER)), line=anything, name=st.sampled_from(list(LINE)))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_is_sent_the_answer_is_an_order_or_a_refusal(
    shop: Shop, body: Any, field: str, line: Any, name: str
) -> None:
    for sent in (
        body,
        shop.body(**{field: body}),
        shop.body({"product": "ALE-330", "quantity": 1, name: line}),
    ):
        try:
            raw = json.dumps(sent).encode()
        except UnicodeEncodeError:
            continue
        answer = shop.client.generic("POST", API + "sales-orders", raw, content_type="application/json")
        assert answer.status_code in (201, 400, 422), (sent, answer.content[:300])
