"""An order to a supplier is changed: a draft as a whole, later only what was not agreed."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from stillage.core.actor import Actor
from stillage.core.errors import Fault, Kind, Refusal, refuse_all
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.core.sql import execute
from stillage.purchasing.drafting import (
    AskedLine,
    Draft,
    check_costs,
    find_supplier,
    find_warehouse,
    known,
    set_lines,
)
from stillage.purchasing.locking import facts_of, lines_of, lock_order, touch
from stillage.purchasing.models import PurchaseOrder, PurchaseOrderStatus
from stillage.purchasing.operations.create_order import told_lines
from stillage.purchasing.states import Step, check
from stillage.purchasing.trail import record_step
from stillage.purchasing.writing import insert_lines

AMENDABLE = frozenset({"expected_date", "supplier_reference", "note"})


@operation
def edit_order(
    *,
    actor: Actor,
    order: Reference,
    version: int | None,
    changes: Mapping[str, Any],
    lines: Sequence[AskedLine] | None,
    at: dt.datetime,
) -> PurchaseOrder:
    """Change expected date, supplier's reference or note; of a draft also supplier, warehouse and all its lines.

    Lines that are not sent stay as they are, with their costs.
    Refuses: a stale version; an impossible step; unknown names; costs from who may not see them.
    Locks: the order. Audits: purchase_order.edit.
    """
    found = lock_order(order, actor=actor)
    if version not in (None, found.version):
        raise stale(found.version)
    draft = found.status == PurchaseOrderStatus.DRAFT
    amends = not draft and lines is None and set(changes) <= AMENDABLE
    check(found.number, found.status, Step.AMEND if amends else Step.EDIT, facts_of(found))
    check_costs(lines or (), actor)
    columns: dict[str, Any] = dict(changes)
    before, after = _named(found, columns, actor)
    if lines is not None:
        old = lines_of(found)
        made = _replaced(found, lines)
        before["lines"] = told_lines(old, [line.product.sku for line in old])
        after["lines"] = told_lines(made.lines, [product.sku for product in made.products])
        columns["net_total"] = found.net_total
    touch(found, **columns)
    record_step(found, "edit", actor=actor, at=at, before=before, after=after)
    return found


def stale(version: int) -> Refusal:
    """Somebody else was quicker."""
    return Refusal(
        "Somebody changed this after you read it. Read it again, then change it.",
        code="stale",
        kind=Kind.STALE,
        faults=[Fault("/headers/If-Match", "stale", f'The current ETag is "{version}".')],
    )


def _named(
    order: PurchaseOrder, columns: dict[str, Any], actor: Actor
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Find what the changes name, set it, and say what it was and is."""
    faults: list[Fault] = []
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name in list(columns):
        old = getattr(order, name)
        if name == "supplier":
            columns[name] = find_supplier(columns[name], faults)
        elif name == "warehouse":
            columns[name] = find_warehouse(columns[name], actor, faults)
        new = columns[name]
        before[name], after[name] = getattr(old, "code", old), getattr(new, "code", new)
    refuse_all(faults, summary=f"{len(faults)} things are wrong, so nothing was changed.")
    for name, value in columns.items():
        setattr(order, name, value)
    return before, after


def _replaced(order: PurchaseOrder, asked: Sequence[AskedLine]) -> Draft:
    """Other lines instead of those that are there."""
    made = Draft(order)
    set_lines(made, asked, known(asked, order.supplier_id))
    refuse_all(made.faults, summary=f"{len(made.faults)} things are wrong, so nothing was changed.")
    # Not by the ORM: it would look for what hangs on each of them, and on a draft nothing does.
    execute("DELETE FROM purchasing_purchaseorderline WHERE order_id = %s", [order.pk])
    for line in made.lines:
        line.order_id = order.pk
    insert_lines(made.lines)
    return made
