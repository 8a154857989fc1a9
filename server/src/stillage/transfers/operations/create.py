"""A transfer is asked for, and changed while it is a draft."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from stillage.core.actor import Actor
from stillage.core.errors import Fault, Kind, Refusal, refuse_all
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.numbering.take import document_number, take
from stillage.places.models import Warehouse
from stillage.stock.naming import Line, find_all, lot_reference
from stillage.transfers.locking import lines_of, lock_transfer, touch
from stillage.transfers.models import Transfer, TransferLine
from stillage.transfers.states import Step
from stillage.transfers.writing import delete_lines, insert_lines, tell


@dataclass(frozen=True, slots=True)
class AskedLine:
    """So many units of a product, of a certain lot or of whichever goes stale first."""

    product: Reference
    quantity: int
    lot: Reference | None = None
    note: str = ""


@operation
def create_transfer(
    *,
    actor: Actor,
    from_warehouse: Reference,
    to_warehouse: Reference,
    lines: Sequence[AskedLine],
    at: dt.datetime,
    expected_date: dt.date | None = None,
    carrier: str = "",
    note: str = "",
) -> Transfer:
    """Ask for goods to be sent from one warehouse to another; a draft until they are dispatched.

    Refuses: unknown names (a warehouse one does not work in is one), the same warehouse twice (all at once).
    Locks: nothing but the series of numbers. Audits: transfer.create.
    """
    faults: list[Fault] = []
    found = _warehouses((from_warehouse, to_warehouse), actor)
    for name, reference in (("from_warehouse", from_warehouse), ("to_warehouse", to_warehouse)):
        if reference not in found:
            faults.append(
                Fault(
                    f"/{name}",
                    "unknown_warehouse",
                    f"There is no warehouse {str(reference)[:60]!r} here. A transfer is asked for by somebody who"
                    " works in both.",
                )
            )
    here, there = found.get(from_warehouse), found.get(to_warehouse)
    if here and here == there:
        faults.append(
            Fault(
                "/to_warehouse", "same_warehouse", f"It is in {here.code} already; move it within the house."
            )
        )
    made, wanted = _lines(lines, actor, faults)
    if faults or here is None or there is None:
        refuse_all(faults, summary=f"{len(faults)} things are wrong, so nothing was made.")
        raise AssertionError("a warehouse that is missing is a fault")
    one = Transfer.objects.create(
        number=document_number("TR", take("transfer").start),
        from_warehouse=here,
        to_warehouse=there,
        expected_date=expected_date,
        carrier=carrier,
        note=note,
        user_id=actor.user_id,
        username=actor.username,
    )
    for line in made:
        line.transfer_id = one.pk
    insert_lines(made)
    after = {"expected_date": expected_date, "carrier": carrier, "note": note, "lines": wanted}
    tell(one, "create", actor=actor, at=at, after=after)
    return one


@operation
def edit_transfer(
    *,
    actor: Actor,
    transfer: Reference,
    version: int | None,
    changes: Mapping[str, Any],
    lines: Sequence[AskedLine] | None,
    at: dt.datetime,
) -> Transfer:
    """Change expected date, carrier or note while it is not there; of a draft also its lines, all at once.

    Refuses: a stale version, a step that its state does not allow, unknown names, somebody at one end only.
    Locks: the transfer. Audits: transfer.edit.
    """
    one = lock_transfer(transfer, Step.EDIT, *([Step.AMEND] if lines is None else []), actor=actor)
    if version not in (None, one.version):
        raise Refusal(
            "Somebody changed this after you read it. Read it again, then change it.",
            code="stale",
            kind=Kind.STALE,
            faults=[Fault("/headers/If-Match", "stale", f'The current ETag is "{one.version}".')],
        )
    before = {name: getattr(one, name) for name in changes}
    after: dict[str, Any] = dict(changes)
    if lines is not None:
        faults: list[Fault] = []
        made, after["lines"] = _lines(lines, actor, faults)
        refuse_all(faults, summary=f"{len(faults)} things are wrong, so nothing was changed.")
        before["lines"] = [
            _told(line.product.sku, line.lot.number if line.lot else None, line.quantity)
            for line in lines_of(one)
        ]
        delete_lines(one)
        for line in made:
            line.transfer_id = one.pk
        insert_lines(made)
    touch(one, **changes)
    tell(one, "edit", actor=actor, at=at, before=before, after=after)
    return one


def _warehouses(references: Sequence[Reference], actor: Actor) -> dict[Reference, Warehouse]:
    """Warehouses the actor works in, by code or id. One statement."""
    ids = [one for one in references if isinstance(one, int)]
    codes = [one for one in references if isinstance(one, str)]
    found: dict[Reference, Warehouse] = {}
    for one in Warehouse.objects.filter(Q(pk__in=ids) | Q(code__in=codes)):
        if actor.sees(one.pk):
            found[one.pk] = found[one.code] = one
    return found


def _lines(
    lines: Sequence[AskedLine], actor: Actor, faults: list[Fault]
) -> tuple[list[TransferLine], list[dict[str, Any]]]:
    """The lines as rows and as the trail tells of them. One statement; a lot need not be named."""
    names = find_all([Line(line.product, line.lot, ()) for line in lines], actor=actor)
    unnamed = {f"/lines/{index}/lot" for index, line in enumerate(lines) if line.lot is None}
    wrong = [fault for fault in names.faults if fault.pointer not in unnamed]
    faults += wrong
    if wrong:
        return [], []
    made: list[TransferLine] = []
    wanted: list[dict[str, Any]] = []
    for position, line in enumerate(lines, 1):
        product = names.products[line.product]
        lot = None if line.lot is None else names.lots[product.id, lot_reference(product, line.lot)]
        made.append(
            TransferLine(
                position=position,
                product_id=product.id,
                lot_id=lot.id if lot else None,
                quantity=line.quantity,
                note=line.note,
            )
        )
        wanted.append(_told(product.sku, lot.number if lot else None, line.quantity))
    return made, wanted


def _told(sku: str, lot: str | None, quantity: int) -> dict[str, Any]:
    return {"product": sku, "lot": lot, "quantity": quantity}
