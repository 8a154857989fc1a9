"""What a report was asked of, by id or by name; what is not there, or another's, is answered alike."""

import datetime as dt

from django.db.models import Q

from stillage.catalogue.models import Category
from stillage.core.actor import Actor
from stillage.core.clock import now, today
from stillage.core.errors import NotFound
from stillage.core.sql import fetch
from stillage.stock.queries import product_ids


def warehouses(actor: Actor, reference: int | str | None) -> tuple[dict[int, str], dt.date]:
    """The warehouses the actor sees, or the one that is named, and the latest day among them. One statement."""
    found = fetch("SELECT id, code, timezone FROM places_warehouse ORDER BY id", [])
    own = [row for row in found if actor.sees(int(row[0])) and reference in (None, row[1], str(row[0]))]
    if reference is not None and not own:
        raise NotFound("There is no such warehouse.")
    days = [today(zone) for _, _, zone in own]
    return {int(pk): code for pk, code, _ in own}, max(days, default=now().date())


def category_id(reference: int | str | None) -> int | None:
    """A category by its name or id."""
    if reference is None:
        return None
    given = str(reference)
    named = Q(name=given)
    if given.isascii() and given.isdecimal() and len(given) < 19:
        named |= Q(pk=int(given))
    return _first(list(Category.objects.filter(named).values_list("pk", flat=True)), "category")


def product_id(reference: int | str | None) -> int | None:
    """A product by its SKU or id."""
    return None if reference is None else _first(product_ids(str(reference)), "product")


def _first(found: list[int], what: str) -> int:
    if not found:
        raise NotFound(f"There is no such {what}.")
    return found[0]
