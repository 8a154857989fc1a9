"""What the steps of a return share: its rows under lock, what may come back, what the trail says."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db.models import Q

from stillage.audit.record import record
from stillage.core.actor import Actor
from stillage.core.errors import Fault
from stillage.core.finding import Reference, find
from stillage.core.sql import execute, fetch, rows, table
from stillage.core.steps import impossible_step
from stillage.places.models import Location
from stillage.sales.models import Return, ReturnLine, ReturnStatus, Shipment, ShipmentLine

STEPS: dict[str, tuple[str, ...]] = {
    ReturnStatus.EXPECTED: ("receive", "cancel"),
    ReturnStatus.RECEIVED: ("dispose", "credit", "undo_receive", "close"),
    ReturnStatus.CLOSED: ("credit",),
    ReturnStatus.CANCELLED: (),
}
# More than this many lines no answer would show.
MAX_LINES = 1_000


def possible(status: str) -> list[str]:
    return list(STEPS[status])


def check(one: Return, step: str) -> None:
    """Refuse a step that the state does not allow, naming those that it does."""
    if step not in STEPS[one.status]:
        raise impossible_step(one.number, one.status, possible(one.status))


def lock_return(reference: Reference, *, actor: Actor, with_shipment: bool = False) -> Return:
    """A return under lock; before it its shipment, where more than this return counts. Two statements, or three."""
    one = find(Return.objects.all(), reference, actor=actor)
    if with_shipment and one.shipment_id is not None:
        lock_shipment(one.shipment_id)
    found = Return.objects.select_for_update(no_key=True, of=("self",))
    return found.select_related("customer", "warehouse", "shipment__order").get(pk=one.pk)


def lock_shipment(pk: int) -> Shipment:
    """Whoever announces or receives against a shipment stands here. Its row itself never changes."""
    found = Shipment.objects.select_for_update(no_key=True, of=("self",))
    return found.select_related("order__customer", "warehouse").get(pk=pk)


def lines_of(one: Return) -> list[ReturnLine]:
    """Its lines with all that is named in them. One statement."""
    found = ReturnLine.objects.filter(of_return=one).select_related(
        "product__category", "lot", "location", "shipment_line__line"
    )
    return list(found.order_by("position"))


_COMING_BACK = """
SELECT s.id, COALESCE((
  SELECT SUM(CASE WHEN r.status = 'expected' THEN l.expected ELSE l.received END)
  FROM sales_returnline l JOIN sales_return r ON r.id = l.of_return_id
  WHERE l.shipment_line_id = s.id AND r.status <> 'cancelled' AND r.id <> %s), 0)
FROM sales_shipmentline s WHERE s.shipment_id = %s
"""


def left_to_return(shipment_id: int, *, without: int = 0) -> tuple[dict[int, ShipmentLine], dict[int, int]]:
    """A locked shipment's lines, and how much of each may still come back. Two statements."""
    lines = {line.pk: line for line in ShipmentLine.objects.filter(shipment=shipment_id).order_by("pk")}
    back = dict(fetch(_COMING_BACK, [without, shipment_id]))
    return lines, {pk: line.quantity - int(back[pk]) for pk, line in lines.items()}


def too_many(pointer: str, line: ShipmentLine, left: int, asked: int) -> Fault:
    lot = f" lot {line.lot_number}" if line.lot_number else ""
    came = line.quantity - left
    already = f", {came} of which come back already" if came else ""
    return Fault(
        pointer,
        "more_than_shipped",
        f"{line.quantity} of {line.sku}{lot} were shipped{already}; {asked} cannot come back.",
        {"shipped": line.quantity, "left": left, "asked": asked},
    )


def matching(lines: Iterable[ShipmentLine], product: Reference, lot: Reference | None) -> list[ShipmentLine]:
    """The shipment's lines of a product, and of a lot where one is named."""
    return [
        line
        for line in lines
        if product in (line.product_id, line.sku) and (lot is None or lot in (line.lot_id, line.lot_number))
    ]


_LINE = {
    "of_return_id": "bigint",
    "position": "integer",
    "shipment_line_id": "bigint",
    "product_id": "bigint",
    "lot_id": "bigint",
    "lot_number": "text",
    "expiry_date": "date",
    "best_before_date": "date",
    "expected": "bigint",
    "received": "bigint",
    "location_id": "bigint",
    "reason": "text",
    "demand_id": "uuid",
}
_STATE = {"id": "bigint", "received": "bigint", "lot_id": "bigint", "location_id": "bigint"}


def insert_lines(lines: Sequence[ReturnLine]) -> None:
    """Write new lines, however many. One statement."""
    names = ", ".join(_LINE)
    execute(
        f"INSERT INTO sales_returnline ({names}, disposed, credited) SELECT {names}, 0, 0 FROM "
        + table("line", _LINE)
        + " WHERE true",
        [rows({name: getattr(line, name) for name in _LINE} for line in lines)],
    )


def save_received(lines: Sequence[ReturnLine]) -> None:
    """Write what was received of lines, of which lot and where. One statement."""
    execute(
        "UPDATE sales_returnline SET received = line.received, lot_id = line.lot_id,"
        " location_id = line.location_id FROM "
        + table("line", _STATE)
        + " WHERE sales_returnline.id = line.id",
        [rows({name: getattr(line, "pk" if name == "id" else name) for name in _STATE} for line in lines)],
    )


def add_up(column: str, units: dict[int, int]) -> None:
    """Add units to `disposed` or `credited` of lines under lock. One statement."""
    if column not in ("disposed", "credited"):
        raise ValueError(column)
    execute(
        f"UPDATE sales_returnline SET {column} = sales_returnline.{column} + line.units FROM "
        + table("line", {"id": "bigint", "units": "bigint"})
        + " WHERE sales_returnline.id = line.id",
        [rows({"id": pk, "units": quantity} for pk, quantity in units.items())],
    )


def first_place(warehouse_id: int, kind: str) -> Location | None:
    """The first open location of a kind."""
    found = Location.objects.filter(warehouse=warehouse_id, kind=kind, is_active=True)
    return found.order_by("pick_sequence", "code").first()


def named_places(references: Collection[Reference], warehouse_id: int) -> dict[Reference, Location]:
    """Physical locations of a warehouse by id, by full code, or by their code within the warehouse. One statement."""
    ids = [one for one in references if isinstance(one, int)]
    names = [one for one in references if isinstance(one, str)]
    found: dict[Reference, Location] = {}
    rows_ = Location.objects.filter(warehouse=warehouse_id, is_virtual=False)
    for place in rows_.filter(Q(pk__in=ids) | Q(full_code__in=names) | Q(code__in=names)):
        found[place.pk] = found[place.full_code] = found[place.code] = place
    return found


def named_place(reference: Reference, warehouse_id: int) -> Location | None:
    """One of them."""
    return named_places([reference], warehouse_id).get(reference)


def unknown(pointer: str, noun: str, name: object) -> Fault:
    return Fault(pointer, f"unknown_{noun}", f"There is no {noun} {str(name)[:60]!r} here.")


def tell(
    one: Return, step: str, *, actor: Actor, at: dt.datetime, before: Any = None, after: Any = None
) -> None:
    """One row of the trail."""
    record(
        actor=actor,
        action=f"return.{step}",
        object_type="return",
        object_id=one.pk,
        label=f"{one.number} {one.customer.name}",
        before=before,
        after=after,
        warehouse_id=one.warehouse_id,
        at=at,
    )


def told(lines: Sequence[ReturnLine], column: str) -> list[dict[str, Any]]:
    """Lines for the trail."""
    return [
        {"product": line.product.sku, "lot": line.lot_number, "quantity": getattr(line, column)}
        for line in lines
    ]
