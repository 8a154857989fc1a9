"""The trail as a page: filtered, chosen from, as a file, within the walls."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from stillage.audit.models import Entry
from stillage.seeing.api import audit as pages
from tests.builders import make_warehouse
from tests.people import Client, signed_in_client

pytestmark = pytest.mark.django_db
API = "/api/v1/"


@pytest.fixture
def world() -> dict[str, Any]:
    """Ann adds a product and renames it; Bob changes a place in NORTH."""
    main, north = make_warehouse("MAIN"), make_warehouse("NORTH")
    ann, bob = signed_in_client("manager", username="ann"), signed_in_client("manager", username="bob")
    body = {"sku": "ALE-330", "name": "Pale", "packs": [{"name": "bottle", "units_per_pack": 1}]}
    made = ann.post(API + "products", body)
    assert made.status_code == 201, made.content
    assert ann.patch(API + "products/ALE-330", {"name": "Pale Ale"}, version=1).status_code == 200
    assert bob.patch(API + "locations/NORTH/A-01", {"zone": "Z"}, version=1).status_code == 200
    return {"main": main, "north": north, "ann": ann, "bob": bob}


def entries(client: Client, **asked: Any) -> list[dict[str, Any]]:
    answer = client.get(API + "audit", asked)
    assert answer.status_code == 200, answer.content
    rows: list[dict[str, Any]] = answer.json()["results"]
    return rows


def test_each_filter_leaves_what_it_says(world: dict[str, Any]) -> None:
    ann = world["ann"]
    whole = entries(ann)
    assert [row["action"] for row in whole] == ["location.update", "product.update", "product.create"]
    assert {row["user"] for row in entries(ann, user="bob")} == {"bob"}
    assert {row["user"] for row in entries(ann, user_id=world["ann"].user.pk)} == {"ann"}
    assert len(entries(ann, object_type="product")) == 2
    assert len(entries(ann, object="ale-33")) == 2
    (renamed,) = entries(ann, object_type="product", action="product.update")
    assert (renamed["before"]["name"], renamed["after"]["name"]) == ("Pale", "Pale Ale")
    assert [row["warehouse"] for row in entries(ann, warehouse="NORTH")] == ["NORTH"]
    assert entries(ann, warehouse="NOWHR") == []
    first = whole[-1]["at"]
    assert len(entries(ann, until=first)) == 0
    assert len(entries(ann, since=first)) == 3


def test_another_warehouses_entries_are_not_there_by_any_filter(world: dict[str, Any]) -> None:
    inside = signed_in_client("manager", warehouses=[world["main"]])
    assert {row["warehouse"] for row in entries(inside)} == {None}
    assert entries(inside, warehouse="NORTH") == []
    assert entries(inside, user="bob") == []
    assert b"NORTH" not in b"".join(inside.get(API + "audit/export"))


def test_what_can_be_chosen_is_what_was_done(world: dict[str, Any]) -> None:
    with CaptureQueriesContext(connection) as captured:
        answer = world["ann"].get(API + "audit/choices")
    assert answer.json()["actions"] == ["location.update", "product.create", "product.update"]
    assert answer.json()["object_types"] == ["location", "product"]
    assert [one["user"] for one in answer.json()["people"]] == ["ann", "bob"]
    assert len(captured) == 4


def test_the_file_holds_what_is_filtered(world: dict[str, Any]) -> None:
    answer = world["ann"].get(API + "audit/export", {"object_type": "product"})
    assert answer["Stillage-Cut"] == "false"
    rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    assert [row["action"] for row in rows] == ["product.update", "product.create"]
    assert '"name":"Pale Ale"' in rows[0]["after"]
    book = world["ann"].get(API + "audit/export", {"format": "xlsx", "user": "bob"})
    sheet = load_workbook(io.BytesIO(b"".join(book))).active
    assert sheet is not None and sheet.max_row == 2


def test_a_file_that_is_cut_says_so(world: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST_ROWS", 2)
    answer = world["ann"].get(API + "audit/export")
    lines = b"".join(answer).decode().strip().splitlines()
    assert answer["Stillage-Cut"] == "true"
    assert (len(lines), "Only the newest 2" in lines[-1]) == (4, True)


def test_pages_are_followed_by_key(world: dict[str, Any]) -> None:
    seen, cursor = [], None
    while True:
        answer = (
            world["ann"].get(API + "audit", {"limit": 1, **({"cursor": cursor} if cursor else {})}).json()
        )
        seen += [row["id"] for row in answer["results"]]
        cursor = answer["next"]
        if cursor is None:
            break
    assert seen == list(Entry.objects.order_by("-id").values_list("id", flat=True))


@pytest.mark.parametrize(
    "asked", [{"user_id": "x"}, {"since": "now"}, {"people": "ann"}, {"object": "a\x00"}]
)
def test_bad_filters_are_named(world: dict[str, Any], asked: dict[str, str]) -> None:
    for path in ("audit", "audit/export"):
        answer = world["ann"].get(API + path, asked)
        assert answer.status_code == 400, path
        assert answer.json()["errors"][0]["pointer"] == f"/query/{next(iter(asked))}"
