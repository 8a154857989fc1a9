"""The faults that were reproduced on the nearest peer, each tried on ours through the API: none can be brought about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver

from stillage.accounts.roles import ROLES
from stillage.audit.models import Entry
from stillage.core import clock
from stillage.core.clock import now
from stillage.core.errors import Refusal
from stillage.places.models import Location
from stillage.stock import operations
from stillage.stock.models import Allocation, Balance, Lot, Movement
from stillage.stock.reconcile import disagreements
from tests.builders import BOSS, FAR, make_location, make_product, make_warehouse, receive
from tests.people import Client, new_key, signed_in_client
from tests.promises.tables import changed, everything

pytestmark = pytest.mark.django_db
API = "/api/v1/"
TODAY = now().date()


@pytest.fixture
def client() -> Client:
    make_warehouse("MAIN")
    make_product("ALE-330")
    return signed_in_client("admin")


def demand(
    quantity: int, *, on: dt.date = TODAY, days: int = 0, product: str = "ALE-330"
) -> operations.Demand:
    lot = Lot.objects.filter(product__sku=product)[0]
    warehouse = Balance.objects.filter(lot=lot)[0].warehouse_id
    return operations.Demand(uuid4(), "SO-1", lot.product_id, warehouse, quantity, on, days)


def promised(wanted: operations.Demand, *, whole: bool = False) -> dict[str, int]:
    """Lot -> units that were promised."""
    found = operations.allocate(actor=BOSS, demands=[wanted], at=now(), whole=whole)[wanted.id]
    names = dict(Lot.objects.values_list("pk", "number"))
    return {names[one.lot_id]: one.quantity for one in found}


# ---- "soonest expiry" took an expired lot and shipped it ----------------------------------------
def test_an_expired_lot_is_never_promised_however_soon_it_would_have_to_go(client: Client) -> None:
    receive("ALE-330", "PAST", quantity=50, expiry_date=TODAY - dt.timedelta(days=1))
    receive("ALE-330", "TODAY", quantity=5, expiry_date=TODAY)
    receive("ALE-330", "LATER", quantity=5, expiry_date=FAR)
    assert promised(demand(100)) == {"TODAY": 5, "LATER": 5}
    line = client.get(API + "availability", {"product": "ALE-330"}).json()["results"][0]
    assert (line["on_hand"], line["expired"], line["available"]) == (60, 50, 0)


def test_an_earlier_best_before_date_counts_as_the_last_day_too(client: Client) -> None:
    receive("ALE-330", "L1", quantity=5, expiry_date=FAR, best_before_date=TODAY - dt.timedelta(days=1))
    assert promised(demand(5)) == {}


def test_a_lot_that_expires_between_promise_and_delivery_is_not_shipped(client: Client) -> None:
    receive("ALE-330", "L1", quantity=50, expiry_date=TODAY + dt.timedelta(days=3))
    wanted = demand(10)
    assert promised(wanted) == {"L1": 10}
    for delivered_on, days in ((TODAY + dt.timedelta(days=4), 0), (TODAY, 4)):
        with pytest.raises(Refusal) as refused, transaction.atomic():
            operations.issue(
                actor=BOSS,
                leaving=[operations.Leaving(wanted.id, days)],
                reference="",
                delivered_on=delivered_on,
                at=now(),
            )
        assert refused.value.code == "lot_expired"
    assert Balance.objects.get().on_hand == 50


def test_a_lot_too_short_dated_for_this_customer_is_not_promised(client: Client) -> None:
    receive("ALE-330", "SHORT", quantity=50, expiry_date=TODAY + dt.timedelta(days=29))
    receive("ALE-330", "LONG", quantity=50, expiry_date=TODAY + dt.timedelta(days=30))
    assert promised(demand(10, days=30)) == {"LONG": 10}


def test_a_held_lot_and_one_in_quarantine_are_neither_promised_nor_shipped(client: Client) -> None:
    receive("ALE-330", "L1", quantity=50)
    receive("ALE-330", "CAGED", quantity=50, location="MAIN/CAGE", expiry_date=TODAY + dt.timedelta(days=1))
    wanted = demand(10)
    assert promised(wanted) == {"L1": 10}
    held = client.post(
        API + "stock/hold", {"lines": [{"product": "ALE-330", "lot": "L1", "reason": "recall"}]}
    )
    assert held.status_code == 201
    assert promised(demand(10)) == {}
    with pytest.raises(Refusal) as refused, transaction.atomic():
        operations.issue(
            actor=BOSS, leaving=[operations.Leaving(wanted.id)], reference="", delivered_on=TODAY, at=now()
        )
    assert refused.value.code == "lot_held"


@pytest.mark.parametrize(
    ("zone", "hour", "sold"), [("Pacific/Auckland", 13, False), ("America/Los_Angeles", 7, True)]
)
def test_the_last_day_is_the_warehouses_own_day(
    client: Client, monkeypatch: pytest.MonkeyPatch, zone: str, hour: int, sold: bool
) -> None:
    """At 13:00 UTC it is tomorrow in Auckland; at 07:00 UTC it is still yesterday in Los Angeles."""
    make_warehouse("AWAY", timezone=zone)
    instant = dt.datetime(2026, 11, 22, hour, tzinfo=dt.UTC)
    last_day = dt.date(2026, 11, 22) if not sold else dt.date(2026, 11, 21)
    receive("ALE-330", "L1", quantity=5, location="AWAY/A-01", expiry_date=last_day)
    monkeypatch.setattr(clock, "now", lambda: instant)
    assert (clock.today(zone) > last_day) is not sold
    row = client.get(API + "stock", {"warehouse": "AWAY"}).json()["results"][0]
    assert row["status"] == ("soon" if sold else "expired")
    assert row["available"] == (5 if sold else 0)


# ---- removing 15 of 10 answered 201 and left 0 --------------------------------------------------
@pytest.mark.parametrize(
    ("route", "line", "pointer"),
    [
        (
            "adjust",
            {"location": "MAIN/A-01", "quantity_delta": -15, "reason": "sold"},
            "/lines/0/quantity_delta",
        ),
        ("scrap", {"location": "MAIN/A-01", "quantity": 15, "reason": "broken"}, "/lines/0/quantity"),
        (
            "move",
            {"from_location": "MAIN/A-01", "to_location": "MAIN/A-02", "quantity": 15},
            "/lines/0/quantity",
        ),
    ],
)
def test_fifteen_are_not_taken_out_of_ten(
    client: Client, route: str, line: dict[str, Any], pointer: str
) -> None:
    receive("ALE-330", "L1", quantity=10)
    refused = client.post(
        API + f"stock/{route}", {"lines": [{"product": "ALE-330", "lot": "L1", **line}]}, key=new_key()
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "insufficient_stock")
    fault = refused.json()["errors"][0]
    assert (fault["pointer"], fault["available"], fault["asked"]) == (pointer, 10, 15)
    assert "10" in fault["detail"] and "15" in fault["detail"]
    assert Balance.objects.get().on_hand == 10
    assert Movement.objects.count() == 1


def test_fifteen_in_two_lines_are_not_taken_out_of_ten_either(client: Client) -> None:
    receive("ALE-330", "L1", quantity=10)
    line = {"product": "ALE-330", "lot": "L1", "location": "MAIN/A-01", "reason": "sold"}
    body = {"lines": [{**line, "quantity_delta": -7}, {**line, "quantity_delta": -8}]}
    refused = client.post(API + "stock/adjust", body, key=new_key())
    assert refused.status_code == 409
    assert [fault["pointer"] for fault in refused.json()["errors"]] == [
        "/lines/0/quantity_delta",
        "/lines/1/quantity_delta",
    ]
    assert Balance.objects.get().on_hand == 10


def test_what_is_promised_to_one_is_not_taken_by_another(client: Client) -> None:
    receive("ALE-330", "L1", quantity=10)
    promised(demand(8))
    line = {
        "product": "ALE-330",
        "lot": "L1",
        "location": "MAIN/A-01",
        "quantity_delta": -3,
        "reason": "sold",
    }
    refused = client.post(API + "stock/adjust", {"lines": [line]}, key=new_key())
    assert refused.status_code == 409
    assert "8 of 10 are promised" in refused.json()["errors"][0]["detail"]
    assert Allocation.objects.get().quantity == 8


# ---- a PATCH changed quantity, lot text, date and place with no history row ---------------------
def addresses(patterns: Any = None, prefix: str = "/") -> Iterator[tuple[str, str]]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield pattern.name or "", prefix + str(pattern.pattern)


def test_no_patch_put_or_delete_reaches_stock_lots_movements_or_the_trail(client: Client) -> None:
    receive("ALE-330", "L1", quantity=10)
    before = everything()
    tried = {"on_hand": 99, "quantity": 99, "lot": "L9", "expiry_date": "2040-01-01", "location": "MAIN/A-02"}
    seen = set()
    for name, address in addresses():
        if name.split("-")[0] not in ("stock", "lots", "movements", "availability", "audit"):
            continue
        seen.add(name)
        url = (
            address.replace("^", "")
            .replace("/?$", "")
            .replace("(?P<pk>[0-9]{1,19})", str(Lot.objects.get().pk))
        )
        for method in ("patch", "put", "delete"):
            for target in (url, f"{url}/1"):
                answer = getattr(client, method)(target, tried, version=1, key=new_key())
                assert answer.status_code in (404, 405), (method, target, answer.status_code)
    assert {"stock", "lots", "lots-one", "movements", "audit"} <= seen
    assert changed(before, everything()) == []


@pytest.mark.parametrize("role", list(ROLES))
def test_nobody_of_any_role_can_set_a_quantity_a_lot_a_date_or_a_place_past_the_ledger(role: str) -> None:
    make_warehouse("MAIN")
    ale = make_product("ALE-330")
    receive(ale, "L1", quantity=10)
    client = signed_in_client(role)
    tables = {"stock_balance", "stock_lot", "stock_movement", "stock_allocation"}
    before = everything()
    for url in (f"products/{ale.pk}", "locations/MAIN%2FA-01", "warehouses/MAIN", "packs/1"):
        for fields in (
            {"on_hand": 99},
            {"quantity": 99},
            {"lot": "L9"},
            {"expiry_date": "2040-01-01"},
            {"balances": [{"on_hand": 99}]},
        ):
            answer = client.patch(API + url, fields, version=1, key=new_key())
            assert answer.status_code in (403, 404, 422), (url, fields, answer.status_code)
    assert tables.isdisjoint(changed(before, everything()))


def test_a_lot_that_is_known_keeps_its_date_whatever_a_later_receipt_says(client: Client) -> None:
    receive("ALE-330", "L1", quantity=10, expiry_date=FAR)
    line = {
        "product": "ALE-330",
        "lot": "L1",
        "expiry_date": "2040-01-01",
        "location": "MAIN/A-01",
        "quantity": 1,
    }
    refused = client.post(API + "stock/receive", {"lines": [line]}, key=new_key())
    assert (refused.status_code, refused.json()["code"]) == (422, "lot_date_differs")
    assert Lot.objects.get().expiry_date == FAR


# ---- history is written in another transaction than the stock -----------------------------------
def test_stock_and_history_stand_or_fall_together(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    receive("ALE-330", "L1", quantity=10)
    before = everything()
    client.raise_request_exception = False
    line = {
        "product": "ALE-330",
        "lot": "L1",
        "location": "MAIN/A-01",
        "quantity_delta": -3,
        "reason": "sold",
    }
    for broken in ("stillage.stock.operations.posting.record", "stillage.stock.operations.posting._answer"):
        with monkeypatch.context() as patch:
            patch.setattr(broken, lambda *args, **kwargs: 1 / 0)
            assert client.post(API + "stock/adjust", {"lines": [line]}, key=new_key()).status_code == 500
        assert changed(before, everything()) == []
    done = client.post(API + "stock/adjust", {"lines": [line]}, key=new_key())
    trail = Entry.objects.filter(object_id=done.json()["operation_id"])
    assert (trail.count(), Movement.objects.count()) == (1, 2)


# ---- a repeated POST counted twice --------------------------------------------------------------
def test_a_repeated_post_counts_once(client: Client) -> None:
    line = {
        "product": "ALE-330",
        "lot": "L1",
        "expiry_date": "2190-01-01",
        "location": "MAIN/A-01",
        "quantity": 24,
    }
    key = new_key()
    answers = [client.post(API + "stock/receive", {"lines": [line]}, key=key) for _ in range(3)]
    assert len({answer.content for answer in answers}) == 1
    assert Balance.objects.get().on_hand == 24
    assert disagreements(seal=False) == []


# ---- out of nothing -----------------------------------------------------------------------------
@pytest.mark.parametrize("virtual", ["~supplier", "~customer", "~scrap", "~adjustment"])
def test_no_virtual_place_can_be_named(client: Client, virtual: str) -> None:
    receive("ALE-330", "L1", quantity=10)
    line = {"product": "ALE-330", "lot": "L1", "quantity": 1}
    place = Location.objects.get(full_code=f"MAIN/{virtual}")
    before = everything()
    for name in (place.full_code, place.pk):
        bodies = {
            "move": [
                {**line, "from_location": name, "to_location": "MAIN/A-02"},
                {**line, "from_location": "MAIN/A-01", "to_location": name},
            ],
            "receive": [{**line, "location": name}],
            "scrap": [{**line, "location": name, "reason": "x"}],
            "hold": [{"product": "ALE-330", "lot": "L1", "location": name, "reason": "x"}],
        }
        for route, wanted in bodies.items():
            for one in wanted:
                refused = client.post(API + f"stock/{route}", {"lines": [one]}, key=new_key())
                assert (refused.status_code, refused.json()["code"]) == (422, "unknown_location"), (
                    route,
                    name,
                )
    assert client.get(API + f"locations/{place.pk}").status_code == 404
    assert (
        client.patch(API + f"locations/{place.pk}", {"zone": "Z"}, version=1, key=new_key()).status_code
        == 404
    )
    taken = client.post(
        API + "locations", {"warehouse": "MAIN", "code": virtual, "kind": "storage"}, key=new_key()
    )
    assert taken.status_code == 422
    made = client.post(
        API + "locations", {"warehouse": "MAIN", "code": "X-1", "kind": virtual[1:]}, key=new_key()
    )
    assert made.status_code == 422
    changed_kind = client.patch(
        API + "locations/MAIN%2FA-01", {"kind": virtual[1:]}, version=1, key=new_key()
    )
    assert changed_kind.status_code == 422
    assert changed(before, everything()) == []


def test_moving_between_warehouses_needs_rights_at_both_ends() -> None:
    """SAFETY B16: four combinations of rights."""
    main, north = make_warehouse("MAIN"), make_warehouse("NORTH")
    make_location(north, "X-01")
    receive(make_product("ALE-330"), "L1", quantity=10)
    line = {
        "product": "ALE-330",
        "lot": "L1",
        "from_location": "MAIN/A-01",
        "to_location": "NORTH/X-01",
        "quantity": 1,
    }
    for warehouses, status in (([], 422), ([main], 422), ([north], 422), ([main, north], 201)):
        answer = signed_in_client("picker", warehouses=warehouses).post(
            API + "stock/move", {"lines": [line]}, key=new_key()
        )
        assert answer.status_code == status, (warehouses, answer.content)
    assert Balance.objects.get(location__full_code="NORTH/X-01").on_hand == 1


# ---- numbers too large for any column (C23) -----------------------------------------------------
def test_quantities_cannot_be_made_to_overflow_by_adding_up(client: Client) -> None:
    most = 2**31 - 1
    line = {
        "product": "ALE-330",
        "lot": "L1",
        "expiry_date": "2190-01-01",
        "location": "MAIN/A-01",
        "quantity": most,
    }
    done = client.post(API + "stock/receive", {"lines": [line] * 50}, key=new_key())
    assert done.status_code == 201
    assert Balance.objects.get().on_hand == 50 * most
    over = client.post(API + "stock/receive", {"lines": [{**line, "quantity": most + 1}]}, key=new_key())
    assert over.status_code == 422
    assert disagreements(seal=False) == []
