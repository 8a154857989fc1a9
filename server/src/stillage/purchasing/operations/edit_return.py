"""A return to a supplier is changed before it goes; afterwards only what the supplier calls it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from stillage.core.actor import Actor
from stillage.core.errors import Fault, refuse_all
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.core.sql import execute
from stillage.purchasing.models import SupplierReturn, SupplierReturnStatus
from stillage.purchasing.operations.edit_order import stale
from stillage.purchasing.returning import (
    GoingBack,
    check_costs,
    find_receipt,
    found_lines,
    insert_lines,
    lines_of,
    lock_return,
    told_lines,
    touch,
)
from stillage.purchasing.states import ReturnStep, check_return
from stillage.purchasing.trail import record_step

AMENDABLE = frozenset({"supplier_reference", "reason"})


@operation
def edit_return(
    *,
    actor: Actor,
    of_return: Reference,
    version: int | None,
    changes: Mapping[str, Any],
    lines: Sequence[GoingBack] | None,
    at: dt.datetime,
) -> SupplierReturn:
    """Change reason, supplier's reference or the delivery it is about; of a draft also its lines, all at once.

    Lines are frozen once the goods went. Refuses: a stale version; an impossible step; unknown names; costs from who
    may not see them. Locks: the return. Audits: supplier_return.edit.
    """
    one = lock_return(of_return, actor=actor)
    if version not in (None, one.version):
        raise stale(one.version)
    amends = one.status != SupplierReturnStatus.DRAFT and lines is None and set(changes) <= AMENDABLE
    check_return(one.number, one.status, ReturnStep.AMEND if amends else ReturnStep.EDIT)
    check_costs(lines or (), actor)
    faults: list[Fault] = []
    columns: dict[str, Any] = dict(changes)
    before: dict[str, Any] = {name: getattr(one, name) for name in changes if name != "receipt"}
    after: dict[str, Any] = {name: value for name, value in changes.items() if name != "receipt"}
    if "receipt" in columns:
        columns["receipt"] = find_receipt(columns["receipt"], one.supplier, actor, faults)
        before["receipt_id"] = one.receipt_id
        after["receipt_id"] = columns["receipt"].pk if columns["receipt"] else None
    found = None
    if lines is not None:
        found = found_lines(lines, supplier=one.supplier, warehouse=one.warehouse, actor=actor)
        faults += found.faults
    refuse_all(faults, summary=f"{len(faults)} things are wrong, so nothing was changed.")
    if found is not None:
        old = lines_of(one)
        before["lines"] = told_lines(old, [line.product.sku for line in old])
        after["lines"] = told_lines(found.lines, found.skus)
        execute("DELETE FROM purchasing_supplierreturnline WHERE of_return_id = %s", [one.pk])
        for line in found.lines:
            line.of_return_id = one.pk
        insert_lines(found.lines)
    touch(one, **columns)
    record_step(one, "edit", actor=actor, at=at, before=before, after=after)
    return one
