"""Stock is promised to demands, first expired first, under the one expiry rule."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from stillage.audit.record import Change, beginning, record_many
from stillage.core.actor import Actor
from stillage.core.errors import Fault, Kind, refuse_all
from stillage.core.locking import in_transaction, operation
from stillage.core.sql import is_postgres
from stillage.places.models import SALEABLE
from stillage.stock import ledger
from stillage.stock.demand import Demand
from stillage.stock.expiry import earliest_acceptable
from stillage.stock.fefo import Offer, choose

ACTION, OBJECT = "stock.allocate", "allocation"
_KINDS = [kind.value for kind in SALEABLE]


def allocate(
    *, actor: Actor, demands: Sequence[Demand], at: dt.datetime, whole: bool = True
) -> dict[UUID, list[ledger.Promise]]:
    """Promise stock to demands, in their order. Four statements, whatever the number; where they are plain, two, or one
    that is a transaction by itself.

    With `whole` (the default) a demand that cannot be met in full refuses all of them; otherwise each gets
    what there is. Held, expired and too short-dated lots are never promised.
    Locks: all balances that could serve, by id. Audits: stock.allocate, once a reference and warehouse.
    """
    if whole and is_plain(demands) and not in_transaction():
        trail = beginning(actor=actor, action=ACTION, object_type=OBJECT, at=at)
        alone = _at_once(demands, at=at, trail=trail)
        if alone is not None:
            return _by_demand(demands, alone)
    return _allocate(actor=actor, demands=demands, at=at, whole=whole)


@operation
def _allocate(
    *, actor: Actor, demands: Sequence[Demand], at: dt.datetime, whole: bool
) -> dict[UUID, list[ledger.Promise]]:
    if whole and is_plain(demands):
        at_once = _at_once(demands, at=at)
        if at_once is not None:
            return _done(demands, at_once, actor=actor, at=at)
    pool = _pool(demands)
    free = {candidate.id: candidate.free for offers in pool.values() for candidate, _ in offers}
    taken: list[list[ledger.Promise]] = []  # a list for each demand; two of them may share an id
    faults: list[Fault] = []
    for index, demand in enumerate(demands):
        offers = pool[demand.product_id, demand.warehouse_id]
        by_id = {candidate.id: candidate for candidate, _ in offers}
        takes, missing = choose(
            [
                Offer(candidate.id, free[candidate.id], last_sale)
                for candidate, last_sale in offers
                if demand.may_take(candidate.lot_id, candidate.location_id)
            ],
            quantity=demand.quantity,
            on=demand.needed_on,
            minimum_remaining_days=demand.minimum_remaining_days,
            units_per_pack=demand.units_per_pack,
        )
        if missing and whole:
            faults.append(
                Fault(
                    f"/demands/{index}/quantity",
                    "insufficient_stock",
                    f"Only {demand.quantity - missing} of {demand.quantity} can be promised for {demand.reference}.",
                    {"available": demand.quantity - missing, "asked": demand.quantity},
                )
            )
        for take in takes:
            free[take.balance_id] -= take.quantity
        taken.append(
            [
                ledger.Promise(
                    take.balance_id,
                    by_id[take.balance_id].lot_id,
                    by_id[take.balance_id].location_id,
                    demand.id,
                    demand.reference,
                    take.quantity,
                )
                for take in takes
            ]
        )
    refuse_all(faults, kind=Kind.CONFLICT)
    written = [one for own in taken for one in own]
    if written:
        ledger.promise(written, at=at)
    return _done(demands, taken, actor=actor, at=at)


def is_plain(demands: Sequence[Demand]) -> bool:
    """Whether one statement can do it: PostgreSQL, and demands that want nothing of each other nor of one place."""
    return (
        is_postgres()
        and bool(demands)
        and len({(one.product_id, one.warehouse_id) for one in demands}) == len(demands)
        and all(
            one.quantity > 0
            and one.units_per_pack == 1
            and one.lot_id is None
            and one.location_id is None
            and not one.avoid_location_ids
            for one in demands
        )
    )


def _at_once(
    demands: Sequence[Demand], *, at: dt.datetime, trail: tuple[str, list[Any]] | None = None
) -> list[list[ledger.Promise]] | None:
    wishes = [
        ledger.Wish(
            one.id,
            one.reference,
            one.product_id,
            one.warehouse_id,
            one.quantity,
            earliest_acceptable(on=one.needed_on, minimum_remaining_days=one.minimum_remaining_days),
        )
        for one in demands
    ]
    return ledger.promise_at_once(wishes, kinds=_KINDS, at=at, trail=trail)


def _done(
    demands: Sequence[Demand],
    taken: Sequence[Sequence[ledger.Promise]],
    *,
    actor: Actor,
    at: dt.datetime,
) -> dict[UUID, list[ledger.Promise]]:
    """Tell of it, and say it."""
    written = [one for own in taken for one in own]
    if written:
        record_many(actor=actor, changes=_told(demands, taken), at=at)
    return _by_demand(demands, taken)


def _by_demand(
    demands: Sequence[Demand], taken: Sequence[Sequence[ledger.Promise]]
) -> dict[UUID, list[ledger.Promise]]:
    promises: dict[UUID, list[ledger.Promise]] = {demand.id: [] for demand in demands}
    for own in taken:
        for one in own:
            promises[one.demand_id].append(one)
    return promises


def _told(demands: Sequence[Demand], taken: Sequence[Sequence[ledger.Promise]]) -> Iterator[Change]:
    """What the trail says: a row for each document and warehouse."""
    together: dict[tuple[str, int], list[tuple[Demand, Sequence[ledger.Promise]]]] = defaultdict(list)
    for demand, own in zip(demands, taken, strict=True):
        together[demand.reference, demand.warehouse_id].append((demand, own))
    for (reference, warehouse_id), pairs in together.items():
        promised = sum(one.quantity for _, own in pairs for one in own)
        asked = sum(demand.quantity for demand, _ in pairs)
        yield Change(
            action=ACTION,
            object_type=OBJECT,
            object_id=reference,
            label=f"{promised} of {asked} units promised to {reference}",
            after={
                "asked": asked,
                "promised": promised,
                "lines": [
                    {
                        "demand_id": demand.id,
                        "lot_id": one.lot_id,
                        "location_id": one.location_id,
                        "quantity": one.quantity,
                    }
                    for demand, own in pairs
                    for one in own
                ],
            },
            warehouse_id=warehouse_id,
        )


def _pool(demands: Sequence[Demand]) -> dict[tuple[int, int], list[tuple[ledger.Candidate, dt.date]]]:
    pool: dict[tuple[int, int], list[tuple[ledger.Candidate, dt.date]]] = defaultdict(list)
    for candidate, last_sale in ledger.candidates(
        product_ids=sorted({demand.product_id for demand in demands}),
        warehouse_ids=sorted({demand.warehouse_id for demand in demands}),
        kinds=_KINDS,
    ):
        pool[candidate.product_id, candidate.warehouse_id].append((candidate, last_sale))
    return pool
