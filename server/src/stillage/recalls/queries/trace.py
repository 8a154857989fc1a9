"""The trace of a lot: back to the suppliers' papers, forward to every customer, and a mass balance that closes."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from stillage.core.actor import Actor
from stillage.core.clock import now
from stillage.core.errors import NotFound
from stillage.core.finding import MAX_ID
from stillage.core.sql import fetch, member
from stillage.places.models import Kind
from stillage.recalls.models import RecallLot
from stillage.recalls.queries import papertrail
from stillage.recalls.queries.papertrail import ANOTHER, Back, Own, Shipped
from stillage.sales.models import Customer
from stillage.stock import queries as stock
from stillage.stock import queries_trace as moved
from stillage.stock.expiry import shown, status

COSTS, CONTACTS = "cost.view", "parties.view"


def trace(lot_id: int, *, actor: Actor) -> dict[str, Any]:
    """All that is known of a lot in the actor's houses. Fifteen statements, whatever happened to it.

    Refuses: a lot that is not there for the actor.
    """
    lot = stock.lots(actor).filter(pk=lot_id).first() if lot_id <= MAX_ID else None
    if lot is None:
        raise NotFound("There is nothing of that name.")
    own: Own = actor.warehouse_ids
    case_name, units_per_case = stock.case_packs([lot.product_id]).get(lot.product_id, ("", 1))
    places = _places(lot.pk, own)
    tally = moved.tallies([lot.pk], moved.flows([lot.pk]), _lying(lot.pk, places), warehouse_ids=own)[lot.pk]
    events = seen_events(moved.events([lot.pk]), own)
    shipped, back = papertrail.shipped([lot.pk], own), papertrail.returned([lot.pk], own)
    waiting = papertrail.promised([lot.pk], own)
    people = customers_of(
        [*(one.customer_id for one in shipped), *(one.customer_id for one in back)], actor=actor
    )
    return {
        "lot": _lot(lot, actor),
        "balance": balance(tally, actor),
        "origins": _origins(events, papertrail.receipts([lot.pk], own), actor),
        "places": places,
        "on_the_way": papertrail.on_the_way([lot.pk], own),
        "promised": [_promise(one, actor) for one in waiting],
        "customers": _customers(shipped, back, people, own),
        "returns": [_back(one, people) for one in back],
        "scrapped": [_happened(one) for one in events if one.target_kind == Kind.SCRAP],
        "counts": [_difference(one) for one in differences(events) if one.kind == "count"],
        "adjusted": [_difference(one) for one in differences(events) if one.kind != "count"],
        "supplier_returns": [_sent_back(one) for one in papertrail.sent_back([lot.pk], own)],
        "recalls": recalls_of([lot.pk]).get(lot.pk, []),
        "base_unit": lot.product.base_unit,
        "case_name": case_name,
        "units_per_case": units_per_case,
    }


def _lot(lot: Any, actor: Actor) -> dict[str, Any]:
    day = min(stock.warehouse_days(actor).values(), default=now().date())
    return {
        "id": lot.pk,
        **named_lot(lot),
        "production_date": lot.production_date,
        "last_sale_date": shown(lot.last_sale_date),
        "held": lot.held,
        "hold_reason": lot.hold_reason,
        "status": status(lot.last_sale_date, today=day, held=lot.held),
    }


def named_lot(lot: Any) -> dict[str, Any]:
    """A lot with its product, as every answer names it."""
    return {
        "product": lot.product.sku,
        "product_id": lot.product_id,
        "product_name": lot.product.name,
        "base_unit": lot.product.base_unit,
        "lot": lot.number,
        "lot_id": lot.pk,
        "expiry_date": lot.expiry_date,
        "best_before_date": lot.best_before_date,
    }


# ---- the balance --------------------------------------------------------------------------------
# What came and went, with its sign; on the other side what lies there.
_TERMS = (
    ("received", 1),
    ("returned_to_supplier", -1),
    ("shipped", -1),
    ("returned", 1),
    ("scrapped", -1),
    ("counted", 1),
    ("adjusted", 1),
    ("transferred", 1),
)


def balance(tally: moved.Tally, actor: Actor) -> dict[str, Any]:
    """A lot's mass balance; `sentence_parts` are its terms, for who writes it out as a sum."""
    terms = [
        (name, sign) for name, sign in _TERMS if name != "transferred" or actor.warehouse_ids is not None
    ]
    parts = [
        {"side": "moved", "code": name, "sign": sign, "quantity": units}
        for name, sign in terms
        if (units := getattr(tally, name)) or name == "received"
    ]
    there = [
        {"side": "there", "code": name, "sign": 1, "quantity": units}
        for name in ("on_hand", "in_transit")
        if (units := getattr(tally, name)) or name == "on_hand"
    ]
    return {
        **{name: getattr(tally, name) for name, _ in terms},
        "on_hand": tally.on_hand,
        "in_transit": tally.in_transit,
        "closes": tally.closes,
        "sentence_parts": parts + there,
    }


_PLACES = """
SELECT b.location_id, x.full_code, x.kind, b.warehouse_id, w.code, b.on_hand, b.allocated,
  EXISTS (SELECT 1 FROM stock_hold h WHERE h.lot_id = b.lot_id AND h.released_at IS NULL
    AND (h.location_id IS NULL OR h.location_id = b.location_id))
FROM stock_balance b
JOIN places_location x ON x.id = b.location_id
JOIN places_warehouse w ON w.id = b.warehouse_id
WHERE b.lot_id = %s AND b.on_hand > 0 {own} ORDER BY w.code, x.pick_sequence, x.full_code
"""


def _places(lot_id: int, own: Own) -> list[dict[str, Any]]:
    """Where it lies. One statement."""
    houses, parameters = ("", []) if own is None else member(sorted(own), "bigint")
    found = fetch(_PLACES.format(own=houses and f"AND b.warehouse_id {houses}"), [lot_id, *parameters])
    return [
        {
            "location": row[1],
            "location_id": row[0],
            "kind": row[2],
            "warehouse": row[4],
            "warehouse_id": row[3],
            "on_hand": row[5],
            "allocated": row[6],
            "held": bool(row[7]),
        }
        for row in found
    ]


def _lying(lot_id: int, places: Iterable[dict[str, Any]]) -> list[moved.Lying]:
    return [
        moved.Lying(lot_id, one["kind"], one["warehouse_id"], one["on_hand"], one["allocated"])
        for one in places
    ]


# ---- back ---------------------------------------------------------------------------------------
def seen_events(events: Iterable[moved.Event], own: Own) -> list[moved.Event]:
    """Those with an end in these houses."""
    return [
        one
        for one in events
        if own is None or one.source_warehouse_id in own or one.target_warehouse_id in own
    ]


def _origins(
    events: Sequence[moved.Event], lines: Sequence[dict[str, Any]], actor: Actor
) -> list[dict[str, Any]]:
    costs = actor.can(COSTS)
    return [{**own, "unit_cost": cost} if costs else own for own, cost in origins(events, lines)]


def origins(
    events: Iterable[moved.Event], lines: Iterable[dict[str, Any]]
) -> list[tuple[dict[str, Any], Any]]:
    """Each delivery that counts, with its paper, or with the movement's own reference where there is none."""
    by_operation: dict[tuple[Any, int], list[dict[str, Any]]] = defaultdict(list)
    for line in lines:
        by_operation[line["operation_id"], line["lot_id"]].append(line)
    found: list[tuple[dict[str, Any], Any]] = []
    told: set[tuple[Any, int]] = set()
    for event in events:
        if event.source_kind != Kind.SUPPLIER:
            continue
        key = (event.operation_id, event.lot_id)
        if key not in by_operation:
            found.append((_unpapered(event), event.unit_cost))
        elif key not in told:
            told.add(key)
            found += [(_delivered(line), line["unit_cost"]) for line in by_operation[key]]
    return found


def _delivered(line: dict[str, Any]) -> dict[str, Any]:
    return {
        "lot_id": line["lot_id"],
        "supplier": line["supplier_code"],
        "supplier_id": line["supplier_id"],
        "supplier_name": line["supplier_name"],
        "receipt": line["receipt_number"],
        "receipt_id": line["receipt_id"],
        "purchase_order": line["line_order"] or line["own_order"] or "",
        "purchase_order_id": line["line_order_id"] or line["own_order_id"],
        "delivery_note": line["delivery_note"],
        "reference": line["receipt_number"],
        "received_at": line["received_at"],
        "quantity": line["quantity"],
        "location": line["location_code"],
        "location_id": line["location_id"],
        "user": line["username"],
    }


def _unpapered(event: moved.Event) -> dict[str, Any]:
    return {
        "lot_id": event.lot_id,
        "supplier": "",
        "supplier_id": None,
        "supplier_name": "",
        "receipt": "",
        "receipt_id": None,
        "purchase_order": "",
        "purchase_order_id": None,
        "delivery_note": "",
        "reference": event.reference,
        "received_at": event.moved_at,
        "quantity": event.quantity,
        "location": event.target,
        "location_id": event.target_id,
        "user": event.username,
    }


# ---- forward ------------------------------------------------------------------------------------
def customers_of(customer_ids: Iterable[int | None], *, actor: Actor) -> dict[int | None, dict[str, Any]]:
    """Names of customers, and how to reach them for those who may know. One statement."""
    wanted = sorted({pk for pk in customer_ids if pk is not None})
    contacts = actor.can(CONTACTS)
    people: dict[int | None, dict[str, Any]] = {}
    for one in Customer.objects.filter(pk__in=wanted):
        people[one.pk] = {
            "customer": one.code,
            "customer_id": one.pk,
            "customer_name": one.name,
        }
        if contacts:
            town = f"{one.postcode} {one.city}".strip()
            people[one.pk] |= {
                "email": one.email,
                "phone": one.phone,
                "address": one.address,
                "city": town,
            }
    return people


NOBODY: dict[str, Any] = {"customer": "", "customer_id": None, "customer_name": ""}


def _customers(
    shipped: Sequence[Shipped],
    back: Sequence[Back],
    people: dict[int | None, dict[str, Any]],
    own: Own,
) -> list[dict[str, Any]]:
    """Who was sent how much of it, most first. What left these houses for another's order names nobody."""
    together: dict[int | None, list[Shipped]] = defaultdict(list)
    units: dict[int | None, int] = defaultdict(int)
    for one in shipped:
        foreign = own is not None and one.warehouse_id is not None and one.warehouse_id not in own
        together[None if foreign else one.customer_id].append(one)
    for came in back:
        units[came.customer_id] += came.quantity
    rows = []
    for pk in {**together, **units}:
        went = sum(one.quantity for one in together[pk])
        rows.append(
            {
                **(people.get(pk) or {**NOBODY, "customer_name": ANOTHER if own is not None else ""}),
                "shipped": went,
                "returned": units[pk],
                "net": went - units[pk],
                "shipments": [_shipment(one, named=pk is not None) for one in together[pk]],
            }
        )
    return sorted(rows, key=lambda row: (-row["net"], row["customer_name"], row["customer"]))


def _shipment(one: Shipped, *, named: bool) -> dict[str, Any]:
    hidden = not named and one.warehouse_id is not None
    return {
        "shipment": ANOTHER if hidden else one.shipment,
        "shipment_id": None if hidden else one.shipment_id,
        "order": ANOTHER if hidden else one.order,
        "order_id": None if hidden else one.order_id,
        "shipped_at": one.shipped_at,
        "delivery_date": one.delivery_date,
        "quantity": one.quantity,
    }


def _promise(one: papertrail.Promised, actor: Actor) -> dict[str, Any]:
    seen = one.order_warehouse_id is None or actor.sees(one.order_warehouse_id)
    return {
        "order": one.order if seen else ANOTHER,
        "order_id": one.order_id if seen else None,
        "customer": one.customer if seen else "",
        "customer_id": one.customer_id if seen else None,
        "customer_name": one.customer_name if seen else ANOTHER,
        "location": one.location,
        "location_id": one.location_id,
        "picked": one.picked,
        "quantity": one.quantity,
        "delivery_date": one.delivery_date if seen else None,
    }


def _back(one: Back, people: dict[int | None, dict[str, Any]]) -> dict[str, Any]:
    named = people.get(one.customer_id, NOBODY)
    return {
        "number": one.number,
        "return_id": one.return_id,
        "customer": named["customer"],
        "customer_id": named["customer_id"],
        "customer_name": named["customer_name"],
        "received_at": one.received_at,
        "quantity": one.quantity,
        "outcome": one.outcome,
        "outcomes": one.outcomes,
        "location": one.location,
    }


# ---- otherwise ----------------------------------------------------------------------------------
def _happened(one: moved.Event) -> dict[str, Any]:
    return {
        "at": one.moved_at,
        "location": one.place,
        "location_id": one.place_id,
        "quantity": one.quantity,
        "reason": one.reason,
        "reference": one.reference,
        "user": one.username,
    }


def differences(events: Iterable[moved.Event]) -> list[moved.Event]:
    """What was found or missed: movements from and to the virtual place of differences."""
    return [one for one in events if Kind.ADJUSTMENT in (one.source_kind, one.target_kind)]


def _difference(one: moved.Event) -> dict[str, Any]:
    sign = 1 if one.inward else -1
    return {**_happened(one), "number": one.reference, "quantity": sign * one.quantity}


def _sent_back(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "number": row["number"],
        "supplier_return_id": row["of_return_id"],
        "status": row["status"],
        "supplier": row["supplier_code"],
        "supplier_id": row["supplier_id"],
        "supplier_name": row["supplier_name"],
        "dispatched_at": row["dispatched_at"],
        "location": row["location_code"],
        "quantity": row["quantity"],
        "reason": row["reason"],
    }


def recalls_of(lot_ids: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    """The recalls that name some lots, the newest first. One statement."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in (
        RecallLot.objects.filter(lot__in=list(lot_ids)).select_related("recall").order_by("-recall_id")
    ):
        one = row.recall
        found[row.lot_id].append(
            {
                "id": one.pk,
                "number": one.number,
                "status": one.status,
                "drill": one.drill,
                "opened_at": one.opened_at,
            }
        )
    return found
