"""What papers and labels say, gathered from rows: the documents room draws them. Reads only."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from stillage.accounts.models import User
from stillage.catalogue.models import Product
from stillage.core.actor import Actor
from stillage.core.errors import Conflict
from stillage.documents import content
from stillage.places.models import Kind, Location
from stillage.sales.models import (
    CreditNote,
    CreditNoteLine,
    Customer,
    HandlingUnit,
    PickList,
    PickTask,
    SalesOrder,
    SalesOrderLine,
    Shipment,
    ShipmentLine,
)
from stillage.sales.pricing import totals
from stillage.sales.queries.picking import task_rows
from stillage.sales.queries.shipping import gtins, packed_lines
from stillage.stock.models import Lot
from stillage.stock.queries import case_packs
from stillage.stock.queries_promises import PromisedRow, promised

LANGUAGES: tuple[content.Language, ...] = ("en", "de")
PAPERS: tuple[content.PaperSize, ...] = ("a4", "letter")


@dataclass(frozen=True, slots=True)
class Look:
    """In which language, on which sheets."""

    language: content.Language = "en"
    paper: content.PaperSize = "a4"


def language_of(actor: Actor) -> content.Language:
    """The language somebody works in. One statement."""
    found = User.objects.filter(pk=actor.user_id or 0).values_list("language", flat=True).first()
    return next((one for one in LANGUAGES if one == found), "en")


def company() -> content.Party:
    """Whose papers these are."""
    lines = tuple(line.strip() for line in settings.COMPANY_ADDRESS.split(";") if line.strip())
    return content.Party(name=settings.COMPANY_NAME, address=lines)


class _Cases:
    """How products are counted. One statement for all of them."""

    def __init__(self, products: Iterable[Any]) -> None:
        self._units = {product.pk: product.base_unit for product in products}
        self._cases = case_packs(self._units) if self._units else {}

    def of(self, product_id: int, units: int) -> content.Quantity:
        name, size = self._cases.get(product_id, ("case", 1))
        return content.Quantity(
            units=units,
            base_unit=self._units.get(product_id, "bottle"),
            units_per_case=size,
            case_name=name,
        )


def _party(customer: Customer) -> content.Party:
    town = f"{customer.postcode} {customer.city}".strip()
    return content.Party(
        name=customer.name,
        code=customer.code,
        address=tuple(part for part in (customer.address, town) if part),
        phone=customer.phone,
        email=customer.email,
    )


def _frozen_party(shipment: Shipment) -> content.Party:
    """The customer as it was when the goods left."""
    lines = tuple(line for line in shipment.customer_address.split("\n") if line)
    return content.Party(name=shipment.customer_name, code=shipment.order.customer.code, address=lines)


def _day(at: dt.datetime, timezone: str) -> dt.date:
    return at.astimezone(ZoneInfo(timezone)).date()


def _lines(order: SalesOrder) -> list[SalesOrderLine]:
    found = SalesOrderLine.objects.filter(order=order).select_related("product")
    return list(found.order_by("position"))


def _price(amount: Decimal) -> str:
    """A price without needless zeros behind its cents: 0.61, 1.2345, 24.00."""
    text = format(amount, "f")
    whole, _, part = text.partition(".")
    return f"{whole}.{part.rstrip('0').ljust(2, '0')}"


# ---- pick lists ---------------------------------------------------------------------------------
def order_pick_list(order: SalesOrder, look: Look) -> content.PickListContent:
    """Where an order's goods are to be fetched: what is promised and not picked, in walking order."""
    lines = _lines(order)
    products = {line.demand_id: line.product for line in lines}
    notes = {line.demand_id: line.note for line in lines}
    cases = _Cases(products.values())
    rows = [row for row in promised(list(products)) if row.location_kind != Kind.STAGING]
    return content.PickListContent(
        number=order.number,
        company=company(),
        language=look.language,
        paper=look.paper,
        notes=order.note,
        warehouse=f"{order.warehouse.code} {order.warehouse.name}",
        customer=order.customer.name,
        orders=(order.number,),
        ship_date=order.delivery_date,
        lines=tuple(
            content.PickLine(
                location=row.location.partition("/")[2]
                if row.warehouse_id == order.warehouse_id
                else row.location,
                sku=products[row.demand_id].sku,
                name=products[row.demand_id].name,
                lot=row.lot,
                quantity=cases.of(row.product_id, row.quantity),
                best_before_date=row.best_before_date,
                expiry_date=row.expiry_date,
                note=notes[row.demand_id],
            )
            for row in rows
        ),
    )


def walk(one: PickList, look: Look) -> content.PickListContent:
    """A pick list as it was laid out; of what is open while it is open, of all of it afterwards."""
    rows = task_rows(PickTask.objects.filter(pick_list=one))
    rows = [row for row in rows if row["open"]] or [row for row in rows if row["quantity"]]
    cases = case_packs(row["product_id"] for row in rows) if rows else {}
    orders = tuple(dict.fromkeys(row["order"] for row in rows))
    customers = list(dict.fromkeys(row["customer_name"] for row in rows))
    return content.PickListContent(
        number=one.number,
        company=company(),
        language=look.language,
        paper=look.paper,
        warehouse=f"{one.warehouse.code} {one.warehouse.name}",
        customer=customers[0] if len(customers) == 1 else "",
        orders=orders,
        ship_date=min((row["delivery_date"] for row in rows), default=None),
        lines=tuple(
            content.PickLine(
                location=row["location_code"],
                sku=row["product"],
                name=row["product_name"],
                lot=row["lot"],
                quantity=content.Quantity(
                    units=row["open"] or row["quantity"],
                    base_unit=row["base_unit"],
                    units_per_case=cases.get(row["product_id"], ("case", 1))[1],
                    case_name=cases.get(row["product_id"], ("case", 1))[0],
                ),
                best_before_date=row["best_before_date"],
                expiry_date=row["expiry_date"],
                note=row["order"] if len(orders) > 1 else "",
            )
            for row in rows
        ),
    )


# ---- packing lists ------------------------------------------------------------------------------
LOOSE = {"en": "Loose goods", "de": "Lose Ware"}


@dataclass(frozen=True, slots=True)
class _Item:
    """Units of a line and lot, as a packing list counts them."""

    line_id: int
    product_id: int
    sku: str
    name: str
    lot_id: int
    lot: str
    best_before_date: dt.date | None
    expiry_date: dt.date | None
    quantity: int

    def packed(self, cases: _Cases, units: int) -> content.PackedLine:
        return content.PackedLine(
            sku=self.sku,
            name=self.name,
            lot=self.lot,
            quantity=cases.of(self.product_id, units),
            best_before_date=self.best_before_date,
            expiry_date=self.expiry_date,
        )


def order_packing_list(order: SalesOrder, look: Look) -> content.PackingList:
    """What an order that has not left is packed on; what is picked and on nothing is loose."""
    lines = {line.demand_id: line for line in _lines(order)}
    rows = [row for row in promised(list(lines)) if row.location_kind == Kind.STAGING]
    units = HandlingUnit.objects.filter(order=order, shipment__isnull=True).order_by("pk")
    cases = _Cases(line.product for line in lines.values())
    return content.PackingList(
        number=order.number,
        company=company(),
        language=look.language,
        paper=look.paper,
        notes=order.note,
        customer=_party(order.customer),
        pallets=_pallets([_staged(lines[row.demand_id], row) for row in rows], list(units), cases, look),
        orders=(order.number,),
        customer_reference=order.customer_reference,
        ship_date=order.delivery_date,
        warehouse=f"{order.warehouse.code} {order.warehouse.name}",
    )


def _staged(line: SalesOrderLine, row: PromisedRow) -> _Item:
    return _Item(
        line.pk,
        row.product_id,
        line.product.sku,
        line.product.name,
        row.lot_id,
        row.lot,
        row.best_before_date,
        row.expiry_date,
        row.quantity,
    )


def _left(shipment: Shipment) -> list[_Item]:
    return [
        _Item(
            line.line_id,
            line.product_id,
            line.sku,
            line.product_name,
            line.lot_id,
            line.lot_number,
            line.best_before_date,
            line.expiry_date,
            line.quantity,
        )
        for line in ShipmentLine.objects.filter(shipment=shipment).order_by("pk")
    ]


def shipment_packing_list(shipment: Shipment, look: Look) -> content.PackingList:
    """What left on which pallet."""
    items = _left(shipment)
    units = list(HandlingUnit.objects.filter(shipment=shipment).order_by("pk"))
    cases = _Cases(_products(items))
    return content.PackingList(
        number=shipment.number,
        company=company(),
        language=look.language,
        paper=look.paper,
        customer=_frozen_party(shipment),
        pallets=_pallets(items, units, cases, look),
        orders=(shipment.order.number,),
        customer_reference=shipment.order.customer_reference,
        ship_date=_day(shipment.shipped_at, shipment.warehouse.timezone),
        carrier=shipment.carrier,
        warehouse=f"{shipment.warehouse.code} {shipment.warehouse.name}",
    )


def _products(items: Sequence[_Item]) -> list[Any]:
    return list(Product.objects.filter(pk__in={item.product_id for item in items}))


def _pallets(
    items: Sequence[_Item], units: Sequence[HandlingUnit], cases: _Cases, look: Look
) -> tuple[content.Pallet, ...]:
    """Units in the order they were packed, then what is on none."""
    by_key: dict[tuple[int, int], _Item] = {}
    left: dict[tuple[int, int], int] = defaultdict(int)
    for item in items:
        by_key.setdefault((item.line_id, item.lot_id), item)
        left[item.line_id, item.lot_id] += item.quantity
    on = packed_lines([unit.pk for unit in units]) if units else {}
    pallets = []
    for unit in units:
        own = []
        for line in on.get(unit.pk, []):
            key = (line.line_id, line.lot_id)
            left[key] -= line.quantity
            if key in by_key:
                own.append(by_key[key].packed(cases, line.quantity))
        pallets.append(content.Pallet(lines=tuple(own), sscc=unit.sscc))
    loose = tuple(by_key[key].packed(cases, count) for key, count in left.items() if count > 0)
    if loose:
        pallets.append(content.Pallet(lines=loose, name=LOOSE[look.language]))
    return tuple(pallets)


# ---- delivery notes -----------------------------------------------------------------------------
def last_shipment(order: SalesOrder) -> Shipment:
    """Refuses: an order of which nothing has left."""
    found = Shipment.objects.filter(order=order).select_related("order__customer", "warehouse")
    shipment = found.order_by("-pk").first()
    if shipment is None:
        raise Conflict(
            f"Nothing of {order.number} has left yet; the delivery note is made when it is shipped.",
            code="not_shipped",
        )
    return shipment


def delivery_note(shipment: Shipment, look: Look) -> content.DeliveryNote:
    """What is handed over: per order line what was ordered, what comes, and of which lots."""
    items = _left(shipment)
    by_line: dict[int, list[_Item]] = defaultdict(list)
    for item in items:
        by_line[item.line_id].append(item)
    ordered = SalesOrderLine.objects.filter(pk__in=list(by_line)).order_by("position")
    units = HandlingUnit.objects.filter(shipment=shipment).order_by("pk")
    cases = _Cases(_products(items))
    return content.DeliveryNote(
        number=shipment.number,
        company=company(),
        language=look.language,
        paper=look.paper,
        notes=shipment.order.note,
        customer=_frozen_party(shipment),
        order_number=shipment.order.number,
        customer_reference=shipment.order.customer_reference,
        order_date=_day(shipment.order.created_at, shipment.warehouse.timezone),
        ship_date=_day(shipment.shipped_at, shipment.warehouse.timezone),
        delivery_date=shipment.delivery_date,
        carrier=shipment.carrier,
        pallets=tuple(content.DeliveryPallet(sscc=unit.sscc) for unit in units),
        lines=tuple(_delivered(line, by_line[line.pk], cases) for line in ordered),
    )


def _delivered(line: SalesOrderLine, own: Sequence[_Item], cases: _Cases) -> content.DeliveryLine:
    return content.DeliveryLine(
        sku=own[0].sku,
        name=own[0].name,
        ordered=cases.of(line.product_id, line.quantity),
        delivered=cases.of(line.product_id, sum(item.quantity for item in own)),
        lots=tuple(
            content.LotQuantity(
                lot=item.lot,
                quantity=cases.of(line.product_id, item.quantity),
                best_before_date=item.best_before_date,
                expiry_date=item.expiry_date,
            )
            for item in own
        ),
        note=line.note,
    )


# ---- papers with money --------------------------------------------------------------------------
def _taxes(lines: Iterable[tuple[Decimal, Decimal]]) -> tuple[content.TaxLine, ...]:
    return tuple(
        content.TaxLine(rate_percent=_price(tax.rate_percent), net=str(tax.net), tax=str(tax.tax))
        for tax in totals(lines).taxes
    )


def confirmation(order: SalesOrder, look: Look) -> content.OrderConfirmation:
    """What the customer gets, when and for how much; what is not promised yet follows."""
    lines = _lines(order)
    cases = _Cases(line.product for line in lines)
    held: dict[Any, int] = defaultdict(int)
    for row in promised([line.demand_id for line in lines]):
        held[row.demand_id] += row.quantity
    return content.OrderConfirmation(
        number=order.number,
        company=company(),
        language=look.language,
        paper=look.paper,
        notes=order.note,
        customer=_party(order.customer),
        order_date=_day(order.confirmed_at or order.created_at, order.warehouse.timezone),
        lines=tuple(
            content.ConfirmedLine(
                sku=line.product.sku,
                name=line.product.name,
                ordered=cases.of(line.product_id, line.quantity),
                unit_price=_price(line.pack_price),
                price_unit=line.pack_name,
                net=str(line.net_amount),
                tax_rate_percent=_price(line.tax_rate_percent),
                discount_percent=_price(line.discount_percent) if line.discount_percent else "",
                promises=_promises(order, line, held[line.demand_id], cases),
                note=line.note,
            )
            for line in lines
        ),
        taxes=_taxes((line.net_amount, line.tax_rate_percent) for line in lines),
        net_total=str(order.net_total),
        tax_total=str(order.tax_total),
        total=str(order.gross_total),
        currency=order.currency,
        customer_reference=order.customer_reference,
        requested_date=order.delivery_date,
    )


def _promises(
    order: SalesOrder, line: SalesOrderLine, held: int, cases: _Cases
) -> tuple[content.Promise, ...]:
    """What is there or gone already comes on the day agreed; the rest later."""
    sure = line.shipped + held
    later = line.quantity - line.cancelled - sure
    found = []
    if sure:
        found.append(content.Promise(quantity=cases.of(line.product_id, sure), date=order.delivery_date))
    if later > 0:
        found.append(content.Promise(quantity=cases.of(line.product_id, later)))
    return tuple(found)


def credit_note(note: CreditNote, look: Look) -> content.CreditNote:
    """Money given back, line by line."""
    own = note.of_return
    rows = list(
        CreditNoteLine.objects.filter(credit_note=note).select_related("line__product").order_by("pk")
    )
    cases = _Cases(row.line.product for row in rows)
    shipment = own.shipment
    zone = own.warehouse.timezone
    return content.CreditNote(
        number=note.number,
        company=company(),
        language=look.language,
        paper=look.paper,
        customer=_party(note.customer),
        credit_date=_day(note.issued_at, zone),
        lines=tuple(
            content.CreditLine(
                sku=row.sku,
                name=row.product_name,
                quantity=cases.of(row.line.product_id, row.quantity),
                unit_price=_price(row.unit_price),
                price_unit=row.line.product.base_unit,
                net=str(row.net_amount),
                tax_rate_percent=_price(row.tax_rate_percent),
                lot=row.lot_number,
                reason=row.line.reason or own.reason,
            )
            for row in rows
        ),
        taxes=_taxes((row.net_amount, row.tax_rate_percent) for row in rows),
        net_total=str(note.net_total),
        tax_total=str(note.tax_total),
        total=str(note.gross_total),
        currency=note.currency,
        shipment_number=shipment.number if shipment else "",
        shipped_date=_day(shipment.shipped_at, zone) if shipment else None,
        order_number=shipment.order.number if shipment else "",
        return_number=own.number,
        customer_reference=shipment.order.customer_reference if shipment else "",
    )


# ---- labels -------------------------------------------------------------------------------------
def pallet_labels(units: Sequence[HandlingUnit], language: content.Language) -> list[content.PalletLabel]:
    """Logistic labels. What is on a unit is said where it is one product of one lot in whole packs."""
    on = packed_lines([unit.pk for unit in units])
    codes = gtins(line.line.product_id for own in on.values() for line in own)
    return [
        content.PalletLabel(
            sscc=unit.sscc,
            company=settings.COMPANY_NAME,
            ship_to=_party(unit.order.customer),
            content=_on_pallet(on.get(unit.pk, []), codes),
            orders=(unit.order.number,),
            shipment_number=unit.shipment.number if unit.shipment else "",
            language=language,
        )
        for unit in units
    ]


def _on_pallet(own: Sequence[Any], codes: dict[tuple[int, int], str]) -> content.PalletContent | None:
    if not own or len({(line.line.product_id, line.lot_id) for line in own}) != 1:
        return None
    count = sum(line.quantity for line in own)
    product, lot, size = own[0].line.product, own[0].lot, own[0].line.units_per_pack
    gtin = codes.get((product.pk, size))
    if gtin is None or count % size:
        return None
    return content.PalletContent(
        gtin=gtin,
        count=count // size,
        name=product.name,
        lot=lot.number,
        best_before_date=lot.best_before_date,
        expiry_date=lot.expiry_date,
        sku=product.sku,
    )


def lot_label(lot: Lot, language: content.Language) -> content.LotLabel:
    """A label for a case or a shelf: with the GTIN of the case, else of the single unit."""
    name, size = case_packs([lot.product_id]).get(lot.product_id, ("", 1))
    codes = gtins([lot.product_id])
    gtin = codes.get((lot.product_id, size), "")
    if not gtin:
        name, gtin = "", codes.get((lot.product_id, 1), "")
    return content.LotLabel(
        sku=lot.product.sku,
        name=lot.product.name,
        lot=lot.number,
        gtin=gtin,
        best_before_date=lot.best_before_date,
        expiry_date=lot.expiry_date,
        pack_name=name,
        language=language,
    )


def location_label(place: Location, language: content.Language) -> content.LocationLabel:
    return content.LocationLabel(
        warehouse=place.warehouse.code, location=place.code, zone=place.zone, language=language
    )
