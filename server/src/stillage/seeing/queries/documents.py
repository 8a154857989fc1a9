"""Documents of all rooms by their number, by their other side, and by what is printed on a pallet. One statement."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import DateField, F, Q, QuerySet
from django.db.models.functions import Cast

from stillage.accounts import roles
from stillage.core.actor import Actor
from stillage.core.finding import seen
from stillage.core.sql import as_date
from stillage.counting.models import Count
from stillage.purchasing.models import AdvanceNotice, NoticeUnit, Receipt, SupplierReturn
from stillage.purchasing.queries import orders as purchase_orders
from stillage.recalls.models import Recall
from stillage.sales.models import HandlingUnit, PickList, Return, Shipment
from stillage.sales.queries import orders as sales_orders
from stillage.seeing.queries.asked import Asked, Numbers
from stillage.seeing.queries.hits import CODE, PREFIX, WORDS, Hit
from stillage.seeing.queries.together import NO_DATE, NO_TEXT, begins, every_word, together
from stillage.transfers.locking import visible as visible_transfers


@dataclass(frozen=True, slots=True)
class Sides:
    """The customers and suppliers whose documents count, too: those that the same words found."""

    customers: tuple[int, ...] = ()
    suppliers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A kind of document: who may see it, how it is numbered, which rows there are and what of them is shown."""

    kind: str
    right: str
    prefix: str
    resource: str
    rows: Callable[[Actor], QuerySet[Any, Any]]
    # what the row is called besides its number, its state, its house and its day
    name: Any = NO_TEXT
    warehouse: Any = "warehouse__code"
    day: Any = NO_DATE
    references: tuple[str, ...] = ()
    customer: str = ""
    supplier: str = ""
    words: tuple[str, ...] = ()
    everywhere: bool = False  # only for who sees all warehouses


def _day(column: str) -> Any:
    return Cast(column, DateField())


SERIES = (
    Series(
        kind="sales_order",
        right=roles.SALES_VIEW,
        prefix="SO",
        resource="sales-orders",
        rows=sales_orders.visible,
        name="customer__name",
        day="delivery_date",
        references=("customer_reference",),
        customer="customer",
    ),
    Series(
        kind="purchase_order",
        right=roles.BUYING_VIEW,
        prefix="PO",
        resource="purchase-orders",
        rows=purchase_orders.visible,
        name="supplier__name",
        day="expected_date",
        references=("supplier_reference",),
        supplier="supplier",
    ),
    Series(
        kind="receipt",
        right=roles.BUYING_VIEW,
        prefix="GR",
        resource="receipts",
        rows=lambda actor: seen(Receipt.objects.all(), actor),
        name="supplier__name",
        day=_day("opened_at"),
        references=("delivery_note", "notice__despatch_number"),
        supplier="supplier",
    ),
    Series(
        kind="shipment",
        right=roles.SALES_VIEW,
        prefix="SH",
        resource="shipments",
        rows=lambda actor: seen(Shipment.objects.annotate(status=NO_TEXT), actor),
        name="customer_name",
        day=_day("shipped_at"),
        references=("tracking_number",),
        customer="order__customer",
    ),
    Series(
        kind="pick_list",
        right=roles.SALES_VIEW,
        prefix="PL",
        resource="pick-lists",
        rows=lambda actor: seen(PickList.objects.all(), actor),
        day=_day("created_at"),
    ),
    Series(
        kind="return",
        right=roles.SALES_VIEW,
        prefix="RT",
        resource="returns",
        rows=lambda actor: seen(Return.objects.all(), actor),
        name="customer__name",
        day=_day("created_at"),
        customer="customer",
    ),
    Series(
        kind="supplier_return",
        right=roles.BUYING_VIEW,
        prefix="SR",
        resource="supplier-returns",
        rows=lambda actor: seen(SupplierReturn.objects.all(), actor),
        name="supplier__name",
        day=_day("created_at"),
        references=("supplier_reference",),
        supplier="supplier",
    ),
    Series(
        kind="transfer",
        right=roles.TRANSFERS_VIEW,
        prefix="TR",
        resource="transfers",
        rows=visible_transfers,
        name="to_warehouse__name",
        warehouse="from_warehouse__code",
        day="expected_date",
    ),
    Series(
        kind="count",
        right=roles.COUNTS_VIEW,
        prefix="CT",
        resource="counts",
        rows=lambda actor: seen(Count.objects.all(), actor),
        name="note",
        day=_day("created_at"),
        words=("note",),
    ),
    Series(
        kind="recall",
        right=roles.RECALLS_VIEW,
        prefix="RC",
        resource="recalls",
        rows=lambda actor: Recall.objects.all(),
        name="title",
        warehouse=NO_TEXT,
        day=_day("opened_at"),
        words=("title",),
        everywhere=True,
    ),
)
_PARTS = ("shown_name", "shown_status", "shown_warehouse", "shown_day")


@dataclass(frozen=True, slots=True)
class _Arm:
    """One list of the statement, and how its rows are shown."""

    kind: str
    resource: str
    numbers: Numbers
    by_number: bool
    rows: QuerySet[Any, Any]


def documents(asked: Asked, sides: Sides, *, actor: Actor, house: Actor, limit: int) -> list[Hit]:
    """Documents that the question means, the newest of each kind first; at most `limit` + 1 of each. One statement.

    `house` is the actor as far as the warehouse asked for lets them see.
    """
    arms = [*_numbered(asked, sides, actor, house, limit), *_pallets(asked, actor, house, limit)]
    once: dict[tuple[str, int], Hit] = {}
    for index, row in together([arm.rows for arm in arms]):
        hit = _hit(arms[index], row)
        once.setdefault((hit.kind, hit.id), hit)
    return list(once.values())


def _hit(arm: _Arm, row: tuple[Any, ...]) -> Hit:
    pk, number, name, status, warehouse, day = row
    if not arm.by_number or number == arm.numbers.exact:
        rank = CODE
    else:
        rank = PREFIX if arm.numbers.prefix and number.startswith(arm.numbers.prefix) else WORDS
    return Hit(
        kind=arm.kind,
        id=pk,
        key=number,
        label=number,
        name=name or "",
        rank=rank,
        address=(arm.resource, number),
        facts={"status": status or None, "warehouse": warehouse or None, "date": as_date(day)},
    )


def _numbered(asked: Asked, sides: Sides, actor: Actor, house: Actor, limit: int) -> Iterator[_Arm]:
    for series in SERIES:
        if not actor.can(series.right) or (series.everywhere and actor.warehouse_ids is not None):
            continue
        numbers = asked.numbers(series.prefix)
        for found in _found(series, numbers, asked, sides, house):
            rows = _columns(found, "number", series.name, "status", series.warehouse, series.day)
            yield _Arm(series.kind, series.resource, numbers, True, rows[: limit + 1])


def _found(
    series: Series, numbers: Numbers, asked: Asked, sides: Sides, house: Actor
) -> Iterator[QuerySet[Any, Any]]:
    """The rows that are meant: the very one, those numbered alike, those that name or concern it. Each list has an
    order that an index gives, for a short number begins a hundred thousand."""
    rows = series.rows(house)
    if numbers.exact:
        yield rows.filter(number=numbers.exact)
    if numbers.prefix:
        yield rows.filter(begins("number", numbers.prefix)).order_by("-number")
    condition = Q()
    if not asked.is_label and len(asked.text) > 2:
        for column in series.references:
            condition |= Q(**{f"{column}__in": sorted({asked.text, asked.code})})
    if series.customer and sides.customers:
        condition |= Q(**{f"{series.customer}__in": sides.customers})
    if series.supplier and sides.suppliers:
        condition |= Q(**{f"{series.supplier}__in": sides.suppliers})
    if series.words and not asked.is_label:
        said = every_word(rows.model._default_manager.all(), asked.words, *series.words).values("pk")
        condition |= Q(pk__in=said)
    if condition:
        yield rows.filter(condition).order_by("-id")


def _columns(
    found: QuerySet[Any, Any], number: str, name: Any, status: Any, warehouse: Any, day: Any
) -> QuerySet[Any, Any]:
    """The six columns that all arms have."""
    shown = {
        alias: F(one) if isinstance(one, str) else one
        for alias, one in zip(_PARTS, (name, status, warehouse, day), strict=True)
    }
    return found.select_related(None).annotate(**shown).values_list("pk", number, *_PARTS)


def _pallets(asked: Asked, actor: Actor, house: Actor, limit: int) -> Iterator[_Arm]:
    """What bears an SSCC: what was packed here, and what a supplier announced."""
    if asked.sscc is None:
        return
    if actor.can(roles.SALES_VIEW):
        packed = seen(HandlingUnit.objects.filter(sscc=asked.sscc), house)
        rows = _columns(
            packed, "sscc", "order__customer__name", "order__number", "warehouse__code", _day("packed_at")
        )
        yield _Arm("handling_unit", "handling-units", Numbers(), False, rows[: limit + 1])
    if actor.can(roles.BUYING_VIEW):
        notices = seen(AdvanceNotice.objects.all(), house)
        told = NoticeUnit.objects.filter(sscc=asked.sscc, notice__in=notices)
        rows = _columns(
            told, "sscc", "notice__supplier__name", "notice__despatch_number", "notice__warehouse__code",
            "notice__expected_date",
        )  # fmt: skip
        yield _Arm("announced_unit", "advance-notices", Numbers(), False, rows[: limit + 1])
