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
from stillage.places.models import Location, Warehouse
from stillage.places.operations import open_warehouse
from stillage.stock import operations, queries, queries_promises
from stillage.stock.models import Balance, Lot
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
Want = tuple[UUID, str, str, int, int, int]  # demand, SKU, warehouse, units, days it must last, units a pack
DEMANDS = [UUID(int=number) for number in range(1, 7)]


@dataclass
class Done:
    """An operation that was carried out."""

    kind: str
    entries: list[Entry]
    reversed: bool = False


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
            PLACES[spot[2]][0] not in ("quarantine", "staging")
            and spot[2] not in self.closed
            and not self.held(spot)
        )

    # ---- what is done ---------------------------------------------------------------------------
    def _post(self, kind: str, entries: list[Entry], *, promised: bool = False) -> str | None:
        change: dict[Spot, int] = defaultdict(int)
        for sku, lot, source, target, quantity in entries:
            if source in PLACES:
                change[sku, lot, source] -= quantity
            if target in PLACES:
                change[sku, lot, target] += quantity
        if not promised and any(delta < 0 and self.free(spot) + delta < 0 for spot, delta in change.items()):
            return "insufficient_stock"
        for spot, delta in change.items():
            self.on_hand[spot] += delta
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
        if was.kind in ("issue", "pick", "put_back", "return"):
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
        self.holds.remove((sku, lot, place))
        return None

    def take_back(self, sku: str, lot: str, place: Place, quantity: int) -> str | None:
        if place in self.closed:
            return "location_closed"
        self.lots.add((sku, lot))
        return self._post("return", [(sku, lot, "customer", place, quantity)])

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


def new_demand() -> UUID:
    return uuid4()
