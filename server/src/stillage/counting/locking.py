"""Counts and their places, found by what people call them, and under lock.

Who enters shares the count with others who enter, and has his place alone; every other step has the count alone.
"""

import datetime as dt
from typing import Any

from django.db.models import Q

from stillage.audit.record import record
from stillage.core.actor import Actor
from stillage.core.errors import Conflict, Fault, Refusal
from stillage.core.finding import Reference, find
from stillage.core.locking import for_update
from stillage.core.sql import fetch, is_postgres
from stillage.counting.models import Count, CountPlace
from stillage.counting.states import Step, check
from stillage.places.models import Location


def find_count(reference: Reference, *, actor: Actor) -> Count:
    """One count by id or number. 404 when it is not there for the actor."""
    return find(Count.objects.select_related("warehouse"), reference, actor=actor)


def lock_count(reference: Reference, step: Step, *, actor: Actor) -> Count:
    """A count under lock that may take a step. Two statements."""
    pk = find_count(reference, actor=actor).pk
    found = Count.objects.select_for_update(no_key=True, of=("self",)).select_related("warehouse").get(pk=pk)
    check(found.number, found.status, step)
    return found


def share_count(reference: Reference, step: Step, *, actor: Actor) -> Count:
    """A count that stays as it is while somebody enters; others may enter beside him. Two or three statements."""
    one = find_count(reference, actor=actor)
    if is_postgres():
        fetch("SELECT c.id FROM counting_count c WHERE c.id = %s FOR SHARE", [one.pk])
        one = Count.objects.select_related("warehouse").get(pk=one.pk)
    check(one.number, one.status, step)
    return one


def lock_place(one: Count, reference: Reference) -> CountPlace:
    """A place of a count in its latest round, under lock. Three statements."""
    condition = Q(pk=reference) if isinstance(reference, int) else Q(full_code=reference) | Q(code=reference)
    location = Location.objects.filter(condition, warehouse=one.warehouse_id, is_virtual=False).first()
    if location is None:
        detail = f"There is no location {str(reference)[:60]!r} here."
        raise Refusal(
            detail, code="unknown_location", faults=[Fault("/location", "unknown_location", detail)]
        )
    found = fetch(
        "SELECT p.id FROM counting_countplace p WHERE p.count_id = %s AND p.location_id = %s ORDER BY p.id"
        + for_update("p"),
        [one.pk, location.pk],
    )
    if not found:
        detail = f"{location.full_code} is not counted in {one.number}."
        raise Refusal(detail, code="not_in_count", faults=[Fault("/location", "not_in_count", detail)])
    places = CountPlace.objects.filter(pk__in=[row[0] for row in found]).select_related("location")
    return max(places, key=lambda place: place.round)


def still_open(one: Count, place: CountPlace, actor: Actor, *, take_over: bool = False) -> None:
    """Refuse a place that is done, or that somebody else is counting."""
    if place.done_at is not None:
        raise Conflict(
            f"{place.location.full_code} was counted to its end by {place.done_by}; it is not asked again.",
            code="place_done",
        )
    others = place.claimed_at is not None and place.claimed_by_id != actor.user_id
    if others and not take_over:
        raise Conflict(
            f"{place.claimed_by} is counting {place.location.full_code}. Take it over only after asking.",
            code="claimed_by_another",
        )


def make_mine(place: CountPlace, actor: Actor, at: dt.datetime) -> None:
    """Who enters first has the place. One statement, none when it is his already."""
    if place.claimed_at is not None and place.claimed_by_id == actor.user_id:
        return
    place.claimed_by_id, place.claimed_by, place.claimed_at = actor.user_id, actor.username, at
    place.save(update_fields=["claimed_by_id", "claimed_by", "claimed_at"])


def touch(one: Count, **values: object) -> None:
    """Write columns of a locked count, with a new version. One statement."""
    for name, value in values.items():
        setattr(one, name, value)
    one.version += 1
    one.save(update_fields=[*values, "version", "updated_at"])


def tell(
    one: Count, step: str, *, actor: Actor, at: dt.datetime, before: Any = None, after: Any = None
) -> None:
    """One row of the trail."""
    record(
        actor=actor,
        action=f"count.{step}",
        object_type="count",
        object_id=one.pk,
        label=f"{one.number} {one.warehouse.code}",
        before=before,
        after=after,
        warehouse_id=one.warehouse_id,
        at=at,
    )
