"""Many who transfer and count at once: one dispatch of two, no unit twice, no entry behind an approval, nobody stuck."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from stillage.core.clock import now
from stillage.counting.models import Count, CountEntry, CountLine
from stillage.stock import operations
from stillage.stock.models import Balance, Movement
from stillage.stock.reconcile import disagreements
from stillage.transfers.models import Transfer
from tests import control
from tests.builders import BOSS, make_location, make_product, make_warehouse, receive
from tests.people import Client, new_key, signed_in_client
from tests.promises.engines import ON_POSTGRES
from tests.promises.test_selling_races import no_deadlock
from tests.promises.threads import together

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["no_deadlock"]
CROWD = 12 if ON_POSTGRES else 6
API = "/api/v1/"


def patiently(client: Client, address: str, body: Any, *, key: str | None = None) -> Any:
    """503 (busy) is asked again under the same key, as the client does it."""
    key = key or new_key()
    for _ in range(40):
        answer = client.post(API + address, body, key=key)
        if answer.status_code != 503:
            return answer
        time.sleep(0.05)
    return answer


def all_at_once(*work: Callable[[], Any]) -> list[Any]:
    answers = together(list(work))
    errors = [one for one in answers if isinstance(one, Exception)]
    assert not errors, errors[0]
    return answers


def crowd(work: Callable[[Client, int], Any], size: int = CROWD, role: str = "manager") -> list[Any]:
    clients = [signed_in_client(role) for _ in range(size)]
    return all_at_once(*[lambda c=c, i=i: work(c, i) for i, c in enumerate(clients)])


@pytest.fixture(autouse=True)
def house() -> None:
    make_warehouse("MAIN")
    make_warehouse("NORTH")
    make_product("ALE")
    receive("ALE", "L1", quantity=60)
    receive("ALE", "L2", quantity=60, location="MAIN/A-02")


def total(sku: str = "ALE") -> int:
    return sum(Balance.objects.filter(product__sku=sku).values_list("on_hand", flat=True))


@pytest.mark.parametrize("verb", ["dispatch", "undo-dispatch", "close", "cancel"])
def test_of_many_who_take_a_step_of_one_transfer_one_does(verb: str, no_deadlock: None) -> None:
    one = (control.drafted if verb in ("dispatch", "cancel") else control.dispatched)(("ALE", 70))
    body = {"reason": "x"} if verb == "close" else {}
    answers = crowd(lambda client, _: patiently(client, f"transfers/{one.number}/{verb}", body))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: CROWD - 1}
    assert total() == (50 if verb == "close" else 120)
    assert disagreements(seal=False) == []


@pytest.mark.postgres
def test_control_without_the_lock_a_transfer_is_sent_more_than_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: what the lock is for shows when it is off. SQLite lets one writer in at a time anyway."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_: self)
    for _ in range(20):
        one = control.drafted(("ALE", 5))
        crowd(lambda client, _, one=one: patiently(client, f"transfers/{one.number}/dispatch", {}), 4)
        if sum(item.dispatched for item in control.items_of(one)) > 5:
            return
    pytest.fail("four people sent one transfer twenty times over, and no lock was missed")


def test_goods_that_are_received_by_many_at_once_arrive_once(no_deadlock: None) -> None:
    one = control.dispatched(("ALE", 120))
    items = [item.pk for item in control.items_of(one)]

    def work(client: Client, index: int) -> Any:
        lines = [{"item": pk, "quantity": 15, "location": f"NORTH/A-0{index % 3 + 1}"} for pk in items]
        random.Random(index).shuffle(lines)
        return patiently(client, f"transfers/{one.number}/receive", {"lines": lines})

    answers = crowd(work)
    assert Counter(answer.status_code for answer in answers)[200] == 4, "four times fifteen of sixty"
    arrived = Movement.objects.filter(kind="transfer", from_location__kind="transit")
    assert sum(arrived.values_list("quantity", flat=True)) == 120
    assert Transfer.objects.get().status == "received" and total() == 120
    assert disagreements(seal=False) == []


def test_transfers_to_and_fro_with_surplus_and_damage_lock_nobody_out(no_deadlock: None) -> None:
    receive("ALE", "L1", quantity=60, location="NORTH/A-01")
    receive("ALE", "L2", quantity=60, location="NORTH/A-02")
    there = [control.drafted(("ALE", 7)) for _ in range(CROWD // 2)]
    back = [control.drafted(("ALE", 7), ends=("NORTH", "MAIN")) for _ in range(CROWD // 2)]

    def work(client: Client, index: int) -> Any:
        one = (there if index % 2 else back)[index // 2]
        for _ in range(10):
            sent = patiently(client, f"transfers/{one.number}/dispatch", {})
            if sent.status_code == 200:
                break  # 409: what was suggested was taken by another just now
        assert sent.status_code == 200, sent.content
        lines = [
            {"item": item["id"], "quantity": item["quantity"] + 1, "surplus": True}
            for item in ({**row, "quantity": row["on_the_way"]} for row in sent.json()["items"])
        ]
        lines.append({"product": "ALE", "lot": "L2", "quantity": 1, "condition": "damaged", "surplus": True})
        return patiently(client, f"transfers/{one.number}/receive", {"lines": lines})

    answers = crowd(work)
    assert {answer.status_code for answer in answers} == {200}, [one.content for one in answers][:2]
    surplus = sum(one["surplus"] for answer in answers for one in answer.json()["items"])
    assert total() == 240 + surplus
    assert disagreements(seal=False) == []


def test_a_place_that_two_counts_want_at_once_is_in_one(no_deadlock: None) -> None:
    asked = {"warehouse": "MAIN", "method": "place", "locations": ["MAIN/A-01", "MAIN/A-02"]}
    answers = crowd(lambda client, _: patiently(client, "counts", asked))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: CROWD - 1}
    assert disagreements(seal=False) == []


def test_counters_count_while_the_goods_move_and_what_is_booked_is_the_difference(no_deadlock: None) -> None:
    """Promise 9 with real threads: nothing is lost and nothing found, whatever comes between reading and booking."""
    for number in range(8):
        make_location(_main(), f"B-{number}")
        receive("ALE", "L1", quantity=50, location=f"MAIN/B-{number}")
    places = [f"MAIN/B-{number}" for number in range(8)]
    before = total()
    one = control.opened(*places, recount=False)

    def counter(client: Client, index: int) -> Any:
        """Says of each of his places five fewer than lie there: a difference that the movers do not change."""
        for place in places[index::4]:
            for _ in range(3):
                lying = Balance.objects.get(lot__number="L1", location__full_code=place).on_hand
                line = {"product": "ALE", "lot": "L1", "quantity": max(0, lying - 5)}
                answer = patiently(client, f"counts/{one.number}/enter", {"location": place, "lines": [line]})
                assert answer.status_code == 200, answer.content
            patiently(client, f"counts/{one.number}/done", {"location": place, "not_seen": "zero"})
        return answer

    def mover(client: Client, index: int) -> Any:
        chance = random.Random(index)
        for _ in range(12):
            source, target = chance.sample(places, 2)
            line = {
                "product": "ALE",
                "lot": "L1",
                "from_location": source,
                "to_location": target,
                "quantity": chance.randint(1, 3),
            }
            answer = patiently(client, "stock/move", {"lines": [line]})
            assert answer.status_code in (200, 201, 409), answer.content
        return answer

    people = [signed_in_client("manager") for _ in range(8)]
    all_at_once(
        *[lambda c=c, i=i: counter(c, i) for i, c in enumerate(people[:4])],
        *[lambda c=c, i=i: mover(c, i) for i, c in enumerate(people[4:])],
    )
    # approval while the movers go on
    assert patiently(people[0], f"counts/{one.number}/submit", {}).status_code == 200
    fresh = [signed_in_client("manager") for _ in range(4)]
    answers = all_at_once(
        *[lambda c=c: patiently(c, f"counts/{one.number}/approve", {}) for c in fresh[:2]],
        *[lambda c=c, i=i: mover(c, 10 + i) for i, c in enumerate(fresh[2:])],
    )
    assert sorted(answer.status_code for answer in answers[:2]) == [200, 409]
    booked = sum(counted - book for counted, book in CountLine.objects.values_list("counted", "book"))
    assert total() == before + booked
    assert disagreements(seal=False) == []


def _main() -> Any:
    from stillage.places.models import Warehouse

    return Warehouse.objects.get(code="MAIN")


@pytest.mark.parametrize("seed", range(4))
def test_who_enters_while_he_approves_did_not_approve_his_own(seed: int, no_deadlock: None) -> None:
    """SAFETY B19 raced: sent back, entered and approved at the same instant by the same person."""
    one = control.counted("MAIN/A-01", ("ALE", "L1", 55))
    (line,) = control.lines_of(one)
    person, other = signed_in_client("manager"), signed_in_client("manager")
    at = f"counts/{one.number}"

    def approve() -> Any:
        time.sleep(random.Random(seed).random() / 50)
        return patiently(person, f"{at}/approve", {})

    def enter() -> Any:
        patiently(other, f"{at}/reject", {"lines": [line.pk], "action": "recount"})
        body = {"location": "MAIN/A-01", "lines": [{"product": "ALE", "lot": "L1", "quantity": 50}]}
        entered = patiently(person, f"{at}/enter", body)
        patiently(person, f"{at}/done", {"location": "MAIN/A-01", "not_seen": "zero"})
        patiently(person, f"{at}/submit", {})
        return entered

    approved, entered = all_at_once(approve, enter)
    again = patiently(person, f"{at}/approve", {})
    codes = {answer.json().get("code") for answer in (approved, again)}
    if entered.status_code == 200:
        assert approved.status_code != 200 and "counted_it_yourself" in codes
        assert Balance.objects.get(lot__number="L1").on_hand == 60
        assert CountEntry.objects.filter(user_id=person.user.pk).exists()
    else:
        assert approved.status_code == 200 and Count.objects.get().status == "closed"
        assert Balance.objects.get(lot__number="L1").on_hand == 55
    assert disagreements(seal=False) == []


def test_two_who_take_one_place_at_once_do_not_both_have_it(no_deadlock: None) -> None:
    one = control.opened("MAIN/A-01")
    answers = crowd(
        lambda client, _: patiently(client, f"counts/{one.number}/claim", {"location": "MAIN/A-01"})
    )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: CROWD - 1}


@pytest.mark.postgres
def test_two_who_count_different_places_of_one_count_do_not_wait_for_each_other() -> None:
    """Who enters shares the count: a second one gets through while the first holds his place."""
    from django.db import connections, transaction

    from stillage.counting import operations as counting

    one = control.opened("MAIN/A-01", "MAIN/A-02")
    seen = [counting.Seen(product="ALE", lot="L1", quantity=1)]
    with transaction.atomic():
        counting.enter(actor=control.ANN, count=one.pk, location="MAIN/A-01", lines=seen, at=now())

        def second() -> str:
            other = [counting.Seen(product="ALE", lot="L2", quantity=1)]
            counting.enter(actor=control.BEN, count=one.pk, location="MAIN/A-02", lines=other, at=now())
            connections.close_all()
            return "through"

        assert together([second]) == ["through"]
    assert connection.vendor == "postgresql"
    assert CountLine.objects.count() == 2


def test_clocks_that_differ_by_an_hour_change_no_number_and_no_difference() -> None:
    """W8: servers whose clocks disagree. What is read under the lock needs no clock."""
    import datetime as dt

    from stillage.counting import operations as counting

    one = control.opened("MAIN/A-01", recount=False)
    ahead, behind = now() + dt.timedelta(hours=1), now() - dt.timedelta(hours=1)
    seen = [counting.Seen(product="ALE", lot="L1", quantity=50)]
    counting.enter(actor=control.ANN, count=one.pk, location="MAIN/A-01", lines=seen, at=ahead)
    line = operations.MoveLine("ALE", "MAIN/A-01", "MAIN/A-02", 20, "L1")
    operations.move(actor=BOSS, lines=[line], reference="", at=behind)
    counting.done(actor=control.ANN, count=one.pk, location="MAIN/A-01", at=behind)
    counting.submit(actor=control.ANN, count=one.pk, at=ahead)
    counting.approve(actor=control.BEN, count=one.pk, at=behind)
    assert Balance.objects.get(lot__number="L1", location__code="A-01").on_hand == 50 - 20
    first, second = control.drafted(("ALE", 1)), control.drafted(("ALE", 1))
    assert (first.number, second.number) == ("TR-000001", "TR-000002")
    assert disagreements(seal=False) == []


# ---- W6 -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("seed", range(4))
def test_messages_sent_thrice_and_shuffled_have_their_one_effect(seed: int) -> None:
    chance = random.Random(seed)
    one = control.dispatched(("ALE", 70))
    count = control.opened("MAIN/A-02", recount=False)
    client, approver = signed_in_client("picker"), signed_in_client("manager")
    items = [(item.pk, item.dispatched) for item in control.items_of(one)]
    messages = [
        (f"transfers/{one.number}/receive", {"lines": [{"item": pk, "quantity": part}]}, new_key())
        for pk, units in items
        for part in (units // 2, units - units // 2)
    ]
    base = now()
    import datetime as dt

    for minute, units in ((3, 44), (2, 43), (1, 42)):  # the latest number of three stands
        at = (base - dt.timedelta(minutes=10 - minute)).isoformat()
        seen = {"product": "ALE", "lot": "L2", "quantity": units, "counted_at": at}
        messages.append(
            (f"counts/{count.number}/enter", {"location": "MAIN/A-02", "lines": [seen]}, new_key())
        )
    shuffled = messages * 3
    chance.shuffle(shuffled)
    answers: dict[str, set[bytes]] = {}
    for address, body, key in shuffled:
        answer = client.post(API + address, body, key=key)
        assert answer.status_code == 200, answer.content
        answers.setdefault(key, set()).add(answer.content)
    assert all(len(same) == 1 for same in answers.values()) and len(answers) == len(messages)
    assert Transfer.objects.get().status == "received"
    arrived = Movement.objects.filter(kind="transfer", from_location__kind="transit")
    assert sum(arrived.values_list("quantity", flat=True)) == 70
    assert CountLine.objects.get().counted == 44 and CountEntry.objects.count() == 3
    last = [
        (f"counts/{count.number}/done", {"location": "MAIN/A-02", "not_seen": "zero"}, new_key(), client),
        (f"counts/{count.number}/submit", {}, new_key(), client),
        (f"counts/{count.number}/approve", {}, new_key(), approver),
    ]
    done: set[str] = set()
    for _ in range(4):  # a client asks again until it is answered
        again = last * 3
        chance.shuffle(again)
        for address, body, key, who in again:
            answer = who.post(API + address, body, key=key)
            assert answer.status_code in (200, 409), answer.content
            done |= {key} if answer.status_code == 200 else set()
    assert len(done) == 3 and Count.objects.get().status == "closed"
    assert len(set(Movement.objects.filter(kind="count").values_list("operation_id", flat=True))) == 1
    assert disagreements(seal=False) == []
