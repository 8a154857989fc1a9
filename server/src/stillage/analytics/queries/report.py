"""The one shape of all reports: columns that say what they hold, rows, curves for a chart, sums."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from stillage.core.actor import Actor
from stillage.core.sql import is_postgres, member

MOST_ROWS: Final = 1_000
HUNDRED: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class Column:
    """`kind`: text, units, money, percent, days, number or date. With a `right` it is for those who have it."""

    key: str
    kind: str
    right: str = ""


@dataclass(frozen=True, slots=True)
class Curve:
    """Points of a chart: a date or a name, and a number of the column's kind."""

    key: str
    kind: str
    points: list[tuple[Any, Any]]
    right: str = ""


@dataclass(slots=True)
class Report:
    """What a report found. `notes` are codes of what a reader must know to read it rightly."""

    columns: Sequence[Column]
    rows: list[dict[str, Any]]
    curves: list[Curve] = field(default_factory=list)
    totals: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody wants to see: of the warehouses that he sees, from one day to another (both included)."""

    actor: Actor
    warehouses: Mapping[int, str]  # id -> code
    today: dt.date
    since: dt.date
    until: dt.date
    by: str
    category_id: int | None = None
    product_id: int | None = None

    @property
    def days(self) -> int:
        return (self.until - self.since).days + 1

    def houses(self, column: str) -> tuple[str, list[Any]]:
        """A condition on a warehouse's id, and its parameters."""
        words, values = member(sorted(self.warehouses), "bigint")
        return f"{column} {words}", values

    def products(self, alias: str) -> tuple[str, list[Any]]:
        """A condition on a joined product, and its parameters."""
        words, values = "", []
        if self.category_id is not None:
            words, values = f" AND {alias}.category_id = %s", [self.category_id]
        if self.product_id is not None:
            words, values = f"{words} AND {alias}.id = %s", [*values, self.product_id]
        return words, values


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A report that can be had: by what it may be told, what right it asks, and how far back it looks unless told."""

    name: str
    permission: str
    by: tuple[str, ...]
    make: Callable[[Asked], Report]
    days: int = 365


def days_between(first: str, last: str) -> str:
    """Whole days from one SQL date to another."""
    if is_postgres():
        return f"({last} - {first})"
    return f"CAST(julianday({last}) - julianday({first}) AS integer)"


def as_day(parameter: str = "%s") -> str:
    """A parameter that is a day."""
    return f"CAST({parameter} AS date)" if is_postgres() else parameter


def month_of(day: str) -> str:
    """The first day of a month, as text."""
    return f"to_char({day}, 'YYYY-MM-01')" if is_postgres() else f"strftime('%%Y-%%m-01', {day})"


def money(value: Any) -> str:
    return str(Decimal(str(value or 0)).quantize(Decimal("0.01")))


def share(part: Any, whole: Any) -> str | None:
    """A part as a percentage to one place; None of nothing."""
    if not whole:
        return None
    return tenth(Decimal(str(part)) * HUNDRED / Decimal(str(whole)))


def tenth(value: Decimal) -> str:
    return str(value.quantize(Decimal("0.1")))


def shown(found: Report, actor: Actor) -> dict[str, Any]:
    """The report as its reader may see it: without what he has no right to."""
    hidden = {one.key for one in found.columns if one.right and not actor.can(one.right)}
    rows = found.rows[:MOST_ROWS]
    return {
        "columns": [{"key": one.key, "kind": one.kind} for one in found.columns if one.key not in hidden],
        "rows": [{key: value for key, value in row.items() if key not in hidden} for row in rows],
        "row_count": len(found.rows),
        "curves": [
            {"key": one.key, "kind": one.kind, "points": [list(point) for point in one.points]}
            for one in found.curves
            if not one.right or actor.can(one.right)
        ],
        "totals": {key: value for key, value in found.totals.items() if key not in hidden},
        "notes": found.notes,
    }
