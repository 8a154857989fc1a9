"""The demonstration's open orders: each state there is, brought about by its people through the real operations."""

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from stillage.core.actor import Actor
from stillage.demo.story import Story
from stillage.places.models import Warehouse
from stillage.sales import operations
from stillage.sales.drafting import AskedLine, AskedOrder
from stillage.sales.models import Customer, PickTask, SalesOrder

SHIPPED: Final = 5
PACKED: Final = 2
PICKING: Final = 3
DRAFTS: Final = 3


@dataclass(frozen=True, slots=True)
class Sellable:
    """A product that lies on a face, and how it is sold."""

    sku: str
    case: int
    case_name: str
    well_known: bool


@dataclass(slots=True)
class OpenOrders:
    """Orders of the last day, one a few minutes after the other."""

    story: Story
    main: Warehouse
    seller: Actor
    picker: Actor
    rng: random.Random
    now: dt.datetime
    made: list[SalesOrder] = field(default_factory=list)
    _customers: list[Customer] = field(default_factory=list)

    def happen(self, able: Sequence[Sellable], *, missing: Sequence[Sellable]) -> None:
        """`able` are products on the faces, `missing` those of which nothing is there."""
        codes = {one.code for one in self.story.customers if one.warehouse == "MAIN"}
        self._customers = list(Customer.objects.filter(code__in=codes).order_by("code"))
        famous = [one for one in able if one.well_known]
        count = max(14, len(able) // 9)
        for number in range(count):
            lines = [
                *self.rng.sample(list(able), min(len(able), self.rng.randint(1, 5))),
                *self.rng.sample(famous, min(len(famous), self.rng.randint(0, 2))),
            ]
            days = 0 if number < SHIPPED + PACKED + PICKING else number % 4
            self._order(lines, days=days, minutes=240 - number * 0.6)
        self._wait_for(missing, minutes=160)
        self._drafts(able, minutes=130)
        self._give_up(minutes=110)
        self._fetch(self.made[:SHIPPED], minutes=150)
        self._fetch(self.made[SHIPPED : SHIPPED + PACKED], minutes=60, leave=False)
        self._walk(self.made[SHIPPED + PACKED :][:PICKING], minutes=14)

    def _at(self, minutes: float) -> dt.datetime:
        return self.now - dt.timedelta(minutes=minutes)

    def _asked(self, lines: Sequence[Sellable], *, days: int, note: str = "") -> AskedOrder:
        return AskedOrder(
            customer=self.rng.choice(self._customers).code,
            warehouse=self.main.code,
            delivery_date=self.story.today + dt.timedelta(days=days),
            customer_reference=f"{self.rng.randint(1000, 9999)}/{self.story.today:%y}",
            note=note,
            lines=[
                AskedLine(
                    product=one.sku,
                    pack=one.case_name,
                    quantity_packs=self.rng.randint(1, 6) * (4 if one.well_known else 1),
                )
                for one in {line.sku: line for line in lines}.values()
            ],
        )

    def _order(self, lines: Sequence[Sellable], *, days: int, minutes: float) -> SalesOrder:
        order = self._made(self._asked(lines, days=days), minutes=minutes, confirm=True)
        operations.allocate(actor=self.seller, order=order.pk, at=self._at(minutes - 0.3))
        return order

    def _made(self, asked: AskedOrder, *, minutes: float, confirm: bool) -> SalesOrder:
        order = operations.create_order(actor=self.seller, asked=asked, at=self._at(minutes), confirm=confirm)
        # The row says when it was written; it is to say when it happened.
        SalesOrder.objects.filter(pk=order.pk).update(
            created_at=self._at(minutes), updated_at=self._at(minutes)
        )
        self.made.append(order)
        return order

    def _wait_for(self, missing: Sequence[Sellable], *, minutes: float) -> None:
        """Orders for what is not there wait for it."""
        for number, one in enumerate(missing[:2]):
            self._order([one], days=2 + number, minutes=minutes - number)

    def _drafts(self, able: Sequence[Sellable], *, minutes: float) -> None:
        for number in range(DRAFTS):
            lines = self.rng.sample(list(able), min(len(able), 3))
            note = "Ring before delivering" if number == 0 else ""
            self._made(
                self._asked(lines, days=3 + number, note=note), minutes=minutes - number * 3, confirm=False
            )

    def _give_up(self, *, minutes: float) -> None:
        """One customer changed their mind."""
        operations.cancel(
            actor=self.seller,
            order=self.made[SHIPPED + PACKED + PICKING].pk,
            reason="Customer closed for refurbishment",
            at=self._at(minutes),
        )

    # ---- in the warehouse -----------------------------------------------------------------------
    def _fetch(self, orders: Sequence[SalesOrder], *, minutes: float, leave: bool = True) -> None:
        """Picked whole, packed, and mostly gone."""
        for number, order in enumerate(orders):
            start = minutes - number * 6
            if not self._tasks([order], minutes=start, share=1.0):
                continue
            units = [self._pallet(order)] if number % 2 == 0 else None
            operations.pack(actor=self.picker, order=order.pk, units=units, at=self._at(start - 4))
            if leave:
                operations.ship(actor=self.picker, order=order.pk, carrier="Own van", at=self._at(start - 5))

    def _walk(self, orders: Sequence[SalesOrder], *, minutes: float) -> None:
        """A wave that somebody walks right now."""
        self._tasks(orders, minutes=minutes, share=0.5)

    def _tasks(self, orders: Sequence[SalesOrder], *, minutes: float, share: float) -> bool:
        able = [order.pk for order in orders if self._is_promised(order)]
        if not able:
            return False
        walk = operations.make_pick_list(actor=self.picker, orders=able, at=self._at(minutes))
        tasks = PickTask.objects.filter(pick_list=walk).order_by(
            "location__pick_sequence", "location__full_code", "id"
        )
        found = list(
            tasks.values("id", "location_id", "lot__product_id", "lot_id", "lot__number", "quantity")
        )
        for number, task in enumerate(found[: max(1, int(len(found) * share))]):
            operations.pick(
                actor=self.picker,
                pick_list=walk.pk,
                lines=[
                    operations.TaskPick(
                        task=task["id"],
                        location=task["location_id"],
                        product=task["lot__product_id"],
                        lot=task["lot_id"] if task["lot__number"] else None,
                        quantity=task["quantity"],
                    )
                ],
                at=self._at(minutes - 1 - number * 0.2),
            )
        return True

    @staticmethod
    def _is_promised(order: SalesOrder) -> bool:
        order.refresh_from_db(fields=["status"])
        return order.status == "allocated"

    def _pallet(self, order: SalesOrder) -> operations.Unit:
        """Everything of an order on one pallet."""
        lines = PickTask.objects.filter(order=order, picked__gt=0).values_list("line_id", "lot_id", "picked")
        return operations.Unit(
            "pallet", [operations.UnitLine(line=line, lot=lot, quantity=units) for line, lot, units in lines]
        )
