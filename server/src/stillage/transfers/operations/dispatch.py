"""The goods leave: out of their places, onto the way. And back again, when that was wrong."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from stillage.core.actor import Actor
from stillage.core.errors import Fault, Kind, refuse_all
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.core.sql import fetch, rows, table
from stillage.places.models import Kind as PlaceKind
from stillage.places.operations import transit_location
from stillage.stock import operations as stock
from stillage.stock.naming import Line, find_all, lot_reference
from stillage.transfers.locking import items_of, lines_of, lock_transfer, touch
from stillage.transfers.models import Transfer, TransferItem, TransferLine, TransferStatus
from stillage.transfers.queries.sending import suggested
from stillage.transfers.states import Step
from stillage.transfers.writing import delete_items, insert_items, tell


@dataclass(frozen=True, slots=True)
class Leaving:
    """Units of a lot at a place that go for a line; the line may be named by its product."""

    lot: Reference | None = None
    from_location: Reference | None = None
    quantity: int = 0
    line: int | None = None
    product: Reference | None = None


@operation
def dispatch(
    *, actor: Actor, transfer: Reference, at: dt.datetime, lines: Sequence[Leaving] | None = None
) -> Transfer:
    """Book goods out of their places onto the way; without lines what is suggested: first expired first.

    Refuses: more of a line than was asked for, less free than suggested, promised units, lots on hold, goods that lie
    in quarantine or are not of this transfer, a place of another warehouse (all at once).
    Locks: the transfer, the balances by id. Audits: transfer.dispatch, stock.transfer.
    """
    one = lock_transfer(transfer, Step.DISPATCH, actor=actor)
    asked = lines_of(one)
    items = _suggested(one, asked) if lines is None else _named(one, asked, lines, actor)
    transit = transit_location(one.to_warehouse)
    stock.transfer(
        actor=actor,
        units=[
            stock.Units(item.demand_id, item.lot_id, item.from_location_id or 0, transit.pk, item.dispatched)
            for item in items
        ],
        reference=one.number,
        at=at,
    )
    # Again, under the balances' lock: a hold that was committed meanwhile counts.
    refuse_all(_held(dict(enumerate(items))), kind=Kind.CONFLICT)
    insert_items(items)
    touch(one, status=TransferStatus.DISPATCHED, dispatched_at=at, transit_location=transit)
    told = [
        {"product_id": item.product_id, "lot_id": item.lot_id, "quantity": item.dispatched} for item in items
    ]
    tell(one, "dispatch", actor=actor, at=at, after={"lines": told})
    return one


@operation
def undo_dispatch(*, actor: Actor, transfer: Reference, at: dt.datetime) -> Transfer:
    """Nothing left after all: all of it lies where it lay, and the transfer is a draft again.

    Refuses: a transfer of which something was received. Locks: the transfer, the balances by id.
    Audits: transfer.undispatch, stock.reverse.
    """
    one = lock_transfer(transfer, Step.UNDISPATCH, actor=actor)
    items = items_of(one)
    stock.call_back(
        actor=actor,
        demand_ids=[item.demand_id for item in items],
        reason=f"{one.number} taken back",
        reference=one.number,
        at=at,
    )
    delete_items(one)
    touch(one, status=TransferStatus.DRAFT, dispatched_at=None, transit_location=None)
    before = [
        {"product": item.product.sku, "lot": item.lot.number, "quantity": item.dispatched} for item in items
    ]
    tell(one, "undispatch", actor=actor, at=at, before={"lines": before})
    return one


def _item(one: Transfer, line: TransferLine, lot_id: int, location_id: int, quantity: int) -> TransferItem:
    return TransferItem(
        transfer=one,
        line_id=line.pk,
        product_id=line.product_id,
        lot_id=lot_id,
        from_location_id=location_id,
        dispatched=quantity,
        demand_id=uuid4(),
    )


def _suggested(one: Transfer, asked: Sequence[TransferLine]) -> list[TransferItem]:
    """What would go by itself; refused where that is less than was asked for."""
    found = suggested(one, asked)
    faults = [
        Fault(
            f"/lines/{line.position - 1}/quantity",
            "insufficient_stock",
            f"Only {there} of {line.product.sku}{f' lot {line.lot.number}' if line.lot else ''} are free in"
            f" {one.from_warehouse.code} and may leave; {line.quantity} are to go. Dispatch what there is by naming"
            " it, or change the transfer.",
            {"line": line.pk, "available": there, "asked": line.quantity},
        )
        for line in asked
        if (there := sum(take.quantity for take in found[line.pk])) < line.quantity
    ]
    refuse_all(faults, kind=Kind.CONFLICT)
    return [
        _item(one, line, take.lot_id, take.location_id, take.quantity)
        for line in asked
        for take in found[line.pk]
    ]


def _named(
    one: Transfer, asked: Sequence[TransferLine], lines: Sequence[Leaving], actor: Actor
) -> list[TransferItem]:
    """What somebody says that goes, against what was asked for."""
    by_id = {line.pk: line for line in asked}
    faults: list[Fault] = []
    named: list[tuple[int, Leaving, Reference]] = []
    for index, line in enumerate(lines):
        if line.line is not None and line.line not in by_id:
            faults.append(Fault(f"/lines/{index}/line", "unknown_line", f"{one.number} has no such line."))
        elif line.line is None and line.product is None:
            faults.append(
                Fault(f"/lines/{index}/line", "required", "Say of which line these are, or of which product.")
            )
        elif line.from_location is None:
            faults.append(Fault(f"/lines/{index}/from_location", "required", "Say from which place they go."))
        else:
            of = by_id[line.line].product_id if line.line is not None else line.product
            named.append((index, line, of or 0))
    names = find_all(
        [Line(of, line.lot, (("from_location", line.from_location or 0),)) for _, line, of in named],
        actor=actor,
    )
    faults += [_moved(fault, [index for index, _, _ in named]) for fault in names.faults]
    items: dict[int, TransferItem] = {}
    sent: dict[int, int] = defaultdict(int)
    for index, line, of in named:
        product, place = names.products.get(of), names.locations.get(line.from_location or 0)
        lot = names.lots.get((product.id, lot_reference(product, line.lot))) if product else None
        if product is None or place is None or lot is None:
            continue
        if place.warehouse_id != one.from_warehouse_id:
            faults.append(
                Fault(
                    f"/lines/{index}/from_location",
                    "another_warehouse",
                    f"{place.full_code} is not in {one.from_warehouse.code}, from which {one.number} goes.",
                )
            )
        elif place.kind == PlaceKind.QUARANTINE:
            faults.append(
                Fault(
                    f"/lines/{index}/from_location",
                    "in_quarantine",
                    f"{place.full_code} is a quarantine place; what lies there is looked at first.",
                )
            )
        wanted = by_id.get(line.line or 0) or _line_for(asked, product.id, lot.id, line.quantity, sent)
        if wanted is None:
            faults.append(
                Fault(
                    f"/lines/{index}/product",
                    "not_on_transfer",
                    f"{product.sku} lot {lot.number} was not asked for in {one.number}; add a line for it first.",
                )
            )
            continue
        if wanted.lot_id not in (None, lot.id):
            faults.append(
                Fault(
                    f"/lines/{index}/lot",
                    "other_lot",
                    f"Line {wanted.position} asks for lot {wanted.lot.number if wanted.lot else ''};"
                    f" this is lot {lot.number}.",
                )
            )
        sent[wanted.pk] += line.quantity
        if sent[wanted.pk] > wanted.quantity:
            faults.append(
                Fault(
                    f"/lines/{index}/quantity",
                    "more_than_asked",
                    f"Line {wanted.position} asks for {wanted.quantity} of {product.sku}; {sent[wanted.pk]} would go.",
                    {"asked": wanted.quantity, "given": sent[wanted.pk]},
                )
            )
        items[index] = _item(one, wanted, lot.id, place.id, line.quantity)
    faults += _held(items)
    refuse_all(faults, summary=f"{len(faults)} things are wrong, so nothing was dispatched.")
    return list(items.values())


def _moved(fault: Fault, indexes: Sequence[int]) -> Fault:
    """A fault about the n-th line that was looked up, at its place in the request."""
    _, head, number, rest = fault.pointer.split("/", 3)
    return Fault(f"/{head}/{indexes[int(number)]}/{rest}", fault.code, fault.detail, fault.meta)


def _line_for(
    asked: Sequence[TransferLine], product_id: int, lot_id: int, quantity: int, sent: dict[int, int]
) -> TransferLine | None:
    """The line that units are for: one that names the lot, then one with room, then any of the product."""
    own = [line for line in asked if line.product_id == product_id and line.lot_id in (None, lot_id)]
    own.sort(key=lambda line: (line.quantity - sent[line.pk] < quantity, line.lot_id is None, line.position))
    return own[0] if own else None


_HELD = """
SELECT asked.number, p.sku, l.number, h.reason FROM {asked}
JOIN stock_lot l ON l.id = asked.lot_id
JOIN catalogue_product p ON p.id = l.product_id
JOIN stock_hold h ON h.lot_id = asked.lot_id AND h.released_at IS NULL
  AND (h.location_id IS NULL OR h.location_id = asked.location_id)
ORDER BY asked.number
"""


def _held(items: dict[int, TransferItem]) -> list[Fault]:
    """Which of them, by their number in the request, are on hold: what nobody may sell is not sent elsewhere either.

    One statement.
    """
    found = fetch(
        _HELD.format(asked=table("asked", {"number": "bigint", "lot_id": "bigint", "location_id": "bigint"})),
        [
            rows(
                {"number": index, "lot_id": item.lot_id, "location_id": item.from_location_id}
                for index, item in items.items()
            )
        ],
    )
    return [
        Fault(
            f"/lines/{index}/lot",
            "lot_held",
            f"Lot {number} of {sku} is on hold ({reason}); it stays until the hold is ended.",
        )
        for index, (sku, number, reason) in {row[0]: row[1:] for row in found}.items()
    ]
