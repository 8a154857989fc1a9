"""What the arithmetic is given, written to a file: a line a series, and of each whether anything changed since."""

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from stillage.core.sql import as_date, as_instant, fetch, member, stored
from stillage.planning.models import DemandEvent, EventKind
from stillage.planning.queries.weekly import Weekly, weekly
from stillage.planning.weeks import WEEK, last_week, week_of
from stillage.stock.incoming import incoming

HORIZON_WEEKS = 26
MOST_WEEKS = 208
# An event counts for a week when it covers so many of its days.
EVENT_DAYS = 3
SEED = 0


@dataclass(frozen=True, slots=True)
class Group:
    """Warehouses that are forecast together: their last week is the same, and so are their holidays."""

    origin_date: dt.date
    country: str
    region: str
    warehouse_ids: tuple[int, ...]


@dataclass(slots=True)
class Written:
    """What a file holds: the fingerprints of its series, and how many of them have changed."""

    fingerprints: dict[tuple[int, int], str]
    changed: int


@dataclass(frozen=True, slots=True)
class _Product:
    id: int
    category_id: int
    brand_id: int
    numbers: tuple[float | None, float | None, float | None]


def groups(at: dt.datetime) -> list[Group]:
    """All active warehouses. One statement."""
    found = fetch(
        "SELECT w.id, w.timezone, COALESCE(p.holiday_country, ''), COALESCE(p.holiday_region, '')"
        " FROM places_warehouse w LEFT JOIN planning_warehouseplan p ON p.warehouse_id = w.id"
        " WHERE w.is_active ORDER BY w.id",
        [],
    )
    sorted_out: dict[tuple[dt.date, str, str], list[int]] = defaultdict(list)
    for pk, zone, country, region in found:
        sorted_out[last_week(at, zone), country, region].append(pk)
    return [Group(*key, tuple(ids)) for key, ids in sorted_out.items()]


@cache
def engine() -> str:
    """The engine's own text, as a digest: another engine makes other forecasts."""
    folder = Path(__file__).resolve().parent.parent / "forecasting"
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def write_series(
    path: Path,
    group: Group,
    *,
    full: bool,
    learned: bool,
    backfill: Sequence[int] = (),
) -> Written:
    """Write the series of a group; only those that changed since their forecast was made are marked, or all."""
    products = _products()
    first = _first_week(group)
    weeks = (group.origin_date - first).days // 7 + 1
    events = _Events(first, weeks)
    known = _fingerprints(group)
    head = {
        "horizon": HORIZON_WEEKS,
        "weeks": weeks,
        "first_week": first,
        "country": group.country,
        "region": group.region,
        "learned": learned,
        "seed": SEED,
        "backfill": sorted((back for back in backfill if 0 < back < weeks), reverse=True),
    }
    basis = orjson.dumps(
        [engine(), group.origin_date, group.country, group.region, learned, SEED, HORIZON_WEEKS]
    )
    written = Written({}, 0)
    with path.open("wb") as out:
        out.write(orjson.dumps(head) + b"\n")
        for warehouse_id in group.warehouse_ids:
            for line in _lines(warehouse_id, products, first, weeks, events):
                fingerprint = hashlib.sha256(basis + orjson.dumps(line)).hexdigest()
                key = (line["product"], warehouse_id)
                changed = full or known.get(key) != fingerprint
                written.fingerprints[key] = fingerprint
                written.changed += changed
                out.write(orjson.dumps({**line, "changed": changed}) + b"\n")
    return written


def _first_week(group: Group) -> dt.date:
    wanted, parameters = member(group.warehouse_ids, "bigint")
    found = fetch(f"SELECT MIN(day) FROM planning_demandday WHERE warehouse_id {wanted}", parameters)
    first = as_date(found[0][0])
    earliest = group.origin_date - (MOST_WEEKS - 1) * WEEK
    return group.origin_date if first is None else max(earliest, min(week_of(first), group.origin_date))


def _products() -> dict[int, _Product]:
    """All that are bought and sold. What is discontinued is not forecast: it is not bought again."""
    found = fetch(
        "SELECT id, COALESCE(category_id, 0), COALESCE(brand_id, -1), container_ml, abv_percent, unit_price"
        " FROM catalogue_product WHERE status = 'active' ORDER BY id",
        [],
    )
    return {
        row[0]: _Product(row[0], row[1], row[2], tuple(None if v is None else float(v) for v in row[3:]))  # type: ignore[arg-type]
        for row in found
    }


def _fingerprints(group: Group) -> dict[tuple[int, int], str]:
    wanted, parameters = member(group.warehouse_ids, "bigint")
    found = fetch(
        f"SELECT product_id, warehouse_id, fingerprint FROM planning_forecast WHERE warehouse_id {wanted}",
        parameters,
    )
    return {(product, warehouse): fingerprint for product, warehouse, fingerprint in found}


def _lines(
    warehouse_id: int, products: dict[int, _Product], first: dt.date, weeks: int, events: "_Events"
) -> Iterator[dict[str, Any]]:
    """A line a product that was ever asked for here, or that is new and here or on its way."""
    sold = {
        row[0]
        for row in fetch(
            "SELECT DISTINCT product_id FROM planning_demandday WHERE warehouse_id = %s"
            " AND shipped + imported > 0 AND day > %s",
            [warehouse_id, stored(first - WEEK)],
        )
    }
    here = _stocked_since(warehouse_id, [pk for pk in products if pk not in sold])
    for one in weekly(warehouse_id, [pk for pk in products if pk in sold or pk in here], first, weeks):
        product = products[one.product_id]
        own = events.of(product, warehouse_id)
        begun = _begun(one, here.get(one.product_id), first)
        units: list[int | None] = [
            None if one.unknown[n] or n in own.lost else one.units[n] for n in range(weeks)
        ]
        yield {
            "product": product.id,
            "warehouse": warehouse_id,
            "category": product.category_id,
            "brand": product.brand_id,
            "numbers": product.numbers,
            "first": begun,
            "units": [] if begun is None else units[begun:],
            "events": own.moved,
        }


def _begun(one: Weekly, stocked: dt.date | None, first: dt.date) -> int | None:
    """The first week of which something is known: of its first demand, or, never asked for, in which it came."""
    sold = next((number for number, units in enumerate(one.units) if units > 0), None)
    if sold is not None or stocked is None:
        return sold
    number = (week_of(stocked) - first).days // 7 + 1
    return max(number, 0) if number < len(one.units) else None


def _stocked_since(warehouse_id: int, product_ids: list[int]) -> dict[int, dt.date | None]:
    """Of products without any demand those that lie here (since about when) or are on their way. A few statements."""
    wanted, parameters = member(product_ids, "bigint")
    found: dict[int, dt.date | None] = {
        one.product_id: None
        for one in incoming(product_ids, [warehouse_id])
        if one.warehouse_id == warehouse_id
    }
    lying = fetch(
        "SELECT b.product_id, MIN(l.created_at) FROM stock_balance b JOIN stock_lot l ON l.id = b.lot_id"
        f" WHERE b.warehouse_id = %s AND b.product_id {wanted} AND b.on_hand > 0 GROUP BY b.product_id",
        [warehouse_id, *parameters],
    )
    for product_id, since in lying:
        at = as_instant(since)
        found[product_id] = None if at is None else at.date()
    return found


@dataclass(frozen=True, slots=True)
class _Own:
    """The events of one series: weeks moved by so much (none: to be learned), and weeks that say nothing."""

    moved: list[tuple[int, float | None]]
    lost: frozenset[int]


class _Events:
    """Known events by week, for whom they are meant."""

    def __init__(self, first: dt.date, weeks: int) -> None:
        last = first + (weeks - 1 + HORIZON_WEEKS) * WEEK
        found = DemandEvent.objects.filter(last_date__gt=first - WEEK, first_date__lte=last)
        self._events: list[tuple[DemandEvent, frozenset[int], _Own]] = []
        for event in found.order_by("pk").prefetch_related("products"):
            named = frozenset(one.product_id for one in event.products.all())
            self._events.append((event, named, _weeks_of(event, first, weeks)))

    def of(self, product: _Product, warehouse_id: int) -> _Own:
        moved: dict[int, float | None] = {}
        lost: set[int] = set()
        for event, named, own in self._events:
            if event.warehouse_id not in (None, warehouse_id):
                continue
            if named and product.id not in named:
                continue
            if not named and event.category_id not in (None, product.category_id):
                continue
            moved |= dict(own.moved)
            lost |= own.lost
        return _Own(sorted(moved.items()), frozenset(lost))


def _weeks_of(event: DemandEvent, first: dt.date, weeks: int) -> _Own:
    """The weeks that an event covers in good part. A disruption of which nobody says how much is not learned from."""
    uplift = None if event.uplift_percent is None else float(event.uplift_percent)
    moved: list[tuple[int, float | None]] = []
    lost: set[int] = set()
    for number in _numbers(event.first_date, event.last_date, first, weeks + HORIZON_WEEKS):
        start = first + number * WEEK - dt.timedelta(days=6)
        days = (min(event.last_date, first + number * WEEK) - max(event.first_date, start)).days + 1
        if days < EVENT_DAYS:
            continue
        if uplift is not None:
            moved.append((number, round(uplift * days / 7, 2)))
        elif event.kind == EventKind.DISRUPTION:
            if number < weeks:
                lost.add(number)
        else:
            moved.append((number, None))
    return _Own(moved, frozenset(lost))


def _numbers(start: dt.date, end: dt.date, first: dt.date, weeks: int) -> Iterable[int]:
    low = (week_of(start) - first).days // 7
    high = (week_of(end) - first).days // 7
    return range(max(low, 0), min(high, weeks - 1) + 1)
