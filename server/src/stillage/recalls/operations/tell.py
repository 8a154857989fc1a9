"""Customers were told that something is called back."""

import datetime as dt
from collections.abc import Sequence

from stillage.core.actor import Actor
from stillage.core.errors import Fault, refuse_all
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.core.sql import execute, is_postgres, member, stored
from stillage.recalls.locking import lock_recall
from stillage.recalls.models import Recall, RecallCustomer
from stillage.recalls.states import Step, check
from stillage.recalls.trail import record_step

WAYS = ("phone", "email", "letter", "visit")


def customer_of(rows: dict[Reference, RecallCustomer], reference: Reference) -> RecallCustomer | None:
    """A customer of a recall by code or id; digits may be either, and the code wins."""
    found = rows.get(reference)
    if found is None and isinstance(reference, str) and reference.isascii() and reference.isdecimal():
        found = rows.get(int(reference))
    return found


def customers_by_name(one: Recall) -> dict[Reference, RecallCustomer]:
    """The customers of a recall by code and by id. One statement."""
    by_name: dict[Reference, RecallCustomer] = {}
    for row in RecallCustomer.objects.filter(recall=one).select_related("customer"):
        by_name[row.customer_id] = by_name[row.customer.code] = row
    return by_name


def unknown_customer(pointer: str, one: Recall, reference: Reference) -> Fault:
    return Fault(
        pointer,
        "unknown_customer",
        f"{str(reference)[:60]!r} is none of the customers of {one.number}; nothing of it was sent there.",
    )


@operation
def tell(
    *,
    actor: Actor,
    recall: Reference,
    customers: Sequence[Reference],
    how: str,
    at: dt.datetime,
    note: str = "",
) -> Recall:
    """Remember that customers know. Who was told before keeps the time of the first telling.

    Refuses: an impossible step, customers who had nothing of it. Locks: the recall. Audits: recall.tell.
    """
    one = lock_recall(recall, actor=actor)
    check(one.number, one.status, Step.TELL)
    by_name = customers_by_name(one)
    found = [customer_of(by_name, reference) for reference in customers]
    refuse_all(
        [
            unknown_customer(f"/customers/{index}", one, reference)
            for index, (reference, row) in enumerate(zip(customers, found, strict=True))
            if row is None
        ]
    )
    told = {row.pk: row for row in found if row is not None}
    wanted, parameters = member(sorted(told), "bigint")
    instant = "CAST(%s AS timestamptz)" if is_postgres() else "%s"
    execute(
        "UPDATE recalls_recallcustomer SET told_by = CASE WHEN told_at IS NULL THEN %s ELSE told_by END,"
        " told_how = CASE WHEN told_at IS NULL THEN %s ELSE told_how END,"
        " note = CASE WHEN %s = '' THEN note ELSE %s END,"
        f" told_at = COALESCE(told_at, {instant}) WHERE id {wanted}",
        [actor.username[:150], how, note, note, stored(at), *parameters],
    )
    untold = {row.pk for row in by_name.values() if row.told_at is None} - set(told)
    if not untold and one.all_told_at is None:
        one.all_told_at = at
    one.version += 1
    one.save(update_fields=["all_told_at", "version", "updated_at"])
    record_step(
        one,
        "tell",
        actor=actor,
        at=at,
        after={
            "customers": sorted(row.customer.code for row in told.values()),
            "how": how,
            "note": note,
            "left": len(untold),
        },
    )
    return one
