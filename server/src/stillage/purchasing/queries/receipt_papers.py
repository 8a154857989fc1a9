"""What the papers of a delivery say, gathered from rows. Reads only."""

from collections import defaultdict
from zoneinfo import ZoneInfo

from stillage.documents import content
from stillage.places.models import Kind
from stillage.purchasing.models import (
    Discrepancy,
    Receipt,
    ReceiptLine,
    ReceiptStatus,
    ReceiptUndo,
    SupplierProduct,
)
from stillage.purchasing.papers import Cases, Look, company, party
from stillage.stock.models import Lot


def discrepancy_note(one: Receipt, look: Look) -> content.DiscrepancyNote:
    """What was not as asked for and was not withdrawn, in the order in which it was found. Four statements."""
    found = Discrepancy.objects.filter(receipt=one, withdrawn_at__isnull=True)
    rows = list(found.select_related("product", "order_line__order").order_by("pk"))
    cases = Cases(row.product for row in rows)
    products = {row.product_id for row in rows}
    lots = {
        (lot.product_id, lot.number): lot
        for lot in Lot.objects.filter(product__in=products, number__in={row.lot_number for row in rows})
    }
    theirs = dict(
        SupplierProduct.objects.filter(supplier=one.supplier_id, pack__product__in=products)
        .exclude(supplier_sku="")
        .order_by("-pk")
        .values_list("pack__product", "supplier_sku")
    )

    def of(row: Discrepancy) -> content.DifferenceLine:
        lot = lots.get((row.product_id, row.lot_number)) if row.lot_number else None
        return content.DifferenceLine(
            sku=row.product.sku,
            name=row.product.name,
            lot=content.LotQuantity(
                lot=row.lot_number,
                quantity=cases.of(row.product_id, row.quantity),
                best_before_date=lot.best_before_date if lot else None,
                expiry_date=lot.expiry_date if lot else None,
            ),
            kind=row.kind,
            outcome=row.outcome,
            supplier_sku=theirs.get(row.product_id, ""),
            order_number=row.order_line.order.number if row.order_line and one.order_id is None else "",
            note=row.note,
        )

    return content.DiscrepancyNote(
        number=one.number,
        company=company(),
        language=look.language,
        paper=look.paper,
        supplier=party(one.supplier),
        received_date=one.opened_at.astimezone(ZoneInfo(one.warehouse.timezone)).date(),
        warehouse=f"{one.warehouse.code} {one.warehouse.name}",
        lines=tuple(of(row) for row in rows),
        delivery_note=one.delivery_note,
        despatch_number=one.notice.despatch_number if one.notice else "",
        order_number=one.order.number if one.order else "",
        signed_by=one.username,
    )


def goods_received(one: Receipt, look: Look) -> content.GoodsReceived:
    """What was booked in and not taken back, a row a lot and place. Three statements."""
    undone = ReceiptUndo.objects.filter(receipt=one).values("operation_id")
    found = ReceiptLine.objects.filter(receipt=one).exclude(operation_id__in=undone)
    rows = list(found.select_related("product", "lot", "location", "order_line__order").order_by("pk"))
    cases = Cases(row.product for row in rows)
    units: dict[tuple[int, int, str], int] = defaultdict(int)
    first: dict[tuple[int, int, str], ReceiptLine] = {}
    for row in rows:
        order = row.order_line.order.number if row.order_line and one.order_id is None else ""
        key = (row.lot_id, row.location_id, order)
        units[key] += row.quantity
        first.setdefault(key, row)
    return content.GoodsReceived(
        number=one.number,
        company=company(),
        language=look.language,
        paper=look.paper,
        supplier=party(one.supplier),
        received_date=one.opened_at.astimezone(ZoneInfo(one.warehouse.timezone)).date(),
        warehouse=f"{one.warehouse.code} {one.warehouse.name}",
        lines=tuple(
            content.TakenInLine(
                sku=row.product.sku,
                name=row.product.name,
                lot=content.LotQuantity(
                    lot=row.lot.number,
                    quantity=cases.of(row.product_id, units[key]),
                    best_before_date=row.lot.best_before_date,
                    expiry_date=row.lot.expiry_date,
                ),
                place=row.location.full_code.partition("/")[2],
                order_number=key[2],
                aside=row.location.kind == Kind.QUARANTINE,
            )
            for key, row in first.items()
        ),
        delivery_note=one.delivery_note,
        despatch_number=one.notice.despatch_number if one.notice else "",
        order_number=one.order.number if one.order else "",
        received_by=one.username,
        open=one.status == ReceiptStatus.OPEN,
    )
