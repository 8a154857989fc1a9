"""Advance notices as rows."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from stillage.audit.history import history
from stillage.core.actor import Actor
from stillage.core.errors import NotFound
from stillage.core.finding import Reference, seen
from stillage.purchasing import dock
from stillage.purchasing.models import AdvanceNotice, NoticeLine, NoticeStatus, NoticeUnit, Receipt
from stillage.purchasing.queries.receipts import COST, notice_lines, unit_rows
from stillage.stock.queries import case_packs


def notices(actor: Actor) -> QuerySet[AdvanceNotice, Any]:
    """Notices for the actor's warehouses, with how much is announced and how much of it came."""
    lines = NoticeLine.objects.filter(notice=OuterRef("pk")).order_by().values("notice")
    units = NoticeUnit.objects.filter(notice=OuterRef("pk")).order_by().values("notice")
    found = AdvanceNotice.objects.select_related("supplier", "warehouse", "order").annotate(
        line_count=Coalesce(Subquery(lines.annotate(n=Count("pk")).values("n")), 0),
        unit_count=Coalesce(Subquery(units.annotate(n=Count("pk")).values("n")), 0),
        quantity=Coalesce(Subquery(lines.annotate(n=Sum("quantity")).values("n")), 0),
        received=Coalesce(Subquery(lines.annotate(n=Sum("received")).values("n")), 0),
    )
    return seen(found, actor)


def find_notice(reference: Reference, *, actor: Actor) -> int:
    """The id of a notice by id or despatch number. 404 when it is not there for the actor."""
    pk = dock.find_notice_id(reference, actor=actor)
    if pk is None:
        raise NotFound("There is nothing of that name.")
    return pk


def matching(found: QuerySet[AdvanceNotice, Any], words: Sequence[str]) -> QuerySet[AdvanceNotice, Any]:
    """A search by despatch number, supplier, order, SSCC, product or lot; each word must be met."""
    for word in words:
        lines = NoticeLine.objects.filter(Q(lot_number=word) | Q(product__sku__iexact=word)).values("notice")
        units = NoticeUnit.objects.filter(sscc=word.removeprefix("(00)")[-18:]).values("notice")
        found = found.filter(
            Q(despatch_number__icontains=word)
            | Q(supplier__code__icontains=word)
            | Q(supplier__name__icontains=word)
            | Q(order__number__icontains=word)
            | Q(pk__in=lines)
            | Q(pk__in=units)
        )
    return found


def shown_notice(one: Any) -> dict[str, Any]:
    """A row of the list."""
    return {
        "id": one.pk,
        "number": one.despatch_number,
        "despatch_number": one.despatch_number,
        "status": one.status,
        "version": one.version,
        "created_at": one.created_at,
        "supplier": one.supplier.code,
        "supplier_id": one.supplier_id,
        "supplier_name": one.supplier.name,
        "warehouse": one.warehouse.code,
        "warehouse_id": one.warehouse_id,
        "purchase_order": one.order.number if one.order else None,
        "purchase_order_id": one.order_id,
        "expected_date": one.expected_date,
        "user": one.username,
        "line_count": one.line_count,
        "unit_count": one.unit_count,
        "quantity": one.quantity,
        "received": one.received,
        "possible_steps": _possible(one),
    }


def _possible(one: Any) -> list[str]:
    if one.status != NoticeStatus.OPEN:
        return []
    return ["receive"] if one.received else ["receive", "cancel"]


def notice_answer(pk: int, *, actor: Actor, most: int | None = None) -> dict[str, Any]:
    """A notice with its units and lines; without them where there are more than `most` (`whole` says so). Six statements."""
    one = notices(actor).get(pk=pk)
    units = unit_rows(pk)
    loose = [
        {name: value for name, value in line.items() if name != "unit_id"}
        for line in notice_lines(pk)
        if line["unit_id"] is None
    ]
    rows = [*loose, *(line for unit in units for line in unit["lines"])]
    cases = case_packs({row["product_id"] for row in rows})
    for row in rows:
        row["case_name"], row["units_per_case"] = cases.get(row["product_id"], ("", 1))
    receipts = Receipt.objects.filter(notice=pk).order_by("pk")
    whole = most is None or len(rows) <= most
    return {
        **shown_notice(one),
        "units": units if whole else [],
        "lines": loose if whole else [],
        "whole": whole,
        "receipts": [
            {"id": row.pk, "number": row.number, "opened_at": row.opened_at, "status": row.status}
            for row in receipts
        ],
    }


def notice_history(pk: int, *, actor: Actor) -> list[dict[str, Any]]:
    """Who did what with a notice, newest first. One statement."""
    return history(dock.NOTICE, pk, actor, right=COST)
