"""Pick lists, shipments, returns and credit notes by id or number, within the warehouses somebody works in."""

from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from stillage.core.actor import Actor
from stillage.core.errors import NotFound
from stillage.sales.locking import Reference, id_and_number

M = TypeVar("M", bound=Model)


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
