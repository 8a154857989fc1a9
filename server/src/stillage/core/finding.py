"""Documents by id or number, within the warehouses somebody works in."""

from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from stillage.core import text as rules
from stillage.core.actor import Actor
from stillage.core.errors import NotFound

M = TypeVar("M", bound=Model)
MAX_ID = 2**63 - 1
Reference = int | str


def id_and_number(reference: Reference) -> tuple[int | None, str | None]:
    """What a reference may stand for: an id (17, "17", "id:17"), a number ("SO-000042", "key:SO-000042")."""
    if isinstance(reference, int):
        return reference, None
    if rules.fault_in(reference):
        return None, None
    name = rules.normalise(reference)
    form, _, rest = name.partition(":")
    exact = form if rest and form in ("id", "key") else ""
    value = rest if exact else name
    may_be_id = value.isascii() and value.isdecimal() and len(value) <= 19 and int(value) <= MAX_ID
    return int(value) if may_be_id and exact != "key" else None, value if exact != "id" else None


def named(reference: Reference) -> Q:
    """A condition on `id` and `number`: 17, "17", "id:17", "PL-000017", "key:PL-000017"."""
    pk, number = id_and_number(reference)
    condition = Q(pk=-1)
    if pk is not None:
        condition |= Q(pk=pk)
    if number:
        condition |= Q(number=number)
    return condition


def seen(found: QuerySet[M, Any], actor: Actor, field: str = "warehouse") -> QuerySet[M, Any]:
    """Only what lies in the actor's warehouses."""
    return found if actor.warehouse_ids is None else found.filter(**{f"{field}__in": actor.warehouse_ids})


def find(found: QuerySet[M, Any], reference: Reference, *, actor: Actor, field: str = "warehouse") -> M:
    """One row; missing and another warehouse's are told apart by nobody. One statement."""
    row = seen(found, actor, field).filter(named(reference)).first()
    if row is None:
        raise NotFound("There is nothing of that name.")
    return row
