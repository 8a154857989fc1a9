"""Promised stock leaves the warehouse for the customer."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from stillage.core.actor import Actor
from stillage.core.errors import Conflict, Fault, Kind, refuse_all
from stillage.core.locking import operation
from stillage.core.sql import as_date, fetch, member
from stillage.stock import ledger
from stillage.stock.expiry import FOREVER, may_be_sold, shown
from stillage.stock.naming import LotName, ProductName, virtual_locations
from stillage.stock.operations.posting import End, Step, carry_out


@dataclass(frozen=True, slots=True)
class Leaving:
    """A demand whose goods go out, and how long they must still last on delivery."""

    demand_id: UUID
    minimum_remaining_days: int = 0


_NAMES = """
SELECT a.id, p.id, p.sku, p.name, p.lot_tracked, l.id, l.number, l.expiry_date, l.best_before_date, l.production_date,
  l.last_sale_date, x.full_code, x.kind,
  EXISTS (SELECT 1 FROM stock_hold h WHERE h.lot_id = l.id AND h.released_at IS NULL
    AND (h.location_id IS NULL OR h.location_id = x.id))
FROM stock_allocation a
JOIN stock_lot l ON l.id = a.lot_id
JOIN catalogue_product p ON p.id = l.product_id
JOIN places_location x ON x.id = a.location_id
WHERE a.id {wanted}
"""


@operation
def issue(
    *,
    actor: Actor,
    leaving: Sequence[Leaving],
    reference: str,
    delivered_on: dt.date,
    at: dt.datetime,
    from_kinds: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Ship all that is promised to some demands: the promise and the stock go together.

    With `from_kinds` only what lies in places of these kinds goes, such as what was picked; the rest stays promised.
    Refuses: nothing promised; a lot that was put on hold, or will be past its date on delivery.
    Locks: the balances, by id. Audits: stock.issue.
    """
    life = {one.demand_id: one.minimum_remaining_days for one in leaving}
    found = ledger.open_allocations(sorted(life))
    wanted, parameters = member([one.id for one in found], "bigint")
    names = {row[0]: row for row in fetch(_NAMES.format(wanted=wanted), parameters)}
    if from_kinds is not None:
        found = [one for one in found if names[one.id][12] in from_kinds]
    if not found:
        raise Conflict("Nothing is promised to this.", code="nothing_allocated")
    faults: list[Fault] = []
    steps: list[Step] = []
    customers = virtual_locations((one.warehouse_id for one in found), "customer")
    for index, one in enumerate(found):
        row = names[one.id]
        last_sale = as_date(row[10]) or FOREVER
        if row[13]:
            faults.append(
                Fault(
                    f"/lots/{index}", "lot_held", f"Lot {row[6]} of {row[2]} is on hold; it is not shipped."
                )
            )
        elif not may_be_sold(last_sale, on=delivered_on, minimum_remaining_days=life[one.demand_id]):
            faults.append(
                Fault(
                    f"/lots/{index}",
                    "lot_expired",
                    f"Lot {row[6]} of {row[2]} may be sold until {shown(last_sale)}; that is too early for this delivery.",
                )
            )
        steps.append(
            Step(
                product=ProductName(row[1], row[2], row[3], bool(row[4]), None, 0, ""),
                lot=LotName(
                    row[5], row[1], row[6], as_date(row[7]), as_date(row[8]), as_date(row[9]), last_sale
                ),
                source=End(one.location_id, row[11], one.warehouse_id),
                target=End(customers[one.warehouse_id], "customer", None),
                quantity=one.quantity,
                demand_id=one.demand_id,
            )
        )
    refuse_all(faults, kind=Kind.CONFLICT)
    ledger.free(found, keep_allocated=True)
    return carry_out(steps, actor=actor, kind="issue", reference=reference, at=at, promised=True)
