"""What the letters, the report and the list of customers say, gathered from rows: the documents room draws them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from stillage.core.actor import Actor
from stillage.core.errors import NotFound
from stillage.core.finding import Reference
from stillage.documents import content
from stillage.places.models import Warehouse
from stillage.purchasing.papers import Cases, Look, company
from stillage.recalls.models import Recall, RecallCustomer, RecallLot
from stillage.recalls.queries import papertrail
from stillage.recalls.queries.papertrail import Shipped
from stillage.recalls.queries.recalls import recall_answer
from stillage.sales.models import Customer


def _zone() -> ZoneInfo:
    """Recalls concern all houses; their papers go by the clock of the first. One statement."""
    name = Warehouse.objects.order_by("pk").values_list("timezone", flat=True).first()
    return ZoneInfo(name or "UTC")


def _party(customer: Customer) -> content.Party:
    town = f"{customer.postcode} {customer.city}".strip()
    return content.Party(
        name=customer.name,
        code=customer.code,
        address=tuple(part for part in (customer.address, town) if part),
        phone=customer.phone,
        email=customer.email,
    )


# ---- letters ------------------------------------------------------------------------------------
def letters(
    one: Recall, look: Look, *, customer: Reference | None = None, untold: bool = False
) -> content.RecallLetters:
    """A letter to each customer of a recall, to one, or to those who were not told yet. Six statements.

    Refuses: a customer who had nothing of it.
    """
    rows = list(
        RecallCustomer.objects.filter(recall=one).select_related("customer").order_by("customer__name")
    )
    if customer is not None:
        rows = [row for row in rows if str(customer) in (row.customer.code, str(row.customer_id))]
        if not rows:
            raise NotFound("No such customer was sent any of it.")
    if untold:
        rows = [row for row in rows if row.told_at is None]
    lots = {
        row.lot_id: row.lot for row in RecallLot.objects.filter(recall=one).select_related("lot__product")
    }
    cases = Cases({lot.product_id: lot.product for lot in lots.values()}.values())
    zone = _zone()
    sent: dict[int | None, list[Shipped]] = defaultdict(list)
    for own in papertrail.shipped(list(lots), None):
        sent[own.customer_id].append(own)
    return content.RecallLetters(
        number=one.number,
        company=company(),
        language=look.language,
        paper=look.paper,
        recall_date=one.opened_at.astimezone(zone).date(),
        reason=one.reason,
        instructions=one.instructions,
        drill=one.drill,
        letters=tuple(
            content.RecallLetter(
                customer=_party(row.customer),
                lines=tuple(_goods(own, lots[own.lot_id], cases, zone) for own in sent[row.customer_id]),
            )
            for row in rows
        ),
    )


def _goods(own: Shipped, lot: Any, cases: Cases, zone: ZoneInfo) -> content.RecalledGoods:
    return content.RecalledGoods(
        sku=lot.product.sku,
        name=lot.product.name,
        lot=content.LotQuantity(
            lot=lot.number,
            quantity=cases.of(lot.product_id, own.quantity),
            best_before_date=lot.best_before_date,
            expiry_date=lot.expiry_date,
        ),
        shipment_number=own.shipment,
        shipped_date=own.shipped_at.astimezone(zone).date() if own.shipped_at else None,
        order_number=own.order,
    )


# ---- the report ---------------------------------------------------------------------------------
def report(one: Recall, look: Look, *, actor: Actor) -> content.RecallReport:
    """A recall from its first minute to now. As many statements as `recall_answer`, and three."""
    said = recall_answer(one.pk, actor=actor)
    lots = {
        row.lot_id: row.lot for row in RecallLot.objects.filter(recall=one).select_related("lot__product")
    }
    cases = Cases({lot.product_id: lot.product for lot in lots.values()}.values())
    zone = _zone()

    def units(row: dict[str, Any], *names: str) -> content.Quantity:
        return cases.of(row["product_id"], sum(row[name] for name in names))

    def out(row: dict[str, Any]) -> content.Quantity:
        return cases.of(row["product_id"], row["shipped"] - row["returned"])

    return content.RecallReport(
        number=one.number,
        company=company(),
        language=look.language,
        paper=look.paper,
        title=one.title,
        reason=one.reason,
        instructions=one.instructions,
        drill=one.drill,
        opened=_instant(one.opened_at, zone),
        opened_by=one.username,
        closed=f"{_instant(one.closed_at, zone)}, {one.closed_by}" if one.closed_at else "",
        outcome=one.outcome,
        back_percent=said["totals"]["back_percent"],
        lots=tuple(
            content.ReportedLot(
                sku=row["product"],
                name=row["product_name"],
                lot=content.LotQuantity(
                    lot=row["lot"],
                    quantity=units(row, "received"),
                    best_before_date=row["best_before_date"],
                    expiry_date=row["expiry_date"],
                ),
                here=units(row, "on_hand", "in_transit"),
                with_customers=out(row),
                returned=units(row, "returned"),
                scrapped=units(row, "scrapped"),
                freed=units(row, "freed"),
                closes=row["closes"],
            )
            for row in said["lots"]
        ),
        customers=tuple(_reported(row, zone) for row in said["customers"]),
        steps=tuple(
            content.ReportedStep(
                when=_instant(step["at"], zone),
                after=_lapse(step["seconds_after_start"]),
                what=step["what"],
                by=step["by"],
            )
            for step in said["timeline"]
        ),
    )


def _reported(row: dict[str, Any], zone: ZoneInfo) -> content.ReportedCustomer:
    told = f"{_instant(row['told_at'], zone)} ({row['told_how']})" if row["told_at"] else ""
    return content.ReportedCustomer(
        customer=content.Party(
            name=row["customer_name"],
            code=row["customer"],
            phone=row.get("phone", ""),
            email=row.get("email", ""),
        ),
        shipped=row["shipped"],
        returned=row["returned"],
        told=told,
        left_there=row["left_there"],
        note=row["note"],
    )


def _instant(at: dt.datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def _lapse(seconds: int) -> str:
    """0:00:12, 1:04:30; days are hours."""
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


# ---- the customers as a file --------------------------------------------------------------------
CUSTOMER_COLUMNS = (
    "customer",
    "customer_name",
    "phone",
    "email",
    "address",
    "city",
    "shipped",
    "returned",
    "net",
    "told_at",
    "told_by",
    "told_how",
    "left_there",
    "note",
)


def customer_rows(one: Recall, *, actor: Actor) -> list[Sequence[Any]]:
    """Who had of it, to be called one after the other."""
    people = recall_answer(one.pk, actor=actor)["customers"]
    return [[row.get(name, "") for name in CUSTOMER_COLUMNS] for row in people]
