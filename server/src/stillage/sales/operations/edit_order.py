"""An order is changed: a draft as a whole, later only what does not change what was agreed."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from stillage.core.actor import Actor
from stillage.core.errors import Fault, Kind, Refusal, refuse_all
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.core.sql import execute
from stillage.sales.demands import promised_to
from stillage.sales.drafting import AskedLine, Draft, known, needed_on, set_lines
from stillage.sales.locking import lines_of, lock_order, touch
from stillage.sales.models import SalesOrder
from stillage.sales.operations.create_order import told_lines
from stillage.sales.queries.orders import facts_of
from stillage.sales.states import Step, check
from stillage.sales.trail import record_step
from stillage.sales.writing import insert_lines
from stillage.stock.expiry import may_be_sold, shown


@operation
def edit_order(
    *,
    actor: Actor,
    order: Reference,
    version: int | None,
    changes: Mapping[str, Any],
    lines: Sequence[AskedLine] | None,
    at: dt.datetime,
) -> SalesOrder:
    """Change note, customer's reference or delivery date; of a draft also its lines, all at once.

    Refuses: a stale version; an impossible step; a delivery date for which promised lots no longer last.
    Locks: the order. Audits: sales_order.edit.
    """
    found = lock_order(order, actor=actor)
    if version not in (None, found.version):
        raise Refusal(
            "Somebody changed this after you read it. Read it again, then change it.",
            code="stale",
            kind=Kind.STALE,
            faults=[Fault("/headers/If-Match", "stale", f'The current ETag is "{found.version}".')],
        )
    editable = found.status == "draft"
    check(
        found.number,
        found.status,
        Step.AMEND if lines is None and not editable else Step.EDIT,
        facts_of(found),
    )
    before = {name: getattr(found, name) for name in changes}
    after: dict[str, Any] = dict(changes)
    for name, value in changes.items():
        setattr(found, name, value)
    if "delivery_date" in changes:
        refuse_all(_too_short(found), kind=Kind.CONFLICT)
    columns: dict[str, Any] = dict(changes)
    if lines is not None:
        old = lines_of(found)
        made = _replaced(found, lines)
        before["lines"] = told_lines(old, [line.product.sku for line in old])
        after["lines"] = told_lines(made.lines, [product.sku for product in made.products])
        columns |= {name: getattr(found, name) for name in ("net_total", "tax_total", "gross_total")}
    touch(found, **columns)
    record_step(found, "edit", actor=actor, at=at, before=before, after=after)
    return found


def _replaced(order: SalesOrder, asked: Sequence[AskedLine]) -> Draft:
    """Other lines instead of those that are there."""
    made = Draft(order)
    set_lines(made, asked, known(asked, order.customer_id))
    refuse_all(made.faults, summary=f"{len(made.faults)} things are wrong, so nothing was changed.")
    # Not by the ORM: it would look for what hangs on each of them, and on a draft nothing does, save walks for
    # it that were called off before anything was fetched.
    execute("DELETE FROM sales_picktask WHERE order_id = %s", [order.pk])
    execute("DELETE FROM sales_salesorderline WHERE order_id = %s", [order.pk])
    for line in made.lines:
        line.order_id = order.pk
    insert_lines(made.lines)
    return made


def _too_short(order: SalesOrder) -> list[Fault]:
    """Which promised lots would not last long enough for another delivery date."""
    day = needed_on(order)
    return [
        Fault(
            "/delivery_date",
            "lot_no_longer_fits",
            f"Lot {one.lot} of {one.sku} ({one.quantity} promised at {one.location}) may be sold until"
            f" {shown(one.last_sale_date)}; the customer needs {one.minimum_remaining_days} days after"
            f" {day.isoformat()}. Give it back first (deallocate), or promise another lot.",
            {"line": one.line_id, "lot": one.lot, "lot_id": one.lot_id},
        )
        for one in promised_to(order)
        if not may_be_sold(one.last_sale_date, on=day, minimum_remaining_days=one.minimum_remaining_days)
    ]
