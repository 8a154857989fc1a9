"""Lists: keyset pages, strict parameters, signed cursors, and no query string whatever brings a 500."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stillage.core.clock import now
from stillage.stock import operations
from tests.builders import BOSS, make_product, make_warehouse, receive
from tests.people import Client, signed_in_client

pytestmark = pytest.mark.django_db
API = "/api/v1"
LISTS = {
    "stock": ("id", "expiry_date", "product", "location", "on_hand"),
    "lots": ("expiry_date", "lot", "id"),
    "movements": ("id", "moved_at"),
    "availability": ("name", "sku", "next_expiry_date", "on_hand", "available", "allocated"),
    "locations": ("location", "pick_sequence", "kind", "zone", "id"),
    "warehouses": ("code", "id"),
    "audit": ("id", "at"),
    "products": ("sku", "name"),
    "customers": ("code", "name"),
    "suppliers": ("code", "name"),
    "users": ("username",),
}


@pytest.fixture
def client() -> Client:
    make_warehouse("MAIN")
    day = dt.date(2030, 1, 1)
    for number in range(7):
        product = make_product(f"ALE-{number}", name=f"Ale {number % 3}")
        receive(
            product, f"L{number}", quantity=10 + number % 3, expiry_date=day + dt.timedelta(days=number % 2)
        )
    return signed_in_client("admin")


def walk(client: Client, path: str, **parameters: Any) -> list[Any]:
    rows: list[Any] = []
    cursor = None
    for _ in range(50):
        answer = client.get(
            f"{API}/{path}", {**parameters, "limit": 2, **({"cursor": cursor} if cursor else {})}
        )
        assert answer.status_code == 200, answer.content
        rows += answer.json()["results"]
        cursor = answer.json()["next"]
        if cursor is None:
            return rows
    raise AssertionError("the list does not end")


@pytest.mark.parametrize(
    ("path", "ordering"), [(path, name) for path, names in LISTS.items() for name in names]
)
def test_pages_of_two_give_the_whole_list_once_in_both_directions(
    client: Client, path: str, ordering: str
) -> None:
    whole = client.get(f"{API}/{path}", {"ordering": ordering, "limit": 500}).json()["results"]
    assert walk(client, path, ordering=ordering) == whole
    assert walk(client, path, ordering=f"-{ordering}") == whole[::-1]


@pytest.mark.parametrize("path", LISTS)
def test_a_foreign_an_altered_or_an_invented_cursor_is_400(client: Client, path: str) -> None:
    first = client.get(f"{API}/{path}", {"limit": 1, "ordering": LISTS[path][0]}).json()["next"]
    bad = ["x", "p=abc", "a:b:c", "\0", "eyJhIjoxfQ", "é" * 10]
    if first:
        bad += [first[:-1], first + "x", first[::-1], first.upper()]
        other = client.get(f"{API}/{path}", {"limit": 1, "cursor": first, "search": "zzz"})
        assert other.status_code == 400  # it belongs to another filter (or the list knows no search)
    for cursor in bad:
        answer = client.get(f"{API}/{path}", {"cursor": cursor, "ordering": LISTS[path][0]})
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_parameter"), (cursor, answer.content)


@pytest.mark.parametrize("path", LISTS)
def test_wrong_parameters_are_named(client: Client, path: str) -> None:
    for parameter, value in (
        ("limit", "0"),
        ("limit", "501"),
        ("limit", "x"),
        ("limit", "-1"),
        ("limit", "1e2"),
        ("limit", "²"),
        ("ordering", "password"),
        ("ordering", "--id"),
        ("ordering", "unit_cost"),
        ("colour", "red"),
        ("product__name__regex", "("),
        ("id__in", "9" * 40),
    ):
        answer = client.get(f"{API}/{path}", {parameter: value})
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_parameter"), (parameter, value)
        assert answer.json()["errors"][0]["pointer"] == f"/query/{parameter}"


KNOWN = [
    "limit",
    "cursor",
    "ordering",
    "count",
    "search",
    "product",
    "lot",
    "location",
    "warehouse",
    "status",
]
KNOWN += [
    "since",
    "until",
    "as_of",
    "kind",
    "zone",
    "user",
    "operation_id",
    "in_stock",
    "expiring_before",
    "held",
]


@settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    path=st.sampled_from(list(LISTS)),
    query=st.dictionaries(st.sampled_from(KNOWN) | st.text(max_size=8), st.text(max_size=30), max_size=4),
)
def test_no_query_string_whatever_brings_a_500(client: Client, path: str, query: dict[str, str]) -> None:
    encoded = "&".join(
        f"{quote(name.encode('utf-8', 'surrogatepass'))}={quote(value.encode('utf-8', 'surrogatepass'))}"
        for name, value in query.items()
    )
    answer = client.get(f"{API}/{path}?{encoded}")
    assert answer.status_code in (200, 400), answer.content


@pytest.mark.parametrize("path", LISTS)
def test_a_page_costs_at_most_three_statements_and_the_sign_in(client: Client, path: str) -> None:
    client.get(f"{API}/{path}")
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(f"{API}/{path}", {"limit": 50}).status_code == 200
    statements = [query["sql"] for query in captured if "accounts_session" not in query["sql"]]
    assert len(statements) <= 3, statements


def test_stock_is_told_as_it_was_at_a_past_instant(client: Client) -> None:
    before = now()
    operations.move(
        actor=BOSS,
        lines=[
            operations.MoveLine(
                product="ALE-0", lot="L0", from_location="MAIN/A-01", to_location="MAIN/A-02", quantity=4
            )
        ],
        reference="",
        at=now(),
    )
    after = now()

    def stock(**parameters: Any) -> list[tuple[str, int]]:
        rows = client.get(f"{API}/stock", {"product": "ALE-0", "ordering": "location", **parameters}).json()[
            "results"
        ]
        return [(row["location"], row["on_hand"]) for row in rows]

    assert stock(as_of=before.isoformat()) == [("MAIN/A-01", 10)]
    assert stock(as_of=after.isoformat()) == stock() == [("MAIN/A-01", 6), ("MAIN/A-02", 4)]
    long_ago = before - dt.timedelta(days=365)
    assert stock(as_of=long_ago.isoformat()) == []
    future = client.get(f"{API}/stock", {"as_of": (now() + dt.timedelta(days=1)).isoformat()})
    assert future.status_code == 400


def test_the_count_is_given_only_when_asked_for(client: Client) -> None:
    plain = client.get(f"{API}/stock").json()
    assert "count" not in plain
    counted = client.get(f"{API}/stock", {"count": "true", "limit": 2}).json()
    assert (counted["count"], counted["count_capped"], len(counted["results"])) == (7, False, 2)


def test_costs_are_for_those_who_may_see_them(client: Client) -> None:
    product = make_product("COST-1")
    line = {
        "product": product.sku,
        "lot": "L9",
        "expiry_date": "2199-01-01",
        "location": "MAIN/A-01",
        "quantity": 1,
        "unit_cost": "987.6543",
    }
    assert client.post(f"{API}/stock/receive", {"lines": [line]}).status_code == 201
    assert "987.6543" in client.get(f"{API}/movements").content.decode()
    picker = signed_in_client("picker")
    for path in (*LISTS, "movements?product=COST-1", "stock?product=COST-1"):
        assert "987.6" not in picker.get(f"{API}/{path}").content.decode()
