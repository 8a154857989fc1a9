"""The customer gets back what was paid for returned goods: a credit note at the price they were sold for."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal

from django.conf import settings

from stillage.audit.record import record
from stillage.core.actor import Actor
from stillage.core.errors import Conflict, Fault, Kind, refuse_all
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.core.sql import execute, rows, table
from stillage.numbering.take import document_number, take
from stillage.sales import pricing
from stillage.sales.models import CreditNote, Return, ReturnLine
from stillage.sales.returning import add_up, check, lines_of, lock_return, tell

_EXACT = Context(prec=60)


@dataclass(frozen=True, slots=True)
class Credited:
    """Units of a return line to be credited. Without a price: at the one they were sold for."""

    line: int
    quantity: int
    unit_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class _Amount:
    line: ReturnLine
    quantity: int
    unit_price: Decimal
    tax_rate_percent: Decimal
    net: Decimal


@operation
def credit(
    *, actor: Actor, of_return: Reference, at: dt.datetime, lines: Sequence[Credited] | None = None
) -> CreditNote:
    """Credit received units: those named, or all that are not credited yet.

    Goods of a shipment are credited at the price they were sold for, net of discount, in parts that add up to
    the whole; other goods need a price. Tax is that of the order's line, else of the product's category.
    Refuses: more than is received and not credited yet, no price, nothing to credit.
    Locks: the return, the series. Audits: return.credit, credit_note.create.
    """
    one = lock_return(of_return, actor=actor)
    check(one, "credit")
    own = {line.pk: line for line in lines_of(one)}
    if lines is None:
        lines = [
            Credited(pk, line.received - line.credited)
            for pk, line in own.items()
            if line.received > line.credited
        ]
        if not lines:
            raise Conflict(
                f"Everything that came back with {one.number} is credited.", code="nothing_to_credit"
            )
    amounts = _amounts(own, lines)
    totals = pricing.totals((amount.net, amount.tax_rate_percent) for amount in amounts)
    units: dict[int, int] = defaultdict(int)
    for amount in amounts:
        units[amount.line.pk] += amount.quantity
    add_up("credited", units)
    note = CreditNote.objects.create(
        number=document_number("CN", take("credit_note").start),
        of_return=one,
        customer=one.customer,
        currency=one.shipment.order.currency if one.shipment else settings.CURRENCY,
        net_total=totals.net,
        tax_total=totals.tax,
        gross_total=totals.gross,
        user_id=actor.user_id,
        username=actor.username[:150],
        issued_at=at,
    )
    _write(note, amounts)
    _tell(one, note, amounts, actor=actor, at=at)
    return note


def _amounts(own: dict[int, ReturnLine], lines: Sequence[Credited]) -> list[_Amount]:
    credited = {pk: line.credited for pk, line in own.items()}
    faults: list[Fault] = []
    amounts = []
    for index, wanted in enumerate(lines):
        line = own.get(wanted.line)
        if line is None:
            faults.append(Fault(f"/lines/{index}/line", "unknown_line", "This return has no such line."))
            continue
        left = line.received - credited[line.pk]
        if wanted.quantity > left:
            detail = (
                f"{left} of {line.product.sku} are received and not credited; {wanted.quantity} cannot be."
            )
            faults.append(Fault(f"/lines/{index}/quantity", "too_many", detail, {"left": left}))
            continue
        amount = _amount(line, wanted, credited[line.pk])
        credited[line.pk] += wanted.quantity
        if amount is None:
            detail = f"{line.product.sku} came back without a shipment: say at which price it is credited."
            faults.append(Fault(f"/lines/{index}/unit_price", "price_required", detail))
        else:
            amounts.append(amount)
    refuse_all(
        faults, summary=f"{len(faults)} things are wrong, so nothing was credited.", kind=Kind.CONFLICT
    )
    return amounts


def _amount(line: ReturnLine, wanted: Credited, before: int) -> _Amount | None:
    sold = line.shipment_line.line if line.shipment_line is not None else None
    category = line.product.category
    rate = (
        sold.tax_rate_percent
        if sold is not None
        else category.tax_rate_percent
        if category is not None
        else Decimal(0)
    )
    if wanted.unit_price is not None:
        net = pricing.cents(_EXACT.multiply(wanted.unit_price, Decimal(wanted.quantity)))
        return _Amount(line, wanted.quantity, wanted.unit_price, rate, net)
    if sold is None:
        return None
    whole = _EXACT.divide(
        _EXACT.multiply(sold.pack_price, 100 - sold.discount_percent), Decimal(100 * sold.units_per_pack)
    )

    def worth(units: int) -> Decimal:
        return pricing.cents(_EXACT.multiply(whole, Decimal(units)))

    net = worth(before + wanted.quantity) - worth(before)
    return _Amount(line, wanted.quantity, whole.quantize(Decimal("0.000001")), rate, net)


_ROW = {
    "line_id": "bigint",
    "sku": "text",
    "product_name": "text",
    "lot_number": "text",
    "quantity": "bigint",
    "unit_price": "numeric",
    "tax_rate_percent": "numeric",
    "net_amount": "numeric",
}


def _write(note: CreditNote, amounts: Sequence[_Amount]) -> None:
    """Its lines, for good. One statement."""
    names = ", ".join(_ROW)
    execute(
        f"INSERT INTO sales_creditnoteline ({names}, credit_note_id) SELECT {names}, %s FROM "
        + table("line", _ROW)
        + " WHERE true",
        [
            note.pk,
            rows(
                {
                    "line_id": one.line.pk,
                    "sku": one.line.product.sku,
                    "product_name": one.line.product.name,
                    "lot_number": one.line.lot_number,
                    "quantity": one.quantity,
                    "unit_price": one.unit_price,
                    "tax_rate_percent": one.tax_rate_percent,
                    "net_amount": one.net,
                }
                for one in amounts
            ),
        ],
    )


def _tell(
    one: Return, note: CreditNote, amounts: Sequence[_Amount], *, actor: Actor, at: dt.datetime
) -> None:
    after = {
        "credit_note": note.number,
        "net_total": note.net_total,
        "gross_total": note.gross_total,
        "currency": note.currency,
        "lines": [
            {"product": own.line.product.sku, "lot": own.line.lot_number, "quantity": own.quantity}
            for own in amounts
        ],
    }
    record(
        actor=actor,
        action="credit_note.create",
        object_type="credit_note",
        object_id=note.pk,
        label=f"{note.number} {one.customer.name}",
        after={"return": one.number, **after},
        warehouse_id=one.warehouse_id,
        at=at,
    )
    tell(one, "credit", actor=actor, at=at, after=after)
