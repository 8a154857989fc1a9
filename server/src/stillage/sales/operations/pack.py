"""Picked goods are made ready for the truck: loose, or on pallets and in cartons that each get an SSCC."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from django.conf import settings

from stillage.core.actor import Actor
from stillage.core.errors import Conflict, Fault, Kind, refuse_all
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.core.sql import execute, rows, stored, table
from stillage.documents import sscc
from stillage.numbering.take import take
from stillage.sales.demands import promised_to
from stillage.sales.locking import SalesOrder, lock_order, touch
from stillage.sales.models import HandlingUnitKind, OrderStatus
from stillage.sales.operations.make_pick_list import on_lists
from stillage.sales.queries.orders import facts_of
from stillage.sales.states import Step, check
from stillage.sales.trail import record_step

# The first digit of an SSCC says nothing to others; ours tells pallets from cartons at a glance.
EXTENSION = {HandlingUnitKind.PALLET: 0, HandlingUnitKind.CARTON: 1}
_UNIT = {"sscc": "text", "kind": "text", "key": "uuid"}
_PACKED = {"sscc": "text", "line_id": "bigint", "lot_id": "bigint", "quantity": "bigint"}


@dataclass(frozen=True, slots=True)
class UnitLine:
    """Units of a line and lot on a pallet. The lot may be left out where only one was picked."""

    line: int
    quantity: int
    lot: Reference | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """A pallet or carton and what goes on it."""

    kind: str
    lines: Sequence[UnitLine]


@operation
def pack(
    *, actor: Actor, order: Reference, at: dt.datetime, units: Sequence[Unit] | None = None
) -> SalesOrder:
    """Close an order for the truck. What is on no unit goes loose.

    Refuses: nothing picked, tasks somebody still walks for, more on the units than is picked.
    Locks: the order, then the series of SSCCs. Audits: sales_order.pack.
    """
    locked = lock_order(order, actor=actor)
    check(locked.number, locked.status, Step.PACK, facts_of(locked))
    picked: dict[tuple[int, int], int] = defaultdict(int)
    lots: dict[tuple[int, str], int] = {}
    for one in promised_to(locked):
        if one.picked:
            picked[one.line_id, one.lot_id] += one.quantity
            lots[one.line_id, one.lot] = one.lot_id
    if not picked:
        raise Conflict("Nothing of this order is picked yet.", code="nothing_picked")
    open_units = sum(on_lists([locked.pk]).values())
    if open_units:
        raise Conflict(
            f"{open_units} units of {locked.number} are still to be picked. Pick them, say that they are short,"
            " or cancel the pick list.",
            code="still_picking",
        )
    wanted = _wanted(units or [], picked, lots)
    numbers = _write(locked, wanted, actor=actor, at=at) if wanted else []
    touch(locked, status=OrderStatus.PACKED)
    loose = sum(picked.values()) - sum(line[2] for _, own in wanted for line in own)
    record_step(locked, "pack", actor=actor, at=at, after={"units": numbers, "loose": loose})
    return locked


Wanted = list[tuple[str, list[tuple[int, int, int]]]]


def _wanted(
    units: Sequence[Unit], picked: dict[tuple[int, int], int], lots: dict[tuple[int, str], int]
) -> Wanted:
    """The units with their lots found, each line and lot once a unit; refuses more than is picked."""
    left, faults, found = dict(picked), [], []
    for place, unit in enumerate(units):
        own: dict[tuple[int, int], int] = defaultdict(int)
        for index, line in enumerate(unit.lines):
            at = f"/units/{place}/lines/{index}"
            mine = [lot_id for line_id, lot_id in picked if line_id == line.line]
            lot_id = _lot(line, mine, lots)
            if lot_id is None:
                several = line.lot is None and len(mine) > 1
                code, detail = (
                    ("lot_required", "Several lots of this line are picked; say which.")
                    if several
                    else ("not_picked", "This line and lot is not picked.")
                )
                faults.append(Fault(f"{at}/lot" if mine else f"{at}/line", code, detail))
                continue
            there = left[line.line, lot_id]
            if line.quantity > there:
                detail = f"Only {there} of this are picked and not packed; {line.quantity} were to be packed."
                faults.append(Fault(f"{at}/quantity", "too_many", detail, {"picked": there}))
                continue
            left[line.line, lot_id] -= line.quantity
            own[line.line, lot_id] += line.quantity
        found.append((unit.kind, [(*key, quantity) for key, quantity in own.items()]))
    refuse_all(faults, summary=f"{len(faults)} things are wrong, so nothing was packed.", kind=Kind.CONFLICT)
    return found


def _lot(line: UnitLine, mine: Sequence[int], lots: dict[tuple[int, str], int]) -> int | None:
    if line.lot is None:
        return mine[0] if len(mine) == 1 else None
    if isinstance(line.lot, int) and line.lot in mine:
        return line.lot
    return lots.get((line.line, str(line.lot)))


def _write(order: SalesOrder, wanted: Wanted, *, actor: Actor, at: dt.datetime) -> list[str]:
    """Write the units and what is on them. Three statements, the series' one included."""
    serials = take("sscc", count=len(wanted))
    numbers = [
        sscc.build(
            extension_digit=EXTENSION[HandlingUnitKind(kind)],
            company_prefix=settings.GS1_PREFIX,
            serial=serial,
        )
        for (kind, _), serial in zip(wanted, serials, strict=True)
    ]
    execute(
        "INSERT INTO sales_handlingunit (sscc, kind, key, order_id, warehouse_id, user_id, username, packed_at)"
        " SELECT sscc, kind, key, %s, %s, %s, %s, %s FROM " + table("unit", _UNIT) + " WHERE true",
        [
            order.pk,
            order.warehouse_id,
            actor.user_id,
            actor.username[:150],
            stored(at),
            rows(
                {"sscc": number, "kind": kind, "key": uuid4()}
                for number, (kind, _) in zip(numbers, wanted, strict=True)
            ),
        ],
    )
    execute(
        "INSERT INTO sales_packedline (handling_unit_id, line_id, lot_id, quantity)"
        " SELECT u.id, line.line_id, line.lot_id, line.quantity FROM "
        + table("line", _PACKED)
        + " JOIN sales_handlingunit u ON u.sscc = line.sscc",
        [
            rows(
                {"sscc": number, "line_id": line_id, "lot_id": lot_id, "quantity": quantity}
                for number, (_, own) in zip(numbers, wanted, strict=True)
                for line_id, lot_id, quantity in own
            )
        ],
    )
    return numbers
