"""Recalls as rows: what came of the lots, who was told, what came back, and how long it all took."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet

from stillage.audit.history import COSTS, history
from stillage.core.actor import Actor
from stillage.core.finding import Reference, find
from stillage.recalls.locking import check_all_warehouses
from stillage.recalls.models import Recall, RecallCustomer, RecallLot
from stillage.recalls.queries import papertrail
from stillage.recalls.queries.papertrail import Back
from stillage.recalls.queries.trace import CONTACTS, named_lot
from stillage.recalls.states import possible_steps
from stillage.recalls.trail import OBJECT_TYPE
from stillage.stock import queries as stock
from stillage.stock import queries_trace as moved
from stillage.stock.models import Hold


def recalls(actor: Actor) -> QuerySet[Recall, Any]:
    """All recalls, for who sees all warehouses, with how many customers there are and were told."""
    check_all_warehouses(actor)
    return Recall.objects.annotate(
        customer_count=Count("customers"),
        told_count=Count("customers", filter=Q(customers__told_at__isnull=False)),
    )


def find_recall(reference: Reference, *, actor: Actor) -> Recall:
    """One recall by id or number. 404 when it is not there, 403 for who works in some warehouses."""
    return find(recalls(actor), reference, actor=actor)


def with_word(found: QuerySet[Recall, Any], word: str) -> QuerySet[Recall, Any]:
    """A search by number, title, reason, product or lot."""
    lots = RecallLot.objects.filter(
        Q(lot__number__icontains=word)
        | Q(lot__product__sku__icontains=word)
        | Q(lot__product__name__icontains=word)
    )
    return found.filter(
        Q(number__icontains=word)
        | Q(title__icontains=word)
        | Q(reason__icontains=word)
        | Q(pk__in=lots.values("recall"))
    )


def shown_recalls(found: Sequence[Any]) -> list[dict[str, Any]]:
    """Rows of a list, with their lots. One statement."""
    lots: dict[int, list[dict[str, Any]]] = defaultdict(list)
    rows = RecallLot.objects.filter(recall__in=[one.pk for one in found]).select_related("lot__product")
    for row in rows.order_by("pk"):
        lots[row.recall_id].append(named_lot(row.lot))
    return [
        {
            **_head(one),
            "lots": lots[one.pk],
            "totals": {"customers": one.customer_count, "told": one.told_count},
        }
        for one in found
    ]


def _head(one: Any) -> dict[str, Any]:
    end = one.closed_at
    return {
        "id": one.pk,
        "number": one.number,
        "title": one.title,
        "reason": one.reason,
        "instructions": one.instructions,
        "drill": one.drill,
        "status": one.status,
        "outcome": one.outcome,
        "user": one.username,
        "opened_at": one.opened_at,
        "created_at": one.created_at,
        "all_told_at": one.all_told_at,
        "closed_at": end,
        "closed_by": one.closed_by,
        "duration_seconds": int((end - one.opened_at).total_seconds()) if end else None,
        "version": one.version,
        "possible_steps": possible_steps(one.status, customers=one.customer_count, told=one.told_count),
    }


def recall_answer(pk: int, *, actor: Actor) -> dict[str, Any]:
    """A recall with its lots as they stand, its customers, totals and timeline. Ten statements."""
    one = recalls(actor).get(pk=pk)
    rows = list(RecallLot.objects.filter(recall=pk).select_related("lot__product").order_by("pk"))
    ids = [row.lot_id for row in rows]
    tallies = moved.tallies(ids, moved.flows(ids), moved.lying(ids))
    held = set(
        Hold.objects.filter(lot__in=ids, released_at__isnull=True, scope="everywhere").values_list(
            "lot_id", flat=True
        )
    )
    cases = stock.case_packs(row.lot.product_id for row in rows)
    back = papertrail.returned(ids, None)
    staged = _staged(ids)
    lots = [_lot(row, tallies[row.lot_id], row.lot_id in held, cases, staged[row.lot_id]) for row in rows]
    customers = list(RecallCustomer.objects.filter(recall=one).select_related("customer").order_by("pk"))
    people = _customers(one, customers, back, actor)
    return {
        **_head(one),
        "lots": lots,
        "customers": people,
        "totals": _totals(lots, people),
        "timeline": timeline(one, customers, back, sum(row.freed for row in rows)),
    }


def _staged(lot_ids: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    """What stands picked for orders, and has to go back to a shelf or a cage. One statement."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for one in papertrail.promised(lot_ids, None):
        if one.picked:
            found[one.lot_id].append(
                {
                    "order": one.order,
                    "order_id": one.order_id,
                    "customer": one.customer,
                    "customer_name": one.customer_name,
                    "location": one.location,
                    "location_id": one.location_id,
                    "quantity": one.quantity,
                }
            )
    return found


def _lot(
    row: RecallLot,
    tally: moved.Tally,
    held: bool,
    cases: dict[int, tuple[str, int]],
    staged: list[dict[str, Any]],
) -> dict[str, Any]:
    case_name, units = cases.get(row.lot.product_id, ("", 1))
    here = tally.on_hand + tally.in_transit
    return {
        **named_lot(row.lot),
        "case_name": case_name,
        "units_per_case": units,
        "held": held,
        "received": tally.received,
        "returned_to_supplier": tally.returned_to_supplier,
        "on_hand": tally.on_hand,
        "held_here": here if held else 0,
        "in_transit": tally.in_transit,
        "staged": tally.staged,
        "to_put_back": staged,
        "shipped": tally.shipped,
        "returned": tally.returned,
        "scrapped": tally.scrapped,
        "counted": tally.counted,
        "adjusted": tally.adjusted,
        "freed": row.freed,
        "closes": tally.closes,
    }


def _customers(
    one: Recall, rows: Sequence[RecallCustomer], back: Sequence[Back], actor: Actor
) -> list[dict[str, Any]]:
    """Those who had of it, and what they sent back, before and since."""
    returned: dict[int, int] = defaultdict(int)
    since: dict[int, int] = defaultdict(int)
    for came in back:
        returned[came.customer_id] += came.quantity
        if came.received_at >= one.opened_at:
            since[came.customer_id] += came.quantity
    contacts = actor.can(CONTACTS)
    people = [
        {
            "customer": row.customer.code,
            "customer_id": row.customer_id,
            "customer_name": row.customer.name,
            **(_contact(row.customer) if contacts else {}),
            "shipped": row.shipped,
            "returned": returned[row.customer_id],
            "back_since": since[row.customer_id],
            "net": row.shipped - returned[row.customer_id],
            "told_at": row.told_at,
            "told_by": row.told_by,
            "told_how": row.told_how,
            "left_there": row.left_there,
            "answered_at": row.answered_at,
            "note": row.note,
        }
        for row in rows
    ]
    return sorted(people, key=lambda row: (-row["net"], row["customer_name"], row["customer"]))


def _contact(customer: Any) -> dict[str, str]:
    return {
        "email": customer.email,
        "phone": customer.phone,
        "address": customer.address,
        "city": f"{customer.postcode} {customer.city}".strip(),
    }


def _totals(lots: Sequence[dict[str, Any]], people: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """`back` is what came back since the beginning, `back_percent` how much that is of what was out there then."""
    back = sum(row["back_since"] for row in people)
    out = sum(row["net"] for row in people)
    return {
        "received": sum(row["received"] for row in lots),
        "blocked": sum(row["held_here"] for row in lots),
        "freed": sum(row["freed"] for row in lots),
        "staged": sum(row["staged"] for row in lots),
        "with_customers": out,
        "customers": len(people),
        "told": sum(row["told_at"] is not None for row in people),
        "back": back,
        "back_percent": round(100 * back / (out + back)) if out + back > 0 else 100,
        "closes": all(row["closes"] for row in lots),
    }


# ---- what happened when -------------------------------------------------------------------------
def timeline(
    one: Recall, rows: Sequence[RecallCustomer], back: Sequence[Back], freed: int
) -> list[dict[str, Any]]:
    """What was done, and how long after the beginning; in the order of time. Pure."""
    steps = [(one.opened_at, "open", _begun(one, freed), one.username)]
    if one.found_at is not None:
        who = "1 customer had of it" if len(rows) == 1 else f"{len(rows)} customers had of it"
        steps.append((one.found_at, "found", f"Found: {who}", one.username))
    together: dict[tuple[dt.datetime, str, str], list[str]] = defaultdict(list)
    for row in rows:
        if row.told_at is not None:
            together[row.told_at, row.told_by, row.told_how].append(row.customer.code)
        if row.answered_at is not None:
            left = "" if row.left_there is None else f": {row.left_there} left there"
            steps.append((row.answered_at, "answer", f"{row.customer.code} answered{left}", row.answered_by))
    for (at, by, how), codes in together.items():
        more = f" and {len(codes) - 5} more" if len(codes) > 5 else ""
        steps.append((at, "tell", f"Told {', '.join(sorted(codes)[:5])}{more} ({how})", by))
    if one.all_told_at is not None and rows:
        steps.append((one.all_told_at, "all_told", "All customers are told", ""))
    for came in back:
        if came.received_at >= one.opened_at:
            said = f"{came.quantity} came back with {came.number}"
            steps.append((came.received_at, "came_back", said, came.username))
    if one.closed_at is not None:
        steps.append((one.closed_at, "close", f"Closed: {one.outcome}", one.closed_by))
    return [
        {
            "at": at,
            "code": code,
            "what": said,
            "by": by,
            "seconds_after_start": max(0, round((at - one.opened_at).total_seconds())),
        }
        for at, code, said, by in sorted(steps, key=lambda step: step[0])
    ]


def _begun(one: Recall, freed: int) -> str:
    taken = f", {freed} promised units taken back" if freed else ""
    return ("Drill begun" if one.drill else "Stock blocked") + taken


def recall_history(one: Recall, *, actor: Actor) -> list[dict[str, Any]]:
    """Who did what with a recall, newest first. One statement."""
    return history(OBJECT_TYPE, one.pk, actor, right=COSTS)
