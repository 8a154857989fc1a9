"""What the trail knows of: people, actions and kinds of things, to choose from; and entries as rows of a file."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet

from stillage.audit.models import Entry
from stillage.core.actor import Actor
from stillage.core.sql import fetch
from stillage.places.models import Warehouse

MOST_CHOICES = 500
# A jump from one value to the next along an index: as quick with ten million entries as with ten.
_NEXT = """
WITH RECURSIVE one(value) AS (
  SELECT MIN({column}) FROM audit_entry
  UNION ALL
  SELECT (SELECT MIN(e.{column}) FROM audit_entry e WHERE e.{column} > one.value) FROM one WHERE one.value IS NOT NULL
) SELECT value FROM one WHERE value IS NOT NULL LIMIT {most}
"""
_PEOPLE = """
WITH RECURSIVE one(value) AS (
  SELECT MIN(user_id) FROM audit_entry
  UNION ALL
  SELECT (SELECT MIN(e.user_id) FROM audit_entry e WHERE e.user_id > one.value) FROM one WHERE one.value IS NOT NULL
) SELECT one.value, u.username, u.full_name FROM one JOIN accounts_user u ON u.id = one.value
ORDER BY u.username LIMIT {most}
"""


def choices() -> dict[str, Any]:
    """Who did something, what was done, and to what kinds of things. Three statements, along indexes."""
    people = fetch(_PEOPLE.format(most=MOST_CHOICES), [])
    return {
        "people": [{"user_id": pk, "user": user, "full_name": name} for pk, user, name in people],
        "actions": _values("action"),
        "object_types": _values("object_type"),
    }


def _values(column: str) -> list[str]:
    return [value for (value,) in fetch(_NEXT.format(column=column, most=MOST_CHOICES), [])]


def of_warehouse(found: QuerySet[Entry, Any], reference: str, actor: Actor) -> QuerySet[Entry, Any]:
    """Entries of one warehouse by its code or id; none where there is none for the actor."""
    condition = Q(code=reference)
    if reference.isascii() and reference.isdecimal() and len(reference) < 19:
        condition |= Q(pk=int(reference))
    houses = Warehouse.objects.filter(condition)
    if actor.warehouse_ids is not None:
        houses = houses.filter(pk__in=actor.warehouse_ids)
    return found.filter(warehouse_id__in=list(houses.values_list("pk", flat=True)))


def warehouse_codes() -> dict[int, str]:
    """The code of each warehouse. One statement."""
    return dict(Warehouse.objects.values_list("pk", "code"))


def newest_first(found: QuerySet[Entry, Any], most: int, *, chunk: int = 1_000) -> Iterator[Entry]:
    """Entries along their key, some at a time: nothing is held while a slow client reads."""
    last, told = None, 0
    while told < most:
        rows = found if last is None else found.filter(pk__lt=last)
        part = list(rows.order_by("-pk")[: min(chunk, most - told)])
        yield from part
        if len(part) < chunk:
            return
        last, told = part[-1].pk, told + len(part)
