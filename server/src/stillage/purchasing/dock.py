"""What the steps of a delivery share: its rows under lock, places at the dock, what is waited for, what the trail says."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q

from stillage.audit.record import Change, record, record_many
from stillage.core.actor import Actor
from stillage.core.errors import Fault
from stillage.core.finding import Reference, find, seen
from stillage.core.locking import for_update
from stillage.core.sql import execute, fetch, member, rows, table
from stillage.core.steps import impossible_step
from stillage.places.models import Kind, Location
from stillage.purchasing.locking import facts_of_many
from stillage.purchasing.models import (
    AdvanceNotice,
    Discrepancy,
    NoticeStatus,
    PurchaseOrderStatus,
    Receipt,
    ReceiptLine,
    ReceiptStatus,
)
from stillage.purchasing.receiving import Announced, Wanted
from stillage.purchasing.states import EXPECTED, Step, status_after
from stillage.purchasing.states import check as check_order
from stillage.stock.naming import LocationName, LotName, ProductName
from stillage.stock.waiting import Waiting

OBJECT_TYPE, NOTICE = "receipt", "advance_notice"
SERIES, PREFIX = "receipt", "GR"
STEPS: dict[str, tuple[str, ...]] = {
    ReceiptStatus.OPEN: ("receive", "undo", "close"),
    ReceiptStatus.CLOSED: (),
}
# Where goods may be put down when they come: elsewhere they would be for sale or lost before anybody looked.
DOCKS = (Kind.RECEIVING, Kind.STORAGE, Kind.PICKING)
_COST = Decimal("0.0001")
_EXPECTED = ", ".join(f"'{status.value}'" for status in EXPECTED)


def possible(status: str) -> list[str]:
    """The steps that a delivery may take where it stands."""
    return list(STEPS[status])


def check(receipt: Receipt, step: str) -> None:
    """Refuse a step that the state does not allow: a closed delivery takes nothing more."""
    if step not in STEPS[receipt.status]:
        raise impossible_step(receipt.number, receipt.status, possible(receipt.status))


def lock_receipt(reference: Reference, *, actor: Actor) -> Receipt:
    """A delivery under lock, with what it names. Two statements. 404 when it is not there for the actor."""
    pk = find(Receipt.objects.only("pk"), reference, actor=actor).pk
    found = Receipt.objects.select_for_update(no_key=True, of=("self",))
    return found.select_related("supplier", "warehouse", "location", "order", "notice").get(pk=pk)


def lock_notices(ids: Iterable[int | None]) -> dict[int, AdvanceNotice]:
    """Notices under lock, in id order. One statement, none without any."""
    wanted = sorted({pk for pk in ids if pk is not None})
    if not wanted:
        return {}
    found = AdvanceNotice.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=wanted)
    return {one.pk: one for one in found.order_by("pk")}


def find_notice_id(reference: Reference, *, actor: Actor) -> int | None:
    """A notice by id or by the supplier's despatch number, the newest of that number. One statement."""
    name = str(reference).removeprefix("key:")
    condition = Q(despatch_number=name)
    digits = name.removeprefix("id:")
    if digits.isascii() and digits.isdecimal() and len(digits) < 19:
        condition |= Q(pk=int(digits))
    found = seen(AdvanceNotice.objects.filter(condition), actor).order_by("-pk")
    ids = list(found.values_list("pk", "despatch_number")[:2])
    exact = [pk for pk, number in ids if number == name]
    return exact[0] if exact else ids[0][0] if ids else None


# ---- places -------------------------------------------------------------------------------------
def first_place(warehouse_id: int, kind: str) -> Location | None:
    """The first open location of a kind."""
    found = Location.objects.filter(warehouse=warehouse_id, kind=kind, is_active=True)
    return found.order_by("pick_sequence", "code").first()


def dock(reference: Reference, warehouse_id: int, faults: list[Fault]) -> Location | None:
    """A place of a warehouse to put a delivery down, by id, full code or code; a fault where it is none."""
    name = Q(pk=reference) if isinstance(reference, int) else Q(full_code=reference) | Q(code=reference)
    place = Location.objects.filter(name, warehouse=warehouse_id, is_virtual=False).first()
    if place is None:
        detail = f"There is no location {str(reference)[:60]!r} here."
        faults.append(Fault("/location", "unknown_location", detail))
    elif not place.is_active:
        detail = f"{place.full_code} is closed; choose another."
        faults.append(Fault("/location", "location_closed", detail))
    elif place.kind not in DOCKS:
        detail = f"{place.full_code} is a {place.kind} place; goods come in at a receiving, storage or picking place."
        faults.append(Fault("/location", "not_for_goods_in", detail))
    else:
        return place
    return None


# ---- what one call did --------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Fate:
    """Units of a line with what became of them, for the answer. Without a place they were not taken."""

    product: ProductName
    lot: str
    known: LotName | None
    quantity: int
    place: LocationName | None
    order_line_id: int | None
    kind: str
    outcome: str


@dataclass(slots=True)
class TakenIn:
    """What one call booked."""

    receipt: Receipt
    operation_id: UUID
    fates: list[Fate]
    moved: dict[str, Any]
    waiting: list[Waiting]
    product_ids: list[int] = field(default_factory=list)


# ---- what is waited for -------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class OrderLine:
    """An open order's line as a delivery sees it. `unit_cost` is for one base unit, as agreed."""

    id: int
    order_id: int
    order: str
    product_id: int
    quantity: int
    received: int
    cancelled: int
    demand_id: UUID
    unit_cost: Decimal

    @property
    def open(self) -> int:
        return max(0, self.quantity - self.received - self.cancelled)


def lock_order_lines(receipt: Receipt, product_ids: Collection[int]) -> list[OrderLine]:
    """The lines of some products that a delivery answers, the oldest expected first, with their orders under lock.

    Its own order's; without one those of all that is open with the supplier in that warehouse. The orders are locked in
    id order, then the lines are read: two statements.
    """
    products, parameters = member(sorted(product_ids), "bigint")
    if receipt.order_id is not None:
        where, values = "o.id = %s", [receipt.order_id]
    else:
        where = (
            f"o.supplier_id = %s AND o.warehouse_id = %s AND o.status IN ({_EXPECTED}) AND EXISTS (SELECT 1 FROM"
            f" purchasing_purchaseorderline l WHERE l.order_id = o.id AND l.product_id {products})"
        )
        values = [receipt.supplier_id, receipt.warehouse_id, *parameters]
    locked = fetch(
        f"SELECT o.id, o.number, o.status FROM purchasing_purchaseorder o WHERE {where} ORDER BY o.id"
        + for_update("o"),
        values,
    )
    if receipt.order_id is not None:
        (_, number, status) = locked[0]
        facts = facts_of_many([receipt.order_id])[receipt.order_id]
        check_order(number, status, Step.RECEIVE, facts)
    orders, order_values = member([row[0] for row in locked], "bigint")
    found = fetch(
        "SELECT l.id, o.id, o.number, l.product_id, l.quantity, l.received, l.cancelled, l.demand_id, l.pack_cost,"
        " l.units_per_pack FROM purchasing_purchaseorderline l JOIN purchasing_purchaseorder o ON o.id = l.order_id"
        f" WHERE l.order_id {orders} AND l.product_id {products}"
        " ORDER BY COALESCE(l.expected_date, o.expected_date), o.id, l.position",
        [*order_values, *parameters],
    )
    return [
        OrderLine(
            id=row[0],
            order_id=row[1],
            order=row[2],
            product_id=row[3],
            quantity=row[4],
            received=row[5],
            cancelled=row[6],
            demand_id=row[7] if isinstance(row[7], UUID) else UUID(row[7]),
            unit_cost=unit_cost(Decimal(str(row[8])), row[9]),
        )
        for row in found
    ]


def unit_cost(pack_cost: Decimal, units_per_pack: int) -> Decimal:
    """What one base unit costs, to four places."""
    return (pack_cost / units_per_pack).quantize(_COST, ROUND_HALF_UP)


def wanted(lines: Iterable[OrderLine]) -> list[Wanted]:
    return [Wanted(line.id, line.order, line.product_id, line.open) for line in lines]


def announced_lines(
    notice_ids: Collection[int], product_ids: Collection[int] | None = None
) -> list[Announced]:
    """What some notices told of, loose lines before those on a unit. One statement, none without a notice."""
    if not notice_ids:
        return []
    notices, parameters = member(sorted(notice_ids), "bigint")
    of_products = ""
    if product_ids is not None:
        products, more = member(sorted(product_ids), "bigint")
        of_products, parameters = f" AND n.product_id {products}", [*parameters, *more]
    found = fetch(
        "SELECT n.id, n.product_id, n.lot_number, n.quantity - n.received FROM purchasing_noticeline n"
        f" WHERE n.notice_id {notices}{of_products}"
        " ORDER BY CASE WHEN n.unit_id IS NULL THEN 0 ELSE 1 END, n.notice_id, n.position",
        parameters,
    )
    return [Announced(row[0], row[1], row[2], max(0, int(row[3]))) for row in found]


# ---- writing ------------------------------------------------------------------------------------
_LINE = {
    "order_line_id": "bigint",
    "notice_line_id": "bigint",
    "unit_id": "bigint",
    "product_id": "bigint",
    "lot_id": "bigint",
    "location_id": "bigint",
    "quantity": "bigint",
    "unit_cost": "numeric",
}
_DISCREPANCY = {
    "receipt_line_id": "bigint",
    "order_line_id": "bigint",
    "operation_id": "uuid",
    "kind": "text",
    "outcome": "text",
    "product_id": "bigint",
    "lot_number": "text",
    "quantity": "bigint",
    "note": "text",
}


_RECEIPT = {
    "number": "text",
    "supplier_id": "bigint",
    "warehouse_id": "bigint",
    "order_id": "bigint",
    "notice_id": "bigint",
    "location_id": "bigint",
    "delivery_note": "text",
    "status": "text",
    "user_id": "bigint",
    "username": "text",
    "opened_at": "timestamptz",
}


def insert_receipt(receipt: Receipt) -> bool:
    """Write a new receipt; False where another of its order was opened meanwhile. One statement.

    Whoever opens two at once waits here, before anything else is held.
    """
    names = ", ".join(_RECEIPT)
    at = {"created_at": "timestamptz"}
    found = fetch(
        f"INSERT INTO purchasing_receipt ({names}, closed_by, version, created_at, updated_at) SELECT"
        f" {', '.join(f'line.{name}' for name in _RECEIPT)}, '', 1, made.created_at, made.created_at"
        f" FROM {table('line', _RECEIPT)}, {table('made', at)} WHERE true ON CONFLICT DO NOTHING RETURNING id",
        [
            rows([{name: getattr(receipt, name) for name in _RECEIPT}]),
            rows([{"created_at": receipt.opened_at}]),
        ],
    )
    if found:
        receipt.pk, receipt._state.adding = found[0][0], False
    return bool(found)


def insert_lines(lines: Sequence[ReceiptLine]) -> list[int]:
    """Write the lines of one booking, however many; their ids in the same order. One statement."""
    if not lines:
        return []
    first, names = lines[0], ", ".join(_LINE)
    shared = {
        "receipt_id": first.receipt_id,
        "operation_id": first.operation_id,
        "user_id": first.user_id,
        "username": first.username,
        "received_at": first.received_at,
    }
    kinds = {
        "receipt_id": "bigint",
        "operation_id": "uuid",
        "user_id": "bigint",
        "username": "text",
        "received_at": "timestamptz",
    }
    found = fetch(
        f"INSERT INTO purchasing_receiptline ({', '.join(shared)}, {names})"
        f" SELECT {', '.join(f'every.{name}' for name in shared)}, {', '.join(f'line.{name}' for name in _LINE)}"
        f" FROM {table('line', _LINE)}, {table('every', kinds)} WHERE true RETURNING id",
        [rows({name: getattr(line, name) for name in _LINE} for line in lines), rows([shared])],
    )
    return sorted(row[0] for row in found)


def insert_discrepancies(
    receipt: Receipt, found: Sequence[Discrepancy], *, actor: Actor, at: dt.datetime
) -> None:
    """Write what was not as asked for. One statement, none without any."""
    if not found:
        return
    shared = {
        "receipt_id": receipt.pk,
        "user_id": actor.user_id,
        "username": actor.username[:150],
        "found_at": at,
    }
    kinds = {"receipt_id": "bigint", "user_id": "bigint", "username": "text", "found_at": "timestamptz"}
    names = ", ".join(_DISCREPANCY)
    execute(
        f"INSERT INTO purchasing_discrepancy ({', '.join(shared)}, {names}, settled_by, settlement)"
        f" SELECT {', '.join(f'every.{name}' for name in shared)},"
        f" {', '.join(f'line.{name}' for name in _DISCREPANCY)}, '', ''"
        f" FROM {table('line', _DISCREPANCY)}, {table('every', kinds)} WHERE true",
        [rows({name: getattr(one, name) for name in _DISCREPANCY} for one in found), rows([shared])],
    )


def add_received(of: str, units: Mapping[int, int]) -> None:
    """Add units to `received` of order lines or notice lines under lock (fewer where below nought). One statement."""
    if of not in ("purchasing_purchaseorderline", "purchasing_noticeline"):
        raise ValueError(of)
    if not units:
        return
    execute(
        f"UPDATE {of} SET received = {of}.received + line.units FROM "
        + table("line", {"id": "bigint", "units": "bigint"})
        + f" WHERE {of}.id = line.id",
        [rows({"id": pk, "units": quantity} for pk, quantity in sorted(units.items()))],
    )


def wait_for_nothing(line_ids: Collection[int]) -> None:
    """Of lines whose order was closed meanwhile nothing is waited for, though some was taken back. One statement."""
    if not line_ids:
        return
    wanted, parameters = member(sorted(line_ids), "bigint")
    execute(
        "UPDATE purchasing_purchaseorderline SET cancelled = quantity - received"
        f" WHERE id {wanted} AND quantity > received + cancelled"
        " AND order_id IN (SELECT o.id FROM purchasing_purchaseorder o WHERE o.status = 'closed')",
        parameters,
    )


_ORDER = {"id": "bigint", "status": "text"}
_STOOD = """
SELECT o.id, o.number, o.status, s.name, o.warehouse_id FROM purchasing_purchaseorder o
JOIN purchasing_supplier s ON s.id = o.supplier_id WHERE o.id {orders} ORDER BY o.id
"""


def follow(
    order_units: Mapping[int, int], receipt: Receipt, step: str, *, actor: Actor, at: dt.datetime
) -> None:
    """Bring the states of locked orders up to date after something was booked in or back, and tell of it. Three
    statements, and the trail. An order that was closed stays so."""
    if not order_units:
        return
    ids, parameters = member(sorted(order_units), "bigint")
    stood = fetch(_STOOD.format(orders=ids), parameters)
    facts = facts_of_many(list(order_units))
    after = {
        pk: status_after(facts[pk]).value
        if status not in (PurchaseOrderStatus.CLOSED, PurchaseOrderStatus.CANCELLED)
        else status
        for pk, _, status, *_ in stood
    }
    execute(
        "UPDATE purchasing_purchaseorder SET status = line.status, version = version + 1, updated_at = every.at,"
        " received_at = CASE WHEN line.status = 'received' THEN COALESCE(received_at, every.at)"
        " WHEN line.status = 'closed' THEN received_at ELSE NULL END FROM "
        + table("line", _ORDER)
        + ", "
        + table("every", {"at": "timestamptz"})
        + " WHERE purchasing_purchaseorder.id = line.id",
        [rows({"id": pk, "status": status} for pk, status in after.items()), rows([{"at": at}])],
    )
    record_many(
        actor=actor,
        at=at,
        changes=[
            Change(
                action=f"purchase_order.{step}",
                object_type="purchase_order",
                object_id=pk,
                label=f"{number} {supplier}",
                before={"status": status},
                after={"status": after[pk], "receipt": receipt.number, "units": order_units[pk]},
                warehouse_id=warehouse_id,
            )
            for pk, number, status, supplier, warehouse_id in stood
        ],
    )


def touch(receipt: Receipt, **values: object) -> None:
    """Write columns of a locked delivery, with a new version. One statement."""
    for name, value in values.items():
        setattr(receipt, name, value)
    receipt.version += 1
    receipt.save(update_fields=[*values, "version", "updated_at"])


def tell(
    receipt: Receipt, step: str, *, actor: Actor, at: dt.datetime, before: Any = None, after: Any = None
) -> None:
    """One row of the trail."""
    record(
        actor=actor,
        action=step if "." in step else f"receipt.{step}",
        object_type=OBJECT_TYPE,
        object_id=receipt.pk,
        label=f"{receipt.number} {receipt.supplier.name}",
        before=before,
        after=after,
        warehouse_id=receipt.warehouse_id,
        at=at,
    )


def summed(pairs: Iterable[tuple[int | None, int]]) -> dict[int, int]:
    """Units by whatever they belong to; what belongs to nothing is left out."""
    units: dict[int, int] = defaultdict(int)
    for key, quantity in pairs:
        if key is not None:
            units[key] += quantity
    return dict(units)


def not_open(notice: AdvanceNotice) -> Fault | None:
    """Why nothing more comes by a notice, or None."""
    if notice.status == NoticeStatus.OPEN:
        return None
    words = {NoticeStatus.RECEIVED.value: "received", NoticeStatus.CANCELLED.value: "cancelled"}
    detail = f"The notice {notice.despatch_number} is {words[notice.status]} already."
    return Fault("/notice", "notice_not_open", detail)
