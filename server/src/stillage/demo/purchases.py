"""The demonstration's open purchases and deliveries: each state there is, brought about by its people."""

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from string import ascii_uppercase
from typing import Final

from stillage.core.actor import Actor
from stillage.demo.assortment import ProductPlan
from stillage.demo.history import lot_number
from stillage.demo.story import Story
from stillage.documents.sscc import build
from stillage.places.models import Location, Warehouse
from stillage.purchasing import operations
from stillage.purchasing.announcing import NoticeAsked, NoticeLineAsked, UnitAsked
from stillage.purchasing.drafting import AskedLine, AskedOrder
from stillage.purchasing.models import (
    AdvanceNotice,
    PurchaseOrder,
    Receipt,
    ReceiptLine,
    SupplierReturn,
)
from stillage.purchasing.returning import AskedReturn, GoingBack
from stillage.stock import operations as stock
from stillage.stock.models import Balance, Lot

# Belongs to no maker, as the GTINs of the demonstration.
SSCC_PREFIX: Final = "9521234"
PALLETS: Final = 3


@dataclass(slots=True)
class OpenPurchases:
    """What is bought these days for Bristol. Costs are those of the suppliers' catalogue."""

    story: Story
    main: Warehouse
    buyer: Actor
    picker: Actor
    rng: random.Random
    now: dt.datetime
    touched: set[int] = field(default_factory=set)  # lots that came by these deliveries

    def _ago(self, *, days: float = 0, minutes: float = 0) -> dt.datetime:
        return self.now - dt.timedelta(days=days, minutes=minutes)

    # ---- orders ---------------------------------------------------------------------------------
    def _plans(self, count: int, *, least: int = 1) -> list[ProductPlan]:
        """So many products of one supplier, as far as they have them."""
        able: dict[str, list[ProductPlan]] = {}
        for plan in self.story.products:
            if (
                plan.shelf_life_days
                and plan.case > 1
                and not plan.format.draught
                and not plan.discontinued
                and plan.launched_day == 0
            ):
                able.setdefault(plan.supplier, []).append(plan)
        most = max(map(len, able.values()))
        codes = [code for code in sorted(able) if len(able[code]) >= min(count, most)]
        found = able[self.rng.choice(codes)]
        return self.rng.sample(found, max(least, min(count, len(found))))

    def _order(
        self,
        plans: Sequence[ProductPlan],
        *,
        at: dt.datetime,
        expected: dt.date | None = None,
        place: bool = True,
        note: str = "",
    ) -> PurchaseOrder:
        """Whole layers of each, so that no supplier has anything against it."""
        lines = [
            AskedLine(
                product=plan.sku,
                quantity_packs=plan.format.cases_per_layer * self.rng.choice((2, 3, 4, 5)),
            )
            for plan in plans
        ]
        asked = AskedOrder(
            supplier=plans[0].supplier,
            warehouse=self.main.code,
            expected_date=expected,
            note=note,
            lines=lines,
        )
        made = operations.create_order(
            actor=self.buyer, asked=asked, at=at, place=place, ignore_warnings=True
        )
        # The row says when it was written; it is to say when it happened.
        PurchaseOrder.objects.filter(pk=made.pk).update(created_at=at, updated_at=at)
        return made

    def drafts(self, *, minutes: float) -> None:
        """Two orders that somebody thinks about; one of them is too small for its supplier."""
        self._order(self._plans(3), at=self._ago(minutes=minutes), place=False)
        (plan,) = self._plans(1)
        line = AskedLine(product=plan.sku, quantity_packs=1)
        asked = AskedOrder(supplier=plan.supplier, warehouse=self.main.code, lines=[line])
        at = self._ago(minutes=minutes - 9)
        small = operations.create_order(
            actor=self.buyer, asked=replace(asked, note="Ask for a pallet price"), at=at
        )
        PurchaseOrder.objects.filter(pk=small.pk).update(created_at=at, updated_at=at)

    def late(self) -> None:
        """Placed two weeks ago, wanted three days ago, not here."""
        expected = self.story.today - dt.timedelta(days=3)
        self._order(self._plans(2), at=self._ago(days=14, minutes=20), expected=expected)

    # ---- deliveries -----------------------------------------------------------------------------
    def _scanned(
        self, plan: ProductPlan, quantity: int, *, condition: str = "ok", note: str = ""
    ) -> operations.Scanned:
        made = self.story.today - dt.timedelta(days=self.rng.randint(5, 16))
        good_until = made + dt.timedelta(days=plan.shelf_life_days or 0)
        return operations.Scanned(
            product=plan.sku,
            lot=_new_number(plan, made),
            production_date=made,
            expiry_date=good_until if plan.by_use else None,
            best_before_date=None if plan.by_use else good_until,
            quantity=quantity,
            condition=condition,
            outcome="quarantine" if condition == "damaged" else "",
            note=note,
        )

    def _receive(
        self, order: PurchaseOrder, lines: Sequence[operations.Scanned], *, at: dt.datetime, close: bool
    ) -> list[ReceiptLine]:
        operations.receive_order(
            actor=self.picker,
            order=order.pk,
            lines=lines,
            at=at,
            delivery_note=f"{order.supplier.code[:3]}-{self.rng.randint(10_000, 99_999)}",
        )
        receipt = Receipt.objects.get(order=order)
        Receipt.objects.filter(pk=receipt.pk).update(created_at=at, updated_at=at)
        if close:
            later = at + dt.timedelta(minutes=15)
            operations.close_receipt(actor=self.picker, receipt=receipt.pk, at=later)
        found = ReceiptLine.objects.filter(receipt=receipt).select_related("product", "lot").order_by("pk")
        self.touched |= {line.lot_id for line in found}
        return list(found)

    def _units(self, order: PurchaseOrder) -> dict[str, int]:
        return dict(order.lines.values_list("product__sku", "quantity"))

    def arrived(self, *, minutes: float) -> list[ReceiptLine]:
        """A truck of this morning, whole."""
        plans = self._plans(4)
        order = self._order(plans, at=self._ago(days=9, minutes=50), expected=self.story.today)
        units = self._units(order)
        lines = [self._scanned(plan, units[plan.sku]) for plan in plans]
        return self._receive(order, lines, at=self._ago(minutes=minutes), close=True)

    def came_short(self, *, days: float) -> None:
        """Not all came the day before yesterday, and the rest is not waited for: short, and open with the supplier."""
        plans = self._plans(3)
        expected = self.story.today - dt.timedelta(days=2)
        order = self._order(plans, at=self._ago(days=11), expected=expected)
        units = self._units(order)
        lines = [
            self._scanned(plan, units[plan.sku] - (plan.case * 5 if number == 0 else 0))
            for number, plan in enumerate(plans)
        ]
        at = self._ago(days=days)
        lines_in = self._receive(order, lines, at=at, close=True)
        operations.close(
            actor=self.buyer, order=order.pk, reason="Sold out at the maker", at=at + dt.timedelta(hours=3)
        )
        self._carry_up(lines_in, at=at + dt.timedelta(minutes=40))

    def _carry_up(self, lines: Sequence[ReceiptLine], *, at: dt.datetime) -> None:
        moves = [
            stock.MoveLine(
                product=line.product_id,
                lot=line.lot_id,
                from_location=line.location_id,
                to_location=place,
                quantity=line.quantity,
            )
            for line, place in zip(lines, self.free_places(len(lines)), strict=True)
        ]
        stock.move(actor=self.picker, lines=moves, reference="", at=at)

    def free_places(self, count: int) -> list[str]:
        """Pallet places where nothing lies, in walking order; the floor once they are used up."""
        free = (
            Location.objects.filter(warehouse=self.main, kind="storage", balances__isnull=True)
            .exclude(zone="")
            .order_by("pick_sequence", "full_code")
            .values_list("full_code", flat=True)
        )
        return [*free[:count], *[f"MAIN/FLOOR-{number:02d}" for number in range(1, count + 1)]][:count]

    def unloading(self, *, minutes: float) -> None:
        """The truck that is being unloaded now: one product is in, of the next a case is broken, the rest stands outside."""
        plans = self._plans(3)
        order = self._order(plans, at=self._ago(days=8, minutes=30), expected=self.story.today)
        units = self._units(order)
        first = plans[0]
        lines = [self._scanned(first, units[first.sku])]
        if len(plans) > 1:
            second = plans[1]
            whole = self._scanned(second, units[second.sku] // 2)
            broken = replace(
                whole, quantity=second.case, condition="damaged", outcome="quarantine", note="Crushed case"
            )
            lines += [whole, broken]
        self._receive(order, lines, at=self._ago(minutes=minutes), close=False)

    def announce(self, *, minutes: float) -> AdvanceNotice:
        """A truck with three pallets is to come today; each has its number."""
        plans = self._plans(PALLETS)
        order = self._order(plans, at=self._ago(days=6), expected=self.story.today)
        units = self._units(order)
        pallets = []
        for number in range(PALLETS):
            plan = plans[number % len(plans)]
            parts = sum(1 for other in range(PALLETS) if other % len(plans) == number % len(plans))
            cases = units[plan.sku] // plan.case
            share = cases // parts + (cases % parts if number < len(plans) else 0)
            made = self.story.today - dt.timedelta(days=9)
            good_until = made + dt.timedelta(days=plan.shelf_life_days or 0)
            line = NoticeLineAsked(
                quantity=share * plan.case,
                product=plan.sku,
                lot=_new_number(plan, made),
                production_date=made,
                expiry_date=good_until if plan.by_use else None,
                best_before_date=None if plan.by_use else good_until,
            )
            sscc = build(extension_digit=3, company_prefix=SSCC_PREFIX, serial=40_000 + number)
            pallets.append(UnitAsked(sscc=sscc, lines=[line]))
        asked = NoticeAsked(
            supplier=plans[0].supplier,
            warehouse=self.main.code,
            despatch_number=f"DES-{self.story.today:%y%m%d}-1",
            purchase_order=order.pk,
            expected_date=self.story.today,
            units=pallets,
        )
        at = self._ago(minutes=minutes)
        notice = operations.create_notice(actor=self.buyer, asked=asked, at=at)
        AdvanceNotice.objects.filter(pk=notice.pk).update(created_at=at, updated_at=at)
        return notice

    # ---- goes back ------------------------------------------------------------------------------
    def send_back(self, caged: Sequence[Balance], *, days: float, minutes: float) -> None:
        """What lies in the cage goes back: some cases went three days ago, more is being written up."""
        for number, balance in enumerate(caged[:2]):
            gone = number == 0
            at = self._ago(days=days) if gone else self._ago(minutes=minutes)
            plan = next(one for one in self.story.products if one.sku == balance.product.sku)
            asked = AskedReturn(
                supplier=plan.supplier,
                warehouse=self.main.code,
                reason="Off taste, as agreed by telephone" if gone else "Label misprint",
                supplier_reference=f"RMA {self.rng.randint(1000, 9999)}" if gone else "",
                lines=[
                    GoingBack(
                        product=balance.product_id,
                        lot=balance.lot_id,
                        location=balance.location_id,
                        quantity=min(balance.on_hand, plan.case),
                    )
                ],
            )
            made = operations.create_return(actor=self.buyer, asked=asked, at=at)
            SupplierReturn.objects.filter(pk=made.pk).update(created_at=at, updated_at=at)
            if gone:
                operations.dispatch_return(
                    actor=self.buyer, of_return=made.pk, at=at + dt.timedelta(minutes=45)
                )


def _new_number(plan: ProductPlan, made: dt.date) -> str:
    """The maker's number for the day, with a letter behind it when it is taken."""
    taken = set(Lot.objects.filter(product__sku=plan.sku).values_list("number", flat=True))
    number = lot_number(plan, made)
    return next(name for letter in ("", *ascii_uppercase) if (name := number + letter) not in taken)
