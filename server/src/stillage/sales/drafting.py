"""From what somebody asks for to order lines with packs and prices: names found in few statements, all faults at once."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.conf import settings

from stillage.accounts.models import User
from stillage.catalogue.models import Product
from stillage.core.actor import Actor
from stillage.core.clock import today
from stillage.core.errors import Fault
from stillage.core.sql import fetch, member
from stillage.places.models import Warehouse
from stillage.sales import pricing
from stillage.sales.models import Customer, SalesOrder, SalesOrderLine

Reference = int | str
MAX_UNITS = 2**31 - 1
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedLine:
    """A line as somebody asks for it. What is None follows the pack, the price list and the category."""

    product: Reference
    pack: Reference | None = None
    quantity_packs: int | None = None
    quantity: int | None = None
    pack_price: Decimal | None = None
    discount_percent: Decimal = ZERO
    tax_rate_percent: Decimal | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedOrder:
    """An order as somebody asks for it. Without a warehouse it is the asker's own, or the only one."""

    customer: Reference
    delivery_date: dt.date
    lines: Sequence[AskedLine]
    warehouse: Reference | None = None
    customer_reference: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class KnownProduct:
    """What a line needs to know of its product."""

    id: int
    sku: str
    name: str
    base_unit: str
    unit_price: Decimal | None
    tax_rate_percent: Decimal

    def row(self) -> Product:
        """The same as a row that is not read again."""
        return Product(id=self.id, sku=self.sku, name=self.name, base_unit=self.base_unit)


@dataclass(slots=True)
class Draft:
    """What was found, what could be worked out, and what is wrong. `order` and `lines` are not written."""

    order: SalesOrder
    lines: list[SalesOrderLine] = field(default_factory=list)
    products: list[KnownProduct] = field(default_factory=list)  # of each line
    faults: list[Fault] = field(default_factory=list)
    taxes: tuple[pricing.Tax, ...] = ()


@dataclass(frozen=True, slots=True)
class _Pack:
    id: int
    name: str
    units: int
    gtin: str


@dataclass(slots=True)
class Known:
    """Products, packs and what a customer agreed, as some lines name them."""

    products: dict[Reference, KnownProduct] = field(default_factory=dict)
    packs: dict[int, list[_Pack]] = field(default_factory=dict)
    terms: dict[int, tuple[int | None, Decimal | None]] = field(default_factory=dict)


def draft(asked: AskedOrder, *, actor: Actor) -> Draft:
    """An order worked out, not written. Five statements or six, whatever the number of lines."""
    faults: list[Fault] = []
    customer = _customer(asked.customer, faults)
    warehouse = _warehouse(asked.warehouse, actor, faults)
    order = SalesOrder(
        customer=customer,
        warehouse=warehouse,
        delivery_date=asked.delivery_date,
        customer_reference=asked.customer_reference,
        note=asked.note,
        currency=settings.CURRENCY,
        user_id=actor.user_id,
        username=actor.username[:150],
    )
    made = Draft(order, faults=faults)
    set_lines(made, asked.lines, known(asked.lines, customer.pk if customer else None))
    return made


def set_lines(made: Draft, asked: Sequence[AskedLine], known: Known) -> None:
    """Work the lines out, and the order's totals."""
    default_days = made.order.customer.minimum_remaining_days if made.order.customer_id else 0
    for index, one in enumerate(asked):
        product = known.products.get(one.product)
        if product is None:
            detail = f"There is no product {str(one.product)[:60]!r} here."
            made.faults.append(Fault(f"/lines/{index}/product", "unknown_product", detail))
            continue
        line = _line(index, one, product, known, default_days, made.faults)
        if line is not None:
            made.lines.append(line)
            made.products.append(product)
    found = pricing.totals((line.net_amount, line.tax_rate_percent) for line in made.lines)
    if found.gross > pricing.MAX_AMOUNT:
        made.faults.append(
            Fault("/lines", "too_large", f"The order comes to more than {pricing.MAX_AMOUNT}.")
        )
        return
    made.order.net_total, made.order.tax_total, made.order.gross_total = found.net, found.tax, found.gross
    made.taxes = found.taxes


def _customer(reference: Reference, faults: list[Fault]) -> Customer | None:
    rows = Customer.objects.filter(**{"pk" if isinstance(reference, int) else "code": reference})
    customer = rows.first()
    if customer is None:
        faults.append(
            Fault("/customer", "unknown_customer", f"There is no customer {str(reference)[:60]!r} here.")
        )
    elif not customer.is_active:
        faults.append(
            Fault(
                "/customer", "customer_inactive", f"{customer.code} is not supplied any more; make it active."
            )
        )
    return customer


def _warehouse(reference: Reference | None, actor: Actor, faults: list[Fault]) -> Warehouse | None:
    rows = Warehouse.objects.all()
    if actor.warehouse_ids is not None:
        rows = rows.filter(pk__in=actor.warehouse_ids)
    if reference is not None:
        found = rows.filter(**{"pk" if isinstance(reference, int) else "code": reference}).first()
        if found is None:
            faults.append(
                Fault(
                    "/warehouse", "unknown_warehouse", f"There is no warehouse {str(reference)[:60]!r} here."
                )
            )
        elif not found.is_active:
            faults.append(Fault("/warehouse", "warehouse_closed", f"{found.code} is closed; choose another."))
        return found
    mine = User.objects.filter(pk=actor.user_id or 0).values("warehouse")
    own = list(rows.filter(is_active=True, pk__in=mine)) if actor.user_id is not None else []
    choice = own or list(rows.filter(is_active=True).order_by("pk")[:2])
    if len(choice) == 1:
        return choice[0]
    faults.append(Fault("/warehouse", "required", "Say from which warehouse it is to be delivered."))
    return None


_PRODUCTS = """
SELECT p.id, p.sku, p.name, p.base_unit, p.unit_price, COALESCE(c.tax_rate_percent, 0)
FROM catalogue_product p LEFT JOIN catalogue_category c ON c.id = p.category_id
WHERE p.id {ids} OR p.sku {skus}
"""


def _decimal(value: Any) -> Decimal:
    """PostgreSQL gives Decimal; SQLite numbers, exact to fifteen digits."""
    return value if isinstance(value, Decimal) else Decimal(format(value, ".15g"))


def known(lines: Sequence[AskedLine], customer_id: int | None) -> Known:
    """What the lines name, in three statements."""
    ids, id_values = member(sorted({one.product for one in lines if isinstance(one.product, int)}), "bigint")
    skus, sku_values = member(sorted({one.product for one in lines if isinstance(one.product, str)}), "text")
    answer = Known()
    for row in fetch(_PRODUCTS.format(ids=ids, skus=skus), [*id_values, *sku_values]):
        price = None if row[4] is None else _decimal(row[4])
        product = KnownProduct(row[0], row[1], row[2], row[3], price, _decimal(row[5]))
        answer.products[product.id] = answer.products[product.sku] = product
    found, parameters = member(sorted({one.id for one in answer.products.values()}), "bigint")
    for pk, product_id, name, units, gtin in fetch(
        "SELECT id, product_id, name, units_per_pack, gtin FROM catalogue_pack"
        f" WHERE product_id {found} ORDER BY units_per_pack, id",
        parameters,
    ):
        answer.packs.setdefault(product_id, []).append(_Pack(pk, name, units, gtin or ""))
    if customer_id is not None:
        for product_id, days, unit_price in fetch(
            "SELECT product_id, minimum_remaining_days, unit_price FROM sales_customerproduct"
            f" WHERE customer_id = %s AND product_id {found}",
            [customer_id, *parameters],
        ):
            answer.terms[product_id] = (days, None if unit_price is None else _decimal(unit_price))
    return answer


def _pack(product: KnownProduct, reference: Reference | None, known: Known) -> _Pack | None:
    """A pack by id, GTIN or name within its product; without a name, the base unit."""
    packs = known.packs.get(product.id, [])
    if reference is None:
        return next((one for one in packs if one.units == 1), _Pack(0, product.base_unit, 1, ""))
    if isinstance(reference, int):
        return next((one for one in packs if one.id == reference), None)
    by_name = next((one for one in packs if one.name == reference), None)
    if by_name is not None:
        return by_name
    digits = reference.isascii() and reference.isdigit() and 8 <= len(reference) <= 14
    if digits:
        return next((one for one in packs if one.gtin == reference.zfill(14)), None)
    return _Pack(0, product.base_unit, 1, "") if reference == product.base_unit else None


def _packs_wanted(index: int, asked: AskedLine, pack: _Pack, faults: list[Fault]) -> int | None:
    if (asked.quantity is None) == (asked.quantity_packs is None):
        faults.append(
            Fault(
                f"/lines/{index}/quantity",
                "required" if asked.quantity is None else "said_twice",
                "Send either quantity (base units) or quantity_packs.",
            )
        )
        return None
    if asked.quantity_packs is not None:
        if asked.quantity_packs * pack.units > MAX_UNITS:
            faults.append(
                Fault(f"/lines/{index}/quantity_packs", "too_large", f"At most {MAX_UNITS} units a line.")
            )
            return None
        return asked.quantity_packs
    packs, rest = divmod(asked.quantity or 0, pack.units)
    if rest:
        near = f"{pack.units * packs} or {pack.units * (packs + 1)}" if packs else str(pack.units)
        detail = f"{asked.quantity} are not whole packs of {pack.units}; order {near}."
        faults.append(Fault(f"/lines/{index}/quantity", "not_whole_packs", detail))
        return None
    return packs


def _line(
    index: int,
    asked: AskedLine,
    product: KnownProduct,
    known: Known,
    default_days: int,
    faults: list[Fault],
) -> SalesOrderLine | None:
    pack = _pack(product, asked.pack, known)
    if pack is None:
        names = ", ".join(one.name for one in known.packs.get(product.id, [])) or product.base_unit
        detail = f"{product.sku} has no pack {str(asked.pack)[:60]!r}; it has {names}."
        faults.append(Fault(f"/lines/{index}/pack", "unknown_pack", detail))
        return None
    packs = _packs_wanted(index, asked, pack, faults)
    if packs is None:
        return None
    days, agreed = known.terms.get(product.id, (None, None))
    unit_price = product.unit_price if agreed is None else agreed
    price = (
        asked.pack_price
        if asked.pack_price is not None
        else pricing.pack_price(unit_price or ZERO, pack.units)
    )
    if price > pricing.MAX_PRICE:
        detail = f"A pack may cost at most {pricing.MAX_PRICE}."
        faults.append(Fault(f"/lines/{index}/pack_price", "too_large", detail))
        return None
    net = pricing.net_amount(quantity_packs=packs, pack_price=price, discount_percent=asked.discount_percent)
    if net > pricing.MAX_AMOUNT:
        detail = f"The line comes to more than {pricing.MAX_AMOUNT}."
        faults.append(Fault(f"/lines/{index}/quantity", "too_large", detail))
        return None
    rate = asked.tax_rate_percent
    return SalesOrderLine(
        position=index + 1,
        product_id=product.id,
        pack_name=pack.name,
        units_per_pack=pack.units,
        quantity_packs=packs,
        quantity=packs * pack.units,
        pack_price=price.quantize(Decimal("0.0001")),
        discount_percent=asked.discount_percent,
        tax_rate_percent=product.tax_rate_percent if rate is None else rate,
        net_amount=net,
        minimum_remaining_days=default_days if days is None else days,
        note=asked.note,
    )


def needed_on(order: SalesOrder) -> dt.date:
    """The day on which lots must still last: the delivery's, and never a day that has passed."""
    return max(order.delivery_date, today(order.warehouse.timezone))


def agreed_days(customer: Customer, product_ids: Sequence[int]) -> dict[int, int]:
    """How long lots of some products must last for a customer, where that was agreed. One statement."""
    wanted, parameters = member(product_ids, "bigint")
    return dict(
        fetch(
            "SELECT product_id, minimum_remaining_days FROM sales_customerproduct"
            f" WHERE customer_id = %s AND product_id {wanted} AND minimum_remaining_days IS NOT NULL",
            [customer.pk, *parameters],
        )
    )
