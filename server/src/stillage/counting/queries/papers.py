"""What the count sheet says, gathered from rows; the documents room draws it. Reads only."""

from collections import defaultdict

from stillage.core.errors import Conflict
from stillage.counting.models import Count, CountPlace, CountProduct
from stillage.counting.queries.counts import asked_of
from stillage.documents import content
from stillage.stock.look import Cases, Look, company
from stillage.stock.models import Balance

MAX_PLACES = 500


def count_sheet(one: Count, look: Look) -> content.CountSheet:
    """The places that are not done, in walking order, with what should lie there; amounts only if it is not blind.

    At most six statements.
    """
    waiting = CountPlace.objects.filter(count=one, done_at__isnull=True).select_related("location")
    places = list(waiting.order_by("location__pick_sequence", "location__full_code")[: MAX_PLACES + 1])
    if not places:
        raise Conflict(f"All places of {one.number} are counted; there is nothing to print.", code="all_done")
    if len(places) > MAX_PLACES:
        raise Conflict(
            f"A sheet has at most {MAX_PLACES} places; count the rest of {one.number} with a device.",
            code="too_many_places",
        )
    own = _lying(one, places)
    cases = Cases(row.product for rows in own.values() for row in rows)
    again = asked_of(one, places)
    lines: list[content.SheetLine] = []
    for place in places:
        name = place.location.code
        rows = own.get(place.location_id, [])
        if place.round > 1:
            keys = again.get(place.location_id, set())
            rows = [row for row in rows if (row.product_id, row.lot.number) in keys]
        for row in rows:
            lines.append(
                content.SheetLine(
                    location=name,
                    sku=row.product.sku,
                    name=row.product.name,
                    lot=row.lot.number,
                    best_before_date=row.lot.best_before_date,
                    expiry_date=row.lot.expiry_date,
                    expected=None if one.blind else cases.of(row.product_id, row.on_hand),
                )
            )
            name = ""
        lines.append(content.SheetLine(location=name))
    return content.CountSheet(
        number=one.number,
        company=company(),
        language=look.language,
        paper=look.paper,
        notes=one.note,
        warehouse=f"{one.warehouse.code} {one.warehouse.name}",
        round=max(place.round for place in places),
        lines=tuple(lines),
    )


def _lying(one: Count, places: list[CountPlace]) -> dict[int, list[Balance]]:
    """What the book says lies at some places, of the count's products. Two statements."""
    found = Balance.objects.filter(location__in=[place.location_id for place in places], on_hand__gt=0)
    only = list(CountProduct.objects.filter(count=one).values_list("product_id", flat=True))
    if only:
        found = found.filter(product__in=only)
    own: dict[int, list[Balance]] = defaultdict(list)
    for row in found.select_related("product", "lot").order_by("product__sku", "lot__number"):
        own[row.location_id].append(row)
    return own
