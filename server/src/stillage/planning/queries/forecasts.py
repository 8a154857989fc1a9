"""Forecasts as rows of a list, and one whole with all that belongs beside it."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from django.db.models import F, FloatField, Q, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf

from stillage.core.actor import Actor
from stillage.core.errors import NotFound
from stillage.core.finding import MAX_ID, seen
from stillage.planning.holidays_of import holidays_between
from stillage.planning.models import DemandEvent, Forecast, KeptForecast
from stillage.planning.queries.demand import demand_by_week
from stillage.planning.queries.named import NO_SUCH, House, house_of, product_id_of, shown_products
from stillage.planning.queries.shelf import shelf
from stillage.planning.weeks import WEEK

HISTORY_WEEKS = 104
TOLD_WEEKS = 104
NEXT_WEEKS = 4
WEEKLY = ("mean", "p10", "p50", "p80", "p90", "p95", "p98", "p99")
TOTALS = ("cum_mean", "cum_p50", "cum_p80", "cum_p90", "cum_p95", "cum_p98", "cum_p99")
# Where there is no error the row comes first, or last: a key may not be empty.
NONE = -1.0


def forecasts(actor: Actor) -> QuerySet[Forecast, Any]:
    """All that the actor may see, with what they are ordered by. Their numbers are read of a page only."""
    return seen(Forecast.objects.all(), actor).annotate(
        error_rank=Coalesce("error", Value(NONE)),
        ratio_rank=Coalesce(
            F("error") / NullIf("naive_error", Value(0.0), output_field=FloatField()),
            Value(NONE),
            output_field=FloatField(),
        ),
    )


def with_word(found: QuerySet[Forecast, Any], word: str) -> QuerySet[Forecast, Any]:
    return found.filter(
        Q(product__sku__icontains=word)
        | Q(product__name__icontains=word)
        | Q(product__brand__name__icontains=word)
    )


def shown_forecasts(ids: Sequence[int]) -> list[dict[str, Any]]:
    """Rows of a page, in its order. Two statements."""
    found = {one.pk: one for one in _whole().filter(pk__in=ids)}
    products = shown_products(one.product_id for one in found.values())
    return [_row(found[pk], products, orjson.loads(found[pk].numbers)) for pk in ids if pk in found]


def _whole() -> QuerySet[Forecast, Any]:
    return Forecast.objects.select_related("warehouse", "run")


def _row(
    one: Forecast, products: dict[int, dict[str, Any]], numbers: dict[str, list[float]]
) -> dict[str, Any]:
    ratio = one.error / one.naive_error if one.error is not None and one.naive_error else None
    return {
        "id": one.pk,
        **products[one.product_id],
        "warehouse": one.warehouse.code,
        "warehouse_id": one.warehouse_id,
        "method": one.method,
        "demand_class": one.demand_class,
        "per_week": round(one.per_week, 2),
        "next_4_weeks": round(numbers["cum_mean"][min(NEXT_WEEKS, len(numbers["cum_mean"])) - 1], 2),
        "error": one.error,
        "naive_error": one.naive_error,
        "ratio": None if ratio is None else round(ratio, 3),
        "origin_date": one.origin_date,
        "made_at": one.run.started_at or one.run.created_at,
        "week_means": numbers["mean"],
    }


def find_forecast(pk: str, *, actor: Actor) -> Forecast:
    """One by id; another warehouse's is not there. One statement."""
    known = pk.isascii() and pk.isdecimal() and len(pk) <= 19 and int(pk) <= MAX_ID
    found = seen(_whole(), actor).filter(pk=int(pk)).first() if known else None
    if found is None:
        raise NotFound(NO_SUCH)
    return found


def forecast_of(product: str, warehouse: str, *, actor: Actor) -> Forecast:
    """One by what it is of; a refusal of its own where there is none yet. Three statements."""
    house, product_id = house_of(actor, warehouse), product_id_of(product)
    found = _whole().filter(product_id=product_id, warehouse_id=house.id).first()
    if found is None:
        raise NotFound("Nothing was forecast of this product in this warehouse yet.", code="no_forecast")
    return found


def whole_forecast(one: Forecast, *, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """A forecast with its weeks, reasons, history, what was told before, events and the shelf. A fixed number of
    statements."""
    numbers = orjson.loads(one.numbers)
    house = house_of(actor, one.warehouse.code)
    origin = one.origin_date
    today = _today(at, house)
    left, lasts = shelf(one.product_id, one.warehouse_id, numbers, origin, today)
    past = demand_by_week(one.product_id, one.warehouse_id, origin - (HISTORY_WEEKS - 1) * WEEK, origin)
    return {
        **_row(one, shown_products([one.product_id]), numbers),
        "horizon_weeks": one.horizon_weeks,
        "weeks": [
            {
                "week_date": origin + (number + 1) * WEEK,
                **{name: numbers[name][number] for name in (*WEEKLY, *TOTALS)},
            }
            for number in range(one.horizon_weeks)
        ],
        "why": orjson.loads(one.why),
        "history": [
            {
                "week_date": row["date"],
                "demand": row["demand"],
                "unknown": row["unknown"],
                "days_out": row["days_out"],
            }
            for row in past
        ],
        "told": _told(one),
        "events": _events(one, house, past[0]["date"], origin + one.horizon_weeks * WEEK),
        "shelf": left,
        "lasts_days": lasts,
    }


def _today(at: dt.datetime, house: House) -> dt.date:
    return at.astimezone(ZoneInfo(house.timezone)).date()


def _told(one: Forecast) -> list[dict[str, Any]]:
    kept = KeptForecast.objects.filter(
        warehouse_id=one.warehouse_id,
        product_id=one.product_id,
        step=1,
        week_date__gt=one.origin_date - TOLD_WEEKS * WEEK,
        week_date__lte=one.origin_date,
    )
    rows: Iterable[dict[str, Any]] = kept.order_by("week_date").values("week_date", "mean", "p10", "p90")  # type: ignore[assignment]
    return list(rows)


def _events(one: Forecast, house: House, first: dt.date, last: dt.date) -> list[dict[str, Any]]:
    """What is known of the year behind and the weeks ahead, holidays among it. One statement."""
    since = max(first, one.origin_date - 53 * WEEK)
    meant = (
        Q(products__product=one.product_id)
        | Q(products__isnull=True, category__isnull=True)
        | Q(products__isnull=True, category__product=one.product_id)
    )
    found = DemandEvent.objects.filter(meant, first_date__lte=last, last_date__gte=since).filter(
        Q(warehouse__isnull=True) | Q(warehouse=one.warehouse_id)
    )
    rows: Iterable[Any] = found.distinct().values_list("id", "name", "kind", "first_date", "last_date")
    days = holidays_between(house.country, house.region, since, last)
    events = [tuple(row[1:]) for row in rows] + [(name, "holiday", day, day) for day, name in days]
    names = ("name", "kind", "first_date", "last_date")
    shown: list[dict[str, Any]] = [dict(zip(names, event, strict=True)) for event in events]
    return sorted(shown, key=lambda event: (event["first_date"], event["name"]))
