"""Orders files: a line a row, grouped by the customer's own order number. An order comes in whole or not at all."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Final
from uuid import uuid4

from django.conf import settings
from django.db.models import Q, Sum

from stillage.audit.record import Change
from stillage.catalogue.importing import cells
from stillage.catalogue.importing.columns import Field
from stillage.catalogue.importing.kinds import CHUNK, Kind, Plan, Row, Run
from stillage.core.clock import now
from stillage.core.sql import execute, rows, stored, table
from stillage.numbering.take import document_number, take
from stillage.places.models import Warehouse
from stillage.sales.drafting import MAX_UNITS, AskedLine, Draft, Known, known, set_lines
from stillage.sales.models import Customer, CustomerProduct, OrderStatus, SalesOrder
from stillage.sales.trail import step_of
from stillage.sales.writing import insert_lines

MAX_PRICE: Final = Decimal(9_999_999_999)
LINE = ("quantity_packs", "quantity", "pack_price", "discount_percent", "tax_rate_percent", "note")
FIELDS = (
    Field(
        name="order",
        required=True,
        read=cells.text(80),
        headings=(
            "order number",
            "order no",
            "order id",
            "customer reference",
            "purchase order",
            "po number",
            "invoice",
            "invoice number",
            "Bestellnummer",
            "Auftragsnummer",
            "Auftrag",
            "Bestellung",
        ),
    ),
    Field(
        name="customer",
        required=True,
        read=cells.code(),
        headings=(
            "customer number",
            "customer no",
            "customer code",
            "customer id",
            "account",
            "store",
            "store number",
            "Kundennummer",
            "Kunde",
            "Debitor",
        ),
    ),
    Field(name="warehouse", read=cells.text(20), headings=("warehouse code", "site", "Lager", "Lagerort")),
    Field(
        name="delivery_date",
        required=True,
        read=cells.day,
        headings=("date", "delivery", "due date", "deliver on", "Lieferdatum", "Liefertermin", "Datum"),
    ),
    Field(
        name="product",
        required=True,
        read=cells.code(),
        headings=("sku", "item", "item number", "item no", "product code", "Artikelnummer", "Artikel"),
    ),
    Field(name="pack", read=cells.text(60), headings=("pack name", "unit", "Gebinde", "Einheit")),
    Field(
        name="quantity_packs",
        read=cells.integer(1, MAX_UNITS),
        headings=("packs", "cases", "quantity cases", "Kartons", "Gebindezahl"),
    ),
    Field(
        name="quantity",
        read=cells.integer(1, MAX_UNITS),
        headings=("units", "bottles", "bottles sold", "quantity units", "qty", "Menge", "Flaschen", "Stück"),
    ),
    Field(
        name="pack_price",
        read=cells.decimal(Decimal(0), MAX_PRICE, places=4),
        headings=("price", "price per pack", "Preis", "Preis je Gebinde"),
    ),
    Field(
        name="discount_percent",
        read=cells.decimal(Decimal(0), Decimal(100), places=2),
        headings=("discount", "Rabatt", "Rabatt %"),
    ),
    Field(
        name="tax_rate_percent",
        read=cells.decimal(Decimal(0), Decimal(100), places=2),
        headings=("tax", "tax rate", "vat", "Steuersatz", "MwSt", "USt"),
    ),
    Field(name="note", read=cells.text(200), headings=("remark", "comment", "Bemerkung", "Hinweis")),
    Field(name="confirm", read=cells.boolean, headings=("confirmed", "bestätigt")),
)
Name = tuple[str, str]  # the customer's code and their number of the order


@dataclass(slots=True)
class _Found:
    """What the rows of a file name, found."""

    customers: dict[str, Customer]
    warehouses: dict[str, Warehouse]
    known: Known
    terms: dict[int, dict[int, tuple[int | None, Decimal | None]]]
    there: dict[Name, tuple[str, int]]  # number and units of orders that are there already


@dataclass(slots=True)
class _Made:
    """Orders to be written, in the order of the file."""

    drafts: list[Draft] = field(default_factory=list)
    confirm: list[bool] = field(default_factory=list)


def plan_orders(rows: list[Row], run: Run) -> Plan:
    """Find what the rows name, a thousand at a time; make an order of each group; leave what is there as it is."""
    groups: dict[Name, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.values["customer"], row.values["order"]].append(row)
    _spread(groups, run)
    found = _find(groups, rows, run)
    plan, made = Plan(), _Made()
    for name, own in groups.items():
        if any(row.number in run.report.bad_rows for row in own):
            continue
        draft = _draft(name, own, found, run)
        if draft is None:
            _spread({name: own}, run)
        elif name in found.there:
            plan.unchanged += 1
            _compare(name, own, draft, found, run)
        else:
            made.drafts.append(draft)
            made.confirm.append(any(row.values.get("confirm") for row in own))
    plan.created = len(made.drafts)
    for start in range(0, len(made.drafts), CHUNK):
        plan.steps.append(partial(_write, made.drafts[start : start + CHUNK]))
    if made.drafts:
        plan.steps.append(partial(_number, made))
    return plan


def _spread(groups: dict[Name, list[Row]], run: Run) -> None:
    """An order of which a row is refused is refused whole: half of it is not what the customer ordered."""
    faulty = {
        (row.values.get("customer"), row.values.get("order")) for row in run.faulty if row.values.get("order")
    }
    for name, own in groups.items():
        if name in faulty or any(row.number in run.report.bad_rows for row in own):
            for row in own:
                if row.number not in run.report.bad_rows:
                    detail = (
                        f"Another row of order {name[1]} cannot be taken, so the order is left out whole."
                    )
                    run.refuse(row, "order", "order_incomplete", detail)


def _find(groups: dict[Name, list[Row]], every: list[Row], run: Run) -> _Found:
    customers: dict[str, Customer] = {}
    there: dict[Name, tuple[str, int]] = {}
    terms: dict[int, dict[int, tuple[int | None, Decimal | None]]] = defaultdict(dict)
    names = list(groups)
    for start in range(0, len(names), CHUNK):
        part = names[start : start + CHUNK]
        codes, numbers = {code for code, _ in part}, {number for _, number in part}
        customers |= {one.code: one for one in Customer.objects.filter(code__in=codes)}
        orders = SalesOrder.objects.filter(
            Q(customer_reference__in=numbers) | Q(number__in=numbers), customer__code__in=codes
        ).annotate(units=Sum("lines__quantity"))
        for code, number, reference, units in orders.values_list(
            "customer__code", "number", "customer_reference", "units"
        ):
            there[code, number] = (number, units)
            if reference:
                there[code, reference] = (number, units)
    for row in CustomerProduct.objects.filter(customer__in=[one.pk for one in customers.values()]):
        terms[row.customer_id][row.product_id] = (row.minimum_remaining_days, row.unit_price)
    warehouses = Warehouse.objects.filter(is_active=True)
    if run.warehouse_ids is not None:
        warehouses = warehouses.filter(pk__in=run.warehouse_ids)
    products = {row.values["product"] for row in every}
    return _Found(
        customers,
        {one.code: one for one in warehouses},
        known([AskedLine(product=sku) for sku in products], None),
        terms,
        there,
    )


def _draft(name: Name, own: list[Row], found: _Found, run: Run) -> Draft | None:
    """An order out of its rows, or None when something is wrong; everything wrong is said."""
    first, bad = own[0], len(run.report.bad_rows)
    for column in ("warehouse", "delivery_date"):
        for row in own[1:]:
            if row.values.get(column) != first.values.get(column):
                run.refuse(row, column, "differs", f"Row {first.number} of this order says something else.")
    customer = found.customers.get(name[0])
    if customer is None:
        run.refuse(first, "customer", "unknown_customer", "There is no such customer; import it first.")
    warehouse = _warehouse(first, found, run)
    if len(own) > settings.MAX_ORDER_LINES:
        detail = f"An order has at most {settings.MAX_ORDER_LINES} lines."
        run.refuse(first, "order", "too_many_lines", detail)
    if customer is None or warehouse is None or len(run.report.bad_rows) > bad:
        return None
    order = SalesOrder(
        customer=customer,
        warehouse=warehouse,
        delivery_date=first.values["delivery_date"],
        customer_reference=name[1],
        currency=settings.CURRENCY,
        user_id=run.actor.user_id,
        username=run.actor.username[:150],
    )
    draft = Draft(order)
    asked = [
        AskedLine(
            product=row.values["product"],
            pack=row.values.get("pack"),
            **{column: row.values[column] for column in LINE if column in row.values},
        )
        for row in own
    ]
    terms = found.terms.get(customer.pk, {})
    set_lines(draft, asked, Known(found.known.products, found.known.packs, terms))
    for fault in draft.faults:
        _, _, rest = fault.pointer.partition("/lines/")
        index, _, column = rest.partition("/")
        run.refuse(own[int(index)] if index else first, column or "order", fault.code, fault.detail)
    return None if draft.faults else draft


def _warehouse(row: Row, found: _Found, run: Run) -> Warehouse | None:
    code = row.values.get("warehouse")
    if code is not None:
        warehouse = found.warehouses.get(code)
        if warehouse is None:
            run.refuse(row, "warehouse", "unknown_warehouse", "There is no such warehouse.")
        return warehouse
    if len(found.warehouses) == 1:
        return next(iter(found.warehouses.values()))
    run.refuse(row, "warehouse", "required", "Say from which warehouse it is to be delivered.")
    return None


def _compare(name: Name, own: list[Row], draft: Draft, found: _Found, run: Run) -> None:
    """An order that is there already is never changed by a file; where the file says otherwise, that is said."""
    number, units = found.there[name]
    if units != sum(line.quantity for line in draft.lines):
        detail = f"This order is there already as {number}, with other quantities; it was left as it is."
        run.warn(own[0], "order", "order_differs", detail)


# ---- writing ------------------------------------------------------------------------------------
def _write(drafts: list[Draft]) -> list[Change]:
    """Orders and their lines, under a name of our own until they are numbered; the trail tells of them then."""
    for draft in drafts:
        draft.order.number = f"~{uuid4().hex[:19]}"
    SalesOrder.objects.bulk_create([draft.order for draft in drafts], batch_size=CHUNK)
    for draft in drafts:
        for line in draft.lines:
            line.order_id = draft.order.pk
    insert_lines(line for draft in drafts for line in draft.lines)
    return []


def _number(made: _Made) -> list[Change]:
    """The numbers, last of all: whoever takes one meanwhile waits for this transaction."""
    at = now()
    numbers = take("sales_order", count=len(made.drafts))
    for number, draft in zip(numbers, made.drafts, strict=True):
        draft.order.number = document_number("SO", number)
    confirmed = [draft.order for draft, yes in zip(made.drafts, made.confirm, strict=True) if yes]
    if confirmed:
        for rank, order in zip(take("promise", count=len(confirmed)), confirmed, strict=True):
            order.status, order.promise_rank, order.confirmed_at = OrderStatus.CONFIRMED, rank, at
    columns = {"id": "bigint", "number": "text", "status": "text", "promise_rank": "bigint"}
    execute(
        "UPDATE sales_salesorder SET number = line.number, status = line.status, promise_rank = line.promise_rank,"
        " confirmed_at = CASE WHEN line.promise_rank IS NULL THEN NULL ELSE %s END FROM "
        + table("line", columns)
        + " WHERE sales_salesorder.id = line.id",
        [
            stored(at),
            rows(
                {name: getattr(draft.order, "pk" if name == "id" else name) for name in columns}
                for draft in made.drafts
            ),
        ],
    )
    return list(_changes(made))


def _changes(made: _Made) -> Iterable[Change]:
    for draft in made.drafts:
        order = draft.order
        yield step_of(
            order,
            "import",
            after={
                "customer": order.customer.code,
                "customer_reference": order.customer_reference,
                "status": order.status,
                "delivery_date": order.delivery_date,
                "lines": len(draft.lines),
                "gross_total": order.gross_total,
            },
        )


ORDERS = Kind(name="sales-orders", permission="sales.change", fields=FIELDS, key=(), plan=plan_orders)
