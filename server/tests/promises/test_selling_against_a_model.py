"""SAFETY B20: each step in each state, repeated and reordered, over the real API and against a model of a few dicts.

Only the edges of the table happen; every refusal says which there are; what is promised is what the model promises,
first promised first; what is picked, shipped, or left behind in the lane is what the model says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from stillage.stock.models import Allocation
from stillage.stock.reconcile import disagreements
from tests.builders import receive
from tests.conftest import CI
from tests.people import new_key
from tests.rules.test_order_states import EDGES
from tests.shop import API, Shop

PRODUCTS = ("ALE-330", "GIN-700")
WAITING = ("allocated", "picking")
MAX_ORDERS = 5


@dataclass
class Wanted:
    """An order as the model knows it: what each line wants and has."""

    number: str
    wants: dict[str, int]
    status: str = "draft"
    rank: int = 0
    has: dict[str, int] = field(default_factory=dict)  # promised, picked or not
    picked: dict[str, int] = field(default_factory=dict)
    shipped: dict[str, int] = field(default_factory=dict)

    def owed(self, product: str) -> int:
        return self.wants[product] - self.shipped.get(product, 0)

    def missing(self, product: str) -> int:
        return self.owed(product) - self.has.get(product, 0)

    @property
    def allocation(self) -> str:
        if self.status in ("cancelled", "shipped", "closed"):
            return "none"
        promised, wanted = sum(self.has.values()), sum(self.owed(product) for product in self.wants)
        if not wanted:
            return "none"
        if not promised:
            return "backordered" if self.status in ("allocated", "picking", "packed") else "none"
        return "whole" if promised == wanted else "part"

    def edges(self) -> set[str]:
        gone = {"reopen"} if any(self.picked.values()) or any(self.shipped.values()) else set()
        return set(EDGES[self.status].split()) - gone


class Market:
    """The model: orders and free units. Who waits is served at once, in the order of promise."""

    def __init__(self) -> None:
        self.orders: list[Wanted] = []
        self.free = dict.fromkeys(PRODUCTS, 0)
        self.ranks = 0

    def promise(self, order: Wanted, product: str) -> None:
        units = min(order.missing(product), self.free[product])
        if units > 0:
            self.free[product] -= units
            order.has[product] = order.has.get(product, 0) + units

    def serve(self, products: list[str]) -> None:
        for order in sorted(self.orders, key=lambda one: one.rank):
            if order.status in WAITING:
                for product in order.wants:
                    if product in products:
                        self.promise(order, product)

    def come(self, product: str, units: int) -> None:
        self.free[product] += units
        self.serve([product])

    def give_back(self, order: Wanted) -> list[str]:
        """What lies on a shelf can be promised again; what was picked is left in the lane, free but not for sale."""
        freed = []
        for product, units in order.has.items():
            on_shelf = units - order.picked.get(product, 0)
            self.free[product] += on_shelf
            freed += [product] if on_shelf else []
        order.has, order.picked = {}, {}
        return freed

    # ---- the steps: what each does when the table allows it; a word when a rule refuses it --------
    def confirm(self, order: Wanted) -> None:
        self.ranks += 1
        order.status, order.rank = "confirmed", self.ranks

    def allocate(self, order: Wanted, *, whole: bool = False) -> str | None:
        if whole and any(order.missing(product) > self.free[product] for product in order.wants):
            return "insufficient_stock"
        for product in order.wants:
            self.promise(order, product)
        order.status = "allocated" if order.status == "confirmed" else order.status
        return None

    def deallocate(self, order: Wanted) -> None:
        order.status = "confirmed"
        self.serve(self.give_back(order))

    def reopen(self, order: Wanted) -> None:
        order.status, order.rank = "draft", 0
        self.serve(self.give_back(order))

    def cancel(self, order: Wanted) -> None:
        order.status = "shipped" if any(order.shipped.values()) else "cancelled"
        self.serve(self.give_back(order))

    def close(self, order: Wanted) -> None:
        order.status = "closed"

    def pick(self, order: Wanted) -> str | None:
        if order.has == order.picked:
            return "nothing_to_pick"
        order.picked = dict(order.has)
        order.status = "picking"
        return None

    def unpick(self, order: Wanted) -> None:
        order.picked = {}
        order.status = "allocated"

    def pack(self, order: Wanted) -> str | None:
        if not any(order.picked.values()):
            return "nothing_picked"
        order.status = "packed"
        return None

    def unpack(self, order: Wanted) -> None:
        order.status = "picking"

    def ship(self, order: Wanted, *, rest: str) -> None:
        for product, units in order.picked.items():
            order.shipped[product] = order.shipped.get(product, 0) + units
            order.has[product] -= units
        order.has = {product: units for product, units in order.has.items() if units}
        order.picked = {}
        if rest == "cancel":
            order.wants = {product: order.shipped.get(product, 0) for product in order.wants}
        done = all(order.owed(product) == 0 for product in order.wants)
        order.status = "shipped" if done else "allocated"
        if rest == "cancel":
            self.serve(self.give_back(order))


BODIES: dict[str, Any] = {"cancel": {"reason": "no longer wanted"}}
STEPS = ("confirm", "reopen", "allocate", "deallocate", "cancel", "close", "unpack", "pack")
FORWARD = {
    "draft": "confirm", "confirmed": "allocate", "allocated": "pick", "picking": "pack", "packed": "ship",
    "shipped": "close",
}  # fmt: skip
orders = st.integers(0, MAX_ORDERS - 1)


class Selling(RuleBasedStateMachine):
    """Each rule does one thing to both, and both must answer alike."""

    def __init__(self) -> None:
        super().__init__()
        self.world = transaction.atomic()
        self.world.__enter__()
        self.market, self.shop = Market(), Shop()
        self.lots = 0

    @initialize()
    def stock(self) -> None:
        self.receive("ALE-330", 60)
        self.receive("GIN-700", 6)

    @rule(product=st.sampled_from(PRODUCTS), units=st.integers(1, 60))
    def receive(self, product: str, units: int) -> None:
        self.lots += 1
        receive(product, f"L{self.lots}", quantity=units, location=f"MAIN/A-0{self.lots % 3 + 1}")
        self.market.come(product, units)

    @precondition(lambda self: len(self.market.orders) < MAX_ORDERS)
    @rule(
        packs=st.fixed_dictionaries({}, optional={product: st.integers(1, 3) for product in PRODUCTS}).filter(
            bool
        ),
        confirm=st.booleans(),
    )
    def create(self, packs: dict[str, int], confirm: bool) -> None:
        made = self.shop.order(*packs.items(), confirm=confirm)
        size = {"ALE-330": 24, "GIN-700": 6}
        order = Wanted(made["number"], {product: count * size[product] for product, count in packs.items()})
        self.market.orders.append(order)
        if confirm:
            self.market.confirm(order)

    @precondition(lambda self: self.market.orders)
    @rule(which=orders, verb=st.sampled_from(STEPS), whole=st.booleans(), twice=st.booleans())
    def step(self, which: int, verb: str, whole: bool, twice: bool) -> None:
        order = self.order(which)
        options = {"whole": whole} if verb == "allocate" else {}
        self.take(order, verb, options or BODIES.get(verb, {}), twice=twice, **options)

    @precondition(lambda self: self.market.orders)
    @rule(which=orders, twice=st.booleans())
    def pick(self, which: int, twice: bool) -> None:
        """Everything that is promised and on a shelf, by the desk's one button."""
        self.take(self.order(which), "pick", {}, twice=twice)

    @precondition(lambda self: self.market.orders)
    @rule(which=orders, steps=st.integers(1, 5))
    def go_on(self, which: int, steps: int) -> None:
        """Some steps of the usual way, or the far end would hardly be seen."""
        order = self.order(which)
        for _ in range(steps):
            verb = FORWARD.get(order.status)
            if verb == "ship":
                self.take(order, "ship", {"rest": "backorder"}, done=201, twice=False, rest="backorder")
            elif verb:
                self.take(order, verb, {}, twice=False)

    @precondition(lambda self: self.market.orders)
    @rule(which=orders)
    def unpick(self, which: int) -> None:
        """All of it back to a shelf."""
        order = self.order(which)
        lines = [
            {"line": line["id"], "lot": one["lot"], "quantity": one["quantity"], "to_location": "MAIN/A-01"}
            for line in self.shop.read({"number": order.number})["lines"]
            for one in line["allocations"]
            if one["picked"]
        ]
        if lines:
            self.take(order, "unpick", {"lines": lines}, twice=False)

    @precondition(lambda self: self.market.orders)
    @rule(which=orders, rest=st.sampled_from(["backorder", "backorder", "cancel"]), twice=st.booleans())
    def ship(self, which: int, rest: str, twice: bool) -> None:
        self.take(self.order(which), "ship", {"rest": rest}, done=201, twice=twice, rest=rest)

    def order(self, which: int) -> Wanted:
        return self.market.orders[which % len(self.market.orders)]

    def take(
        self, order: Wanted, verb: str, body: dict[str, Any], *, done: int = 200, twice: bool, **options: Any
    ) -> None:
        """A step on both sides; the same request again gets the same answer and does nothing."""
        key, address = new_key(), f"{API}sales-orders/{order.number}/{verb}"
        answer = self.shop.client.post(address, body, key=key)
        if verb not in order.edges():
            self.impossible(order, answer)
        else:
            refused = getattr(self.market, verb)(order, **options)
            assert answer.status_code == (409 if refused else done), answer.json()
            if refused:
                assert answer.json()["code"] == refused
        if twice and answer.status_code == done:
            again = self.shop.client.post(address, body, key=key)
            assert (again.status_code, again.content) == (done, answer.content)

    @precondition(lambda self: self.market.orders)
    @rule(which=orders, packs=st.integers(1, 3), note=st.booleans())
    def edit(self, which: int, packs: int, note: bool) -> None:
        order = self.market.orders[which % len(self.market.orders)]
        body = (
            {"note": "by the back door"}
            if note
            else {"lines": [{"product": "ALE-330", "pack": "case", "quantity_packs": packs}]}
        )
        seen = self.shop.read({"number": order.number})
        address = f"{API}sales-orders/{order.number}"
        assert self.shop.client.patch(address, body, version=seen["version"] + 1).status_code == 412
        answer = self.shop.client.patch(address, body, version=seen["version"])
        if "edit" in order.edges() or (note and "amend" in order.edges()):
            assert answer.status_code == 200, answer.json()
            if not note:
                order.wants = {"ALE-330": packs * 24}
        else:
            self.impossible(order, answer)

    def impossible(self, order: Wanted, answer: Any) -> None:
        assert (answer.status_code, answer.json()["code"]) == (409, "impossible_step"), (order, answer.json())
        said = set(answer.json()["errors"][0]["possible_steps"])
        assert said <= order.edges()

    @invariant()
    def the_orders_are_the_models(self) -> None:
        for order in self.market.orders:
            seen = self.shop.read({"number": order.number})
            assert (seen["status"], seen["allocation"]) == (order.status, order.allocation), order
            said = {
                line["product"]: (line["allocated"], line["picked"], line["shipped"])
                for line in seen["lines"]
            }
            assert said == {
                product: tuple(units.get(product, 0) for units in (order.has, order.picked, order.shipped))
                for product in order.wants
            }, order
            assert set(seen["possible_steps"]) <= order.edges()
        for row in self.shop.client.get(API + "availability").json()["results"]:
            assert row["available"] == self.market.free[row["product"]]

    def teardown(self) -> None:
        try:
            assert sum(Allocation.objects.values_list("quantity", flat=True)) == sum(
                sum(order.has.values()) for order in self.market.orders
            )
            assert disagreements(seal=False) == []
        finally:
            transaction.set_rollback(True)
            self.world.__exit__(None, None, None)


@pytest.mark.django_db
def test_only_the_edges_of_the_table_happen_and_promises_are_the_models() -> None:
    run_state_machine_as_test(
        Selling,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            derandomize=CI,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.django_db
def test_a_story_through_every_state_is_the_models_at_each_step() -> None:
    """What chance may leave out is told once: to the truck in two goes, given up half way, and back from the lane."""
    told, met = Selling(), set()

    def then(act: Any, *args: Any, **given: Any) -> None:
        act(*args, **given)
        told.the_orders_are_the_models()
        met.update(order.status for order in told.market.orders)

    try:
        then(told.stock)
        then(told.create, {"ALE-330": 3, "GIN-700": 1}, confirm=False)  # 72 of 60 ale: a part waits
        for steps in (1, 1, 1, 1, 1):
            then(told.go_on, 0, steps)
        assert told.market.orders[0].shipped == {"ALE-330": 60, "GIN-700": 6}
        then(told.receive, "ALE-330", 30)  # the rest is served by itself
        assert told.market.orders[0].has == {"ALE-330": 12}
        then(told.create, {"ALE-330": 1}, confirm=True)
        then(told.step, 1, "allocate", whole=False, twice=True)
        then(told.pick, 1, twice=True)
        then(told.unpick, 1)
        then(told.pick, 1, twice=False)
        then(told.step, 1, "pack", whole=False, twice=True)
        then(told.step, 1, "unpack", whole=False, twice=True)
        then(told.step, 1, "cancel", whole=False, twice=True)  # its 18 stay in the lane, for nobody
        then(told.pick, 0, twice=False)
        then(told.step, 0, "pack", whole=False, twice=False)
        then(told.ship, 0, "cancel", twice=True)
        then(told.step, 0, "close", whole=False, twice=True)
        assert met == set(EDGES)
        assert disagreements(seal=False) == []
    finally:
        transaction.set_rollback(True)
        told.world.__exit__(None, None, None)


class LastPromisedFirst(Market):
    """A model that serves the queue from its end."""

    def serve(self, products: list[str]) -> None:
        for order in sorted(self.orders, key=lambda one: -one.rank):
            if order.status in WAITING:
                for product in order.wants:
                    if product in products:
                        self.promise(order, product)


@pytest.mark.django_db
def test_the_machine_would_see_a_queue_served_from_its_end() -> None:
    """The control: a story in which two wait, told to the machine, must not fit the wrong model."""
    told = Selling()
    told.market = LastPromisedFirst()
    try:
        for _ in range(2):
            told.create({"ALE-330": 2}, confirm=True)
        for which in range(2):
            told.step(which, "allocate", whole=False, twice=False)
        told.the_orders_are_the_models()
        told.receive("ALE-330", 48)
        with pytest.raises(AssertionError):
            told.the_orders_are_the_models()
    finally:
        transaction.set_rollback(True)
        told.world.__exit__(None, None, None)
