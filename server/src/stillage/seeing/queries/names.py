"""Customers, suppliers and places by code and name. One statement."""

from typing import Any

from django.db.models import Case, F, Q, QuerySet, Value, When

from stillage.accounts import roles
from stillage.core.actor import Actor
from stillage.core.finding import seen
from stillage.places.models import Location
from stillage.purchasing.models import Supplier
from stillage.sales.models import Customer
from stillage.seeing.queries.asked import Asked
from stillage.seeing.queries.hits import CODE, PREFIX, WORDS, Hit
from stillage.seeing.queries.together import NO_TEXT, every_word, together

_KINDS = {"customer": "customers", "supplier": "suppliers", "place": "locations"}


def names(asked: Asked, *, actor: Actor, house: Actor, limit: int) -> list[Hit]:
    """Customers, suppliers and places; at most `limit` + 1 of each. One statement."""
    if asked.is_label:
        return []
    arms: dict[str, QuerySet[Any, Any]] = {}
    if actor.can(roles.PARTIES_VIEW):
        customers = every_word(Customer.objects.all(), asked.words, "code", "name", "city", "postcode")
        arms["customer"] = _ranked(customers, asked, "code", "name", F("city"), limit)
        suppliers = every_word(Supplier.objects.all(), asked.words, "code", "name", "contact_name")
        arms["supplier"] = _ranked(suppliers, asked, "code", "name", NO_TEXT, limit)
    if actor.can(roles.PLACES_VIEW):
        places = seen(Location.objects.filter(is_virtual=False), house)
        places = every_word(places, asked.words, "full_code", "zone")
        arms["place"] = _ranked(places, asked, "full_code", "code", F("kind"), limit)
    kinds = list(arms)
    return [_hit(kinds[index], row) for index, row in together(list(arms.values()))]


def _ranked(
    found: QuerySet[Any, Any], asked: Asked, code: str, name: str, detail: Any, limit: int
) -> QuerySet[Any, Any]:
    text = asked.text
    exact = Q(**{f"{code}__iexact": text})
    if code == "full_code":
        exact |= Q(code__iexact=text)
    fits = Case(
        When(exact, then=Value(CODE)),
        When(Q(**{f"{code}__istartswith": text}) | Q(**{f"{name}__istartswith": text}), then=Value(PREFIX)),
        default=Value(WORDS),
    )
    rows = found.annotate(fits=fits, detail=detail).order_by("fits", name, "id")
    return rows.values_list("pk", code, name, "detail", "fits")[: limit + 1]


def _hit(kind: str, row: tuple[Any, ...]) -> Hit:
    pk, code, name, detail, fits = row
    place = kind == "place"
    return Hit(
        kind=kind,
        id=pk,
        key=code,
        label=code if place else name,
        rank=int(fits),
        address=(_KINDS[kind], code),
        facts={"code": None if place else code, "place_kind" if place else "city": detail or None},
    )
