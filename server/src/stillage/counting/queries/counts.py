"""Counts as rows and as answers. While a blind count is at work, what the book says stays in the book."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from stillage.audit.history import history
from stillage.core.actor import Actor
from stillage.core.finding import seen
from stillage.core.sql import fetch
from stillage.counting import models
from stillage.counting.entries import asked_again
from stillage.counting.judging import entered_by
from stillage.counting.models import CountEntry, CountLine, CountPlace, CountProduct, LineOutcome
from stillage.counting.states import possible_steps, tells_the_book
from stillage.stock.queries import case_packs

COST = "cost.view"
# So many places and lines an answer shows; it says how many more there are, and can be narrowed to a place.
MAX_SHOWN = 1_000
CENT = Decimal("0.01")


def _number(model: Any, condition: Q | None = None) -> Coalesce:
    found = model.objects.filter(count=OuterRef("pk")).filter(condition or Q())
    rows = found.order_by().values("count").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(rows, output_field=IntegerField()), 0)


def counts(actor: Actor) -> QuerySet[models.Count, Any]:
    """Counts of the actor's warehouses, with how far they are."""
    found = models.Count.objects.select_related("warehouse").annotate(
        place_count=_number(CountPlace, Q(round=1)),
        done_count=_number(CountPlace, Q(done_at__isnull=False)),
        round_count=_number(CountPlace),
        line_count=_number(CountLine, ~Q(outcome=LineOutcome.RECOUNT)),
        waiting_count=_number(CountLine, Q(outcome=LineOutcome.TO_APPROVE)),
    )
    return seen(found, actor)


def with_word(found: QuerySet[models.Count, Any], text: str) -> QuerySet[models.Count, Any]:
    """A search by number, note, warehouse, place or product; each word must be met."""
    for word in text.split()[:5]:
        places = CountPlace.objects.filter(location__full_code__icontains=word).values("count")
        lines = CountLine.objects.filter(product__sku__icontains=word).values("count")
        found = found.filter(
            Q(number__icontains=word)
            | Q(note__icontains=word)
            | Q(warehouse__code__icontains=word)
            | Q(pk__in=places)
            | Q(pk__in=lines)
        )
    return found


def shown_count(one: Any, *, counted_it: bool | None = None) -> dict[str, Any]:
    """A row of `counts` as the API answers it."""
    return {
        "id": one.pk,
        "number": one.number,
        "status": one.status,
        "version": one.version,
        "warehouse": one.warehouse.code,
        "warehouse_id": one.warehouse_id,
        "method": one.method,
        "blind": one.blind,
        "recount": one.recount,
        "tolerance_units": one.tolerance_units,
        "tolerance_percent": one.tolerance_percent,
        "tolerance_value": one.tolerance_value,
        "note": one.note,
        "user": one.username,
        "created_at": one.created_at,
        "submitted_at": one.submitted_at,
        "closed_at": one.closed_at,
        "approved_by": one.approved_by,
        "place_count": one.place_count,
        "line_count": one.line_count,
        "to_approve_count": one.waiting_count,
        "totals": {"places": one.round_count, "done": one.done_count, "lines": one.line_count},
        "possible_steps": possible_steps(one.status, counted_it=bool(counted_it)),
    }


def count_answer(
    pk: int, *, actor: Actor, location: str | None = None, outcome: str | None = None
) -> dict[str, Any]:
    """A count with its places and lines, the first thousand of each; of one place or outcome, where named.

    Nine statements, whatever its size.
    """
    one: Any = counts(actor).get(pk=pk)
    told = tells_the_book(one.status, blind=one.blind)
    counted_it = entered_by(one, actor)
    places, lines = _places(one, location), _lines(one, location, outcome)
    place_count, line_count = one.round_count, one.line_count
    if location or outcome:
        place_count, line_count = places.count(), lines.count()
    shown = shown_lines(list(lines[:MAX_SHOWN]), actor=actor, told=told)
    answer = {
        **shown_count(one, counted_it=counted_it),
        "counted_it": counted_it,
        "products": _products(one),
        "places": [shown_place(place) for place in places[:MAX_SHOWN]],
        "places_left_off": max(0, place_count - MAX_SHOWN),
        "lines": shown,
        "lines_left_off": max(0, line_count - MAX_SHOWN),
        "accuracy_percent": None,
    }
    if told:
        totals, accuracy = _totals(one, actor)
        answer["totals"] = {**answer["totals"], **totals}
        answer["accuracy_percent"] = accuracy
    return answer


def _at(location: str) -> Q:
    condition = Q(location__full_code=location) | Q(location__code=location)
    if location.isascii() and location.isdecimal() and len(location) < 19:
        condition |= Q(location=int(location))
    return condition


def _places(one: Any, location: str | None) -> QuerySet[CountPlace, Any]:
    """Its places in walking order, those of the latest round first."""
    mine = CountLine.objects.filter(
        count=OuterRef("count"), location=OuterRef("location"), round=OuterRef("round")
    )
    rows = mine.order_by().values("location").annotate(number=Count("pk")).values("number")
    found = CountPlace.objects.filter(count=one.pk).select_related("location")
    found = found.annotate(line_count=Coalesce(Subquery(rows, output_field=IntegerField()), 0))
    if location:
        found = found.filter(_at(location))
    return found.order_by("-round", "location__pick_sequence", "location__full_code")


def shown_place(place: Any) -> dict[str, Any]:
    return {
        "location": place.location.full_code,
        "location_id": place.location_id,
        "zone": place.location.zone,
        "pick_sequence": place.location.pick_sequence,
        "round": place.round,
        "claimed_by": place.claimed_by,
        "claimed_at": place.claimed_at,
        "done_at": place.done_at,
        "done_by": place.done_by,
        "line_count": place.line_count,
    }


_URGENT = Case(
    When(outcome=LineOutcome.TO_APPROVE, then=Value(0)),
    When(outcome=LineOutcome.RECOUNT, then=Value(2)),
    default=Value(1),
    output_field=IntegerField(),
)


def _lines(one: Any, location: str | None, outcome: str | None) -> QuerySet[CountLine, Any]:
    """Its lines: what waits for approval first, what was counted once more last, else in walking order."""
    found = CountLine.objects.filter(count=one.pk).select_related("location", "product", "lot")
    if location:
        found = found.filter(_at(location))
    if outcome:
        found = found.filter(outcome=outcome)
    return found.order_by(_URGENT, "location__pick_sequence", "location__full_code", "product__sku", "pk")


def shown_lines(lines: Sequence[CountLine], *, actor: Actor, told: bool) -> list[dict[str, Any]]:
    """Lines as the API answers them; book and difference only where they may be told. One statement, for the packs."""
    cases = case_packs({line.product_id for line in lines}) if lines else {}
    return [_shown_line(line, cases, actor, told) for line in lines]


def _shown_line(
    line: CountLine, cases: dict[int, tuple[str, int]], actor: Actor, told: bool
) -> dict[str, Any]:
    case_name, units = cases.get(line.product_id, ("", 1))
    lot = line.lot
    answer = {
        "id": line.pk,
        "location": line.location.full_code,
        "location_id": line.location_id,
        "round": line.round,
        "product": line.product.sku,
        "product_id": line.product_id,
        "product_name": line.product.name,
        "base_unit": line.product.base_unit,
        "case_name": case_name,
        "units_per_case": units,
        "lot": line.lot_number,
        "lot_id": line.lot_id,
        "expiry_date": lot.expiry_date if lot else line.expiry_date,
        "best_before_date": lot.best_before_date if lot else line.best_before_date,
        "counted": line.counted,
        "counted_by": line.counted_by,
        "counted_at": line.counted_at,
        "outcome": line.outcome,
    }
    if told:
        difference = line.counted - line.book
        answer |= {
            "book": line.book,
            "difference": difference,
            "reason": line.reason,
            "decided_by": line.decided_by,
            "decided_at": line.decided_at,
        }
        if actor.can(COST):
            worth = None if line.unit_cost is None else (difference * line.unit_cost).quantize(CENT)
            answer["value_difference"] = worth
    return answer


def _products(one: Any) -> list[dict[str, Any]]:
    found = CountProduct.objects.filter(count=one.pk).order_by("product__sku")[:MAX_SHOWN]
    return [
        {"product": sku, "product_id": pk, "product_name": name}
        for pk, sku, name in found.values_list("product_id", "product__sku", "product__name")
    ]


SUMS = """
COUNT(*), SUM(CASE WHEN n.counted = n.book THEN 1 ELSE 0 END),
SUM(CASE WHEN n.counted > n.book THEN n.counted - n.book ELSE 0 END),
SUM(CASE WHEN n.counted < n.book THEN n.book - n.counted ELSE 0 END),
SUM(CASE WHEN n.counted > n.book THEN (n.counted - n.book) * n.unit_cost ELSE 0 END),
SUM(CASE WHEN n.counted < n.book THEN (n.book - n.counted) * n.unit_cost ELSE 0 END)
"""
_TOTALS = f"SELECT {SUMS} FROM counting_countline n WHERE n.count_id = %s AND n.outcome <> 'recount'"


def _totals(one: Any, actor: Actor) -> tuple[dict[str, Any], Decimal | None]:
    """What a count found. One statement."""
    ((lines, right, over, short, value_over, value_short),) = fetch(_TOTALS, [one.pk])
    lines, right = int(lines), int(right or 0)
    totals: dict[str, Any] = {
        "right": right,
        "differences": lines - right,
        "units_over": int(over or 0),
        "units_short": int(short or 0),
    }
    if actor.can(COST):
        totals |= {"value_over": money(value_over), "value_short": money(value_short)}
    return totals, percent(right, lines)


def money(value: Any) -> Decimal:
    """An amount out of a sum; what nobody knows the cost of adds nothing."""
    return Decimal(str(value or 0)).quantize(CENT)


def percent(part: int, whole: int) -> Decimal | None:
    return None if not whole else (Decimal(part) * 100 / whole).quantize(CENT)


def place_answer(place: CountPlace, *, actor: Actor) -> dict[str, Any]:
    """What stands at a place now of what the actor entered, and what a later round asks for. At most four statements."""
    one = place.count
    told = tells_the_book(one.status, blind=one.blind)
    own = CountLine.objects.filter(
        count=one, location=place.location_id, round=place.round, counted_by_id=actor.user_id
    )
    lines = list(
        own.select_related("location", "product", "lot").order_by("product__sku", "lot_number", "pk")
    )
    answer = {
        "count": one.number,
        "count_id": one.pk,
        "status": one.status,
        "location": place.location.full_code,
        "location_id": place.location_id,
        "round": place.round,
        "claimed_by": place.claimed_by,
        "done_at": place.done_at,
        "lines": shown_lines(lines, actor=actor, told=told),
        "asked": [],
    }
    if place.round > 1:
        answer["asked"] = [
            {
                "product": line.product.sku,
                "product_id": line.product_id,
                "product_name": line.product.name,
                "lot": line.lot_number,
                "lot_id": line.lot_id,
            }
            for line in asked_again(one, place)
        ]
    return answer


def count_history(one: models.Count, actor: Actor) -> list[dict[str, Any]]:
    """Who did what with a count, newest first. One statement."""
    return history("count", one.pk, actor, right=COST)


def entries_of(one: models.Count) -> QuerySet[CountEntry, Any]:
    """All that was ever entered, the latest first."""
    return CountEntry.objects.filter(count=one).order_by("-pk")


def asked_of(one: models.Count, places: Sequence[CountPlace]) -> dict[int, set[tuple[int, str]]]:
    """Which lots of some places a later round asks for: product and number, by location. One statement."""
    rounds = {place.location_id: place.round for place in places if place.round > 1}
    if not rounds:
        return {}
    latest: dict[tuple[int, int, str], str] = {}
    found = CountLine.objects.filter(count=one, location__in=list(rounds)).order_by("round")
    for location_id, round_, product_id, number, outcome in found.values_list(
        "location_id", "round", "product_id", "lot_number", "outcome"
    ):
        if round_ < rounds[location_id]:
            latest[location_id, product_id, number] = outcome
    asked: dict[int, set[tuple[int, str]]] = {}
    for (location_id, product_id, number), outcome in latest.items():
        if outcome == LineOutcome.RECOUNT:
            asked.setdefault(location_id, set()).add((product_id, number))
    return asked
