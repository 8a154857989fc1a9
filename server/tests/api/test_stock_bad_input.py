"""Every field of the stock operations with every kind of rubbish: refused by name, and nothing is written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stillage.audit.models import Entry
from stillage.rest.models import IdempotencyKey
from stillage.stock.models import Balance, Hold, Lot, Movement
from tests.builders import make_product, make_warehouse, receive
from tests.people import Client, new_key, signed_in_client

pytestmark = pytest.mark.django_db
API = "/api/v1/stock"

GOOD: dict[str, dict[str, Any]] = {
    "receive": {
        "product": "ALE-330",
        "lot": "L1",
        "expiry_date": "2199-01-01",
        "location": "MAIN/A-01",
        "quantity": 5,
    },
    "move": {
        "product": "ALE-330",
        "lot": "L1",
        "from_location": "MAIN/A-01",
        "to_location": "MAIN/A-02",
        "quantity": 5,
    },
    "adjust": {
        "product": "ALE-330",
        "lot": "L1",
        "location": "MAIN/A-01",
        "quantity_delta": -5,
        "reason": "broken",
    },
    "scrap": {"product": "ALE-330", "lot": "L1", "location": "MAIN/A-01", "quantity": 5, "reason": "broken"},
    "hold": {"product": "ALE-330", "lot": "L1", "location": "MAIN/A-01", "reason": "cloudy"},
}
NAMES = [
    None, "", " ", "x" * 300, "NUL\0", "\ud800", "‮ABC", "zero​width", 1.5, True, [], {}, "🍺" * 100, -1, 0, 2**63, 2**70,
]  # fmt: skip
NUMBERS = [None, "", "5", "1e3", 1.0, 1.5, True, [], {}, 2**31, 2**63, 10**30, "NaN"]
DATES = [
    "",
    "x",
    20301231,
    "2030-13-01",
    "2030-02-30",
    "0001-01-01",
    "9999-12-31",
    True,
    "2030-1-1",
    "2030-01-01T00:00:00Z",
]
REASONS = [None, "", "   ", 5, True, [], "x" * 201, "NUL\0", "‮ABC"]
BAD: dict[str, list[Any]] = {
    "product": NAMES,
    "location": NAMES,
    "from_location": NAMES,
    "to_location": NAMES,
    "lot": [value for value in NAMES if value not in (None, "", " ", -1, 0)] + [-1, 0],
    "quantity": [*NUMBERS, 0, -5],
    "quantity_delta": [*NUMBERS, 0],
    "expiry_date": DATES,
    "reason": REASONS,
}


@pytest.fixture
def client() -> Client:
    make_warehouse("MAIN")
    receive(make_product("ALE-330"), "L1", quantity=10)
    return signed_in_client("manager")


def post(client: Client, verb: str, body: Any, **headers: str) -> Any:
    """As a client that escapes everything would send it: half characters can travel that way."""
    raw = json.dumps(body).encode()
    return client.generic("POST", f"{API}/{verb}", raw, content_type="application/json", headers=headers)


def everything() -> tuple[Any, ...]:
    """A picture of all that a write could have touched."""
    tables = (Balance, Movement, Lot, Hold, Entry, IdempotencyKey)
    return tuple(tuple(model.objects.order_by("pk").values_list()) for model in tables)  # type: ignore[attr-defined]


@pytest.mark.parametrize("verb", GOOD)
def test_each_bad_value_of_each_field_is_refused_by_name_and_writes_nothing(
    client: Client, verb: str
) -> None:
    before = everything()
    for field, values in BAD.items():
        if field not in GOOD[verb]:
            continue
        if verb == "hold" and field == "location":
            values = [value for value in values if value is not None]
        for value in values:
            body = {"lines": [{**GOOD[verb], field: value}]}
            answer = post(client, verb, body, **{"Idempotency-Key": new_key()})
            assert answer.status_code in (400, 404, 409, 422), (verb, field, value, answer.content)
            assert answer["Content-Type"] == "application/problem+json"
            if answer.status_code == 422:
                pointers = [error["pointer"] for error in answer.json()["errors"]]
                assert any(pointer.endswith(f"/{field}") for pointer in pointers), (
                    verb,
                    field,
                    value,
                    pointers,
                )
    assert everything() == before


@pytest.mark.parametrize("verb", GOOD)
def test_a_missing_field_an_unknown_field_and_a_wrong_shape_are_refused(client: Client, verb: str) -> None:
    before = everything()
    for field in GOOD[verb]:
        if field in ("lot", "expiry_date") or (verb == "hold" and field == "location"):
            continue
        line = {name: value for name, value in GOOD[verb].items() if name != field}
        answer = post(client, verb, {"lines": [line]})
        assert answer.status_code == 422, answer.content
        assert answer.json()["errors"][0]["pointer"] == f"/lines/0/{field}"
    for name in (
        "id",
        "on_hand",
        "allocated",
        "status",
        "created_by",
        "warehouse",
        "moved_at",
        "user",
        "kind",
    ):
        answer = post(client, verb, {"lines": [{**GOOD[verb], name: 1}]})
        assert answer.status_code == 422
        assert {
            "pointer": f"/lines/0/{name}",
            "code": "unknown_field",
            "detail": "There is no such field.",
        } in answer.json()["errors"]
        assert post(client, verb, {"lines": [GOOD[verb]], name: 1}).status_code == 422
    for body in (
        {},
        {"lines": []},
        {"lines": None},
        {"lines": {}},
        {"lines": [1]},
        {"lines": ["x"]},
        [],
        "x",
        None,
        5,
    ):
        assert post(client, verb, body).status_code in (400, 422), body
    too_many = post(client, verb, {"lines": [GOOD[verb]] * 5001})
    assert too_many.status_code in (413, 422)
    assert everything() == before


def test_all_faults_of_all_lines_come_at_once(client: Client) -> None:
    lines = [
        {**GOOD["move"], "quantity": 0},
        {**GOOD["move"], "to_location": "MAIN/NOWHERE"},
        {**GOOD["move"], "product": "NOPE", "colour": "red"},
    ]
    answer = client.post(f"{API}/move", {"lines": lines})
    assert {error["pointer"] for error in answer.json()["errors"]} == {"/lines/0/quantity", "/lines/2/colour"}
    answer = client.post(
        f"{API}/move", {"lines": [GOOD["move"], lines[1], {**GOOD["move"], "product": "NOPE"}]}
    )
    assert {error["pointer"] for error in answer.json()["errors"]} == {
        "/lines/1/to_location",
        "/lines/2/product",
    }


@pytest.mark.parametrize(
    "raw",
    [
        b'{"lines": [], "lines": []}',
        b'{"lines": [{"quantity": 1, "quantity": 9}]}',
        b'{"lines": [{"quantity": NaN}]}',
        b'{"lines": [{"quantity": 1e999}]}',
        b"\xff\xfe",
        b"{",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"lines": [{"quantity": 99999999999999999999999}]}',
    ],
)
def test_a_body_that_two_readers_could_read_differently_is_refused(client: Client, raw: bytes) -> None:
    before = everything()
    answer = client.generic("POST", f"{API}/move", raw, content_type="application/json")
    assert answer.status_code in (400, 422), answer.content[:300]
    assert answer["Content-Type"] == "application/problem+json"
    assert everything() == before


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/xml", "application/json; charset=utf-7", "x"]
)
def test_other_types_and_charsets_are_415(client: Client, content_type: str) -> None:
    answer = client.generic("POST", f"{API}/move", b"{}", content_type=content_type)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_a_body_over_the_limit_is_413(client: Client) -> None:
    answer = client.generic(
        "POST", f"{API}/move", b" " * (2 * 1024 * 1024 + 1), content_type="application/json"
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_sums_of_lines_cannot_overflow(client: Client) -> None:
    line = {**GOOD["receive"], "quantity": 2**31 - 1}
    assert client.post(f"{API}/receive", {"lines": [line] * 100}).status_code == 201
    assert client.get(API, {"product": "ALE-330"}).json()["results"][0]["on_hand"] == 10 + 100 * (2**31 - 1)


# Strings that JSON can carry, half characters included.
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=50),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(verb=st.sampled_from(list(GOOD)), field=st.sampled_from([*BAD, "lines", "x"]), value=ANYTHING)
def test_no_value_whatever_brings_a_500(client: Client, verb: str, field: str, value: Any) -> None:
    body = {"lines": [{**GOOD[verb], field: value}]} if field != "lines" else {"lines": value}
    assert post(client, verb, body).status_code < 500
