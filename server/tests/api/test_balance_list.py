"""The list of balances, written by hand, against the same question put by the ORM."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stillage.catalogue.models import Pack
from stillage.core.actor import service
from stillage.core.clock import now
from stillage.places.models import Location, Warehouse
from stillage.stock import balance_list, operations, queries
from stillage.stock.models import Balance, Lot
from tests.builders import BOSS, make_location, make_product, make_warehouse, receive
from tests.people import Client, signed_in_client

pytestmark = pytest.mark.django_db
TODAY = now().date()
DAYS = (-40, -1, 0, 1, 29, 30, 31, 400)


@pytest.fixture
def house() -> None:
    """Two warehouses on either side of midnight, every state, packs of several sizes, holds here and everywhere."""
    make_warehouse("MAIN")
    far = make_warehouse("FAR")
    Warehouse.objects.filter(pk=far.pk).update(timezone="Pacific/Kiritimati")
    for place in ("MAIN/B-01", "MAIN/B-02"):
        make_location(Warehouse.objects.get(code="MAIN"), place.partition("/")[2])
    for number in range(4):
        product = make_product(f"ALE-{number}", name=f"Ale 50% _{number}\\ é")
        for units, name in ((12, "box"), (6, "half"), (4, "four"))[: number % 4]:
            Pack.objects.create(product=product, name=name, units_per_pack=units)
        for index, days in enumerate(DAYS):
            lot = f"L{number}-{index}"
            place = ("MAIN/A-01", "MAIN/A-02", "FAR/A-01", "MAIN/B-01")[(number + index) % 4]
            receive(product, lot, quantity=10 + index % 3, location=place)
            if index == 0:
                receive(product, lot, quantity=3, location="MAIN/B-02")
            Lot.objects.filter(product=product, number=lot).update(
                last_sale_date=TODAY + dt.timedelta(days=days), expiry_date=TODAY + dt.timedelta(days=days)
            )
    held = [
        operations.HoldLine("ALE-1", "cloudy", "L1-7"),
        operations.HoldLine("ALE-2", "here alone", "L2-0", "MAIN/B-02"),
    ]
    operations.hold(actor=BOSS, lines=held, at=now())
    line = {"product": "ALE-3", "lot": "L3-7", "location": "MAIN/A-01", "quantity": 1, "reason": "x"}
    spot = Balance.objects.filter(lot__number="L3-7").select_related("location").get()
    scrap = operations.ScrapLine(**{**line, "location": spot.location.full_code, "quantity": spot.on_hand})
    operations.scrap(actor=BOSS, lines=[scrap], reference="", at=now())
    Location.objects.filter(full_code="MAIN/A-02").update(is_active=False)
    Balance.objects.filter(lot__number="L0-5").update(allocated=2)


ORDERS = {
    "id": ("id",),
    "expiry_date": ("lot__last_sale_date", "id"),
    "product": ("product__sku", "id"),
    "location": ("location__full_code", "id"),
    "on_hand": ("on_hand", "id"),
}


@pytest.mark.parametrize("ordering", list(ORDERS))
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("empty", [False, True])
def test_it_gives_the_rows_that_the_orm_gives(
    house: None, ordering: str, descending: bool, empty: bool
) -> None:
    sign = "-" if descending else ""
    rows = queries.balances(service("test"), with_empty=empty).order_by(
        *[sign + one for one in ORDERS[ordering]]
    )
    wanted = queries.shown_balances(list(rows))
    found = balance_list.Balances(None)
    if not empty:
        found.in_stock()
    given = found.page(ordering=ordering, descending=descending, after=None, limit=500)
    shown = balance_list.shown_rows(given)
    for row in shown:
        for name in ("expiry_date", "best_before_date"):
            row[name] = dt.date.fromisoformat(row[name]) if isinstance(row[name], str) else row[name]
    assert shown == wanted
    assert found.count(10_000) == len(wanted) > 30


FILTERS = {
    "product": ["ALE-1", "9" * 30, "nothing"],
    "lot": ["L1-3", "L2-0"],
    "location": ["MAIN/A-01", "FAR/A-01"],
    "warehouse": ["MAIN", "FAR"],
    "zone": ["", "Zone 1"],
    "kind": ["storage", "picking"],
    "status": ["ok", "soon", "expired", "held"],
    "search": ["ale", "50%", "_1", "\\", "l1-", "main/a", "ALE l2", "%"],
    "empty": ["true", "false"],
}


@pytest.fixture
def client(house: None) -> Client:
    return signed_in_client("admin")


def whole(client: Client, asked: dict[str, str], *, limit: int = 500) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    cursor = None
    while True:
        more = {"cursor": cursor} if cursor else {}
        answer = client.get("/api/v1/stock", {**asked, "limit": limit, **more}).json()
        rows += answer["results"]
        cursor = answer["next"]
        if cursor is None:
            return rows


def keeps(row: dict[str, Any], asked: dict[str, str]) -> bool:
    """The filters once more, by hand, over a row that was shown without them."""
    texts = [row[name].upper() for name in ("product_name", "product", "lot", "location")]
    return (
        all(row[name] == asked[name] for name in ("product", "lot", "location", "warehouse") if name in asked)
        and (not asked.get("zone") or row["zone"] == asked["zone"])
        and ("kind" not in asked or row["location_kind"] == asked["kind"])
        and ("status" not in asked or row["status"] == asked["status"])
        and all(any(word.upper() in text for text in texts) for word in asked.get("search", "").split())
        and (row["on_hand"] > 0 or asked.get("empty") == "true")
    )


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    asked=st.fixed_dictionaries({}, optional={name: st.sampled_from(some) for name, some in FILTERS.items()}),
    ordering=st.sampled_from([*ORDERS, *(f"-{name}" for name in ORDERS)]),
    limit=st.integers(3, 20),
)
def test_filters_keep_what_they_say_and_pages_add_up(
    client: Client, asked: dict[str, str], ordering: str, limit: int
) -> None:
    everything = whole(client, {"empty": "true", "ordering": ordering})
    wanted = [row for row in everything if keeps(row, asked)]
    assert whole(client, {**asked, "ordering": ordering}, limit=limit) == wanted


def test_as_of_an_instant_it_shows_what_lay_there_then(client: Client) -> None:
    then, before = now(), whole(client, {})
    date = TODAY + dt.timedelta(days=DAYS[7])
    receive("ALE-0", "L0-7", quantity=50, location="MAIN/B-01", expiry_date=date)
    line = operations.MoveLine("ALE-0", "MAIN/B-01", "MAIN/B-02", 50, "L0-7")
    operations.move(actor=BOSS, lines=[line], reference="", at=now())
    assert whole(client, {"as_of": then.isoformat()}, limit=7) == before
    assert whole(client, {}) != before


def test_who_works_in_one_warehouse_sees_that_one(client: Client) -> None:
    main = Warehouse.objects.get(code="MAIN")
    picker = signed_in_client("picker", warehouses=[main])
    seen = whole(picker, {"empty": "true"})
    assert seen == [row for row in whole(client, {"empty": "true"}) if row["warehouse"] == "MAIN"]
    nobody = signed_in_client("picker", warehouses=[])
    assert whole(nobody, {}) == []
