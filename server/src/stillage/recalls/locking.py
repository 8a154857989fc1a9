"""What a recall locks, and in which order: docs/locking.md says why."""

from stillage.core.actor import Actor
from stillage.core.errors import Kind, Refusal
from stillage.core.finding import Reference, find
from stillage.core.locking import for_update
from stillage.core.sql import execute, fetch, is_postgres
from stillage.recalls.models import Recall

_AGAIN = """
DO $$ BEGIN RAISE EXCEPTION 'promised to another order meanwhile' USING ERRCODE = 'serialization_failure'; END $$
"""


def check_all_warehouses(actor: Actor) -> None:
    """A recall counts and holds what lies in every house; who sees some of them cannot answer for it."""
    if actor.warehouse_ids is not None:
        raise Refusal(
            "You work in some warehouses only; a recall concerns all of them. Ask somebody who sees all.",
            code="all_warehouses_required",
            kind=Kind.FORBIDDEN,
        )


def lock_recall(reference: Reference, *, actor: Actor) -> Recall:
    """One recall under lock, by id or number. Two statements. Refuses: one that is not there."""
    check_all_warehouses(actor)
    pk = find(Recall.objects.all(), reference, actor=actor).pk
    fetch(f"SELECT r.id FROM recalls_recall r WHERE r.id = %s{for_update('r')}", [pk])
    return Recall.objects.get(pk=pk)


def stop_all_postings() -> None:
    """Nobody posts or promises until this transaction ends. One statement; readers go on.

    A promise looks at the holds in the statement that waits for the balances, with the eyes it had before it waited:
    row locks alone would let it promise what was called back meanwhile. Who waits for the table has not looked yet.
    On SQLite a writer holds the whole database anyway.
    """
    if is_postgres():
        execute("LOCK TABLE stock_balance IN EXCLUSIVE MODE", [])


def begin_again() -> None:
    """Somebody was promised some of it before the postings stood still: carry the request out once more."""
    execute(_AGAIN, [])
