"""Somebody counts a place: takes it, enters what lies there, takes an entry back, says that it is done."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from stillage.core.actor import Actor
from stillage.core.bulk import insert
from stillage.core.errors import Fault, Refusal, refuse_all
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.core.sql import execute, fetch, rows, table
from stillage.counting.entries import Entry, Key, asked_again, check_known, products_of, read_lines, settled
from stillage.counting.locking import lock_place, make_mine, share_count, still_open, tell
from stillage.counting.models import Count, CountEntry, CountLine, CountPlace, LineOutcome
from stillage.counting.states import Step
from stillage.stock import operations as stock

ZERO = "zero"


@dataclass(frozen=True, slots=True)
class Seen:
    """Units of a lot that lie there; `mode` add counts on, set replaces. `counted_at` is when, if not now."""

    product: Reference | None = None
    pack: Reference | None = None
    lot: Reference | None = None
    expiry_date: dt.date | None = None
    best_before_date: dt.date | None = None
    quantity: int | None = None
    quantity_packs: int | None = None
    mode: str = "set"
    counted_at: dt.datetime | None = None


@operation
def claim(
    *, actor: Actor, count: Reference, location: Reference, at: dt.datetime, take_over: bool = False
) -> CountPlace:
    """A place is mine to count. Again is no harm.

    Refuses: a place that is done, or that another counts, unless it is taken over. Locks: the count (shared), the
    place. Audits: count.claim.
    """
    one = share_count(count, Step.CLAIM, actor=actor)
    place = lock_place(one, location)
    still_open(one, place, actor, take_over=take_over)
    before = place.claimed_by
    make_mine(place, actor, at)
    tell(
        one,
        "claim",
        actor=actor,
        at=at,
        before={"claimed_by": before} if before else None,
        after={"location": place.location.full_code, "round": place.round},
    )
    return place


@operation
def enter(
    *, actor: Actor, count: Reference, location: Reference, lines: Sequence[Seen], at: dt.datetime
) -> CountPlace:
    """Write down what lies at a place. What the book says is read at the same instant, under the balances' lock, or as
    it was when it was counted; the difference is what is booked later.

    An entry that was counted before another of its lot came late: it is kept, and the later one stands.
    Refuses: a place that is done or another's, unknown names, what this count does not ask for, an instant in the
    future or more than a day ago (all at once).
    Locks: the count (shared), the place, the balances by id. Audits: count.enter.
    """
    one = share_count(count, Step.ENTER, actor=actor)
    place = lock_place(one, location)
    still_open(one, place, actor)
    faults: list[Fault] = []
    entries = read_lines(
        [vars_of(line) for line in lines], place=place, count=one, actor=actor, at=at, faults=faults
    )
    check_known(one, place, entries, faults)
    refuse_all(faults, summary=f"{len(faults)} things are wrong, so nothing was entered.")
    make_mine(place, actor, at)
    _keep(one, place, entries, actor, at)
    told = [
        {"product": entry.sku, "lot": entry.lot_number, "quantity": entry.quantity, "mode": entry.mode}
        for entry in entries
    ]
    tell(one, "enter", actor=actor, at=at, after={"location": place.location.full_code, "lines": told})
    return place


@operation
def remove(
    *,
    actor: Actor,
    count: Reference,
    location: Reference,
    product: Reference,
    at: dt.datetime,
    lot: Reference | None = None,
) -> CountPlace:
    """Take an entry back; that it was made stays written.

    Refuses: a place that is done or another's, what was not entered. Locks: the count (shared), the place.
    Audits: count.remove.
    """
    one = share_count(count, Step.REMOVE, actor=actor)
    place = lock_place(one, location)
    still_open(one, place, actor)
    found = CountLine.objects.filter(count=one, location=place.location_id, round=place.round)
    own = [
        line
        for line in found.select_related("product")
        if product in (line.product_id, line.product.sku)
        and (lot in (line.lot_number, line.lot_id) or (lot is None and not line.lot_number))
    ]
    if not own:
        detail = "Nothing of this was entered there."
        raise Refusal(detail, code="not_entered", faults=[Fault("/product", "not_entered", detail)])
    line = own[0]
    line.delete()
    _log(one, place, [(line.product_id, line.lot_number, 0, at)], actor, at)
    told = {
        "location": place.location.full_code,
        "product": line.product.sku,
        "lot": line.lot_number,
        "quantity": line.counted,
    }
    tell(one, "remove", actor=actor, at=at, before=told)
    return place


@operation
def done(
    *,
    actor: Actor,
    count: Reference,
    location: Reference,
    at: dt.datetime,
    not_seen: str | None = None,
) -> CountPlace:
    """A place is counted to its end. What should lie there and was not entered has to be said: it is not there.

    Refuses: expected lots that were not entered, unless `not_seen` says that there are none of them.
    Locks: the count (shared), the place, the balances there by id. Audits: count.done.
    """
    one = share_count(count, Step.DONE, actor=actor)
    place = lock_place(one, location)
    still_open(one, place, actor)
    missing = _not_seen(one, place)
    if missing and not_seen != ZERO:
        refuse_all(
            [
                Fault(
                    "/not_seen",
                    "not_seen",
                    f"{sku}{f' lot {number}' if number else ''} should lie at {place.location.full_code} and was not"
                    " entered. Look again, or say that there is none.",
                    {"product": sku, "lot": number},
                )
                for _, sku, _, number, _ in missing
            ],
            summary=f"{len(missing)} lots should lie at {place.location.full_code} and were not entered.",
        )
    if missing:
        _write(
            one,
            place,
            [
                Entry(
                    index=index,
                    product_id=product_id,
                    sku=sku,
                    lot_id=lot_id,
                    lot_number=number,
                    quantity=0,
                    at=at,
                )
                for index, (product_id, sku, lot_id, number, _) in enumerate(missing)
            ],
            [book for *_, book in missing],
            actor,
        )
        _log(one, place, [(row[0], row[3], 0, at) for row in missing], actor, at)
    make_mine(place, actor, at)
    place.done_at, place.done_by_id, place.done_by = at, actor.user_id, actor.username
    place.save(update_fields=["done_at", "done_by_id", "done_by"])
    after = {"location": place.location.full_code, "round": place.round, "not_there": len(missing)}
    tell(one, "done", actor=actor, at=at, after=after)
    return place


def vars_of(line: Seen) -> dict[str, Any]:
    return {name: getattr(line, name) for name in Seen.__slots__}


# ---- what stands there --------------------------------------------------------------------------
def _keep(one: Count, place: CountPlace, entries: Sequence[Entry], actor: Actor, at: dt.datetime) -> None:
    """Work entries into the lines of a place, each with what the book says. At most six statements."""
    found = CountLine.objects.filter(count=one, location=place.location_id, round=place.round)
    before = {(line.product_id, line.lot_number): line for line in found}
    now_there, log = settled(entries, {key: (line.counted, line.counted_at) for key, line in before.items()})
    wanted = {
        (entry.lot_id, place.location_id): entry.at
        for entry in now_there
        if entry.lot_id is not None and entry.at < at
    }
    books = stock.book(
        [(entry.lot_id, place.location_id) for entry in now_there if entry.lot_id is not None], as_of=wanted
    )
    _write(
        one,
        place,
        now_there,
        [books.get((entry.lot_id or 0, place.location_id), 0) for entry in now_there],
        actor,
    )
    _log(one, place, log, actor, at)


_LINE = {
    "product_id": "bigint",
    "lot_id": "bigint",
    "lot_number": "text",
    "expiry_date": "date",
    "best_before_date": "date",
    "counted": "bigint",
    "book": "bigint",
    "counted_at": "timestamptz",
}


def _write(
    one: Count, place: CountPlace, entries: Sequence[Entry], books: Sequence[int], actor: Actor
) -> None:
    """One statement, whatever the number."""
    if not entries:
        return
    names = ", ".join(_LINE)
    execute(
        f"INSERT INTO counting_countline (count_id, location_id, round, abc_class, outcome, counted_by_id, counted_by,"
        f" decided_by, reason, {names}) SELECT %s, %s, %s, '', %s, %s, %s, '', '', {names} FROM "
        + table("line", _LINE)
        + " WHERE true ON CONFLICT (count_id, location_id, product_id, lot_number, round) DO UPDATE SET"
        " counted = excluded.counted, book = excluded.book, counted_at = excluded.counted_at,"
        " counted_by_id = excluded.counted_by_id, counted_by = excluded.counted_by,"
        " lot_id = excluded.lot_id, expiry_date = excluded.expiry_date, best_before_date = excluded.best_before_date",
        [
            one.pk,
            place.location_id,
            place.round,
            LineOutcome.COUNTED.value,
            actor.user_id,
            actor.username,
            rows(
                {
                    "product_id": entry.product_id,
                    "lot_id": entry.lot_id,
                    "lot_number": entry.lot_number,
                    "expiry_date": entry.expiry_date,
                    "best_before_date": entry.best_before_date,
                    "counted": entry.quantity,
                    "book": book,
                    "counted_at": entry.at,
                }
                for entry, book in zip(entries, books, strict=True)
            ),
        ],
    )


def _log(
    one: Count,
    place: CountPlace,
    log: Sequence[tuple[int, str, int, dt.datetime]],
    actor: Actor,
    at: dt.datetime,
) -> None:
    """Who entered what, for ever: an approver is held against it. One statement."""
    insert(
        CountEntry._meta.db_table,
        {
            "count_id": "bigint",
            "location_id": "bigint",
            "round": "integer",
            "product_id": "bigint",
            "lot_number": "text",
            "quantity": "bigint",
            "counted_at": "timestamptz",
            "user_id": "bigint",
            "username": "text",
            "entered_at": "timestamptz",
        },
        [
            {
                "count_id": one.pk,
                "location_id": place.location_id,
                "round": place.round,
                "product_id": product_id,
                "lot_number": number,
                "quantity": quantity,
                "counted_at": counted_at,
                "user_id": actor.user_id,
                "username": actor.username,
                "entered_at": at,
            }
            for product_id, number, quantity, counted_at in log
        ],
    )


_NAMED = """
SELECT l.id, l.product_id, p.sku, l.number FROM {asked}
JOIN stock_lot l ON l.id = asked.lot_id JOIN catalogue_product p ON p.id = l.product_id
ORDER BY p.sku, l.number
"""
Missing = tuple[int, str, int | None, str, int]  # product, SKU, lot, its number, book


def _not_seen(one: Count, place: CountPlace) -> list[Missing]:
    """What should be there and was not entered, with what the book says, under lock. At most five statements."""
    entered: set[Key] = set(
        CountLine.objects.filter(count=one, location=place.location_id, round=place.round).values_list(
            "product_id", "lot_number"
        )
    )
    if place.round > 1:
        again = [
            line for line in asked_again(one, place) if (line.product_id, line.lot_number) not in entered
        ]
        books = stock.book(
            [(line.lot_id, place.location_id) for line in again if line.lot_id is not None], as_of={}
        )
        return [
            (
                line.product_id,
                line.product.sku,
                line.lot_id,
                line.lot_number,
                books.get((line.lot_id or 0, place.location_id), 0),
            )
            for line in again
        ]
    lying = stock.lying_at(place.location_id, product_ids=products_of(one))
    if not lying:
        return []
    found = fetch(
        _NAMED.format(asked=table("asked", {"lot_id": "bigint"})), [rows({"lot_id": pk} for pk in lying)]
    )
    return [
        (product_id, sku, lot_id, number, lying[lot_id])
        for lot_id, product_id, sku, number in found
        if (product_id, number) not in entered
    ]
