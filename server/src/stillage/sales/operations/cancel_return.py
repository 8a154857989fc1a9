"""A return that does not come is struck off; one that is decided upon is closed."""

import datetime as dt

from stillage.core.actor import Actor
from stillage.core.errors import Conflict
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.sales.models import Return, ReturnStatus
from stillage.sales.returning import check, lines_of, lock_return, tell


@operation
def cancel_return(*, actor: Actor, of_return: Reference, at: dt.datetime) -> Return:
    """Nothing of it comes. Refuses: a return that is in the house. Locks: the return. Audits: return.cancel."""
    one = lock_return(of_return, actor=actor)
    check(one, "cancel")
    one.status, one.closed_at = ReturnStatus.CANCELLED, at
    one.save(update_fields=["status", "closed_at"])
    tell(one, "cancel", actor=actor, at=at, before={"status": ReturnStatus.EXPECTED.value})
    return one


@operation
def close_return(*, actor: Actor, of_return: Reference, at: dt.datetime) -> Return:
    """All is decided. Refuses: units that nobody has decided upon. Locks: the return. Audits: return.close."""
    one = lock_return(of_return, actor=actor)
    check(one, "close")
    left = sum(line.received - line.disposed for line in lines_of(one))
    if left:
        raise Conflict(
            f"{left} units of {one.number} are still to be looked at: restock, quarantine or scrap them first.",
            code="undecided",
        )
    one.status, one.closed_at = ReturnStatus.CLOSED, at
    one.save(update_fields=["status", "closed_at"])
    tell(one, "close", actor=actor, at=at, before={"status": ReturnStatus.RECEIVED.value})
    return one
