"""What the transfer note says, gathered from rows; the documents room draws it. Reads only."""

from zoneinfo import ZoneInfo

from stillage.core.actor import Actor
from stillage.documents import content
from stillage.stock.look import Cases, Look, company
from stillage.transfers.locking import ends_of, items_of, lines_of
from stillage.transfers.models import Transfer, TransferStatus
from stillage.transfers.queries.sending import suggested


def transfer_note(one: Transfer, look: Look, actor: Actor) -> content.TransferNote:
    """What left; of a draft what would leave. Places are named for who works where they are. Four statements."""
    draft = one.status == TransferStatus.DRAFT
    here = ends_of(one, actor).here
    zone = ZoneInfo(one.from_warehouse.timezone)
    return content.TransferNote(
        number=one.number,
        company=company(),
        language=look.language,
        paper=look.paper,
        notes=one.note,
        from_warehouse=f"{one.from_warehouse.code} {one.from_warehouse.name}",
        to_warehouse=f"{one.to_warehouse.code} {one.to_warehouse.name}",
        dispatch_date=one.dispatched_at.astimezone(zone).date() if one.dispatched_at else None,
        expected_date=one.expected_date,
        carrier=one.carrier,
        draft=draft,
        lines=_planned(one, here) if draft else _sent(one, here),
    )


def _planned(one: Transfer, here: bool) -> tuple[content.TravellingLine, ...]:
    lines = lines_of(one)
    cases = Cases(line.product for line in lines)
    found = suggested(one, lines) if here else {}
    made = []
    for line in lines:
        takes = found.get(line.pk, [])
        missing = line.quantity - sum(take.quantity for take in takes)
        for take in takes:
            made.append(
                content.TravellingLine(
                    sku=line.product.sku,
                    name=line.product.name,
                    lot=content.LotQuantity(
                        lot=take.lot,
                        quantity=cases.of(line.product_id, take.quantity),
                        best_before_date=take.best_before_date,
                        expiry_date=take.expiry_date,
                    ),
                    place=take.location.partition("/")[2],
                    note=line.note,
                )
            )
        if missing:
            lot = line.lot.number if line.lot else ""
            made.append(
                content.TravellingLine(
                    sku=line.product.sku,
                    name=line.product.name,
                    lot=content.LotQuantity(lot=lot, quantity=cases.of(line.product_id, missing)),
                    note=line.note,
                )
            )
    return tuple(made)


def _sent(one: Transfer, here: bool) -> tuple[content.TravellingLine, ...]:
    items = [item for item in items_of(one) if item.dispatched]
    cases = Cases(item.product for item in items)
    return tuple(
        content.TravellingLine(
            sku=item.product.sku,
            name=item.product.name,
            lot=content.LotQuantity(
                lot=item.lot.number,
                quantity=cases.of(item.product_id, item.dispatched),
                best_before_date=item.lot.best_before_date,
                expiry_date=item.lot.expiry_date,
            ),
            place=item.from_location.code if item.from_location and here else "",
        )
        for item in items
    )
