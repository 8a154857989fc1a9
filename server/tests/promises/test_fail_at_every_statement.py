"""W1: every write fails at its first SQL statement, at its second, and so on until none is left to fail.

After each failure the whole database is as it was; the answer is a problem the client can act on; the same key
succeeds in the end, once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction

from stillage.core.clock import now
from stillage.stock import operations
from stillage.stock.models import Movement
from stillage.stock.reconcile import disagreements
from tests.builders import BOSS
from tests.promises.acts import ACTS, World, world_for
from tests.promises.tables import changed, everything

pytestmark = pytest.mark.django_db(transaction=True)
# Their answer is a job, done at once in tests; how those fail is tested in tests/catalogue, planning and seeing.
JOBS = ("imports POST", "ledger-checks POST", "forecast-runs POST")
NAMES = [name for name in ACTS if name not in JOBS]
MOST_STATEMENTS = 80


class Saboteur:
    """Lets n - 1 statements pass and breaks the n-th: before it is carried out, or right after."""

    def __init__(self, n: int, *, after: bool) -> None:
        self.n, self.after, self.seen, self.fired = n, after, 0, ""

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.seen += 1
        if self.seen != self.n:
            return execute(sql, params, many, context)
        self.fired = sql
        if self.after:
            execute(sql, params, many, context)
        raise OperationalError("sabotage")


def fail_everywhere(ready: Callable[[], Callable[[], Any]], *, after: bool) -> tuple[Any, int]:
    """Carry out with the 1st statement broken, the 2nd … until it is done whole. Returns its answer."""
    before = everything()
    for n in range(1, MOST_STATEMENTS):
        saboteur, act = Saboteur(n, after=after), ready()
        with connection.execute_wrapper(saboteur):
            answer = act()
        if not saboteur.fired:
            return answer, n - 1
        left = changed(before, everything())
        assert left == [], f"statement {n} broken, and these tables differ: {left} ({saboteur.fired[:200]})"
        assert not connection.in_atomic_block
        if answer is not None:
            assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json"), (
                n,
                saboteur.fired,
            )
            assert "Retry-After" in answer
    raise AssertionError("it never ended")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("name", NAMES)
def test_a_request_that_fails_anywhere_has_done_nothing(name: str, after: bool) -> None:
    world = world_for(name)
    act = ACTS[name]
    answer, statements = fail_everywhere(lambda: act.ready(world, key="the-same-key-every-time"), after=after)
    assert answer.status_code in (200, 201, 204), answer.content
    assert statements >= 3
    again = act.send(world, key="the-same-key-every-time")
    assert (again.status_code, again.content) == (answer.status_code, answer.content)
    assert disagreements(seal=False) == []


ORDER = UUID(int=9)


def allocate(world: World) -> None:
    demand = operations.Demand(ORDER, "SO", world.ale.pk, world.main.pk, 300, now().date())
    more = operations.Demand(UUID(int=10), "SO", world.ale.pk, world.main.pk, 50, now().date())
    operations.allocate(actor=BOSS, demands=[demand, more], at=now(), whole=False)


def deallocate(world: World) -> None:
    operations.deallocate(actor=BOSS, demand_ids=[ORDER], at=now())


def issue(world: World) -> None:
    operations.issue(
        actor=BOSS, leaving=[operations.Leaving(ORDER)], reference="SO", delivered_on=now().date(), at=now()
    )


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("operation", [allocate, deallocate, issue])
def test_an_operation_that_fails_anywhere_has_done_nothing(
    operation: Callable[[World], None], after: bool
) -> None:
    world = World()
    if operation is not allocate:
        allocate(world)

    def act() -> None:
        try:
            operation(world)
        except DatabaseError as error:
            assert "sabotage" in str(error)

    before = everything()
    _, statements = fail_everywhere(lambda: act, after=after)
    assert statements >= 4
    assert changed(before, everything()) != []
    assert disagreements(seal=False) == []


def test_control_without_a_transaction_half_of_it_would_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the transaction taken away the sweep must see half a move."""
    world = World()

    class Nothing:
        def __enter__(self) -> None: ...

        def __exit__(self, *what: Any) -> None: ...

    monkeypatch.setattr(transaction, "atomic", lambda *args, **kwargs: Nothing())
    with pytest.raises(AssertionError, match="these tables differ"):
        fail_everywhere(
            lambda: ACTS["stock-move POST"].ready(world, key="the-same-key-every-time"), after=False
        )
    monkeypatch.undo()
    assert Movement.objects.exists()
