"""How many SQL statements transfers and counts cost: the same for 5 lines and for 500."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from stillage.core.clock import now
from stillage.places.models import Location, Warehouse
from stillage.stock import operations
from tests.builders import BOSS, make_product, make_warehouse
from tests.people import Client, new_key, signed_in_client
from tests.promises.test_query_counts import statements

pytestmark = pytest.mark.django_db(transaction=True)
PRODUCTS, LOTS = 50, 10
API = "/api/v1/"
# With signing-in's check and the two of the key counted in.
MOST = 30


@pytest.fixture
def client() -> Iterator[Client]:
    main = make_warehouse("MAIN")
    make_warehouse("NORTH")
    for number in range(PRODUCTS):
        make_product(f"P-{number:02d}")
    Location.objects.bulk_create(
        Location(warehouse=main, code=f"B-{n:03d}", full_code=f"MAIN/B-{n:03d}", kind="storage")
        for n in range(500)
    )
    lines = [
        operations.ReceiveLine(
            f"P-{n % PRODUCTS:02d}", f"MAIN/B-{n:03d}", 60, f"L{n // PRODUCTS}", dt.date(2190, 1, 1)
        )
        for n in range(PRODUCTS * LOTS)
    ]
    operations.receive(actor=BOSS, lines=lines, reference="", at=now())
    yield signed_in_client("manager")


Counts = dict[str, dict[int, int]]


def cost(counts: Counts, name: str, count: int, act: Any) -> Any:
    answer, sqls = statements(act)
    assert answer.status_code in (200, 201), answer.content
    counts.setdefault(name, {})[count] = len(sqls)
    return answer.json()


def judged(counts: Counts) -> None:
    grows = {name: pair for name, pair in counts.items() if pair[5] != pair[500]}
    assert not grows
    assert max(pair[5] for pair in counts.values()) <= MOST, counts


def test_a_transfer_of_five_hundred_lots_costs_the_statements_of_five(client: Client) -> None:
    counts: Counts = {}

    def post(path: str, given: Any) -> Any:
        return lambda: client.post(API + path, given, key=new_key())

    operations_before = Warehouse.objects.count()
    assert operations_before == 2
    # the first transfer to a house makes its transit place
    first = client.post(API + "transfers", body(1)).json()["number"]
    assert client.post(f"{API}transfers/{first}/dispatch", {}).status_code == 200
    for count in (5, 500):
        made = cost(counts, "create", count, post("transfers", body(count)))
        at = f"transfers/{made['number']}"
        edit = {"lines": body(count)["lines"], "note": "x"}
        cost(
            counts,
            "edit",
            count,
            lambda at=at, edit=edit: client.patch(API + at, edit, version=1, key=new_key()),
        )
        sent = cost(counts, "dispatch", count, post(f"{at}/dispatch", {}))
        assert len(sent["items"]) >= count
        cost(counts, "undo", count, post(f"{at}/undo-dispatch", {}))
        lines = [
            {
                "line": line["id"],
                "lot": one["lot"],
                "from_location": one["location"],
                "quantity": one["quantity"],
            }
            for line in client.get(API + at).json()["lines"]
            for one in line["suggested"]
        ]
        sent = cost(counts, "dispatch by name", count, post(f"{at}/dispatch", {"lines": lines[:1000]}))
        cost(counts, "read", count, lambda at=at: client.get(API + at))
        part = {"lines": [{"item": one["id"], "quantity": 1} for one in sent["items"]]}
        cost(counts, "receive", count, post(f"{at}/receive", part))
        named = {
            "lines": [
                {"product": one["product"], "lot": one["lot"], "quantity": 2, "condition": "damaged"}
                for one in sent["items"][: count // 2]
            ]
            + [{"item": one["id"], "quantity": 3, "surplus": True} for one in sent["items"][count // 2 :]]
        }
        cost(counts, "receive damaged and surplus", count, post(f"{at}/receive", named))
        cost(counts, "close", count, post(f"{at}/close", {"reason": "gone"}))
    judged(counts)


def body(count: int) -> dict[str, Any]:
    lines = [{"product": f"P-{n % PRODUCTS:02d}", "quantity": 5} for n in range(count)]
    return {"from_warehouse": "MAIN", "to_warehouse": "NORTH", "lines": lines}


def test_a_count_of_five_hundred_places_costs_the_statements_of_five(client: Client) -> None:
    counts: Counts = {}

    def post(path: str, given: Any) -> Any:
        return lambda: client.post(API + path, given, key=new_key())

    boss = signed_in_client("manager")
    for count in (5, 500):
        places = [f"MAIN/B-{n:03d}" for n in range(count)]
        asked = {"warehouse": "MAIN", "method": "place", "locations": places, "tolerance_units": 1}
        made = cost(counts, "open", count, post("counts", asked))
        at = f"counts/{made['number']}"
        # all in one place costs what one line does; each place is a call of its own
        lines = [
            {"product": f"P-{n % PRODUCTS:02d}", "lot": f"L{n // PRODUCTS}", "quantity": 60 - n % 3}
            for n in range(count)
        ]
        cost(counts, "enter", count, post(f"{at}/enter", {"location": places[0], "lines": lines}))
        cost(counts, "enter again", count, post(f"{at}/enter", {"location": places[0], "lines": lines}))
        late = [{**line, "counted_at": now().isoformat()} for line in lines]
        cost(counts, "enter late", count, post(f"{at}/enter", {"location": places[0], "lines": late}))
        cost(counts, "done", count, post(f"{at}/done", {"location": places[0], "not_seen": "zero"}))
        finished(made["number"])
        cost(counts, "submit", count, post(f"{at}/submit", {}))
        again = {"location": places[0], "lines": lines}
        client.post(f"{API}{at}/claim", {"location": places[0]})
        asked_again = client.get(f"{API}{at}").json()
        wanted = {(one["product"], one["lot"]) for one in asked_again["lines"] if one["outcome"] == "recount"}
        again["lines"] = [line for line in lines if (line["product"], line["lot"]) in wanted]
        cost(counts, "enter once more", count, post(f"{at}/enter", again))
        cost(counts, "done once more", count, post(f"{at}/done", {"location": places[0], "not_seen": "zero"}))
        cost(counts, "submit once more", count, post(f"{at}/submit", {}))
        cost(counts, "read", count, lambda at=at: client.get(API + at))
        cost(
            counts,
            "approve",
            count,
            lambda at=at: boss.post(f"{API}{at}/approve", {"free_promises": True}, key=new_key()),
        )
        cost(counts, "suggestions", count, lambda: client.get(API + "counts/suggestions?warehouse=MAIN"))
        cost(counts, "accuracy", count, lambda: client.get(API + "counts/accuracy?by=class"))
    judged(counts)


def finished(number: str) -> None:
    """The other places are empty and done."""
    from stillage.counting.models import CountPlace

    CountPlace.objects.filter(count__number=number, done_at__isnull=True).update(done_at=now(), done_by="x")
