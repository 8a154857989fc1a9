"""The story enters the database: master data in bulk, the past through `load_history`."""

import datetime as dt
import math
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from uuid import UUID

from django.conf import settings

from stillage.accounts.models import User
from stillage.audit.record import record
from stillage.catalogue.models import BaseUnit, Brand, Category, Pack, Product, Status
from stillage.core.actor import Actor
from stillage.core.models import Versioned
from stillage.demo.assortment import ProductPlan
from stillage.demo.chance import SEED, chance
from stillage.demo.history import BoughtLine, SoldLine
from stillage.demo.site import TIMEZONE, WAREHOUSES
from stillage.demo.story import Story
from stillage.places.models import Location, Warehouse
from stillage.places.operations import open_warehouse
from stillage.purchasing.models import Supplier, SupplierProduct
from stillage.purchasing.operations.load_past_purchases import BoughtLine as PastBoughtLine
from stillage.purchasing.operations.load_past_purchases import (
    PastPurchase,
    PastReceipt,
    load_past_purchases,
)
from stillage.sales.models import Customer
from stillage.sales.operations.load_past_orders import PastLine, PastOrder, load_past_orders
from stillage.stock.operations import PastLot, PastMovement, load_history

TAX_RATE = Decimal("20.00")
MARKUP = Decimal("1.45")
CONTACTS = ("Alice", "Ben", "Carys", "Dev", "Ellen", "Farid", "Grace", "Hamish", "Isla", "Jonas")
SURNAMES = ("Ashdown", "Brearley", "Cole", "Dunmore", "Eastwood", "Fairley", "Gale", "Holt")
YARDS = ("Brewery Yard", "Dock Road", "Maltings Lane", "Station Approach", "Cooper's Row", "Mill Street")
TOWNS = ("Burton upon Trent", "Hereford", "Norwich", "Dublin", "Rotterdam", "Southampton", "York", "Kendal")
SHORT_LINES = 0.012  # the share of lines that came with less than was ordered
SETTLED_AFTER = dt.timedelta(days=30)
DISCOUNTS = tuple(Decimal(percent) for percent in ("0", "0", "0", "2.5", "5"))


def unit_price(plan: ProductPlan) -> Decimal:
    """What a bottle, can or keg is sold for."""
    return (plan.unit_cost * MARKUP).quantize(Decimal("0.01"))


def write_places(story: Story) -> list[Warehouse]:
    """The buildings and everything that has a label in them."""
    warehouses = {code: open_warehouse(code=code, name=name, timezone=TIMEZONE) for code, name in WAREHOUSES}
    Location.objects.bulk_create(
        (
            Location(
                warehouse=warehouses[place.warehouse],
                code=place.code,
                full_code=place.full_code,
                kind=place.kind,
                zone=place.zone,
                pick_sequence=place.pick_sequence,
            )
            for place in story.places
        ),
        batch_size=500,
    )
    return list(warehouses.values())


def write_catalogue(story: Story) -> list[Product]:
    """Categories, brands, products and packs; the products in the order of the story."""
    categories = {
        one: Category.objects.create(name=one, tax_rate_percent=TAX_RATE)
        for one in _unique(p.sort.category for p in story.products)
    }
    brands = {one: Brand.objects.create(name=one) for one in _unique(p.brand for p in story.products)}
    products = Product.objects.bulk_create(
        (
            Product(
                sku=plan.sku,
                name=plan.name,
                category=categories[plan.sort.category],
                brand=brands[plan.brand],
                container=plan.format.container,
                container_ml=plan.format.millilitres,
                base_unit=BaseUnit(plan.format.base_unit),
                abv_percent=plan.abv,
                lot_tracked=plan.lot_tracked,
                shelf_life_days=plan.shelf_life_days,
                minimum_intake_days=plan.minimum_intake_days,
                unit_price=unit_price(plan),
                status=Status.DISCONTINUED if plan.discontinued else Status.ACTIVE,
            )
            for plan in story.products
        ),
        batch_size=200,
    )
    Pack.objects.bulk_create(
        (
            Pack(product=product, name=pack.name, units_per_pack=pack.units, gtin=pack.gtin)
            for product, plan in zip(products, story.products, strict=True)
            for pack in plan.packs
        ),
        batch_size=500,
    )
    return products


def write_parties(story: Story) -> None:
    """Suppliers with what they sell, and customers."""
    rng = chance("terms")
    more = chance("suppliers")
    suppliers = {
        one.code: Supplier.objects.create(
            code=one.code,
            name=one.name,
            email=f"orders@{one.code.lower()}.example",
            phone=f"0117 496 0{100 + number:03d}",
            contact_name=f"{more.choice(CONTACTS)} {more.choice(SURNAMES)}",
            address=f"{more.randint(1, 90)} {more.choice(YARDS)}\n{more.choice(TOWNS)}",
            minimum_order_value=more.choice((None, Decimal("250.00"), Decimal("500.00"))),
            lead_time_days=one.lead_time_days,
        )
        for number, one in enumerate(story.suppliers)
    }
    packs = {(pack.product.sku, pack.name): pack for pack in Pack.objects.select_related("product")}
    SupplierProduct.objects.bulk_create(
        (
            SupplierProduct(
                supplier=suppliers[plan.supplier],
                pack=packs[plan.sku, plan.packs[min(1, len(plan.packs) - 1)].name],
                supplier_sku=f"{plan.supplier[:3]}{rng.randint(1000, 9999)}",
                cost=(plan.unit_cost * plan.case).quantize(Decimal("0.0001")),
                minimum_quantity=rng.choice((1, 1, 2, 5, 10)) if plan.case > 1 else 1,
                # Some makers send whole layers only.
                order_multiple=more.choice((1, 1, 1, plan.format.cases_per_layer)) if plan.case > 1 else 1,
            )
            for plan in story.products
        ),
        batch_size=500,
    )
    Customer.objects.bulk_create(
        (
            Customer(
                code=one.code,
                name=one.name,
                email=f"bar{one.code[1:]}@customers.example",
                phone=f"{'0117' if one.warehouse == 'MAIN' else '0113'} 496 {number:04d}",
                address=one.address,
                city=one.city,
                postcode=one.postcode,
                minimum_remaining_days=one.minimum_remaining_days,
            )
            for number, one in enumerate(story.customers)
        ),
        batch_size=500,
    )


def write_history(
    story: Story,
    *,
    actor: Actor,
    products: Sequence[Product],
    people: Sequence[User],
    at: dt.datetime,
    on_progress: Callable[[float], None] = lambda share: None,
) -> tuple[dict[int, UUID], dict[int, UUID]]:
    """Lots, movements and balances. Returns under which ids the story's operations and demands went."""
    users = {user.username: user.pk for user in people}
    places = dict(Location.objects.values_list("full_code", "id"))
    rng = chance("operations")
    operations: dict[int, UUID] = {}
    asked = chance("demands")
    numbers = [line.demand for sold in story.sold for line in sold.lines]
    numbers += [line.demand for bought in story.bought for line in bought.lines]
    demands = {number: UUID(int=asked.getrandbits(128), version=4) for number in numbers}
    lots = [
        PastLot(
            product_id=products[lot.product].pk,
            number=lot.number,
            created_at=_instant(lot.created_at),
            expiry_date=lot.expiry_date,
            best_before_date=lot.best_before_date,
            production_date=lot.production_date,
            dated=story.products[lot.product].lot_tracked,
        )
        for lot in story.lots
    ]
    movements = []
    for one in story.moved:
        operation = operations.get(one.operation)
        if operation is None:
            operation = operations[one.operation] = UUID(int=rng.getrandbits(128), version=4)
        movements.append(
            PastMovement(
                operation_id=operation,
                kind=one.kind,
                lot=one.lot,
                from_location_id=places[one.source],
                to_location_id=places[one.target],
                quantity=one.units,
                moved_at=_instant(one.at),
                user_id=users[one.who],
                username=one.who,
                reason=one.reason,
                reference=one.reference,
                unit_cost=one.cost,
                demand_id=demands.get(one.demand),
            )
        )
    load_history(actor=actor, lots=lots, movements=movements, at=at, on_progress=on_progress)
    return operations, demands


def write_orders(
    story: Story,
    *,
    actor: Actor,
    products: Sequence[Product],
    people: Sequence[User],
    operations: dict[int, UUID],
    demands: dict[int, UUID],
) -> None:
    """The orders behind two years of shipments; agreed the afternoon before, shipped the next day."""
    users = {user.username: user.pk for user in people}
    customers = {one.code: one for one in Customer.objects.all()}
    warehouses = dict(Warehouse.objects.values_list("code", "id"))
    orders = []
    for sold in story.sold:
        customer, shipped_at = customers[sold.customer], _instant(sold.at)
        shipper = "picker" if sold.warehouse == "MAIN" else "manager"
        # A steady customer buys cheaper; which ones are, follows from their numbers.
        discount = DISCOUNTS[int(customer.code[1:]) % len(DISCOUNTS)]
        orders.append(
            PastOrder(
                customer=customer,
                warehouse_id=warehouses[sold.warehouse],
                ordered_at=shipped_at - dt.timedelta(hours=20),
                shipped_at=shipped_at,
                delivery_date=shipped_at.date(),
                operation_id=operations.get(sold.operation),
                seller=(users["sales"], "sales"),
                shipper=(users[shipper], shipper),
                currency=settings.CURRENCY,
                lines=tuple(
                    _past_line(
                        line,
                        story.products[line.product],
                        products[line.product],
                        customer,
                        discount,
                        demands[line.demand],
                    )
                    for line in sold.lines
                ),
            )
        )
    load_past_orders(actor=actor, orders=orders)


def _past_line(
    line: SoldLine,
    plan: ProductPlan,
    product: Product,
    customer: Customer,
    discount: Decimal,
    demand_id: UUID,
) -> PastLine:
    """Whole cases where it is whole cases, else single units."""
    pack = next(
        (one for one in plan.packs if one.units == plan.case and line.asked % plan.case == 0), plan.packs[0]
    )
    return PastLine(
        product_id=product.pk,
        pack_name=pack.name,
        units_per_pack=pack.units,
        quantity_packs=line.asked // pack.units,
        shipped=line.shipped,
        pack_price=unit_price(plan) * pack.units,
        discount_percent=discount,
        tax_rate_percent=TAX_RATE,
        minimum_remaining_days=customer.minimum_remaining_days,
        demand_id=demand_id,
    )


def write_purchases(
    story: Story,
    *,
    actor: Actor,
    products: Sequence[Product],
    people: Sequence[User],
    operations: dict[int, UUID],
    demands: dict[int, UUID],
) -> None:
    """The orders behind two years of deliveries, and those that are still on their way."""
    users = {user.username: user.pk for user in people}
    suppliers = {one.code: (one.pk, one.name) for one in Supplier.objects.all()}
    houses = dict(Warehouse.objects.values_list("code", "id"))
    docks = dict(Location.objects.filter(code="RECV").values_list("warehouse__code", "id"))
    offers = {
        one.pack.product_id: (one.pack, one.supplier_sku)
        for one in SupplierProduct.objects.select_related("pack")
    }
    rng = chance("shortages")
    # What came yesterday is not looked through yet.
    looked = _instant(max(one.at for one in story.bought)) - dt.timedelta(hours=30)
    made = []
    for bought in sorted(story.bought, key=lambda one: (one.ordered_on, one.receipt or math.inf)):
        receiver = "picker" if bought.warehouse == "MAIN" else "manager"
        at = _instant(bought.at)
        note = rng.randint(10_000, 99_999)
        receipt = (
            PastReceipt(
                number=bought.receipt,
                operation_id=operations[bought.operation],
                location_id=docks[bought.warehouse],
                delivery_note=f"{bought.supplier[:3]}-{note}",
                at=at,
                receiver=(users[receiver], receiver),
            )
            if bought.receipt
            else None
        )
        closed = receipt is not None and at < looked
        made.append(
            PastPurchase(
                supplier=suppliers[bought.supplier],
                warehouse_id=houses[bought.warehouse],
                placed_at=dt.datetime.combine(bought.ordered_on, dt.time(16), dt.UTC),
                expected_date=bought.expected_on,
                buyer=(users["buyer"], "buyer"),
                currency=settings.CURRENCY,
                closed=closed,
                receipt=receipt,
                lines=tuple(
                    _bought_line(
                        line,
                        products[line.product],
                        *offers[products[line.product].pk],
                        demands[line.demand],
                        more_packs=rng.choice((1, 2, 5)) if closed and rng.random() < SHORT_LINES else 0,
                        came=receipt is not None,
                    )
                    for line in bought.lines
                ),
            )
        )
    load_past_purchases(actor=actor, purchases=made, settled_before=looked - SETTLED_AFTER)


def _bought_line(
    line: BoughtLine,
    product: Product,
    pack: Pack,
    supplier_sku: str,
    demand_id: UUID,
    *,
    more_packs: int,
    came: bool,
) -> PastBoughtLine:
    """In the supplier's pack, of which now and then more had been ordered than came."""
    return PastBoughtLine(
        product_id=product.pk,
        pack_name=pack.name,
        units_per_pack=pack.units_per_pack,
        gtin=pack.gtin or "",
        supplier_sku=supplier_sku,
        quantity_packs=line.units // pack.units_per_pack + more_packs,
        received=line.units if came else 0,
        pack_cost=(line.cost * pack.units_per_pack).quantize(Decimal("0.0001")),
        demand_id=demand_id,
    )


def age(story: Story, products: Sequence[Product]) -> None:
    """What is two years old says so; products that came later are younger."""
    opened = dt.datetime.combine(story.first, dt.time(8), dt.UTC)
    aged: list[type[Versioned]] = [
        Warehouse,
        Location,
        Category,
        Brand,
        Supplier,
        SupplierProduct,
        Pack,
        Customer,
        Product,
    ]
    for model in aged:
        model._default_manager.update(created_at=opened, updated_at=opened)
    for day in sorted({plan.launched_day for plan in story.products} - {0}):
        launched = opened + dt.timedelta(days=day)
        came = [
            one.pk for one, plan in zip(products, story.products, strict=True) if plan.launched_day == day
        ]
        Product.objects.filter(pk__in=came).update(created_at=launched, updated_at=launched)


def record_filling(story: Story, *, actor: Actor, at: dt.datetime) -> None:
    """The one row that says where all the master data came from."""
    counts = {
        name: len(getattr(story, name))
        for name in ("products", "suppliers", "customers", "places", "lots", "moved", "sold", "bought")
    }
    record(
        actor=actor,
        action="demonstration.fill",
        object_type="database",
        object_id="demonstration",
        label=f"{counts['products']} products, {counts['places']} places, {counts['customers']} customers",
        after={**counts, "seed": SEED, "first_date": story.first.isoformat()},
        at=at,
    )


def _instant(seconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
