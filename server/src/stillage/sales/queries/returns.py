"""Returns and credit notes as rows."""

from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from stillage.audit.history import PRICES, history
from stillage.core.actor import Actor
from stillage.core.finding import Reference, find, seen
from stillage.sales.models import (
    CreditNote,
    CreditNoteLine,
    Disposition,
    Return,
    ReturnLine,
    ReturnStatus,
)
from stillage.sales.returning import possible


def returns(actor: Actor) -> QuerySet[Return, Any]:
    """Returns to the actor's warehouses, with how far they are."""
    found = Return.objects.select_related("customer", "warehouse", "shipment__order").annotate(
        line_count=Count("lines"),
        expected=Sum("lines__expected", default=0),
        received=Sum("lines__received", default=0),
        disposed=Sum("lines__disposed", default=0),
        credited=Sum("lines__credited", default=0),
    )
    return seen(found, actor)


def find_return(reference: Reference, *, actor: Actor) -> Return:
    """One return by id or number. 404 when it is not there for the actor."""
    return find(returns(actor), reference, actor=actor)


def with_word(found: QuerySet[Return, Any], text: str) -> QuerySet[Return, Any]:
    """A search by number, customer, shipment, order or lot; each word must be met."""
    for word in text.split()[:5]:
        lots = ReturnLine.objects.filter(lot_number=word).values("of_return")
        found = found.filter(
            Q(number__icontains=word)
            | Q(customer__code__icontains=word)
            | Q(customer__name__icontains=word)
            | Q(shipment__number__icontains=word)
            | Q(shipment__order__number__icontains=word)
            | Q(pk__in=lots)
        )
    return found


def shown_return(one: Any) -> dict[str, Any]:
    return {
        "id": one.pk,
        "number": one.number,
        "status": one.status,
        "customer": one.customer.code,
        "customer_id": one.customer_id,
        "customer_name": one.customer.name,
        "warehouse": one.warehouse.code,
        "warehouse_id": one.warehouse_id,
        "shipment": one.shipment.number if one.shipment else None,
        "shipment_id": one.shipment_id,
        "order": one.shipment.order.number if one.shipment else None,
        "order_id": one.shipment.order_id if one.shipment else None,
        "reason": one.reason,
        "line_count": one.line_count,
        "quantity": one.expected if one.status == ReturnStatus.EXPECTED else one.received,
        "expected": one.expected,
        "received": one.received,
        "disposed": one.disposed,
        "credited": one.credited,
        "user": one.username,
        "created_at": one.created_at,
        "received_at": one.received_at,
        "closed_at": one.closed_at,
        "possible_steps": possible(one.status),
    }


def return_answer(pk: int, *, actor: Actor) -> dict[str, Any]:
    """A return with its lines, what was decided, and its credit notes. Four statements."""
    one = returns(actor).get(pk=pk)
    found = ReturnLine.objects.filter(of_return=pk).select_related(
        "product__category", "location", "shipment_line"
    )
    lines = list(found.order_by("position"))
    decided: dict[int, list[dict[str, Any]]] = {}
    for row in Disposition.objects.filter(line__of_return=pk).select_related("to_location").order_by("pk"):
        decided.setdefault(row.line_id, []).append(
            {
                "outcome": row.outcome,
                "quantity": row.quantity,
                "to_location": row.to_location.full_code if row.to_location else None,
                "to_location_id": row.to_location_id,
                "reason": row.reason,
                "user": row.username,
                "decided_at": row.decided_at,
            }
        )
    notes = CreditNote.objects.filter(of_return=pk).order_by("pk")
    return {
        **shown_return(one),
        "location": next((line.location.full_code for line in lines if line.location), None),
        "lines": [
            {
                "id": line.pk,
                "position": line.position,
                "product": line.product.sku,
                "product_id": line.product_id,
                "product_name": line.product.name,
                "category": line.product.category.name if line.product.category else None,
                "base_unit": line.product.base_unit,
                "pack_name": line.shipment_line.pack_name if line.shipment_line else None,
                "units_per_pack": line.shipment_line.units_per_pack if line.shipment_line else 1,
                "lot": line.lot_number,
                "lot_id": line.lot_id,
                "expiry_date": line.expiry_date,
                "best_before_date": line.best_before_date,
                "shipment_line": line.shipment_line_id,
                "expected": line.expected,
                "received": line.received,
                "disposed": line.disposed,
                "undecided": line.received - line.disposed,
                "credited": line.credited,
                "location": line.location.full_code if line.location else None,
                "location_id": line.location_id,
                "reason": line.reason,
                "dispositions": decided.get(line.pk, []),
            }
            for line in lines
        ],
        "credit_notes": [
            {"id": note.pk, "number": note.number, "issued_at": note.issued_at, **money(note, actor)}
            for note in notes
        ],
    }


def return_history(one: Return, *, actor: Actor) -> list[dict[str, Any]]:
    """Who did what with a return, newest first. One statement."""
    return history("return", one.pk, actor)


# ---- credit notes -------------------------------------------------------------------------------
def credit_notes(actor: Actor) -> QuerySet[CreditNote, Any]:
    """Credit notes for returns to the actor's warehouses."""
    found = CreditNote.objects.select_related(
        "customer", "of_return__warehouse", "of_return__shipment__order"
    )
    return seen(found, actor, "of_return__warehouse")


def find_credit_note(reference: Reference, *, actor: Actor) -> CreditNote:
    """One credit note by id or number. 404 when it is not there for the actor."""
    return find(credit_notes(actor), reference, actor=actor, field="of_return__warehouse")


def money(note: CreditNote, actor: Actor) -> dict[str, Any]:
    """What it comes to, for those who see prices."""
    if not actor.can(PRICES):
        return {}
    return {
        "currency": note.currency,
        "net_total": note.net_total,
        "tax_total": note.tax_total,
        "gross_total": note.gross_total,
    }


def shown_note(note: CreditNote, *, actor: Actor) -> dict[str, Any]:
    own = note.of_return
    return {
        "id": note.pk,
        "number": note.number,
        "return": own.number,
        "return_id": own.pk,
        "customer": note.customer.code,
        "customer_id": note.customer_id,
        "customer_name": note.customer.name,
        "warehouse": own.warehouse.code,
        "warehouse_id": own.warehouse_id,
        "shipment": own.shipment.number if own.shipment else None,
        "shipment_id": own.shipment_id,
        "order": own.shipment.order.number if own.shipment else None,
        "user": note.username,
        "issued_at": note.issued_at,
        **money(note, actor),
    }


def note_answer(note: CreditNote, *, actor: Actor) -> dict[str, Any]:
    """A credit note with its lines. One statement besides its own."""
    prices = actor.can(PRICES)
    return {
        **shown_note(note, actor=actor),
        "lines": [
            {
                "id": line.pk,
                "line_id": line.line_id,
                "product": line.sku,
                "product_name": line.product_name,
                "lot": line.lot_number,
                "quantity": line.quantity,
                **(
                    {
                        "unit_price": line.unit_price,
                        "tax_rate_percent": line.tax_rate_percent,
                        "net_amount": line.net_amount,
                    }
                    if prices
                    else {}
                ),
            }
            for line in CreditNoteLine.objects.filter(credit_note=note).order_by("pk")
        ],
    }


def note_with(word: str) -> Q:
    """A search by the note's, the return's or the customer's name."""
    return (
        Q(number__icontains=word)
        | Q(of_return__number__icontains=word)
        | Q(customer__name__icontains=word)
        | Q(customer__code__icontains=word)
    )
