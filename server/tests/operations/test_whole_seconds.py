"""An instant without a fraction is the same instant on both engines: in lists, in pages, and in looking back."""

from __future__ import annotations

import datetime as dt

import pytest

from stillage.stock import operations
from stillage.stock.models import Movement
from tests.builders import BOSS, make_product, make_warehouse
from tests.people import signed_in_client

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 3, 1, 12, 0, 0, tzinfo=dt.UTC)
STEPS = [
    dt.timedelta(0),
    dt.timedelta(microseconds=1),
    dt.timedelta(microseconds=999_999),
    dt.timedelta(seconds=1),
]


def test_whole_seconds_and_their_fractions_stand_in_one_order() -> None:
    make_warehouse("MAIN")
    make_product("ALE-330", shelf_life_days=None)
    for step in STEPS:
        line = operations.ReceiveLine("ALE-330", "MAIN/A-01", 10, "L1")
        operations.receive(actor=BOSS, lines=[line], reference="", at=NOON + step)
    assert list(Movement.objects.order_by("moved_at").values_list("moved_at", flat=True)) == [
        NOON + step for step in STEPS
    ]
    client = signed_in_client("manager")
    for index, step in enumerate(STEPS):
        at = (NOON + step).isoformat()
        (row,) = client.get("/api/v1/stock", {"as_of": at}).json()["results"]
        assert row["on_hand"] == 10 * (index + 1), "what happened at that very instant has happened"
        since = client.get("/api/v1/movements", {"since": at, "ordering": "moved_at"}).json()["results"]
        until = client.get("/api/v1/movements", {"until": at, "ordering": "moved_at"}).json()["results"]
        assert (len(since), len(until)) == (len(STEPS) - index, index)
    for ordering in ("moved_at", "-moved_at"):
        met, cursor = [], ""
        for _ in range(len(STEPS) + 1):
            page = client.get(
                "/api/v1/movements", {"ordering": ordering, "limit": "1", "cursor": cursor}
            ).json()
            met += [row["id"] for row in page["results"]]
            cursor = page["next"]
            if not cursor:
                break
        assert len(met) == len(set(met)) == len(STEPS)
