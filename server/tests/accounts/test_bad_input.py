"""Nonsense in every field is named, refused and changes nothing."""

import json
from typing import Any

import pytest

from stillage.accounts.models import Session, User
from tests.people import PASSWORD, Client, anonymous_client, make_user, new_key, signed_in_client

pytestmark = pytest.mark.django_db

GOOD: dict[str, dict[str, Any]] = {
    "/api/v1/auth/token": {"username": "somebody", "password": PASSWORD},
    "/api/v1/auth/token/refresh": {"refresh": "a.b.c"},
    "/api/v1/auth/password": {"current_password": PASSWORD, "new_password": "a new and long sentence"},
    "/api/v1/users": {"username": "piet", "role": "picker", "password": "a sentence nobody tries"},
}
OPTIONAL = {"full_name": "Piet", "email": "piet@example.org"}
RUBBISH: dict[str, Any] = {
    "null": None,
    "number": 7,
    "true": True,
    "list": ["x"],
    "object": {"x": 1},
    "empty": "",
    "too long": "x" * 5001,
    "NUL": "abcdefgh\0ijkl",
    "turned around": "abcdefgh\u202eijkl",
    "invisible": "abcdefgh\u200bijkl",
    "line break": "abcdefgh\nijkl",
}


def post(client: Client, address: str, body: Any) -> Any:
    # ASCII JSON, so that a lone surrogate arrives as the escape a hostile client would send.
    return client.post(address, json.dumps(body).encode(), content_type="application/json")


def pointers(answer: Any) -> set[str]:
    assert answer.status_code == 422, answer.content
    return {one["pointer"] for one in answer.json()["errors"]}


CASES = [(address, field) for address, body in GOOD.items() for field in body] + [
    ("/api/v1/users", field) for field in OPTIONAL
]


@pytest.mark.parametrize("rubbish", RUBBISH)
@pytest.mark.parametrize(("address", "field"), CASES)
def test_rubbish_in_a_field_is_named_by_its_pointer(address: str, field: str, rubbish: str) -> None:
    if rubbish == "empty" and field in OPTIONAL:
        return
    client = signed_in_client("admin")
    answer = post(client, address, {**GOOD[address], field: RUBBISH[rubbish]})
    assert pointers(answer) == {f"/{field}"}
    assert answer["Content-Type"] == "application/problem+json"
    assert Session.objects.count() == User.objects.count() == 1


@pytest.mark.parametrize("address", GOOD)
def test_nothing_at_all_names_every_field_that_is_needed(address: str) -> None:
    client = signed_in_client("admin")
    assert pointers(post(client, address, {})) == {f"/{field}" for field in GOOD[address]}
    assert pointers(post(client, address, [GOOD[address]])) == {""}
    assert client.post(address, b"{", content_type="application/json").status_code == 400
    assert client.post(address, b"", content_type="application/json").status_code == 422
    assert client.post(address, b'{"a": 1, "a": 2}', content_type="application/json").status_code == 400
    assert (
        client.post(address, b"username=x", content_type="application/x-www-form-urlencoded").status_code
        == 415
    )


@pytest.mark.parametrize("address", GOOD)
def test_a_field_that_there_is_not_is_named(address: str) -> None:
    client = signed_in_client("admin")
    assert pointers(post(client, address, {**GOOD[address], "is_superuser": True})) == {"/is_superuser"}


@pytest.mark.parametrize("address", GOOD)
def test_half_a_character_anywhere_makes_the_body_unreadable(address: str) -> None:
    client = signed_in_client("admin")
    bodies = [{**GOOD[address], field: "abcdefgh\ud800ijkl"} for field in GOOD[address]]
    for body in [*bodies, {**GOOD[address], "\udfff": True}]:
        answer = post(client, address, body)
        assert (answer.status_code, answer.json()["code"]) == (400, "unreadable")


def test_a_number_beyond_all_bounds_under_a_key_is_refused_as_without_one() -> None:
    client = signed_in_client("admin")
    raw = json.dumps({**GOOD["/api/v1/users"], "username": 10**20 - 1}).encode()
    answer = client.post("/api/v1/users", raw, content_type="application/json", key=new_key())
    assert pointers(answer) == {"/username"}


def test_a_body_of_megabytes_is_refused_before_it_is_read() -> None:
    body = {"username": "x", "password": "y" * 100_000}
    assert post(anonymous_client(), "/api/v1/auth/token", body).status_code == 413


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("role", "king"),
        ("role", 1),
        ("role", None),
        ("role", ["admin"]),
        ("warehouses", "MAIN"),
        ("warehouses", [None]),
        ("warehouses", [True]),
        ("warehouses", [["MAIN"]]),
        ("warehouses", ["MAIN"] * 501),
        ("warehouses", [10**19]),
        ("warehouses", ["\0"]),
        ("all_warehouses", "true"),
        ("all_warehouses", 1),
        ("all_warehouses", None),
        ("is_active", "no"),
        ("email", "no address"),
        ("email", "a@b"),
        ("username", "has space"),
        ("username", "123"),
        ("username", "../../etc"),
        ("username", "x" * 151),
        ("full_name", "x" * 121),
        ("id", 1),
        ("version", 5),
        ("last_login", "2026-01-01T00:00:00Z"),
    ],
)
def test_what_a_person_cannot_be_is_refused(field: str, value: Any) -> None:
    answer = post(signed_in_client("admin"), "/api/v1/users", {**GOOD["/api/v1/users"], field: value})
    assert {pointer.split("/")[1] for pointer in pointers(answer)} == {field}
    assert User.objects.count() == 1


@pytest.mark.parametrize("name", ["0", "-1", "9" * 40, "%00", "nobody", "a%2Fb", "..", "%ED%A0%80"])
def test_a_person_that_there_is_not_is_not_found(name: str) -> None:
    make_user()
    assert signed_in_client("admin").get(f"/api/v1/users/{name}").status_code == 404


def test_a_profile_of_rubbish_is_refused() -> None:
    client = signed_in_client("picker")
    for body in (
        {"language": "xx"},
        {"language": 1},
        {"warehouse": True},
        {"warehouse": 1.5},
        {"full_name": None},
    ):
        assert client.patch("/api/v1/auth/me", body).status_code == 422, body
