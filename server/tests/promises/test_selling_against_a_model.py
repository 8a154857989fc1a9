"""SAFETY B20: each step in each state, repeated and reordered, over the real API and against a model of a few dicts.

Only the edges of the table happen; every refusal says which there are; what is promised is what the model promises,
first promised first. Picking, packing and shipping are further rules of the same machine (see `Selling`).
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
    has: dict[str, int] = field(default_factory=dict)

    def missing(self, product: str) -> int:
        return self.wants[product] - self.has.get(product, 0)

    @property
    def allocation(self) -> str:
        if self.status in ("cancelled", "shipped", "closed"):
            return "none"
        promised, wanted = sum(self.has.values()), sum(self.wants.values())
        if not promised:
            return "backordered" if self.status in ("allocated", "picking", "packed") else "none"
        return "whole" if promised == wanted else "part"

    def edges(self) -> set[str]:
        return set(EDGES[self.status].split())


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
        freed = [product for product, units in order.has.items() if units]
        for product, units in order.has.items():
            self.free[product] += units
        order.has = {}
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
        order.status = "cancelled"
        self.serve(self.give_back(order))


BODIES: dict[str, Any] = {"cancel": {"reason": "no longer wanted"}}
STEPS = ("confirm", "reopen", "allocate", "deallocate", "cancel", "close")
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
        order = self.market.orders[which % len(self.market.orders)]
        body = {"whole": whole} if verb == "allocate" else BODIES.get(verb, {})
        key, address = new_key(), f"{API}sales-orders/{order.number}/{verb}"
        answer = self.shop.client.post(address, body, key=key)
        if verb not in order.edges():
            self.impossible(order, answer)
        else:
            options = {"whole": whole} if verb == "allocate" else {}
            refused = getattr(self.market, verb)(order, **options)
            assert answer.status_code == (409 if refused else 200), answer.json()
            if refused:
                assert answer.json()["code"] == refused
        if twice and answer.status_code == 200:
            again = self.shop.client.post(address, body, key=key)
            assert (again.status_code, again.content) == (200, answer.content)

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
            assert {line["product"]: line["allocated"] for line in seen["lines"]} == {
                product: order.has.get(product, 0) for product in order.wants
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
            max_examples=15,
            stateful_step_count=25,
            deadline=None,
            derandomize=CI,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


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
