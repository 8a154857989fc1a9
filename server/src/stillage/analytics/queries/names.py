"""What a report was asked of, by id or by name; what is not there, or another's, is answered alike."""

import datetime as dt

from stillage.core.actor import Actor
from stillage.core.clock import now, today
from stillage.core.errors import NotFound
from stillage.core.sql import fetch


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
    return _one("SELECT id FROM catalogue_category WHERE name = %s", reference, "category")


def product_id(reference: int | str | None) -> int | None:
    """A product by its SKU or id."""
    return _one("SELECT id FROM catalogue_product WHERE sku = %s", reference, "product")


def _one(named: str, reference: int | str | None, what: str) -> int | None:
    if reference is None:
        return None
    found = fetch(named, [str(reference)])
    if not found and str(reference).isdecimal() and len(str(reference)) <= 18:
        found = fetch(named.replace("name = %s", "id = %s").replace("sku = %s", "id = %s"), [int(reference)])
    if not found:
        raise NotFound(f"There is no such {what}.")
    return int(found[0][0])
