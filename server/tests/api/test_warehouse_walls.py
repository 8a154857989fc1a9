"""Another warehouse's thing answers exactly like one that is not there, in every position."""

from __future__ import annotations

from typing import Any

import pytest

from stillage.stock.models import Lot, Movement
from tests.builders import make_product, make_warehouse, receive
from tests.people import Client, signed_in_client

pytestmark = pytest.mark.django_db
API = "/api/v1"


@pytest.fixture
def walls() -> dict[str, Any]:
    """Two warehouses, a picker who works in MAIN only, and stock in both."""
    main, north = make_warehouse("MAIN"), make_warehouse("NORTH", "N-01", "N-02")
    product = make_product("ALE-330")
    receive(product, "L-MAIN", location="MAIN/A-01")
    hidden = receive(product, "L-NORTH", location="NORTH/N-01")
    only_there = make_product("SECRET-1")
    receive(only_there, "L-ONLY", location="NORTH/N-02")
    return {
        "main": main,
        "north": north,
        "hidden": hidden,
        "client": signed_in_client("manager", warehouses=[main]),
    }


def without_request_id(body: Any) -> Any:
    return {name: value for name, value in body.items() if name not in ("request_id",)}


def same(
    client: Client, method: str, real: str, made_up: str, real_body: Any = None, made_up_body: Any = None
) -> None:
    """The answers to a hidden thing and to a thing that never was are equal to the byte, but for its own name."""
    send = getattr(client, method)
    one = send(f"{API}/{real}", *([real_body] if real_body is not None else []))
    two = send(f"{API}/{made_up}", *([made_up_body] if made_up_body is not None else []))
    assert one.status_code == two.status_code, (one.content, two.content)
    assert one.status_code in (200, 404, 422), one.content
    hidden, missing = one.content.decode(), two.content.decode()
    for name in ("NORTH/N-01", "NORTH", "L-NORTH"):
        hidden = hidden.replace(name, "X")
    for name in ("NOWHR/N-01", "NOWHR", "L-NOWHR"):
        missing = missing.replace(name, "X")
    assert hidden == missing


def test_addresses_of_another_warehouse_are_addresses_of_nothing(walls: dict[str, Any]) -> None:
    client = walls["client"]
    lot = Lot.objects.get(number="L-NORTH")
    same(client, "get", f"warehouses/{walls['north'].pk}", "warehouses/999999")
    same(client, "get", "warehouses/NORTH", "warehouses/NOWHR")
    same(client, "get", "locations/NORTH/N-01", "locations/NOWHR/N-01")
    same(client, "patch", "locations/NORTH/N-01", "locations/NOWHR/N-01", {"zone": "Z"}, {"zone": "Z"})
    same(client, "get", f"lots/{lot.pk}", "lots/999999")


def test_body_lines_that_name_another_warehouse_name_nothing(walls: dict[str, Any]) -> None:
    client = walls["client"]

    def move(location: str) -> dict[str, Any]:
        return {
            "lines": [
                {
                    "product": "ALE-330",
                    "lot": "L-MAIN",
                    "from_location": "MAIN/A-01",
                    "to_location": location,
                    "quantity": 1,
                }
            ]
        }

    same(client, "post", "stock/move", "stock/move", move("NORTH/N-01"), move("NOWHR/N-01"))
    for path, extra in (
        ("stock/receive", {"quantity": 1, "expiry_date": "2199-01-01"}),
        ("stock/adjust", {"quantity_delta": 1, "reason": "found"}),
        ("stock/scrap", {"quantity": 1, "reason": "broken"}),
        ("stock/hold", {"reason": "cloudy"}),
        ("stock/release", {}),
    ):
        bodies = [
            {"lines": [{"product": "ALE-330", "lot": "L-MAIN", "location": location, **extra}]}
            for location in ("NORTH/N-01", "NOWHR/N-01")
        ]
        same(client, "post", path, path, *bodies)
    same(
        client,
        "post",
        "stock/reverse",
        "stock/reverse",
        {"operation_id": str(walls["hidden"]["operation_id"])},
        {"operation_id": "00000000-0000-4000-8000-000000000000"},
    )
    same(client, "post", "scan", "scan", {"data": "NORTH/N-01"}, {"data": "NOWHR/N-01"})
    same(
        client,
        "post",
        "scan",
        "scan",
        {"data": "N-01", "warehouse": "NORTH"},
        {"data": "N-01", "warehouse": "NOWHR"},
    )
    assert Movement.objects.count() == 3


def test_lists_counts_searches_and_filters_hold_nothing_of_another_warehouse(walls: dict[str, Any]) -> None:
    client = walls["client"]
    for path in (
        "stock",
        "lots",
        "movements",
        "locations",
        "warehouses",
        "availability?in_stock=true",
        "audit",
        "stock?search=L-NORTH",
        "lots?search=NORTH",
        "locations?with_stock=true",
        "movements?lot=L-NORTH",
        "stock?as_of=2026-01-01T00:00:00Z",
        "availability?search=L-ONLY&in_stock=true",
    ):
        answer = client.get(f"{API}/{path}")
        assert answer.status_code == 200, (path, answer.content)
        text = answer.content.decode()
        assert "NORTH" not in text and "L-ONLY" not in text, path
    same(client, "get", "stock?warehouse=NORTH", "stock?warehouse=NOWHR")
    same(client, "get", "stock?location=NORTH/N-01", "stock?location=NOWHR/N-01")
    same(client, "get", "movements?warehouse=NORTH", "movements?warehouse=NOWHR")
    same(client, "get", "availability?warehouse=NORTH", "availability?warehouse=NOWHR")
    same(client, "get", "availability/summary?warehouse=NORTH", "availability/summary?warehouse=NOWHR")
    counted = client.get(f"{API}/stock", {"count": "true"}).json()
    assert counted["count"] == len(counted["results"]) == 1


def test_a_move_needs_rights_at_both_ends(walls: dict[str, Any]) -> None:
    both = signed_in_client("picker", warehouses=[walls["main"], walls["north"]])
    line = {"product": "ALE-330", "lot": "L-MAIN", "quantity": 1}
    across = {"lines": [{**line, "from_location": "MAIN/A-01", "to_location": "NORTH/N-01"}]}
    back = {"lines": [{**line, "from_location": "NORTH/N-01", "to_location": "MAIN/A-01"}]}
    for only in (walls["main"], walls["north"]):
        one_sided = signed_in_client("picker", warehouses=[only])
        assert one_sided.post(f"{API}/stock/move", across).status_code == 422
        assert one_sided.post(f"{API}/stock/move", back).status_code == 422
    assert both.post(f"{API}/stock/move", across).status_code == 201
    assert both.post(f"{API}/stock/move", back).status_code == 201


@pytest.mark.parametrize("name", ["~supplier", "~customer", "~scrap", "~adjustment"])
def test_stock_cannot_be_made_out_of_a_virtual_place(walls: dict[str, Any], name: str) -> None:
    from stillage.places.models import Location

    boss = signed_in_client("admin")
    virtual = Location.objects.get(full_code=f"MAIN/{name}")
    line = {"product": "ALE-330", "lot": "L-MAIN", "to_location": "MAIN/A-02", "quantity": 1}
    for reference in (f"MAIN/{name}", virtual.pk):
        refused = boss.post(f"{API}/stock/move", {"lines": [{**line, "from_location": reference}]})
        assert (refused.status_code, refused.json()["code"]) == (422, "unknown_location")
    assert boss.get(f"{API}/locations/{virtual.pk}").status_code == 404


def test_an_end_in_another_warehouse_has_no_name_in_the_history(walls: dict[str, Any]) -> None:
    both = signed_in_client("picker", warehouses=[walls["main"], walls["north"]])
    line = {
        "product": "ALE-330",
        "lot": "L-MAIN",
        "from_location": "MAIN/A-01",
        "to_location": "NORTH/N-01",
        "quantity": 1,
    }
    assert both.post(f"{API}/stock/move", {"lines": [line]}).status_code == 201
    newest = walls["client"].get(f"{API}/movements").json()["results"][0]
    assert (newest["from_location"], newest["to_location"]) == ("MAIN/A-01", "another warehouse")
    assert newest["to_location_id"] is None
