"""Transfers as rows and as answers. An end in a warehouse that is not the reader's has no places."""

import datetime as dt
from typing import Any

from django.db.models import BigIntegerField, Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from stillage.audit.history import history
from stillage.core.actor import Actor
from stillage.core.clock import today
from stillage.stock.expiry import may_be_sold, shown
from stillage.stock.queries import case_packs
from stillage.transfers.locking import ends_of, items_of, lines_of, on_the_way, visible
from stillage.transfers.models import Transfer, TransferItem, TransferLine, TransferStatus
from stillage.transfers.queries.sending import Suggested, suggested
from stillage.transfers.states import ON_THE_WAY, Ends, possible_steps

ELSEWHERE = "another warehouse"


def _total(model: Any, **sums: Any) -> Subquery:
    rows = model.objects.filter(transfer=OuterRef("pk")).order_by().values("transfer").annotate(**sums)
    return Subquery(rows.values(next(iter(sums))), output_field=BigIntegerField())


def transfers(actor: Actor) -> QuerySet[Transfer, Any]:
    """Transfers of which the actor sees an end, with how far they are."""
    return visible(actor).annotate(
        line_count=Coalesce(_total(TransferLine, lines=Count("pk")), 0),
        quantity=Coalesce(_total(TransferLine, units=Sum("quantity")), 0),
        dispatched=Coalesce(_total(TransferItem, units=Sum("dispatched")), 0),
        received=Coalesce(_total(TransferItem, units=Sum("received")), 0),
        missing=Coalesce(_total(TransferItem, units=Sum("missing")), 0),
    )


def going(
    found: QuerySet[Transfer, Any], way: str | None, warehouse: str, actor: Actor
) -> QuerySet[Transfer, Any]:
    """Those that come into a warehouse, leave it, or either."""

    def at(end: str) -> Q:
        condition = Q(**{f"{end}__code": warehouse})
        if warehouse.isascii() and warehouse.isdecimal() and len(warehouse) < 19:
            condition |= Q(**{end: int(warehouse)})
        own = Q() if actor.warehouse_ids is None else Q(**{f"{end}__in": actor.warehouse_ids})
        return condition & own

    ends = {"in": ("to_warehouse",), "out": ("from_warehouse",)}.get(
        way or "", ("from_warehouse", "to_warehouse")
    )
    condition = at(ends[0])
    for end in ends[1:]:
        condition |= at(end)
    return found.filter(condition)


def with_word(found: QuerySet[Transfer, Any], text: str) -> QuerySet[Transfer, Any]:
    """A search by number, warehouse, carrier, product or lot; each word must be met."""
    for word in text.split()[:5]:
        products = TransferLine.objects.filter(
            Q(product__sku__icontains=word) | Q(product__name__icontains=word) | Q(lot__number=word)
        )
        lots = TransferItem.objects.filter(lot__number=word)
        found = found.filter(
            Q(number__icontains=word)
            | Q(from_warehouse__code__icontains=word)
            | Q(to_warehouse__code__icontains=word)
            | Q(carrier__icontains=word)
            | Q(pk__in=products.values("transfer"))
            | Q(pk__in=lots.values("transfer"))
        )
    return found


def shown_transfer(one: Any, actor: Actor) -> dict[str, Any]:
    """A row of `transfers` as the API answers it."""
    return {
        "id": one.pk,
        "number": one.number,
        "status": one.status,
        "version": one.version,
        "from_warehouse": one.from_warehouse.code,
        "from_warehouse_id": one.from_warehouse_id,
        "from_warehouse_name": one.from_warehouse.name,
        "to_warehouse": one.to_warehouse.code,
        "to_warehouse_id": one.to_warehouse_id,
        "to_warehouse_name": one.to_warehouse.name,
        "expected_date": one.expected_date,
        "late": _late(one),
        "carrier": one.carrier,
        "note": one.note,
        "user": one.username,
        "line_count": one.line_count,
        "quantity": one.quantity,
        "dispatched": one.dispatched,
        "received": one.received,
        "missing": one.missing,
        "on_the_way": one.dispatched - one.received - one.missing,
        "created_at": one.created_at,
        "dispatched_at": one.dispatched_at,
        "received_at": one.received_at,
        "cancelled_at": one.cancelled_at,
        "possible_steps": possible_steps(one.status, ends_of(one, actor)),
    }


def _late(one: Transfer) -> bool:
    """Whether it should be there by now, on the calendar of where it goes."""
    if one.expected_date is None or one.status not in ON_THE_WAY:
        return False
    return one.expected_date < today(one.to_warehouse.timezone)


def transfer_answer(pk: int, *, actor: Actor) -> dict[str, Any]:
    """A transfer with its lines and items. Four statements, and one for a draft's suggestion."""
    one: Any = transfers(actor).get(pk=pk)
    lines, items = lines_of(one), items_of(one)
    ends = ends_of(one, actor)
    found: dict[int, list[Suggested]] = {}
    if one.status == TransferStatus.DRAFT and ends.here:
        found = suggested(one, lines)
    products = {line.product_id for line in lines} | {item.product_id for item in items}
    cases = case_packs(products)
    by_line: dict[int | None, list[TransferItem]] = {}
    for item in items:
        by_line.setdefault(item.line_id, []).append(item)
    return {
        **shown_transfer(one, actor),
        "lines": [
            _shown_line(line, by_line.get(line.pk, []), found.get(line.pk, []), cases) for line in lines
        ],
        "items": [_shown_item(item, ends, cases) for item in items],
        "warnings": _expired(one, items),
    }


def _product(row: TransferLine | TransferItem, cases: dict[int, tuple[str, int]]) -> dict[str, Any]:
    case_name, units = cases.get(row.product_id, ("", 1))
    lot = row.lot
    return {
        "product": row.product.sku,
        "product_id": row.product_id,
        "product_name": row.product.name,
        "base_unit": row.product.base_unit,
        "case_name": case_name,
        "units_per_case": units,
        "lot": lot.number if lot else None,
        "lot_id": row.lot_id,
        "expiry_date": lot.expiry_date if lot else None,
        "best_before_date": lot.best_before_date if lot else None,
    }


def _shown_line(
    line: TransferLine, items: list[TransferItem], found: list[Suggested], cases: dict[int, tuple[str, int]]
) -> dict[str, Any]:
    return {
        "id": line.pk,
        "position": line.position,
        **_product(line, cases),
        "quantity": line.quantity,
        "dispatched": sum(item.dispatched for item in items),
        "received": sum(item.received for item in items),
        "missing": sum(item.missing for item in items),
        "note": line.note,
        "suggested": [
            {
                "lot": take.lot,
                "lot_id": take.lot_id,
                "expiry_date": take.expiry_date,
                "best_before_date": take.best_before_date,
                "location": take.location,
                "location_id": take.location_id,
                "quantity": take.quantity,
            }
            for take in found
        ],
    }


def _shown_item(item: TransferItem, ends: Ends, cases: dict[int, tuple[str, int]]) -> dict[str, Any]:
    place = item.from_location
    if place is None:
        named: tuple[str | None, int | None] = (None, None)
    else:
        named = (place.full_code, place.pk) if ends.here else (ELSEWHERE, None)
    return {
        "id": item.pk,
        "line_id": item.line_id,
        **_product(item, cases),
        "from_location": named[0],
        "from_location_id": named[1],
        "dispatched": item.dispatched,
        "received": item.received,
        "missing": item.missing,
        "damaged": item.damaged,
        "surplus": item.surplus,
        "on_the_way": on_the_way(item),
    }


def _expired(one: Transfer, items: list[TransferItem]) -> list[dict[str, Any]]:
    """Lots on the way that are past their date: they may travel, but nobody should be surprised."""
    day: dt.date = today(one.to_warehouse.timezone)
    return [
        {
            "code": "lot_expired",
            "item": item.pk,
            "detail": f"{item.product.sku} lot {item.lot.number} could be sold until"
            f" {shown(item.lot.last_sale_date)}.",
        }
        for item in items
        if on_the_way(item) and not may_be_sold(item.lot.last_sale_date, on=day)
    ]


def transfer_history(one: Transfer, actor: Actor) -> list[dict[str, Any]]:
    """Who did what with a transfer, newest first. One statement."""
    return history("transfer", one.pk, actor, right="cost.view")
