"""The book as a few dicts: what every operation must do or refuse, worked out without a database.

`Book` predicts, `Real` carries out; both answer with the code of the refusal, or None when it was done.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q

from stillage.core.actor import Actor
from stillage.core.errors import Refusal
from stillage.counting.models import Count, CountLine
from stillage.places.models import Location, Warehouse
from stillage.places.operations import open_warehouse
from stillage.purchasing.models import Supplier, SupplierReturn, SupplierReturnLine
from stillage.recalls import operations as recalls
from stillage.stock import operations, queries, queries_promises, queries_trace
from stillage.stock.models import Balance, Lot, Movement
from stillage.transfers import operations as transfers
from stillage.transfers.models import TransferItem
from tests.builders import BOSS, make_location, make_product

Place = str
Spot = tuple[str, str, Place]  # SKU, lot, place
Entry = tuple[str, str, Place, Place, int]  # SKU, lot, from, to, quantity

TODAY = dt.datetime.now(dt.UTC).date()
FOREVER = dt.date(9999, 12, 31)
LOTS: dict[tuple[str, str], dt.date] = {
    ("ALE", "L1"): dt.date(2199, 1, 1),
    ("ALE", "L2"): TODAY + dt.timedelta(days=10),
    ("ALE", "L3"): TODAY - dt.timedelta(days=1),
    ("KEG", ""): FOREVER,
}
# In the order a picker walks; the cage is not for selling.
PLACES: dict[Place, tuple[str, int]] = {
    "MAIN/RECV": ("receiving", 0),
    "MAIN/A-01": ("storage", 1),
    "MAIN/A-02": ("picking", 2),
    "MAIN/CAGE": ("quarantine", 3),
    "MAIN/STAGE": ("staging", 4),
    "NORTH/N-01": ("storage", 1),
}
# Made by the first transfer that leaves; nobody names it.
TRANSIT = "NORTH/TRANSIT"
KINDS = {**{place: kind for place, (kind, _) in PLACES.items()}, TRANSIT: "transit"}
Want = tuple[UUID, str, str, int, int, int]  # demand, SKU, warehouse, units, days it must last, units a pack
DEMANDS = [UUID(int=number) for number in range(1, 7)]


@dataclass
class Done:
    """An operation that was carried out."""

    kind: str
    entries: list[Entry]
    reversed: bool = False


@dataclass
class Sent:
    """Units of a lot on their way from MAIN to NORTH; how many still are, and whether any of it arrived."""

    spot: Spot
    on_the_way: int
    status: str = "dispatched"


@dataclass
class Called:
    """A lot that is called back, and whether the recall made its hold."""

    lot: tuple[str, str]
    held_by_it: bool
    open: bool = True


@dataclass
class Found:
    """What somebody counted at a spot, against what the book said then. Booked once."""

    spot: Spot
    difference: int
    booked: bool = False


@dataclass
class Book:
    """The reference. Slow, plain, and right."""

    on_hand: dict[Spot, int] = field(default_factory=lambda: defaultdict(int))
    promised: dict[UUID, dict[Spot, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )
    lots: set[tuple[str, str]] = field(default_factory=set)
    holds: set[tuple[str, str, Place | None]] = field(default_factory=set)
    closed: set[Place] = field(default_factory=set)
    done: list[Done] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    called: list[Called] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)

    # ---- what is so -----------------------------------------------------------------------------
    def allocated(self, spot: Spot) -> int:
        return sum(own.get(spot, 0) for own in self.promised.values())

    def free(self, spot: Spot) -> int:
        return self.on_hand[spot] - self.allocated(spot)

    def balances(self) -> dict[Spot, tuple[int, int]]:
        return {spot: (units, self.allocated(spot)) for spot, units in self.on_hand.items() if units}

    def held(self, spot: Spot) -> bool:
        return (*spot[:2], None) in self.holds or spot in self.holds

    def available(self, sku: str) -> int:
        return sum(
            self.free(spot)
            for spot in list(self.on_hand)
            if spot[0] == sku and self._saleable(spot) and LOTS[spot[:2]] >= TODAY
        )

    def _saleable(self, spot: Spot) -> bool:
        return (
            KINDS[spot[2]] not in ("quarantine", "staging", "transit")
            and spot[2] not in self.closed
            and not self.held(spot)
        )

    # ---- what is done ---------------------------------------------------------------------------
    def _post(
        self, kind: str, entries: list[Entry], *, promised: bool = False, of_a_document: bool = False
    ) -> str | None:
        change: dict[Spot, int] = defaultdict(int)
        for sku, lot, source, target, quantity in entries:
            if source in KINDS:
                change[sku, lot, source] -= quantity
            if target in KINDS:
                change[sku, lot, target] += quantity
        if not promised and any(delta < 0 and self.free(spot) + delta < 0 for spot, delta in change.items()):
            return "insufficient_stock"
        for spot, delta in change.items():
            self.on_hand[spot] += delta
        if not of_a_document:  # those undo their bookings themselves
            self.done.append(Done(kind, entries))
        return None

    def _names(self, lines: list[Entry]) -> set[str]:
        return {"unknown_lot" for line in lines if line[:2] not in self.lots}

    def receive(self, sku: str, lot: str, place: Place, quantity: int, *, other_date: bool) -> str | None:
        if place in self.closed:
            return "location_closed" if not (other_date and (sku, lot) in self.lots) else "several_faults"
        if other_date and (sku, lot) in self.lots:
            return "lot_date_differs"
        self.lots.add((sku, lot))
        return self._post("receive", [(sku, lot, "supplier", place, quantity)])

    def move(self, lines: list[Entry]) -> str | None:
        codes = self._names(lines)
        codes |= {"same_location" for line in lines if line[2] == line[3]}
        codes |= {"location_closed" for line in lines if line[3] in self.closed}
        return _one(codes) or self._post("move", lines)

    def adjust(self, sku: str, lot: str, place: Place, delta: int) -> str | None:
        ends = ("adjustment", place) if delta > 0 else (place, "adjustment")
        line = (sku, lot, *ends, abs(delta))
        return _one(self._names([line])) or self._post("adjust", [line])

    def scrap(self, sku: str, lot: str, place: Place, quantity: int) -> str | None:
        line = (sku, lot, place, "scrap", quantity)
        return _one(self._names([line])) or self._post("scrap", [line])

    def reverse(self, index: int) -> str | None:
        was = self.done[index]
        if was.kind in ("issue", "pick", "put_back", "return", "send_back"):
            return "not_reversible"
        if was.reversed:
            return "already_reversed"
        mirror = [(sku, lot, target, source, quantity) for sku, lot, source, target, quantity in was.entries]
        refused = self._post("reverse", mirror)
        was.reversed = refused is None
        return refused

    def hold(self, sku: str, lot: str, place: Place | None) -> str | None:
        if (sku, lot) not in self.lots:
            return "unknown_lot"
        if (sku, lot, place) in self.holds:
            return "held_already"
        self.holds.add((sku, lot, place))
        return None

    def release(self, sku: str, lot: str, place: Place | None) -> str | None:
        if (sku, lot) not in self.lots:
            return "unknown_lot"
        if (sku, lot, place) not in self.holds:
            return "not_held"
        if place is None and self.called_back(sku, lot):
            return "recalled"
        self.holds.remove((sku, lot, place))
        return None

    def take_back(self, sku: str, lot: str, place: Place, quantity: int) -> str | None:
        if place in self.closed:
            return "location_closed"
        self.lots.add((sku, lot))
        return self._post("return", [(sku, lot, "customer", place, quantity)])

    def receive_damaged(self, sku: str, lot: str, quantity: int) -> str | None:
        self.lots.add((sku, lot))
        self.holds.add((sku, lot, "MAIN/CAGE"))
        return self._post("receive", [(sku, lot, "supplier", "MAIN/CAGE", quantity)])

    def send_back(self, sku: str, lot: str, place: Place, quantity: int) -> str | None:
        line = (sku, lot, place, "supplier", quantity)
        return _one(self._names([line])) or self._post("send_back", [line])

    # ---- to another house -----------------------------------------------------------------------
    def send(self, sku: str, lot: str, place: Place, quantity: int) -> str | None:
        line = (sku, lot, place, TRANSIT, quantity)
        codes = {"lot_held"} if self.held((sku, lot, place)) else set()
        codes |= {"in_quarantine"} if KINDS[place] == "quarantine" else set()
        refused = (
            _one(self._names([line])) or _one(codes) or self._post("transfer", [line], of_a_document=True)
        )
        if refused is None:
            self.sent.append(Sent((sku, lot, place), quantity))
        return refused

    def arrive(self, index: int, quantity: int, *, surplus: bool) -> str | None:
        one = self.sent[index]
        if one.status not in ("dispatched", "partly_received"):
            return "impossible_step"
        if quantity > one.on_the_way and not surplus:
            return "more_than_dispatched"
        units = min(quantity, one.on_the_way)
        entries = [(*one.spot[:2], TRANSIT, "NORTH/N-01", units)]
        if quantity > units:
            entries.append((*one.spot[:2], "adjustment", "NORTH/N-01", quantity - units))
        one.on_the_way -= units
        one.status = "partly_received" if one.on_the_way else "received"
        return self._post("transfer", entries, of_a_document=True)

    def lose(self, index: int) -> str | None:
        one = self.sent[index]
        if one.status not in ("dispatched", "partly_received"):
            return "impossible_step"
        units, one.on_the_way, one.status = one.on_the_way, 0, "received"
        return self._post("adjust", [(*one.spot[:2], TRANSIT, "adjustment", units)], of_a_document=True)

    def bring_back(self, index: int) -> str | None:
        one = self.sent[index]
        if one.status != "dispatched":
            return "impossible_step"
        units, one.on_the_way, one.status = one.on_the_way, 0, "draft"
        return self._post("reverse", [(*one.spot[:2], TRANSIT, one.spot[2], units)], of_a_document=True)

    # ---- counts ---------------------------------------------------------------------------------
    def count(self, spot: Spot, counted: int) -> str | None:
        self.found.append(Found(spot, counted - self.on_hand[spot]))
        return None

    def approve(self, index: int) -> str | None:
        """What moved since it was counted stays moved (DESIGN 3, promise 9)."""
        one = self.found[index]
        if one.booked or not one.difference:
            return None
        there = self.on_hand[one.spot]
        if there + one.difference < 0:
            return "not_enough_left"
        if there + one.difference < self.allocated(one.spot):
            return "promised"
        one.booked = True
        ends = ("adjustment", one.spot[2]) if one.difference > 0 else (one.spot[2], "adjustment")
        entry = (*one.spot[:2], *ends, abs(one.difference))
        return self._post("count", [entry], of_a_document=True)

    # ---- recalls --------------------------------------------------------------------------------
    def called_back(self, sku: str, lot: str) -> bool:
        return any(one.open and one.lot == (sku, lot) for one in self.called)

    def call_back(self, sku: str, lot: str) -> str | None:
        if (sku, lot) not in self.lots:
            return "unknown_lot"
        if self.called_back(sku, lot):
            return "recalled_already"
        self.called.append(Called((sku, lot), (sku, lot, None) not in self.holds))
        self.holds.add((sku, lot, None))
        for own in self.promised.values():
            for spot in [spot for spot in own if spot[:2] == (sku, lot) and KINDS[spot[2]] != "staging"]:
                del own[spot]
        return None

    def end_recall(self, index: int, *, release: bool) -> str | None:
        one = self.called[index]
        if not one.open:
            return "impossible_step"
        one.open = False
        if release and one.held_by_it:
            self.holds.discard((*one.lot, None))
        return None

    def allocate(self, wants: list[Want], *, whole: bool) -> str | None:
        free = {spot: self.free(spot) for spot in self.on_hand if self._saleable(spot)}
        takes: list[tuple[UUID, Spot, int]] = []
        short = False
        for demand, sku, warehouse, quantity, days, pack in wants:
            must_last = TODAY + dt.timedelta(days=days)
            offers = [
                spot
                for spot in free
                if spot[0] == sku and spot[2].startswith(warehouse + "/") and LOTS[spot[:2]] >= must_last
            ]
            offers.sort(key=lambda spot: (LOTS[spot[:2]], PLACES[spot[2]][1]))
            for spot in _unit_by_unit(offers, free, quantity, pack):
                takes.append((demand, spot, 1))
                free[spot] -= 1
                quantity -= 1
            short |= quantity > 0
        if short and whole:
            return "insufficient_stock"
        for demand, spot, taken in takes:
            self.promised[demand][spot] += taken
        return None

    def deallocate(self, demands: list[UUID]) -> int:
        return sum(sum(self.promised.pop(demand, {}).values()) for demand in set(demands))

    def give_back(self, demand: UUID, spot: Spot, quantity: int) -> str | None:
        if self.promised[demand].get(spot, 0) < quantity:
            return "not_promised"
        self.promised[demand][spot] -= quantity
        return None

    def carry(self, kind: str, demand: UUID, spot: Spot, target: Place, quantity: int) -> str | None:
        if self.promised[demand].get(spot, 0) < quantity:
            return "not_promised"
        codes = set()
        if kind == "pick" and self.held(spot):
            codes = {"lot_held"}
        elif kind == "pick" and LOTS[spot[:2]] < TODAY:
            codes = {"lot_expired"}
        codes |= {"same_location"} if spot[2] == target else set()
        codes |= {"location_closed"} if target in self.closed else set()
        if codes:
            return _one(codes)
        self.promised[demand][spot] -= quantity
        self.promised[demand][*spot[:2], target] += quantity
        return self._post(kind, [(*spot, target, quantity)], promised=True)

    def issue(self, demand: UUID, *, in_days: int, picked: bool = False) -> str | None:
        own = {spot: units for spot, units in self.promised.get(demand, {}).items() if units}
        if picked:
            own = {spot: units for spot, units in own.items() if PLACES[spot[2]][0] == "staging"}
        if not own:
            return "nothing_allocated"
        day = TODAY + dt.timedelta(days=in_days)
        codes = {
            "lot_held" if self.held(spot) else "lot_expired"
            for spot in own
            if self.held(spot) or LOTS[spot[:2]] < day
        }
        if codes:
            return _one(codes)
        entries = [(sku, lot, place, "customer", units) for (sku, lot, place), units in own.items()]
        for spot in own:
            del self.promised[demand][spot]
        return self._post("issue", entries, promised=True)


def _unit_by_unit(offers: list[Spot], free: dict[Spot, int], quantity: int, pack: int) -> list[Spot]:
    """Where each unit comes from: full packs in date order, then what lies loose, then packs that are opened."""
    full = [spot for spot in offers for _ in range(free[spot] // pack * pack)]
    loose = [spot for spot in offers for _ in range(max(free[spot], 0) % pack)]
    if pack == 1:
        return full[:quantity]
    whole = full[: quantity - quantity % pack]
    rest = loose[: quantity - len(whole)]
    # A place's units are alike, so that it does not matter which of its packs is opened.
    return whole + rest + full[len(whole) :][: quantity - len(whole) - len(rest)]


def _one(codes: set[str]) -> str | None:
    return None if not codes else codes.pop() if len(codes) == 1 else "several_faults"


class Real:
    """The same acts through the real operations. A refused one is undone to where it began."""

    def __init__(self, actor: Actor = BOSS) -> None:
        self.actor = actor
        self.done: list[UUID] = []
        self.sent: list[int] = []
        self.called: list[int] = []
        self.found: list[dict[str, Any]] = []
        self.clock = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
        for code in ("MAIN", "NORTH"):
            open_warehouse(code=code, name=code, timezone="UTC")
        for place, (kind, sequence) in PLACES.items():
            code, _, name = place.partition("/")
            if name == "RECV":
                Location.objects.filter(full_code=place).update(pick_sequence=sequence)
            else:
                make_location(Warehouse.objects.get(code=code), name, kind=kind, sequence=sequence)
        self.products = {
            "ALE": make_product("ALE", shelf_life_days=None).pk,
            "KEG": make_product("KEG", shelf_life_days=None, lot_tracked=False, base_unit="keg").pk,
        }
        self.warehouses = dict(Warehouse.objects.values_list("code", "pk"))

    def _at(self) -> dt.datetime:
        self.clock += dt.timedelta(seconds=1)
        return self.clock

    def _try(self, act: Any, **given: Any) -> str | None:
        try:
            with transaction.atomic():
                answer = act(actor=self.actor, at=self._at(), **given)
        except Refusal as refusal:
            return refusal.code
        if isinstance(answer, dict) and answer.get("kind") not in (None, "hold", "release"):
            self.done.append(answer["operation_id"])
        return None

    def receive(self, sku: str, lot: str, place: Place, quantity: int, *, other_date: bool) -> str | None:
        date: dict[str, Any] = {"expiry_date": LOTS[sku, lot]} if lot else {}
        if other_date and lot:
            date = {"expiry_date": LOTS[sku, lot] + dt.timedelta(days=1)}
        line = operations.ReceiveLine(sku, place, quantity, lot or None, **date)
        return self._try(operations.receive, lines=[line], reference="")

    def move(self, lines: list[Entry]) -> str | None:
        wanted = [
            operations.MoveLine(sku, source, target, units, lot or None)
            for sku, lot, source, target, units in lines
        ]
        return self._try(operations.move, lines=wanted, reference="")

    def adjust(self, sku: str, lot: str, place: Place, delta: int) -> str | None:
        line = operations.AdjustLine(sku, place, delta, "counted", lot or None)
        return self._try(operations.adjust, lines=[line], reference="")

    def scrap(self, sku: str, lot: str, place: Place, quantity: int) -> str | None:
        line = operations.ScrapLine(sku, place, quantity, "broken", lot or None)
        return self._try(operations.scrap, lines=[line], reference="")

    def reverse(self, index: int) -> str | None:
        return self._try(operations.reverse, operation_id=self.done[index], reason="")

    def hold(self, sku: str, lot: str, place: Place | None) -> str | None:
        return self._try(operations.hold, lines=[operations.HoldLine(sku, "recall", lot or None, place)])

    def release(self, sku: str, lot: str, place: Place | None) -> str | None:
        return self._try(operations.release, lines=[operations.ReleaseLine(sku, lot or None, place)])

    def take_back(self, sku: str, lot: str, place: Place, quantity: int) -> str | None:
        date: dict[str, Any] = {"expiry_date": LOTS[sku, lot]} if lot else {}
        line = operations.ReceiveLine(sku, place, quantity, lot or None, **date)
        return self._try(operations.receive, lines=[line], reference="", from_customer=True)

    def allocate(self, wants: list[Want], *, whole: bool) -> str | None:
        demands = [
            operations.Demand(
                demand,
                "SO",
                self.products[sku],
                self.warehouses[warehouse],
                quantity,
                TODAY,
                minimum_remaining_days=days,
                units_per_pack=pack,
            )
            for demand, sku, warehouse, quantity, days, pack in wants
        ]
        foreseen = queries_promises.considered(demands, actor=self.actor)
        before = {row.demand_id for row in queries_promises.promised(DEMANDS)}
        refused = self._try(operations.allocate, demands=demands, whole=whole)
        if refused is None and len(demands) == 1 and demands[0].id not in before:
            self._as_foreseen(demands[0], foreseen[0])
        return refused

    def _as_foreseen(self, demand: operations.Demand, rows: list[Any]) -> None:
        """What was promised is what the explanation said would be, and every balance has its reason."""
        got = {(row.lot_id, row.location_id): row.quantity for row in queries_promises.promised([demand.id])}
        assert got == {(row.lot_id, row.location_id): row.taken for row in rows if row.taken}
        assert all(row.verdict and row.detail for row in rows)
        assert all((row.verdict == "taken") == (row.taken > 0) for row in rows)

    def deallocate(self, demands: list[UUID]) -> int:
        with transaction.atomic():
            return operations.deallocate(actor=self.actor, demand_ids=demands, at=self._at())

    def give_back(self, demand: UUID, spot: Spot, quantity: int) -> str | None:
        line = operations.GiveBack(demand, *self._ids(spot), quantity)
        return self._try(operations.give_back, lines=[line])

    def carry(self, kind: str, demand: UUID, spot: Spot, target: Place, quantity: int) -> str | None:
        lot_id, source = self._ids(spot)
        place = Location.objects.get(full_code=target).pk
        line = operations.PickLine(demand, lot_id, source, place, quantity)
        act = operations.pick if kind == "pick" else operations.put_back
        return self._try(act, lines=[line], reference="PL")

    def _ids(self, spot: Spot) -> tuple[int, int]:
        lot = Lot.objects.filter(product__sku=spot[0], number=spot[1]).values_list("pk", flat=True).first()
        return lot or 0, Location.objects.get(full_code=spot[2]).pk

    def issue(self, demand: UUID, *, in_days: int, picked: bool = False) -> str | None:
        day = TODAY + dt.timedelta(days=in_days)
        return self._try(
            operations.issue,
            leaving=[operations.Leaving(demand)],
            reference="",
            delivered_on=day,
            from_kinds=("staging",) if picked else None,
        )

    def receive_damaged(self, sku: str, lot: str, quantity: int) -> str | None:
        """As a dock sets goods aside: into the cage, on hold there unless that lot is already."""
        date: dict[str, Any] = {"expiry_date": LOTS[sku, lot]} if lot else {}

        def act(*, actor: Actor, at: dt.datetime) -> Any:
            line = operations.ReceiveLine(sku, "MAIN/CAGE", quantity, lot or None, **date)
            done = operations.receive(actor=actor, lines=[line], reference="GR", at=at)
            held = operations.HoldLine(sku, "damaged", lot or None, "MAIN/CAGE")
            operations.hold(actor=actor, lines=[held], at=at, unless_held=True)
            return done

        return self._try(act)

    def send_back(self, sku: str, lot: str, place: Place, quantity: int) -> str | None:
        """With the line that a return to a supplier would keep of it."""

        def act(*, actor: Actor, at: dt.datetime) -> Any:
            line = operations.BackLine(sku, place, quantity, uuid4(), lot or None)
            done = operations.send_back(actor=actor, lines=[line], reference="SR", at=at)
            lot_id, location_id = self._ids((sku, lot, place))
            document = SupplierReturn.objects.create(
                number=f"SR-{SupplierReturn.objects.count() + 1:06d}",
                supplier=Supplier.objects.get_or_create(code="BREW", name="The Brewery")[0],
                warehouse_id=self.warehouses[place.partition("/")[0]],
                status="dispatched",
                currency="GBP",
                operation_id=done["operation_id"],
                username="boss",
                dispatched_at=at,
            )
            SupplierReturnLine.objects.create(
                of_return=document,
                position=1,
                product_id=self.products[sku],
                lot_id=lot_id,
                location_id=location_id,
                quantity=quantity,
                demand_id=line.demand_id,
            )
            return done

        return self._try(act)

    # ---- to another house -----------------------------------------------------------------------
    def send(self, sku: str, lot: str, place: Place, quantity: int) -> str | None:
        def act(*, actor: Actor, at: dt.datetime) -> int:
            asked = transfers.AskedLine(sku, quantity, lot or None)
            made = transfers.create_transfer(
                actor=actor, from_warehouse="MAIN", to_warehouse="NORTH", lines=[asked], at=at
            )
            leaving = transfers.Leaving(lot or None, place, quantity, product=sku)
            transfers.dispatch(actor=actor, transfer=made.pk, at=at, lines=[leaving])
            self.sent.append(made.pk)
            return made.pk

        return self._try(act)

    def arrive(self, index: int, quantity: int, *, surplus: bool) -> str | None:
        item = TransferItem.objects.filter(transfer=self.sent[index]).values_list("pk", flat=True).first()
        line = transfers.Arrived(quantity, item=item or 0, location="NORTH/N-01", surplus=surplus)
        return self._try(transfers.receive, transfer=self.sent[index], lines=[line])

    def lose(self, index: int) -> str | None:
        return self._try(transfers.close, transfer=self.sent[index], reason="gone")

    def bring_back(self, index: int) -> str | None:
        return self._try(transfers.undo_dispatch, transfer=self.sent[index])

    # ---- counts ---------------------------------------------------------------------------------
    def count(self, spot: Spot, counted: int) -> str | None:
        lot_id, location_id = self._ids(spot)
        with transaction.atomic():
            book = operations.book([(lot_id, location_id)], as_of={})[lot_id, location_id]
        number = f"CT-{len(self.found) + 1:06d}"
        self.found.append(
            {
                "spot": spot,
                "lot": lot_id,
                "place": location_id,
                "counted": counted,
                "book": book,
                "number": number,
            }
        )
        return None

    def approve(self, index: int) -> str | None:
        """Book a difference as a count does, with the line that a count would keep of it."""
        one = self.found[index]
        difference = one["counted"] - one["book"]
        if one.get("booked") or not difference:
            return None

        def act(*, actor: Actor, at: dt.datetime) -> None:
            line = operations.Counted(self.products[one["spot"][0]], one["place"], difference, one["lot"])
            booked = operations.count(actor=actor, lines=[line], reference=one["number"], at=at)
            main = self.warehouses[one["spot"][2].partition("/")[0]]
            document = Count.objects.create(
                number=one["number"], warehouse_id=main, status="closed", method="place", username="boss"
            )
            CountLine.objects.create(
                count=document,
                location_id=one["place"],
                product_id=line.product_id,
                lot_id=one["lot"],
                lot_number=one["spot"][1],
                counted=one["counted"],
                book=one["book"],
                outcome="posted",
                counted_at=at,
                counted_by="ann",
                operation_id=booked.operation_id,
            )
            one["booked"] = True

        return self._try(act)

    # ---- recalls --------------------------------------------------------------------------------
    def call_back(self, sku: str, lot: str) -> str | None:
        def act(*, actor: Actor, at: dt.datetime) -> None:
            made = recalls.recall(
                actor=actor, lots=[recalls.AskedLot(sku, lot or None)], reason="glass", at=at
            )
            self.called.append(made.pk)

        return self._try(act)

    def end_recall(self, index: int, *, release: bool) -> str | None:
        return self._try(recalls.close, recall=self.called[index], outcome="over", release=release)

    def close(self, place: Place, *, closed: bool) -> None:
        Location.objects.filter(full_code=place).update(is_active=not closed)

    # ---- what is so -----------------------------------------------------------------------------
    def balances(self) -> dict[Spot, tuple[int, int]]:
        found = Balance.objects.filter(~Q(on_hand=0) | ~Q(allocated=0)).values_list(
            "product__sku", "lot__number", "location__full_code", "on_hand", "allocated"
        )
        return {(sku, lot, place): (on_hand, allocated) for sku, lot, place, on_hand, allocated in found}

    def on_hand_at(self, instant: dt.datetime) -> dict[Spot, int]:
        found = queries.as_of(queries.balances(self.actor, with_empty=True), instant)
        return {
            (row["product__sku"], row["lot__number"], row["location__full_code"]): row["then"]
            for row in found
        }

    def available(self) -> dict[str, int]:
        free = queries.FreeStock(queries.warehouse_days(self.actor))
        lines = free.page(ordering="sku", descending=False, after=None, limit=10)
        return {line["sku"]: int(line["available"]) for line in lines}

    def traces(self) -> dict[tuple[str, str], queries_trace.Tally]:
        """The mass balance of every lot, as traces and recalls show it."""
        lots = {lot.pk: (lot.product.sku, lot.number) for lot in Lot.objects.select_related("product")}
        flows, lying = queries_trace.flows(lots), queries_trace.lying(lots)
        found = queries_trace.tallies(lots, flows, lying)
        self._walls(found, flows, lying)
        return {lots[pk]: tally for pk, tally in found.items()}

    def _walls(self, whole: dict[int, queries_trace.Tally], flows: Any, lying: Any) -> None:
        """Each house for itself closes too, and what went from one to the other cancels out."""
        houses = [
            queries_trace.tallies(whole, flows, lying, warehouse_ids={pk}) for pk in self.warehouses.values()
        ]
        for lot_id, tally in whole.items():
            own = [house[lot_id] for house in houses]
            assert all(one.closes for one in own), own
            assert sum(one.transferred for one in own) == tally.transferred == 0
            assert sum(one.received for one in own) == tally.received
            assert sum(one.on_hand for one in own) == tally.on_hand


def retold() -> dict[tuple[str, str], dict[str, int]]:
    """The terms of every lot's mass balance by telling its movements one after the other, in a few plain steps."""
    rows = {
        row.pk: row for row in Movement.objects.select_related("lot__product", "from_location", "to_location")
    }
    told: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows.values():
        begun, sign = row, 1
        while begun.reverses_id is not None:
            begun, sign = rows[begun.reverses_id], -sign
        term, units = _term(begun)
        if term:
            told[row.lot.product.sku, row.lot.number][term] += sign * units
    return {lot: {term: units for term, units in own.items() if units} for lot, own in told.items()}


def _term(row: Movement) -> tuple[str, int]:
    source, target = row.from_location.kind, row.to_location.kind
    if "adjustment" in (source, target):
        sign = 1 if source == "adjustment" else -1
        return ("counted" if row.kind == "count" else "adjusted"), sign * row.quantity
    ends = {
        ("supplier", ""): "received",
        ("", "supplier"): "returned_to_supplier",
        ("", "customer"): "shipped",
        ("customer", ""): "returned",
        ("", "scrap"): "scrapped",
    }
    outside = ("supplier", "customer", "scrap")
    key = (source if source in outside else "", target if target in outside else "")
    return ends.get(key, ""), row.quantity


def new_demand() -> UUID:
    return uuid4()
