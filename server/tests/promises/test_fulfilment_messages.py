"""W6 on the way to the truck: every message sent three times, in any order, has its one effect."""

from __future__ import annotations

import random
from typing import Any

import pytest

from stillage.sales.models import PickTask
from stillage.stock.models import Balance, Movement
from stillage.stock.reconcile import disagreements
from tests import selling
from tests.people import Client, new_key, signed_in_client

pytestmark = pytest.mark.django_db
API = "/api/v1/"


def send(
    client: Client, messages: list[tuple[str, Any, str]], chance: random.Random
) -> dict[str, set[bytes]]:
    """Each three times, shuffled; what was answered to each key."""
    shuffled = messages * 3
    chance.shuffle(shuffled)
    answers: dict[str, set[bytes]] = {}
    for address, body, key in shuffled:
        answer = client.post(API + address, body, key=key)
        if answer.status_code in (200, 201):
            answers.setdefault(key, set()).add(answer.content)
        else:
            assert answer.status_code == 409, answer.content
    return answers


@pytest.mark.parametrize("seed", range(6))
def test_scans_sent_thrice_and_shuffled_pick_each_unit_once(seed: int) -> None:
    selling.make_house()
    selling.stock_with(("L1", "MAIN/A-01", 30, 40), ("L2", "MAIN/A-02", 30, 90))
    one = selling.listed(selling.allocated(("ALE-330", 24)), selling.allocated(("ALE-330", 24)))
    messages = [
        (
            f"pick-lists/{one.number}/pick",
            {
                "lines": [
                    {
                        "task": task.pk,
                        "location": task.location.full_code,
                        "product": "ALE-330",
                        "lot": task.lot.number,
                        "quantity": part,
                    }
                ]
            },
            new_key(),
        )
        for task in selling.tasks_of(one)
        for part in (task.quantity // 2, task.quantity - task.quantity // 2)
    ]
    answers = send(signed_in_client("picker"), messages, random.Random(seed))
    assert set(answers) == {key for _, _, key in messages}
    assert all(len(same) == 1 for same in answers.values()), "the first answer again"
    assert all(task.picked == task.quantity for task in PickTask.objects.all())
    assert sum(Movement.objects.filter(kind="pick").values_list("quantity", flat=True)) == 48
    assert Balance.objects.filter(location__code="STAGE").count() == 2
    assert disagreements(seal=False) == []


@pytest.mark.parametrize("seed", range(6))
def test_pack_ship_and_announce_sent_thrice_and_shuffled_happen_once(seed: int) -> None:
    """Out of order they are refused as impossible, and done when their turn comes."""
    selling.make_house()
    selling.stock_with(("L1", "MAIN/A-01", 30, 40))
    order = selling.picked(("ALE-330", 24))
    client, chance = signed_in_client("manager"), random.Random(seed)
    at = f"sales-orders/{order.number}"
    messages = [(f"{at}/pack", {}, new_key()), (f"{at}/ship", {}, new_key()), (f"{at}/close", {}, new_key())]
    answers: dict[str, set[bytes]] = {}
    for _ in range(4):  # a client asks again until it is answered
        for key, same in send(client, messages, chance).items():
            answers.setdefault(key, set()).update(same)
    assert {key: len(same) for key, same in answers.items()} == {key: 1 for _, _, key in messages}
    assert selling.fresh(order).status == "closed"
    assert selling.lines_of(order)[0].shipped == 24
    assert sum(Movement.objects.filter(kind="issue").values_list("quantity", flat=True)) == 24
    body = {"shipment": "SH-000001", "lines": [{"product": "ALE-330", "lot": "L1", "quantity": 10}]}
    coming = [("returns", body, new_key()) for _ in range(4)]
    done = [client.post(API + address, sent, key=key).status_code for address, sent, key in coming * 3]
    assert sorted(set(done)) == [201, 422]
    assert sum(line["expected"] for line in client.get(f"{API}returns/RT-000001").json()["lines"]) == 10
    assert client.get(f"{API}returns?count=true").json()["count"] == 2, "24 left: two tens, not three"
    assert disagreements(seal=False) == []
