"""A mistake is undone by its mirror image, linked to it. The history keeps both."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError

from stillage.core.actor import Actor
from stillage.core.errors import Conflict, Kind, NotFound, Refusal
from stillage.core.locking import operation
from stillage.core.sql import as_date, fetch, stored
from stillage.places.models import VIRTUAL
from stillage.stock.expiry import FOREVER
from stillage.stock.naming import LotName, ProductName
from stillage.stock.operations.posting import End, Step, carry_out
from stillage.stock.owned import owner_of

ANYBODYS = "stock.reverse_any"
REVERSIBLE = ("receive", "move", "adjust", "scrap", "reverse")

_MOVEMENTS = """
SELECT m.id, m.kind, m.user_id, m.quantity, m.unit_cost, r.id, m.reference,
  p.id, p.sku, p.name, p.lot_tracked,
  l.id, l.number, l.expiry_date, l.best_before_date, l.production_date, l.last_sale_date,
  f.id, f.full_code, f.warehouse_id, f.kind, t.id, t.full_code, t.warehouse_id, t.kind, o.kind
FROM stock_movement m
LEFT JOIN stock_movement r ON r.reverses_id = m.id
LEFT JOIN stock_movement o ON o.id = m.reverses_id
JOIN catalogue_product p ON p.id = m.product_id
JOIN stock_lot l ON l.id = m.lot_id
JOIN places_location f ON f.id = m.from_location_id
JOIN places_location t ON t.id = m.to_location_id
WHERE m.operation_id = %s ORDER BY m.id
"""


@operation
def reverse(
    *,
    actor: Actor,
    operation_id: UUID,
    reason: str,
    at: dt.datetime,
    kinds: Sequence[str] = REVERSIBLE,
) -> dict[str, Any]:
    """Undo an operation whole; a reversal can itself be undone.

    `kinds` says what may be undone for a document that undoes its own bookings; without it these are left to it.

    Refuses: an operation that is not there for this actor, one of a document, one undone already, another's without
    the right, and stock that has moved on since (it says how much is left where).
    Locks: the balances, by id. Audits: stock.reverse.
    """
    found = fetch(_MOVEMENTS, [stored(operation_id)])
    if not found or not all(actor.sees(row[19]) and actor.sees(row[23]) for row in found):
        raise NotFound("There is no such operation.")
    kind, user_id = found[0][1], found[0][2]
    if kind not in kinds or (found[0][25] or kind) not in REVERSIBLE + tuple(kinds):
        raise Conflict(f"What was booked by “{kind}” is not undone here.", code="not_reversible")
    if kinds is REVERSIBLE and (document := owner_of(operation_id)):
        raise Conflict(
            f"This belongs to {document}; undo it there, so that its book agrees.", code="of_a_document"
        )
    if user_id != actor.user_id and not actor.can(ANYBODYS):
        raise Refusal(
            "Somebody else booked this; a manager can undo it.", code="not_yours", kind=Kind.FORBIDDEN
        )
    if any(row[5] is not None for row in found):
        raise Conflict("This was undone already.", code="already_reversed")
    steps = [_mirrored(row, reason) for row in found]
    try:
        return carry_out(
            steps,
            actor=actor,
            kind="reverse",
            reference=found[0][6],
            at=at,
            shortage_detail="The stock has moved on since, so this cannot be undone.",
        )
    except IntegrityError as error:
        if "reverses" not in str(error):
            raise
        raise Conflict("This was undone already.", code="already_reversed") from None


def _end(location_id: int, name: str, warehouse_id: int, kind: str) -> End:
    virtual = kind in VIRTUAL
    return End(location_id, kind if virtual else name, None if virtual else warehouse_id, kind)


def _mirrored(row: tuple[Any, ...], reason: str) -> Step:
    return Step(
        product=ProductName(row[7], row[8], row[9], bool(row[10]), None, 0, ""),
        lot=LotName(
            row[11],
            row[7],
            row[12],
            as_date(row[13]),
            as_date(row[14]),
            as_date(row[15]),
            as_date(row[16]) or FOREVER,
        ),
        source=_end(*row[21:25]),
        target=_end(*row[17:21]),
        quantity=row[3],
        reason=reason,
        unit_cost=row[4],
        reverses_id=row[0],
    )
