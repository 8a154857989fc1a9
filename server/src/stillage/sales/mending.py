"""Walks follow promises that somebody else took back: a count found fewer units than were promised.

Done in the background, because a walk is locked before balances are and whoever counts holds those already.
"""

import datetime as dt
import logging
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db import OperationalError, transaction
from django_tasks import task

from stillage.core.clock import now
from stillage.core.events import PromisesTaken
from stillage.core.sql import fetch, is_postgres, member
from stillage.sales import tasks
from stillage.sales.walking import lock_rows

log = logging.getLogger("stillage.mending")
TRIES: Final = 5
# Open units of tasks against what is still promised to their line, of that lot at that place; the newest task gives way.
_OPEN = """
SELECT t.id, t.pick_list_id, t.order_id, t.line_id, t.lot_id, t.location_id, t.quantity - t.picked - t.short,
  COALESCE((SELECT a.quantity FROM stock_allocation a WHERE a.demand_id = m.demand_id AND a.lot_id = t.lot_id
    AND a.location_id = t.location_id), 0)
FROM sales_picktask t JOIN sales_salesorderline m ON m.id = t.line_id
WHERE m.demand_id {demands} AND t.finished_at IS NULL ORDER BY t.id
"""


def promises_were_taken(event: PromisesTaken) -> None:
    """Queue the mending, in the transaction that took the promises."""
    mend.enqueue([str(one) for one in event.demand_ids])


@task()
def mend(demand_ids: list[str]) -> int:
    """The background task; twice does no more than once. Returns the units that nobody is sent for any more."""
    for attempt in range(1, TRIES + 1):
        try:
            with transaction.atomic():
                return mend_walks([UUID(one) for one in demand_ids], at=now())
        except OperationalError:
            if attempt == TRIES:
                raise
            log.info("walks are busy, attempt %s", attempt)
    raise AssertionError("unreachable")


def mend_walks(demand_ids: Sequence[UUID], *, at: dt.datetime) -> int:
    """Send nobody for more than is promised. Locks: the orders, their lists, their tasks, each by id."""
    keys = [str(one) if is_postgres() else one.hex for one in demand_ids]
    wanted, parameters = member(keys, "uuid")
    found = fetch(_OPEN.format(demands=wanted), parameters)
    if not found:
        return 0
    orders = lock_rows(sorted({row[2] for row in found}))
    lists = sorted({row[1] for row in found})
    tasks.lock_lists(lists)
    tasks.lock_tasks([row[0] for row in found])
    left: dict[tuple[int, int, int], int] = {}
    worked = []
    for pk, _, _, line_id, lot_id, location_id, units, promised in fetch(
        _OPEN.format(demands=wanted), parameters
    ):
        place = (line_id, lot_id, location_id)
        room = left.get(place, int(promised))
        left[place] = max(0, room - units)
        if units > room:
            worked.append(tasks.Worked(pk, quantity=room - units))
    if not worked:
        return 0
    tasks.work_off(worked, at=at)
    tasks.settle_lists(lists, at=at)
    tasks.settle_orders(list(orders.values()), at=at)
    return -sum(one.quantity for one in worked)
