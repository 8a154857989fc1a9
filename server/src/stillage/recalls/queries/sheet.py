"""Everything that ever happened to some lots, an event a row: what the traceability sheet is made of."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from stillage.core.sql import fetch, member
from stillage.places.models import Kind
from stillage.recalls.models import Recall, RecallLot
from stillage.recalls.queries import papertrail
from stillage.recalls.queries.trace import differences, origins
from stillage.recalls.sheet import Row
from stillage.sales.models import Customer
from stillage.stock import queries_trace as moved
from stillage.stock.models import Lot

LONG_AGO = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_GTINS = """
SELECT product_id, gtin FROM catalogue_pack WHERE product_id {products} AND gtin <> ''
ORDER BY product_id, units_per_pack DESC
"""


def sheet_rows(one: Recall) -> list[Row]:
    """The events of a recall's lots in the order of time. Ten statements, however many there are."""
    lots = {
        row.lot_id: row.lot for row in RecallLot.objects.filter(recall=one).select_related("lot__product")
    }
    ids = sorted(lots)
    book = _Book(lots)
    events = moved.events(ids)
    back = papertrail.returned(ids, None)
    shipped = papertrail.shipped(ids, None)
    known = {own.customer_id for own in back} | {own.customer_id for own in shipped}
    people = dict(
        Customer.objects.filter(pk__in=[pk for pk in known if pk is not None]).values_list("pk", "name")
    )
    sent_back = papertrail.sent_back(ids, None)
    rows = [
        *_received(book, events, papertrail.receipts(ids, None)),
        *_moved(book, events),
        *_gone(book, events, sent_back),
    ]
    for left in shipped:
        rows.append(
            book.row(
                left.lot_id,
                "shipped",
                left.shipped_at or LONG_AGO,
                -left.quantity,
                place=left.location,
                party=people.get(left.customer_id or 0, ""),
                document=left.shipment,
                order=left.order,
            )
        )
    for came in back:
        rows.append(
            book.row(
                came.lot_id,
                "returned",
                came.received_at,
                came.quantity,
                place=came.location,
                party=people.get(came.customer_id, ""),
                document=came.number,
                order=came.order,
            )
        )
    return sorted(rows, key=lambda row: (row.at, row.product, row.lot, row.event))


class _Book:
    """How lots are named in every row. One statement, for the GTINs of the smallest packs."""

    def __init__(self, lots: dict[int, Lot]) -> None:
        self._lots = lots
        products, parameters = member(sorted({lot.product_id for lot in lots.values()}), "bigint")
        self._gtins = dict(fetch(_GTINS.format(products=products), parameters))

    def row(
        self,
        lot_id: int,
        event: str,
        at: dt.datetime,
        quantity: int,
        *,
        place: str,
        party: str = "",
        document: str = "",
        order: str = "",
    ) -> Row:
        lot = self._lots[lot_id]
        return Row(
            at=at,
            event=event,
            product=lot.product.sku,
            product_name=lot.product.name,
            gtin=self._gtins.get(lot.product_id, ""),
            lot=lot.number,
            best_before_date=lot.best_before_date,
            expiry_date=lot.expiry_date,
            quantity=quantity,
            unit=lot.product.base_unit,
            place=place,
            party=party,
            document=document,
            order=order,
        )


def _received(book: _Book, events: Sequence[moved.Event], lines: Sequence[dict[str, Any]]) -> list[Row]:
    return [
        book.row(
            own["lot_id"],
            "received",
            own["received_at"],
            own["quantity"],
            place=own["location"],
            party=own["supplier_name"],
            document=own["receipt"] or own["reference"],
            order=own["purchase_order"],
        )
        for own, _ in origins(events, lines)
    ]


def _moved(book: _Book, events: Sequence[moved.Event]) -> list[Row]:
    """What went between houses, was scrapped, counted or adjusted."""
    rows = []
    for one in events:
        if one.target_kind == Kind.SCRAP:
            event, units, place = "scrapped", -one.quantity, one.place
        elif one in differences([one]):
            event = "counted" if one.kind == "count" else "adjusted"
            units, place = one.quantity if one.inward else -one.quantity, one.place
        elif one.crosses:
            event, units, place = "moved between houses", one.quantity, f"{one.source} → {one.target}"
        else:
            continue
        rows.append(
            book.row(
                one.lot_id,
                event,
                one.moved_at,
                units,
                place=place,
                party=one.reason,
                document=one.reference,
            )
        )
    return rows


def _gone(book: _Book, events: Sequence[moved.Event], papers: Sequence[dict[str, Any]]) -> list[Row]:
    """What went back to suppliers."""
    names = {own["number"]: own["supplier_name"] for own in papers}
    return [
        book.row(
            one.lot_id,
            "returned to supplier",
            one.moved_at,
            -one.quantity,
            place=one.source,
            party=names.get(one.reference, ""),
            document=one.reference,
        )
        for one in events
        if one.target_kind == Kind.SUPPLIER
    ]
