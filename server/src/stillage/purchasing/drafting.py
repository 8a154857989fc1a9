"""From what somebody wants to buy to lines with packs and costs: names found in few statements, all faults at once."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.conf import settings

from stillage.accounts.models import User
from stillage.catalogue.models import Product
from stillage.core.actor import Actor
from stillage.core.clock import today
from stillage.core.errors import Fault, Kind, Refusal
from stillage.core.finding import Reference
from stillage.core.sql import fetch, member
from stillage.places.models import Warehouse
from stillage.purchasing import costing
from stillage.purchasing.models import PurchaseOrder, PurchaseOrderLine, Supplier

COST = "cost.view"
MAX_UNITS = 2**31 - 1
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedLine:
    """A line as somebody asks for it: a product, or a pack that says which product. None follows the catalogue."""

    product: Reference | None = None
    pack: Reference | None = None
    quantity_packs: int | None = None
    quantity: int | None = None
    pack_cost: Decimal | None = None
    expected_date: dt.date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedOrder:
    """An order as somebody asks for it. Without a date it is expected when the supplier's lead times say."""

    supplier: Reference
    lines: Sequence[AskedLine]
    warehouse: Reference | None = None
    expected_date: dt.date | None = None
    supplier_reference: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class KnownProduct:
    """What a line needs to know of its product."""

    id: int
    sku: str
    name: str
    base_unit: str

    def row(self) -> Product:
        """The same as a row that is not read again."""
        return Product(id=self.id, sku=self.sku, name=self.name, base_unit=self.base_unit)


@dataclass(frozen=True, slots=True)
class KnownPack:
    """A pack of a product; `id` 0 where the product has none of single units."""

    id: int
    product_id: int
    name: str
    units: int
    gtin: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A pack in the supplier's catalogue. Minimum and multiple count packs."""

    pack: KnownPack
    supplier_sku: str
    cost: Decimal
    lead_time_days: int | None
    minimum_quantity: int
    order_multiple: int


@dataclass(slots=True)
class Known:
    """Products, packs and the supplier's catalogue, as some lines name them."""

    products: dict[Reference, KnownProduct] = field(default_factory=dict)
    packs: dict[int, list[KnownPack]] = field(default_factory=dict)
    offers: dict[int, list[Offer]] = field(default_factory=dict)

    def product_of(self, pack: Reference) -> KnownProduct | None:
        """The product that a pack's id or GTIN names by itself."""
        for packs in self.packs.values():
            for one in packs:
                if _is_named(one, pack, by_name=False):
                    return self.products[one.product_id]
        return None


@dataclass(slots=True)
class Draft:
    """What was found, what could be worked out, and what is wrong. `order` and `lines` are not written."""

    order: PurchaseOrder
    lines: list[PurchaseOrderLine] = field(default_factory=list)
    products: list[KnownProduct] = field(default_factory=list)  # of each line
    faults: list[Fault] = field(default_factory=list)
    lead_time_days: int = 0
    offers: dict[int, list[Offer]] = field(default_factory=dict)


def draft(asked: AskedOrder, *, actor: Actor) -> Draft:
    """An order worked out, not written. Five statements or six, whatever the number of lines."""
    check_costs(asked.lines, actor)
    faults: list[Fault] = []
    supplier = find_supplier(asked.supplier, faults)
    warehouse = find_warehouse(asked.warehouse, actor, faults)
    order = PurchaseOrder(
        supplier=supplier,
        warehouse=warehouse,
        supplier_reference=asked.supplier_reference,
        note=asked.note,
        currency=settings.CURRENCY,
        user_id=actor.user_id,
        username=actor.username[:150],
    )
    made = Draft(order, faults=faults)
    set_lines(made, asked.lines, known(asked.lines, supplier.pk if supplier else None))
    if asked.expected_date is not None:
        order.expected_date = asked.expected_date
    elif warehouse is not None:
        order.expected_date = today(warehouse.timezone) + dt.timedelta(days=made.lead_time_days)
    return made


def check_costs(lines: Iterable[AskedLine], actor: Actor) -> None:
    """Costs are named by those who may see them: 403 else."""
    if any(line.pack_cost is not None for line in lines) and not actor.can(COST):
        raise Refusal(
            f"Your role does not allow you to name costs (it needs {COST}); leave pack_cost out.",
            code="forbidden",
            kind=Kind.FORBIDDEN,
        )


def set_lines(made: Draft, asked: Sequence[AskedLine], known: Known) -> None:
    """Work the lines out, and what the order comes to."""
    made.offers = known.offers
    default_days = made.order.supplier.lead_time_days or 0 if made.order.supplier_id else 0
    days: list[int] = []
    for index, one in enumerate(asked):
        product = _product(index, one, known, made.faults)
        if product is None:
            continue
        pack = _pack(index, one, product, known, made.faults)
        line = None if pack is None else _line(index, one, product, pack, known, made.faults)
        if pack is None or line is None:
            continue
        made.lines.append(line)
        made.products.append(product)
        offer = offer_of(known.offers, product.id, pack.units, pack.name)
        own = offer.lead_time_days if offer else None
        days.append(default_days if own is None else own)
    made.lead_time_days = max(days, default=default_days)
    total = sum((line.net_amount for line in made.lines), Decimal("0.00"))
    if total > costing.MAX_AMOUNT:
        detail = f"The order comes to more than {costing.MAX_AMOUNT}."
        made.faults.append(Fault("/lines", "too_large", detail))
        return
    made.order.net_total = total


def find_supplier(reference: Reference, faults: list[Fault]) -> Supplier | None:
    """By id or code. One statement."""
    found = Supplier.objects.filter(**{"pk" if isinstance(reference, int) else "code": reference}).first()
    if found is None:
        detail = f"There is no supplier {str(reference)[:60]!r} here."
        faults.append(Fault("/supplier", "unknown_supplier", detail))
    return found


def find_warehouse(reference: Reference | None, actor: Actor, faults: list[Fault]) -> Warehouse | None:
    """The one that is named; else the asker's own, or the only one."""
    rows = Warehouse.objects.all()
    if actor.warehouse_ids is not None:
        rows = rows.filter(pk__in=actor.warehouse_ids)
    if reference is not None:
        found = rows.filter(**{"pk" if isinstance(reference, int) else "code": reference}).first()
        if found is None:
            detail = f"There is no warehouse {str(reference)[:60]!r} here."
            faults.append(Fault("/warehouse", "unknown_warehouse", detail))
        elif not found.is_active:
            faults.append(Fault("/warehouse", "warehouse_closed", f"{found.code} is closed; choose another."))
        return found
    mine = User.objects.filter(pk=actor.user_id or 0).values("warehouse")
    own = list(rows.filter(is_active=True, pk__in=mine)) if actor.user_id is not None else []
    choice = own or list(rows.filter(is_active=True).order_by("pk")[:2])
    if len(choice) == 1:
        return choice[0]
    faults.append(Fault("/warehouse", "required", "Say for which warehouse it is bought."))
    return None


# ---- what the lines name ------------------------------------------------------------------------
_PRODUCTS = """
SELECT p.id, p.sku, p.name, p.base_unit FROM catalogue_product p WHERE p.id {ids} OR p.sku {skus}
  OR p.id IN (SELECT k.product_id FROM catalogue_pack k WHERE k.id {packs} OR k.gtin {gtins})
"""
_OFFERS = """
SELECT k.id, k.product_id, k.name, k.units_per_pack, k.gtin,
  s.supplier_sku, s.cost, s.lead_time_days, s.minimum_quantity, s.order_multiple
FROM purchasing_supplierproduct s JOIN catalogue_pack k ON k.id = s.pack_id
WHERE s.supplier_id = %s AND k.product_id {products} ORDER BY k.product_id, k.units_per_pack, k.id
"""


def known(lines: Sequence[AskedLine], supplier_id: int | None) -> Known:
    """What the lines name, in three statements."""
    ids = {one.product for one in lines if isinstance(one.product, int)}
    skus = {one.product for one in lines if isinstance(one.product, str)}
    alone = [one.pack for one in lines if one.product is None and one.pack is not None]
    packs = {one for one in alone if isinstance(one, int)}
    gtins = {one.zfill(14) for one in alone if isinstance(one, str) and _is_gtin(one)}
    conditions = {
        "ids": member(sorted(ids), "bigint"),
        "skus": member(sorted(skus), "text"),
        "packs": member(sorted(packs), "bigint"),
        "gtins": member(sorted(gtins), "text"),
    }
    answer = Known()
    for row in fetch(
        _PRODUCTS.format(**{name: sql for name, (sql, _) in conditions.items()}),
        [value for _, values in conditions.values() for value in values],
    ):
        product = KnownProduct(*row)
        answer.products[product.id] = answer.products[product.sku] = product
    found = sorted({one.id for one in answer.products.values()})
    wanted, parameters = member(found, "bigint")
    for pk, product_id, name, units, gtin in fetch(
        "SELECT id, product_id, name, units_per_pack, gtin FROM catalogue_pack"
        f" WHERE product_id {wanted} ORDER BY units_per_pack, id",
        parameters,
    ):
        answer.packs.setdefault(product_id, []).append(KnownPack(pk, product_id, name, units, gtin or ""))
    if supplier_id is not None:
        answer.offers = offers(supplier_id, found)
    return answer


def offers(supplier_id: int, product_ids: Sequence[int]) -> dict[int, list[Offer]]:
    """What a supplier offers of some products, by product, the smallest pack first. One statement."""
    wanted, parameters = member(product_ids, "bigint")
    answer: dict[int, list[Offer]] = {}
    for pk, product_id, name, units, gtin, sku, cost, days, minimum, multiple in fetch(
        _OFFERS.format(products=wanted), [supplier_id, *parameters]
    ):
        pack = KnownPack(pk, product_id, name, units, gtin or "")
        offer = Offer(pack, sku, costing.decimal(cost), days, minimum, multiple)
        answer.setdefault(product_id, []).append(offer)
    return answer


def offer_of(
    offers: dict[int, list[Offer]], product_id: int, units_per_pack: int, pack_name: str
) -> Offer | None:
    """The offer that a line goes by: of its own pack, whatever that is called now."""
    own = [one for one in offers.get(product_id, []) if one.pack.units == units_per_pack]
    return next((one for one in own if one.pack.name == pack_name), own[0] if own else None)


def _is_gtin(text: str) -> bool:
    return text.isascii() and text.isdigit() and 8 <= len(text) <= 14


def _is_named(pack: KnownPack, reference: Reference, *, by_name: bool = True) -> bool:
    if isinstance(reference, int):
        return pack.id == reference
    return (by_name and pack.name == reference) or (_is_gtin(reference) and pack.gtin == reference.zfill(14))


def _product(index: int, asked: AskedLine, known: Known, faults: list[Fault]) -> KnownProduct | None:
    if asked.product is not None:
        product = known.products.get(asked.product)
        if product is None:
            detail = f"There is no product {str(asked.product)[:60]!r} here."
            faults.append(Fault(f"/lines/{index}/product", "unknown_product", detail))
        return product
    if asked.pack is None:
        detail = "Say what is bought: a product, or a pack by its GTIN."
        faults.append(Fault(f"/lines/{index}/product", "required", detail))
        return None
    product = known.product_of(asked.pack)
    if product is None:
        detail = f"There is no pack {str(asked.pack)[:60]!r} here; name its GTIN or id, or the product too."
        faults.append(Fault(f"/lines/{index}/pack", "unknown_pack", detail))
    return product


def _pack(
    index: int, asked: AskedLine, product: KnownProduct, known: Known, faults: list[Fault]
) -> KnownPack | None:
    """The pack that is named; else one that the supplier offers; else single units."""
    packs = known.packs.get(product.id, [])
    single = next(
        (one for one in packs if one.units == 1), KnownPack(0, product.id, product.base_unit, 1, "")
    )
    if asked.pack is None:
        offered = [one.pack for one in known.offers.get(product.id, [])]
        fitting = [one for one in offered if asked.quantity and asked.quantity % one.units == 0]
        return (fitting[-1] if fitting else offered[0]) if offered else single
    found = next((one for one in packs if one.name == asked.pack), None)
    found = found or next((one for one in packs if _is_named(one, asked.pack)), None)
    if found is None and asked.pack == product.base_unit:
        return single
    if found is None:
        names = ", ".join(one.name for one in packs) or product.base_unit
        detail = f"{product.sku} has no pack {str(asked.pack)[:60]!r}; it has {names}."
        faults.append(Fault(f"/lines/{index}/pack", "unknown_pack", detail))
    return found


def _packs_wanted(index: int, asked: AskedLine, pack: KnownPack, faults: list[Fault]) -> int | None:
    if (asked.quantity is None) == (asked.quantity_packs is None):
        code = "required" if asked.quantity is None else "said_twice"
        detail = "Send either quantity (base units) or quantity_packs."
        faults.append(Fault(f"/lines/{index}/quantity", code, detail))
        return None
    if asked.quantity_packs is not None:
        if asked.quantity_packs * pack.units > MAX_UNITS:
            detail = f"At most {MAX_UNITS} units a line."
            faults.append(Fault(f"/lines/{index}/quantity_packs", "too_large", detail))
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
    pack: KnownPack,
    known: Known,
    faults: list[Fault],
) -> PurchaseOrderLine | None:
    packs = _packs_wanted(index, asked, pack, faults)
    if packs is None:
        return None
    offer = offer_of(known.offers, product.id, pack.units, pack.name)
    cost = _cost(asked, pack, offer, known)
    if cost > costing.MAX_COST:
        detail = f"A pack may cost at most {costing.MAX_COST}."
        faults.append(Fault(f"/lines/{index}/pack_cost", "too_large", detail))
        return None
    net = costing.net_amount(packs, cost)
    if net > costing.MAX_AMOUNT:
        detail = f"The line comes to more than {costing.MAX_AMOUNT}."
        faults.append(Fault(f"/lines/{index}/quantity", "too_large", detail))
        return None
    return PurchaseOrderLine(
        position=index + 1,
        product_id=product.id,
        pack_name=pack.name,
        units_per_pack=pack.units,
        gtin=pack.gtin,
        supplier_sku=offer.supplier_sku if offer else "",
        quantity_packs=packs,
        quantity=packs * pack.units,
        pack_cost=cost.quantize(costing.PLACES),
        net_amount=net,
        expected_date=asked.expected_date,
        note=asked.note,
    )


def _cost(asked: AskedLine, pack: KnownPack, offer: Offer | None, known: Known) -> Decimal:
    """As it was said; else of the catalogue's pack; else worked out from another pack of the product there."""
    if asked.pack_cost is not None:
        return asked.pack_cost
    other = offer or next(iter(known.offers.get(pack.product_id, [])), None)
    if other is None:
        return ZERO
    return costing.pack_cost(other.cost, of_units=other.pack.units, units=pack.units)


# ---- what a supplier would not like -------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Caution:
    """Something to look at before an order goes out. `blocks` where placing asks whether it is meant."""

    pointer: str
    code: str
    detail: str
    position: int | None = None
    blocks: bool = True


def warnings(
    order: PurchaseOrder,
    lines: Sequence[PurchaseOrderLine],
    skus: Sequence[str],
    offers: dict[int, list[Offer]],
    *,
    with_costs: bool,
) -> list[Caution]:
    """Minimums and multiples of the supplier that an order does not keep, and lines without a cost."""
    found: list[Caution] = []
    supplier = order.supplier
    for line, sku in zip(lines, skus, strict=True):
        offer = offer_of(offers, line.product_id, line.units_per_pack, line.pack_name)
        pointer = f"/lines/{line.position - 1}"
        if offer is not None and line.quantity_packs < offer.minimum_quantity:
            detail = (
                f"{supplier.name} sells {sku} from {offer.minimum_quantity} x {line.pack_name} on;"
                f" {line.quantity_packs} are ordered."
            )
            found.append(Caution(pointer, "below_minimum_quantity", detail, line.position))
        if offer is not None and (rest := line.quantity_packs % offer.order_multiple):
            less = line.quantity_packs - rest
            near = f"{less} or {less + offer.order_multiple}" if less else str(offer.order_multiple)
            detail = (
                f"{supplier.name} sells {sku} by {offer.order_multiple} x {line.pack_name};"
                f" {line.quantity_packs} are ordered, order {near}."
            )
            found.append(Caution(pointer, "not_a_multiple", detail, line.position))
        if with_costs and not line.pack_cost:
            detail = f"{sku} has no cost; the order says nothing of what it comes to."
            found.append(Caution(pointer, "no_cost", detail, line.position, blocks=False))
    least = supplier.minimum_order_value
    if least is not None and order.net_total < least:
        detail = f"The order comes to less than what {supplier.name} delivers for."
        if with_costs:
            detail = (
                f"{supplier.name} delivers from {costing.shown(least)} {order.currency} on; the order comes to"
                f" {costing.shown(order.net_total)}."
            )
        found.append(Caution("/lines", "below_minimum_order_value", detail))
    return found


def refuse_warnings(found: Sequence[Caution]) -> list[Fault]:
    """The same as faults of an order that is to be placed."""
    return [
        Fault(one.pointer, one.code, f"{one.detail} Send ignore_warnings to place it all the same.")
        for one in found
        if one.blocks
    ]
