"""The demonstration's last hours, done by its people through the real operations, so that today's lists are alive."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Max

from stillage.accounts.models import User
from stillage.accounts.roles import permissions_of
from stillage.core.actor import Actor
from stillage.counting import operations as counting
from stillage.counting.models import Count
from stillage.demo.assortment import ProductPlan
from stillage.demo.chance import chance
from stillage.demo.drinks import WELL_KNOWN
from stillage.demo.orders import OpenOrders, Sellable
from stillage.demo.purchases import OpenPurchases
from stillage.demo.story import Story
from stillage.places.models import Warehouse
from stillage.stock import operations
from stillage.stock.models import Balance
from stillage.transfers import operations as transfers
from stillage.transfers.models import Transfer, TransferItem

LONGEST_AGO: Final = dt.timedelta(hours=5)
HOLDS: Final = (  # why, and how many days ago
    ("Seal test failed on three of twenty", 8),
    ("Label misprint, waiting for the maker", 6),
    ("Cloudy on arrival, tasting on Monday", 5),
    ("Two pubs report an off taste", 4),
    ("Delivered at 14 °C, waiting for the maker's word", 2),
    ("Waiting for the laboratory", 1),
)
CLEARED: Final = 2  # this one was released again


@dataclass(frozen=True, slots=True)
class People:
    """Those who act here."""

    manager: Actor
    picker: Actor
    sales: Actor
    buyer: Actor


class LastHours:
    """One act after the other, each a little later than the one before."""

    def __init__(
        self, *, story: Story, people: Sequence[User], warehouses: Sequence[Warehouse], at: dt.datetime
    ) -> None:
        self._story, self._now = story, at
        self._rng = chance("last hours")
        self._main = next(one for one in warehouses if one.code == "MAIN")
        self._warehouses = list(warehouses)
        actors = {user.username: _actor(user, self._main) for user in people}
        self._people = People(*(actors[name] for name in ("manager", "picker", "sales", "buyer")))
        self._held: set[int] = set()  # products
        self._touched: set[int] = set()  # lots that something was done to already
        self._bought = OpenPurchases(
            story=story,
            main=self._main,
            buyer=self._people.buyer,
            picker=self._people.picker,
            rng=chance("open purchases"),
            now=at,
        )

    def happen(self) -> None:
        """Everything, in the order of time."""
        self._hold_lots()
        self._bought.late()
        self._bought.came_short(days=2)
        self._send_back(days=3, minutes=85)
        self._receive_and_put_away(minutes=290)
        self._bring_down(minutes=260)
        self._bought.announce(minutes=255)
        self._touched |= self._bought.touched
        self._sell()
        self._bought.drafts(minutes=120)
        self._send_to_leeds(minutes=100)
        self._correct(minutes=70)
        self._count(minutes=50)
        self._bought.unloading(minutes=25)
        self._put_in_the_wrong_place(minutes=12)

    def _ago(self, minutes: float) -> dt.datetime:
        return self._now - dt.timedelta(minutes=minutes)

    def _balances(self, **conditions: Any) -> list[Balance]:
        """Free stock in Bristol in an order that depends neither on ids nor on how a database compares texts."""
        found = (
            Balance.objects.filter(warehouse=self._main, on_hand__gt=0, allocated=0, **conditions)
            .exclude(lot__in=self._touched)
            .select_related("product", "lot", "location")
        )
        return sorted(found, key=_name)

    def _some(self, found: list[Any], count: int) -> list[Any]:
        return self._rng.sample(found, min(count, len(found)))

    # ---- held -----------------------------------------------------------------------------------
    def _hold_lots(self) -> None:
        """Lots that nobody has touched since before are held, some of them in the cage; one was cleared again."""
        quiet = sorted(
            Balance.objects.filter(
                warehouse=self._main, on_hand__gt=0, location__kind__in=("picking", "storage")
            )
            .filter(
                lot__last_sale_date__gt=self._story.today + dt.timedelta(days=45), product__lot_tracked=True
            )
            .annotate(moved_at=Max("lot__movements__moved_at"))
            .select_related("product", "lot", "location"),
            key=_name,
        )
        manager = self._people.manager
        for number, (reason, days) in enumerate(HOLDS):
            at = self._now - dt.timedelta(days=days, minutes=37 * number)
            able = [one for one in quiet if one.moved_at < at and one.product_id not in self._held]
            for balance in self._some(able, 1):
                self._held.add(balance.product_id)
                self._touched.add(balance.lot_id)
                if number % 2:
                    self._move(manager, [(balance, "MAIN/CAGE", balance.on_hand)], at=at)
                line = operations.HoldLine(product=balance.product_id, lot=balance.lot_id, reason=reason)
                operations.hold(actor=manager, lines=[line], at=at + dt.timedelta(minutes=2))
                if number == CLEARED:
                    cleared = operations.ReleaseLine(
                        product=balance.product_id, lot=balance.lot_id, reason="Tasted again, nothing wrong"
                    )
                    operations.release(
                        actor=manager, lines=[cleared], at=at + dt.timedelta(days=1, minutes=20)
                    )

    # ---- bought and received --------------------------------------------------------------------
    def _receive_and_put_away(self, *, minutes: float) -> None:
        """This morning's truck, booked in against its order and carried to free pallet places."""
        received = self._bought.arrived(minutes=minutes)
        places = self._bought.free_places(len(received))
        lines = [
            operations.MoveLine(
                product=line.product_id,
                lot=line.lot_id,
                from_location=line.location_id,
                to_location=place,
                quantity=line.quantity,
            )
            for line, place in zip(received, places, strict=True)
        ]
        operations.move(actor=self._people.picker, lines=lines, reference="", at=self._ago(minutes - 22))

    def _send_back(self, *, days: float, minutes: float) -> None:
        """What was held in the cage, in the order of its names."""
        caged = Balance.objects.filter(
            warehouse=self._main, location__code="CAGE", on_hand__gt=0, lot__in=self._touched
        ).select_related("product", "lot", "location")
        self._bought.send_back(sorted(caged, key=_name), days=days, minutes=minutes)

    def _send_to_leeds(self, *, minutes: float) -> None:
        """A transfer that is on the way."""
        lasting = self._story.today + dt.timedelta(days=30)
        on_faces = [
            one
            for one in self._balances(
                location__kind="picking", on_hand__gte=24, lot__last_sale_date__gt=lasting
            )
            if one.product_id not in self._held
        ]
        lines = [
            transfers.AskedLine(product=one.product_id, quantity=12)
            for one in {balance.product_id: balance for balance in self._some(on_faces, 3)}.values()
        ]
        if not lines:
            return
        at = self._ago(minutes)
        sent = transfers.create_transfer(
            actor=self._people.manager,
            from_warehouse="MAIN",
            to_warehouse="NORTH",
            lines=lines,
            at=at,
            expected_date=self._story.today + dt.timedelta(days=1),
            carrier="Own van",
        )
        Transfer.objects.filter(pk=sent.pk).update(created_at=at, updated_at=at)
        gone = transfers.dispatch(actor=self._people.manager, transfer=sent.pk, at=self._ago(minutes - 15))
        self._touched |= set(TransferItem.objects.filter(transfer=gone).values_list("lot_id", flat=True))

    # ---- ordered and shipped --------------------------------------------------------------------
    def _sell(self) -> None:
        """Orders for the next days take their stock; those of today are fetched and leave."""
        there = {balance.product.sku for balance in self._balances(location__kind="picking")}
        anywhere = set(
            Balance.objects.filter(warehouse=self._main, on_hand__gt=0).values_list("product__sku", flat=True)
        )
        on_sale = [plan for plan in self._story.products if not plan.discontinued]
        OpenOrders(
            story=self._story,
            main=self._main,
            seller=self._people.sales,
            picker=self._people.picker,
            rng=self._rng,
            now=self._now,
        ).happen(
            [_sellable(plan) for plan in on_sale if plan.sku in there],
            missing=[_sellable(plan) for plan in on_sale if plan.sku not in anywhere],
        )

    # ---- moved and corrected --------------------------------------------------------------------
    def _move(
        self, actor: Actor, moves: list[tuple[Balance, str, int]], *, at: dt.datetime
    ) -> dict[str, Any]:
        lines = [
            operations.MoveLine(
                product=balance.product_id,
                lot=balance.lot_id if balance.lot.number else None,
                from_location=balance.location.full_code,
                to_location=target,
                quantity=units,
            )
            for balance, target, units in moves
        ]
        return operations.move(actor=actor, lines=lines, reference="", at=at)

    def _bring_down(self, *, minutes: float) -> None:
        """Pallets from above to the faces below them."""
        faces = {
            balance.product_id: balance.location.full_code
            for balance in Balance.objects.filter(
                warehouse=self._main, location__kind="picking", on_hand__gt=0
            )
            .select_related("location")
            .order_by("location__full_code")
        }
        above = [one for one in self._balances(location__kind="storage") if one.product_id in faces]
        for number, balance in enumerate(self._some(above, 6)):
            self._touched.add(balance.lot_id)
            at = self._ago(minutes - number * 4)
            self._move(self._people.picker, [(balance, faces[balance.product_id], balance.on_hand)], at=at)

    def _correct(self, *, minutes: float) -> None:
        """A count that differs, and a case that fell."""
        counted = self._some(self._balances(location__kind="picking", on_hand__gte=12), 3)
        for number, (balance, delta) in enumerate(zip(counted, (-2, 1, -1), strict=False)):
            self._touched.add(balance.lot_id)
            adjusted = operations.AdjustLine(
                product=balance.product_id, lot=_lot(balance), location=balance.location_id, quantity_delta=delta,
                reason="Cycle count",
            )  # fmt: skip
            operations.adjust(
                actor=self._people.picker, lines=[adjusted], reference="", at=self._ago(minutes - number * 6)
            )
        for balance in self._some(self._balances(location__kind="picking", on_hand__gte=12), 1):
            self._touched.add(balance.lot_id)
            broken = operations.ScrapLine(
                product=balance.product_id, lot=_lot(balance), location=balance.location_id, quantity=6,
                reason="Dropped in handling",
            )  # fmt: skip
            operations.scrap(
                actor=self._people.manager, lines=[broken], reference="", at=self._ago(minutes - 20)
            )

    def _count(self, *, minutes: float) -> None:
        """A count of six faces that goes on: two are right, at one two units are missing, three wait."""
        faces = sorted(
            {
                one.location.full_code
                for one in self._balances(location__kind="picking", on_hand__gte=12)
                if one.product_id not in self._held
            }
        )
        chosen = sorted(self._some(faces, 6))
        opened = counting.open_count(
            actor=self._people.manager,
            asked=counting.Asked(warehouse="MAIN", method="place", locations=chosen, note="Weekly round"),
            at=self._ago(minutes),
        )
        Count.objects.filter(pk=opened.pk).update(
            created_at=self._ago(minutes), updated_at=self._ago(minutes)
        )
        for number, face in enumerate(chosen[:3]):
            at = self._ago(minutes - 5 - number * 4)
            there = Balance.objects.filter(location__full_code=face, on_hand__gt=0).order_by("lot__number")
            found = list(there.select_related("lot", "product"))
            missing = max(found, key=lambda one: (one.on_hand, one.lot.number)) if number == 2 else None
            lines = [
                counting.Seen(
                    product=one.product_id, lot=_lot(one), quantity=one.on_hand - (2 if one is missing else 0)
                )
                for one in found
            ]
            picker = self._people.picker
            counting.enter(actor=picker, count=opened.pk, location=face, lines=lines, at=at)
            counting.done(actor=picker, count=opened.pk, location=face, at=at + dt.timedelta(minutes=1))

    def _put_in_the_wrong_place(self, *, minutes: float) -> None:
        """A slip, and its undoing."""
        for balance in self._some(self._balances(location__kind="picking"), 1):
            picker = self._people.picker
            slip = self._move(picker, [(balance, "MAIN/STAGE-01", 1)], at=self._ago(minutes))
            operations.reverse(
                actor=picker,
                operation_id=slip["operation_id"],
                reason="Wrong place",
                at=self._ago(minutes - 2),
            )


def _sellable(plan: ProductPlan) -> Sellable:
    case = next((pack for pack in plan.packs if pack.units == plan.case), plan.packs[0])
    return Sellable(plan.sku, case.units, case.name, plan.name in WELL_KNOWN)


def _name(balance: Balance) -> tuple[str, str, str]:
    return balance.product.sku, balance.lot.number, balance.location.full_code


def _lot(balance: Balance) -> int | None:
    return balance.lot_id if balance.lot.number else None


def _actor(user: User, main: Warehouse) -> Actor:
    return Actor(
        user_id=user.pk,
        username=user.username,
        permissions=permissions_of([user.username]),
        warehouse_ids=None if user.all_warehouses else frozenset({main.pk}),
        address="127.0.0.1",
    )
