"""Goods are to go back to a supplier: it is written down what."""

import datetime as dt

from django.conf import settings

from stillage.core.actor import Actor
from stillage.core.errors import Fault, refuse_all
from stillage.core.locking import operation
from stillage.numbering.take import document_number, take
from stillage.purchasing.drafting import find_supplier, find_warehouse
from stillage.purchasing.models import SupplierReturn
from stillage.purchasing.returning import (
    AskedReturn,
    check_costs,
    find_receipt,
    found_lines,
    insert_lines,
    told_lines,
)
from stillage.purchasing.trail import record_step


@operation
def create_return(*, actor: Actor, asked: AskedReturn, at: dt.datetime) -> SupplierReturn:
    """Write a return down as a draft. Nothing moves; what is free is looked at when it goes.

    Refuses: unknown names, places of another warehouse, another supplier's deliveries (all lines at once); costs from
    who may not see them. Locks: the series of numbers, last. Audits: supplier_return.create.
    """
    check_costs(asked.lines, actor)
    faults: list[Fault] = []
    supplier = find_supplier(asked.supplier, faults)
    warehouse = find_warehouse(asked.warehouse, actor, faults)
    receipt = find_receipt(asked.receipt, supplier, actor, faults)
    found = found_lines(asked.lines, supplier=supplier, warehouse=warehouse, actor=actor)
    faults += found.faults
    refuse_all(faults, summary=f"{len(faults)} things are wrong, so no return was made.")
    one = SupplierReturn(
        supplier=supplier,
        warehouse=warehouse,
        receipt=receipt,
        reason=asked.reason,
        supplier_reference=asked.supplier_reference,
        currency=settings.CURRENCY,
        user_id=actor.user_id,
        username=actor.username[:150],
    )
    one.number = document_number("SR", take("supplier_return")[0])
    one.save(force_insert=True)
    for line in found.lines:
        line.of_return_id = one.pk
    insert_lines(found.lines)
    after = {
        "supplier": one.supplier.code,
        "warehouse": one.warehouse.code,
        "receipt": receipt.number if receipt else None,
        "reason": one.reason,
        "lines": told_lines(found.lines, found.skus),
    }
    record_step(one, "create", actor=actor, at=at, after=after)
    return one
