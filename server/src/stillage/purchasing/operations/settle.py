"""A discrepancy is settled with the supplier: credited, sent after, or let be."""

import datetime as dt

from stillage.core.actor import Actor
from stillage.core.errors import Conflict, NotFound
from stillage.core.finding import seen
from stillage.core.locking import operation
from stillage.purchasing import dock
from stillage.purchasing.models import Discrepancy


@operation
def settle(*, actor: Actor, discrepancy: int, settlement: str, at: dt.datetime) -> Discrepancy:
    """Write down how a discrepancy was settled.

    Refuses: one that is settled, or was withdrawn with its booking. Locks: the discrepancy. Audits: discrepancy.settle,
    in the receipt's history.
    """
    rows = seen(Discrepancy.objects.all(), actor, "receipt__warehouse")
    found = (
        rows.select_for_update(no_key=True, of=("self",))
        .select_related("receipt__supplier", "product")
        .filter(pk=discrepancy)
        .first()
    )
    if found is None:
        raise NotFound("There is nothing of that name.")
    if found.withdrawn_at is not None:
        raise Conflict("This was withdrawn with its booking; there is nothing to settle.", code="withdrawn")
    if found.settled_at is not None:
        raise Conflict(
            f"{found.settled_by} settled this already: {found.settlement or 'without a word'}.",
            code="already_settled",
        )
    found.settled_at, found.settled_by, found.settlement = at, actor.username[:150], settlement
    found.save(update_fields=["settled_at", "settled_by", "settlement"])
    after = {
        "product": found.product.sku,
        "kind": found.kind,
        "quantity": found.quantity,
        "settlement": settlement,
    }
    dock.tell(found.receipt, "discrepancy.settle", actor=actor, at=at, after=after)
    return found
