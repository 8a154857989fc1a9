"""A count begins: which places, what of what lies there, and how small a difference may be booked at once."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from stillage.catalogue.models import Product
from stillage.core.actor import Actor
from stillage.core.bulk import insert
from stillage.core.errors import Fault, Kind, Refusal, refuse_all
from stillage.core.finding import Reference
from stillage.core.locking import for_update, operation
from stillage.core.sql import fetch
from stillage.counting.locking import tell
from stillage.counting.models import Count, CountMethod
from stillage.counting.queries.places import busy, chosen
from stillage.numbering.take import document_number, take
from stillage.places.models import Kind as PlaceKind
from stillage.places.models import Location, Warehouse
from stillage.stock.abc import classes

MAX_PLACES = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be counted. By place: those named, a zone, or all; by product; or a class of products."""

    warehouse: Reference
    method: str
    locations: Sequence[Reference] = ()
    zone: str = ""
    products: Sequence[Reference] = ()
    abc_class: str = ""
    limit_places: int | None = None
    blind: bool = True
    recount: bool = True
    tolerance_units: int = 0
    tolerance_percent: Decimal = Decimal(0)
    tolerance_value: Decimal | None = None
    note: str = ""


@operation
def open_count(*, actor: Actor, asked: Asked, at: dt.datetime) -> Count:
    """Lay a count out. A place is in one unfinished count at a time, so that no difference is booked twice.

    Refuses: unknown names, a place that is being counted, a count of nothing (all at once).
    Locks: the warehouse (who else opens a count there waits). Audits: count.open.
    """
    faults: list[Fault] = []
    warehouse = _warehouse(asked.warehouse, actor)
    if warehouse is None:
        detail = f"There is no warehouse {str(asked.warehouse)[:60]!r} here."
        faults.append(Fault("/warehouse", "unknown_warehouse", detail))
    else:
        fetch("SELECT w.id FROM places_warehouse w WHERE w.id = %s" + for_update("w"), [warehouse.pk])
    named = _named(warehouse, asked, faults)
    products = _products(asked, faults)
    _check_method(asked, faults)
    refuse_all(faults, summary=f"{len(faults)} things are wrong, so no count was opened.")
    if warehouse is None:
        raise AssertionError("a warehouse that is missing is a fault")
    if asked.method == CountMethod.ABC:
        products = _of_class(warehouse.pk, asked.abc_class, at)
    places = named or chosen(
        warehouse.pk,
        zone=asked.zone,
        product_ids=products if asked.method != CountMethod.PLACE or products else None,
        limit=min(asked.limit_places or MAX_PLACES, MAX_PLACES),
    )
    places = places[: asked.limit_places] if asked.limit_places else places
    if not places:
        raise Refusal(
            "There is nothing to count: no place fits, or all of them are being counted already.",
            code="nothing_to_count",
        )
    refuse_all(
        [
            Fault("/locations", "being_counted", f"{name} is being counted in {number}.", {"count": number})
            for name, number in busy(places).values()
        ],
        kind=Kind.CONFLICT,
    )
    one = Count.objects.create(
        number=document_number("CT", take("count").start),
        warehouse=warehouse,
        method=asked.method,
        blind=asked.blind,
        recount=asked.recount,
        tolerance_units=asked.tolerance_units,
        tolerance_percent=asked.tolerance_percent,
        tolerance_value=asked.tolerance_value,
        note=asked.note,
        user_id=actor.user_id,
        username=actor.username,
    )
    add_places(one.pk, places, round_=1)
    if products:
        insert(
            "counting_countproduct",
            {"count_id": "bigint", "product_id": "bigint"},
            [{"count_id": one.pk, "product_id": pk} for pk in products],
        )
    after = {"method": asked.method, "blind": asked.blind, "recount": asked.recount, "places": len(places)}
    tell(one, "open", actor=actor, at=at, after=after)
    return one


def add_places(count_id: int, location_ids: Sequence[int], *, round_: int) -> None:
    """Places to be counted in a round. One statement."""
    insert(
        "counting_countplace",
        {
            "count_id": "bigint",
            "location_id": "bigint",
            "round": "integer",
            "claimed_by": "text",
            "done_by": "text",
        },
        [
            {"count_id": count_id, "location_id": pk, "round": round_, "claimed_by": "", "done_by": ""}
            for pk in location_ids
        ],
    )


def _warehouse(reference: Reference, actor: Actor) -> Warehouse | None:
    condition = Q(pk=reference) if isinstance(reference, int) else Q(code=reference)
    found = Warehouse.objects.filter(condition).first()
    return found if found and actor.sees(found.pk) else None


def _named(warehouse: Warehouse | None, asked: Asked, faults: list[Fault]) -> list[int]:
    """The places that were named, each once. One statement, none when none were."""
    if not asked.locations or warehouse is None:
        return []
    ids = [one for one in asked.locations if isinstance(one, int)]
    codes = [one for one in asked.locations if isinstance(one, str)]
    found: dict[Reference, Location] = {}
    own = Location.objects.filter(warehouse=warehouse, is_virtual=False)
    for place in own.filter(Q(pk__in=ids) | Q(full_code__in=codes) | Q(code__in=codes)):
        found[place.pk] = found[place.full_code] = found[place.code] = place
    for index, reference in enumerate(asked.locations):
        named = found.get(reference)
        if named is None:
            detail = f"There is no location {str(reference)[:60]!r} here."
            faults.append(Fault(f"/locations/{index}", "unknown_location", detail))
        elif place.kind == PlaceKind.TRANSIT:
            detail = (
                f"{place.full_code} holds goods on the way between warehouses; their transfers count them."
            )
            faults.append(Fault(f"/locations/{index}", "location_in_transit", detail))
    return list(dict.fromkeys(found[one].pk for one in asked.locations if one in found))


def _products(asked: Asked, faults: list[Fault]) -> list[int]:
    """The products that were named, each once. One statement, none when none were."""
    if not asked.products:
        return []
    ids = [one for one in asked.products if isinstance(one, int)]
    skus = [one for one in asked.products if isinstance(one, str)]
    found: dict[Reference, int] = {}
    for pk, sku in Product.objects.filter(Q(pk__in=ids) | Q(sku__in=skus)).values_list("pk", "sku"):
        found[pk] = found[sku] = pk
    faults += [
        Fault(f"/products/{index}", "unknown_product", f"There is no product {str(reference)[:60]!r} here.")
        for index, reference in enumerate(asked.products)
        if reference not in found
    ]
    return list(dict.fromkeys(found[one] for one in asked.products if one in found))


def _check_method(asked: Asked, faults: list[Fault]) -> None:
    if asked.method == CountMethod.PRODUCT and not asked.products:
        faults.append(Fault("/products", "required", "Say which products are counted."))
    if asked.method == CountMethod.ABC and not asked.abc_class:
        faults.append(Fault("/abc_class", "required", "Say which class is counted: A, B or C."))
    if asked.method != CountMethod.ABC and asked.abc_class:
        faults.append(Fault("/abc_class", "not_by_class", "A class is counted by method abc only."))
    if asked.method == CountMethod.ABC and asked.products:
        faults.append(Fault("/products", "not_by_product", "By class, the class says which products."))


_STOCKED = (
    "SELECT DISTINCT b.product_id FROM stock_balance b WHERE b.warehouse_id = %s AND b.on_hand > 0 ORDER BY 1"
)


def _of_class(warehouse_id: int, name: str, at: dt.datetime) -> list[int]:
    """The products of a class that lie in a warehouse. Three statements."""
    known = classes(warehouse_id, at)
    return [pk for (pk,) in fetch(_STOCKED, [warehouse_id]) if known.get(pk, "C") == name]
