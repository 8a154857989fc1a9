"""What the trail says of the steps of buying: one row a step, from which a document's history is read."""

import datetime as dt
from typing import Any

from stillage.audit.record import Change, record_many
from stillage.core.actor import Actor
from stillage.purchasing.models import PurchaseOrder, SupplierReturn

ORDER, RETURN = "purchase_order", "supplier_return"
Document = PurchaseOrder | SupplierReturn


def noun_of(document: Document) -> str:
    """What the trail calls it."""
    return ORDER if isinstance(document, PurchaseOrder) else RETURN


def step_of(document: Document, step: str, *, before: Any = None, after: Any = None) -> Change:
    """A row of the trail about one order or one return, with its supplier read."""
    noun = noun_of(document)
    return Change(
        action=f"{noun}.{step}",
        object_type=noun,
        object_id=document.pk,
        label=f"{document.number} {document.supplier.name}",
        before=before,
        after=after,
        warehouse_id=document.warehouse_id,
    )


def record_step(
    document: Document, step: str, *, actor: Actor, at: dt.datetime, before: Any = None, after: Any = None
) -> None:
    """Write one row. One statement."""
    record_many(actor=actor, changes=[step_of(document, step, before=before, after=after)], at=at)
