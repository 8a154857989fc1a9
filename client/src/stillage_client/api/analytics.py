"""Reports over time, each of one shape: columns, rows, curves, sums."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from stillage_client.api.records import Export, Record
from stillage_client.api.transport import Api, part


@dataclass(frozen=True, kw_only=True)
class ReportKind(Record):
    """A report that may be read, and by what it may be told."""

    name: str
    by: tuple[str, ...] = ()
    days: int = 365


@dataclass(frozen=True, kw_only=True)
class Column(Record):
    """`kind`: text, units, money, percent, days, number or date."""

    key: str
    kind: str = "text"


@dataclass(frozen=True)
class Curve:
    """Points of a chart: a day or a name, and a number."""

    key: str
    kind: str
    points: tuple[tuple[str, float], ...] = ()

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> "Curve":
        points = tuple((str(x), float(y)) for x, y in raw.get("points", ()) if y is not None)
        return cls(str(raw.get("key", "")), str(raw.get("kind", "number")), points)


@dataclass(frozen=True)
class Report:
    """What a report found. Rows are as they came: only their columns say what is in them."""

    name: str
    by: str
    since: date
    until: date
    as_of: datetime | None = None
    columns: tuple[Column, ...] = ()
    rows: tuple[Mapping[str, Any], ...] = ()
    row_count: int = 0
    curves: tuple[Curve, ...] = ()
    totals: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> "Report":
        as_of = raw.get("as_of")
        return cls(
            name=str(raw.get("report", "")),
            by=str(raw.get("by", "")),
            since=date.fromisoformat(raw["since"]),
            until=date.fromisoformat(raw["until"]),
            as_of=datetime.fromisoformat(as_of) if as_of else None,
            columns=Column.read_all(raw.get("columns", ())),
            rows=tuple(raw.get("rows", ())),
            row_count=int(raw.get("row_count", 0)),
            curves=tuple(Curve.read(one) for one in raw.get("curves", ())),
            totals=raw.get("totals", {}),
            notes=tuple(raw.get("notes", ())),
        )


async def kinds(api: Api) -> tuple[ReportKind, ...]:
    """Which reports this person may read."""
    return ReportKind.read_all((await api.get("analytics"))["results"])


async def report(api: Api, name: str, **asked: Any) -> Report:
    """Asked: warehouse, category, product, since, until, by."""
    return Report.read(await api.get(f"analytics/{part(name)}", **asked))


async def file(api: Api, name: str, kind: str, **asked: Any) -> Export:
    """All its rows as csv or xlsx."""
    return await api.download(f"analytics/{part(name)}", format=kind, **asked)
