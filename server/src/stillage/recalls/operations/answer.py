"""A customer says what is still there."""

import datetime as dt

from stillage.core.actor import Actor
from stillage.core.errors import Fault, refuse_all
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.recalls.locking import lock_recall
from stillage.recalls.models import Recall
from stillage.recalls.operations.tell import customer_of, customers_by_name, unknown_customer
from stillage.recalls.states import Step, check
from stillage.recalls.trail import record_step


@operation
def answer(
    *,
    actor: Actor,
    recall: Reference,
    customer: Reference,
    at: dt.datetime,
    left_there: int | None = None,
    note: str = "",
) -> Recall:
    """Keep a customer's answer; a later one replaces it.

    Refuses: an impossible step, a customer who had nothing of it, an answer that says nothing, more than was sent there.
    Locks: the recall. Audits: recall.answer.
    """
    one = lock_recall(recall, actor=actor)
    check(one.number, one.status, Step.ANSWER)
    row = customer_of(customers_by_name(one), customer)
    faults = [] if row else [unknown_customer("/customer", one, customer)]
    if left_there is None and not note:
        detail = "Say how much is left there (left_there), or what was answered (note)."
        faults.append(Fault("/left_there", "nothing_said", detail))
    if row and left_there is not None and left_there > row.shipped:
        detail = f"{row.shipped} were sent to {row.customer.name}; {left_there} cannot be left there."
        faults.append(Fault("/left_there", "more_than_shipped", detail, {"shipped": row.shipped}))
    refuse_all(faults)
    if row is None:
        raise AssertionError("unreachable")
    before = {"customer": row.customer.code, "left_there": row.left_there, "note": row.note}
    row.left_there = row.left_there if left_there is None else left_there
    row.note = note or row.note
    row.answered_at, row.answered_by = at, actor.username[:150]
    row.save(update_fields=["left_there", "note", "answered_at", "answered_by"])
    one.version += 1
    one.save(update_fields=["version", "updated_at"])
    after = {"customer": row.customer.code, "left_there": row.left_there, "note": row.note}
    record_step(one, "answer", actor=actor, at=at, before=before, after=after)
    return one
