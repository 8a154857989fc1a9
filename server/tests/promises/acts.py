"""One good request for every write the API has, on one small world; what sweeps over every write go through."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from stillage.catalogue.models import Brand, Category, Pack
from stillage.core.actor import Actor
from stillage.core.clock import now
from stillage.places.models import Location, Warehouse
from stillage.purchasing.models import Supplier, SupplierProduct
from stillage.sales import operations as selling
from stillage.sales.drafting import AskedLine, AskedOrder
from stillage.sales.models import Customer, CustomerProduct, OrderStatus, SalesOrder, SalesOrderLine
from stillage.stock import operations
from tests.builders import BOSS, gtin, make_location, make_product, make_warehouse, receive
from tests.people import Client, make_session, make_user, signed_in_client
from tests.promises.buying_acts import BOUGHT, CHANGED, Buying
from tests.promises.control_acts import CHANGED as CONTROL_CHANGED
from tests.promises.control_acts import STEPS as CONTROL_STEPS
from tests.promises.control_acts import Control
from tests.promises.fulfilment_acts import STEPS, Fulfilment
from tests.promises.goods_in_acts import STEPS as GOODS_IN_STEPS
from tests.promises.goods_in_acts import GoodsIn
from tests.promises.planning_acts import STEPS as PLANNING_STEPS
from tests.promises.planning_acts import Planning
from tests.promises.recall_acts import STEPS as RECALL_STEPS
from tests.promises.recall_acts import Recalls
from tests.promises.replenishment_acts import STEPS as REPLENISHMENT_STEPS
from tests.promises.replenishment_acts import Replenishing

API = "/api/v1/"


@dataclass
class World:
    """What the acts are done to."""

    client: Client = field(default_factory=lambda: signed_in_client("admin"))

    def __post_init__(self) -> None:
        self.main, self.north = make_warehouse("MAIN"), make_warehouse("NORTH")
        self.spare_place = make_location(self.main, "SPARE")
        self.ale, self.spare = make_product("ALE-330"), make_product("SPARE")
        receive(self.ale, "L1", quantity=240)
        receive(self.ale, "L2", quantity=240)
        line = operations.MoveLine("ALE-330", "MAIN/A-01", "MAIN/A-02", 24, "L1")
        self.moved = operations.move(actor=BOSS, lines=[line], reference="", at=now())["operation_id"]
        held = operations.HoldLine("ALE-330", "cloudy", "L2")
        operations.hold(actor=BOSS, lines=[held], at=now())
        self.category, self.brand = Category.objects.create(name="Stout"), Brand.objects.create(name="Harrow")
        self.supplier = Supplier.objects.create(code="ACME", name="Acme")
        self.customer = Customer.objects.create(code="PUB", name="The Pub")
        self.bottle, self.case = Pack.objects.filter(product=self.spare).order_by("units_per_pack")
        self.offer = SupplierProduct.objects.create(supplier=self.supplier, pack=self.bottle, cost="1.00")
        self.lonely, self.stranger = make_product("LONELY"), Supplier.objects.create(code="GONE", name="Gone")
        self.bob = make_user("picker", warehouses=[self.main], username="bob")
        self.other_session = make_session(self.client.user)
        self.terms = CustomerProduct.objects.create(customer=self.customer, product=self.ale)
        self.newcomer = Customer.objects.create(code="LATE", name="Latecomer")
        self.draft = self.order(confirm=False)
        self.confirmed = self.order()
        self.allocated = self.order()
        selling.allocate(actor=BOSS, order=self.allocated.pk, at=now())
        self.shipped = self.order()
        SalesOrder.objects.filter(pk=self.shipped.pk).update(status=OrderStatus.SHIPPED)
        SalesOrderLine.objects.filter(order=self.shipped).update(cancelled=24)

    # What only some acts need is made when one of them is about to come: see `world_for`.
    @cached_property
    def fulfilment(self) -> Fulfilment:
        return Fulfilment(self.main)

    @cached_property
    def control(self) -> Control:
        return Control(self.main, self._me)

    @cached_property
    def goods_in(self) -> GoodsIn:
        return GoodsIn(self._me)

    @cached_property
    def buying(self) -> Buying:
        return Buying(self.main)

    @cached_property
    def recalls(self) -> Recalls:
        assert self.fulfilment, "whose house has the staging place"
        return Recalls()

    @cached_property
    def planning(self) -> Planning:
        return Planning(self.main)

    @cached_property
    def replenishing(self) -> Replenishing:
        return Replenishing(self.main)

    @property
    def _me(self) -> Actor:
        me = self.client.user
        assert me is not None
        return replace(BOSS, user_id=me.pk, username=me.username)

    def order(self, *, confirm: bool = True) -> SalesOrder:
        """24 bottles of ALE-330 for the pub."""
        line = AskedLine(product="ALE-330", quantity=24)
        asked = AskedOrder(
            customer="PUB", warehouse="MAIN", delivery_date=now().date() + dt.timedelta(days=3), lines=[line]
        )
        return selling.create_order(actor=BOSS, asked=asked, at=now(), confirm=confirm)

    @property
    def line(self) -> int:
        """The line of the allocated order."""
        return SalesOrderLine.objects.get(order=self.allocated).pk


@dataclass(frozen=True)
class Act:
    """A request; `{}` in the address is filled from the world."""

    method: str
    url: Callable[[World], str]
    body: Callable[[World], Any] = lambda world: None
    versioned: Callable[[World], Any] | None = None
    multipart: bool = False

    def ready(
        self, world: World, *, key: str | None = None, client: Client | None = None, body: Any = ...
    ) -> Callable[[], Any]:
        """The request with everything known that it needs; calling sends it."""
        sender = getattr(client or world.client, self.method.lower())
        extra: dict[str, Any] = {} if key is None else {"key": key}
        if self.versioned is not None:
            row = self.versioned(world)
            found = type(row).objects.filter(pk=row.pk).values_list("version", flat=True).first()
            extra["version"] = found or 1
        data = self.body(world) if body is ... else body
        if self.multipart and body is ...:
            extra["format"] = "multipart"
        address = API + self.url(world)
        return lambda: sender(address, *([] if data is None else [data]), **extra)

    def send(self, world: World, **given: Any) -> Any:
        return self.ready(world, **given)()


def _at(name: str) -> Callable[[World], str]:
    return lambda world: name


def _fulfilment(route: str) -> Act:
    """A step from the shelf to the truck and back."""
    address, body = STEPS[route]
    return Act("POST", lambda world: address(world.fulfilment), lambda world: body(world.fulfilment))


def _planning(name: str) -> Act:
    """A write of planning."""
    method, address, body, row = PLANNING_STEPS[name]
    versioned = (lambda world: getattr(world.planning, row)) if row else None
    return Act(method, lambda world: address(world.planning), lambda world: body(world.planning), versioned)


def _replenishment(name: str) -> Act:
    """A write of replenishment."""
    method, address, body, row = REPLENISHMENT_STEPS[name]
    versioned = (lambda world: getattr(world.replenishing, row)) if row else None
    return Act(
        method, lambda world: address(world.replenishing), lambda world: body(world.replenishing), versioned
    )


def _recall(route: str) -> Act:
    """A step of a recall."""
    address, body = RECALL_STEPS[route]
    return Act("POST", lambda world: address(world.recalls), lambda world: body(world.recalls))


def _bought(route: str) -> Act:
    """A step of buying."""
    address, body = BOUGHT[route]
    return Act("POST", lambda world: address(world.buying), lambda world: body(world.buying))


def _changed(route: str) -> Act:
    """A change of an order or a return that is still a draft."""
    attribute, name, change = CHANGED[route]
    row = lambda world: getattr(world.buying, attribute)  # noqa: E731 - read late
    return Act("PATCH", lambda world: f"{name}/{row(world).pk}", lambda world: change, versioned=row)


def _goods_in(route: str) -> Act:
    """A step of goods in."""
    address, body = GOODS_IN_STEPS[route]
    return Act("POST", lambda world: address(world.goods_in), lambda world: body(world.goods_in))


def _control(route: str) -> Act:
    """A step of a transfer or a count."""
    address, body = CONTROL_STEPS[route]
    return Act("POST", lambda world: address(world.control), lambda world: body(world.control))


def _control_changed(route: str) -> Act:
    """A change of a transfer that is still a draft."""
    attribute, name, change = CONTROL_CHANGED[route]
    row = lambda world: getattr(world.control, attribute)  # noqa: E731 - read late
    return Act("PATCH", lambda world: f"{name}/{row(world).pk}", lambda world: change, versioned=row)


def _of(name: str, attribute: str) -> Callable[[World], str]:
    return lambda world: f"{name}/{getattr(world, attribute).pk}"


def _crud(
    name: str, attribute: str, new: dict[str, Any] | Callable[[World], Any], change: dict[str, Any]
) -> dict[str, Act]:
    row = lambda world: getattr(world, attribute)  # noqa: E731 - read late
    body = new if callable(new) else (lambda world: new)
    return {
        f"{name} POST": Act("POST", _at(name), body),
        f"{name}-one PATCH": Act("PATCH", _of(name, attribute), lambda world: change, versioned=row),
        f"{name}-one DELETE": Act("DELETE", _of(name, attribute), versioned=row),
    }


def _stock(name: str, **line: Any) -> dict[str, Act]:
    full = {"product": "ALE-330", "lot": "L1", **line}
    return {f"stock-{name} POST": Act("POST", _at(f"stock/{name}"), lambda world: {"lines": [full]})}


def _step(verb: str, attribute: str, body: Callable[[World], Any] = lambda world: {}) -> dict[str, Act]:
    """A step of one of the world's orders."""
    url: Callable[[World], str] = lambda world: f"sales-orders/{getattr(world, attribute).pk}/{verb}"  # noqa: E731
    return {f"sales-orders-{verb} POST": Act("POST", url, body)}


NEW_ORDER = {
    "customer": "PUB",
    "warehouse": "MAIN",
    "delivery_date": "2199-01-01",
    "lines": [{"product": "ALE-330", "pack": "case", "quantity_packs": 1, "pack_price": "24.00"}],
}


def _file(world: World) -> dict[str, Any]:
    file = SimpleUploadedFile("products.csv", b"sku,name\nNEW-1,New one\n", content_type="text/csv")
    return {"file": file, "kind": "products"}


NEW_PRODUCT = {"sku": "NEW", "name": "New", "packs": [{"name": "bottle", "units_per_pack": 1}]}
ACTS: dict[str, Act] = {
    **_crud("categories", "category", {"name": "Cider"}, {"name": "Porter"}),
    **_crud("brands", "brand", {"name": "Mill"}, {"name": "Harrow & Sons"}),
    **_crud("products", "spare", NEW_PRODUCT, {"name": "Other"}),
    **_crud(
        "packs", "case", {"product": "ALE-330", "name": "layer", "units_per_pack": 240}, {"name": "crate"}
    ),
    **_crud("suppliers", "supplier", {"code": "NEW", "name": "New"}, {"name": "Other"}),
    **_crud(
        "supplier-products",
        "offer",
        lambda world: {"supplier": "ACME", "pack": world.case.pk, "cost": "20.00"},
        {"cost": "1.25"},
    ),
    **_crud("customers", "customer", {"code": "NEW", "name": "New"}, {"name": "Other"}),
    **_crud(
        "customer-products",
        "terms",
        {"customer": "PUB", "product": "SPARE", "unit_price": "1.10"},
        {"minimum_remaining_days": 30},
    ),
    "sales-orders POST": Act("POST", _at("sales-orders"), lambda world: {**NEW_ORDER, "confirm": True}),
    "sales-orders-one PATCH": Act(
        "PATCH",
        _of("sales-orders", "draft"),
        lambda world: {"note": "by the back door", "lines": NEW_ORDER["lines"]},
        versioned=lambda world: world.draft,
    ),
    **_step("confirm", "draft"),
    **_step("allocate", "confirmed"),
    **_step("deallocate", "allocated"),
    **_step("reopen", "allocated"),
    **_step("cancel", "allocated", lambda world: {"reason": "no longer wanted"}),
    **_step("close", "shipped"),
    **_step(
        "pin",
        "allocated",
        lambda world: {"line": world.line, "lot": "L1", "location": "MAIN/A-02", "quantity": 24},
    ),
    **_step(
        "swap",
        "allocated",
        lambda world: {
            "line": world.line,
            "from_lot": "L1",
            "to_lot": "L1",
            "to_location": "MAIN/A-02",
            "quantity": 24,
        },
    ),
    **{f"{route} POST": _fulfilment(route) for route in STEPS},
    **{f"{route} POST": _control(route) for route in CONTROL_STEPS},
    **{f"{route} POST": _goods_in(route) for route in GOODS_IN_STEPS},
    **{f"{route} PATCH": _control_changed(route) for route in CONTROL_CHANGED},
    **{f"{route} POST": _bought(route) for route in BOUGHT},
    **{f"{route} PATCH": _changed(route) for route in CHANGED},
    **{f"{route} POST": _recall(route) for route in RECALL_STEPS},
    **{name: _planning(name) for name in PLANNING_STEPS},
    **{name: _replenishment(name) for name in REPLENISHMENT_STEPS},
    **_crud("warehouses", "north", {"code": "EAST", "name": "East"}, {"name": "The north"}),
    **_crud(
        "locations", "spare_place", {"warehouse": "MAIN", "code": "Z-01", "kind": "storage"}, {"zone": "Z"}
    ),
    **_crud(
        "users",
        "bob",
        {"username": "eve", "role": "picker", "warehouses": ["MAIN"], "password": "battery staple correct"},
        {"full_name": "Bob Bobson"},
    ),
    **_stock("receive", location="MAIN/A-01", quantity=24),
    **_stock("move", from_location="MAIN/A-01", to_location="NORTH/A-01", quantity=24),
    **_stock("adjust", location="MAIN/A-01", quantity_delta=-1, reason="broken"),
    **_stock("scrap", location="MAIN/A-01", quantity=1, reason="broken"),
    **_stock("hold", location="MAIN/A-01", reason="cloudy"),
    "stock-release POST": Act(
        "POST", _at("stock/release"), lambda world: {"lines": [{"product": "ALE-330", "lot": "L2"}]}
    ),
    "stock-reverse POST": Act("POST", _at("stock/reverse"), lambda world: {"operation_id": str(world.moved)}),
    "me PATCH": Act("PATCH", _at("auth/me"), lambda world: {"full_name": "Ada"}),
    "sessions-one DELETE": Act("DELETE", _of("auth/sessions", "other_session")),
    "ledger-checks POST": Act("POST", _at("ledger-checks"), lambda world: {}),
    "imports POST": Act("POST", _at("imports"), _file, multipart=True),
}
# What something else needs is not deleted; these are needed by nothing.
for _name, _attribute in (("products", "lonely"), ("suppliers", "stranger"), ("customers", "newcomer")):
    ACTS[f"{_name}-one DELETE"] = Act(
        "DELETE",
        _of(_name, _attribute),
        versioned=lambda world, attribute=_attribute: getattr(world, attribute),
    )
# A warehouse is closed, a person is dismissed; neither is ever deleted.
REFUSED_ALWAYS = {name: ACTS.pop(name) for name in ("warehouses-one DELETE", "users-one DELETE")}
# Writes that keep a transaction of their own, or that are no writes at all; said with their reason.
OTHERWISE = {
    "sign-in POST": "its counters must survive a refusal; audited and raced in tests/accounts",
    "refresh POST": "rotation is its own protection against a repeat (tests/accounts)",
    "sign-out POST": "may be repeated as it is; audited in tests/accounts",
    "password POST": "its answer holds tokens, which are not kept (tests/accounts)",
    "imports-retry POST": "needs a worker that died (tests/catalogue)",
    "sales-orders-preview POST": "reads only",
    "scan POST": "reads only",
    "scan-image POST": "reads only",
}


def place(code: str) -> Location:
    return Location.objects.get(full_code=code)


def warehouse(code: str) -> Warehouse:
    return Warehouse.objects.get(code=code)


__all__ = ["ACTS", "API", "OTHERWISE", "REFUSED_ALWAYS", "Act", "World", "gtin", "place", "warehouse"]


def world_for(name: str) -> World:
    """A world in which an act can be sent at once: all that it needs is there already."""
    world, act = World(), {**ACTS, **REFUSED_ALWAYS}[name]
    act.url(world)
    act.body(world)
    if act.versioned is not None:
        act.versioned(world)
    return world
