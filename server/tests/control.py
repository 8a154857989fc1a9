"""Transfers and counts for tests, made by the real operations and brought as far as a test wants them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stillage.core.actor import Actor
from stillage.core.clock import now
from stillage.counting import operations as counting
from stillage.counting.models import Count, CountLine
from stillage.transfers import operations as moving
from stillage.transfers.models import Transfer, TransferItem
from tests.builders import BOSS

Line = tuple[str, int]  # SKU and units
Seen = tuple[str, str | None, int]  # SKU, lot, units
API = "/api/v1/"


# ---- transfers ----------------------------------------------------------------------------------
def drafted(*lines: Line, ends: tuple[str, str] = ("MAIN", "NORTH"), **given: Any) -> Transfer:
    asked = [moving.AskedLine(sku, units) for sku, units in lines]
    return moving.create_transfer(
        actor=BOSS, from_warehouse=ends[0], to_warehouse=ends[1], lines=asked, at=now(), **given
    )


def dispatched(*lines: Line, **given: Any) -> Transfer:
    return moving.dispatch(actor=BOSS, transfer=drafted(*lines, **given).pk, at=now())


def received(*lines: Line, units: int, **given: Any) -> Transfer:
    """So many units of the first item arrived."""
    one = dispatched(*lines, **given)
    arrived = [moving.Arrived(quantity=units, item=items_of(one)[0].pk)]
    return moving.receive(actor=BOSS, transfer=one.pk, lines=arrived, at=now())


def items_of(one: Transfer) -> list[TransferItem]:
    return list(TransferItem.objects.filter(transfer=one).order_by("pk"))


# ---- counts -------------------------------------------------------------------------------------
ANN = Actor(user_id=2**40, username="ann", permissions=BOSS.permissions)
BEN = Actor(user_id=2**40 + 1, username="ben", permissions=BOSS.permissions)


def opened(*locations: str, warehouse: str = "MAIN", **given: Any) -> Count:
    """A count of some places."""
    asked = counting.Asked(**{"warehouse": warehouse, "method": "place", "locations": locations, **given})
    return counting.open_count(actor=BOSS, asked=asked, at=now())


def enter(one: Count, location: str, *seen: Seen, actor: Actor = ANN, **given: Any) -> None:
    lines = [counting.Seen(product=sku, lot=lot, quantity=units, **given) for sku, lot, units in seen]
    counting.enter(actor=actor, count=one.pk, location=location, lines=lines, at=now())


def done(one: Count, *locations: str, actor: Actor = ANN) -> None:
    for location in locations:
        counting.done(actor=actor, count=one.pk, location=location, at=now(), not_seen="zero")


def submitted(one: Count, actor: Actor = ANN, **given: Any) -> Count:
    return counting.submit(actor=actor, count=one.pk, at=now(), **given)


def counted(location: str, *seen: Seen, **given: Any) -> Count:
    """A count of one place that waits for approval; without a recount unless one is asked for."""
    one = opened(location, **{"recount": False, **given})
    enter(one, location, *seen)
    done(one, location)
    return submitted(one)


def lines_of(one: Count, **filters: Any) -> Sequence[CountLine]:
    return list(CountLine.objects.filter(count=one, **filters).order_by("pk"))
