"""What is asked of the trail, what an entry changed, and the screen of the thing it tells of. Pure."""

import json
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from stillage_client import words
from stillage_client.api.records import AuditEntry
from stillage_client.locale import t
from stillage_client.screens.doc_codes import route_of

OWN = "own"  # from a day to a day, as `since` and `until` say
PERIODS = ("", "today", "week", "month", "quarter", OWN)
_DAYS = {"today": 0, "week": 6, "month": 29, "quarter": 89}
NONE = "–"
LONGEST = 400
COUNTERS = ("version", "updated_at")  # change with every change, and say nothing


@dataclass(frozen=True)
class AuditQuery:
    """The filters, as they stand in the address: a link to what one sees can be kept."""

    q: str = ""
    user: str = ""
    action: str = ""
    kind: str = ""
    thing: str = ""
    period: str = ""
    since: str = ""
    until: str = ""
    warehouse: str = ""

    @classmethod
    def from_route(cls, route: str) -> "AuditQuery":
        given = {name: values[0] for name, values in parse_qs(urlsplit(route).query).items()}
        return cls(**{field.name: given.get(field.name, "") for field in fields(cls)})

    def route(self) -> str:
        said = {field.name: getattr(self, field.name) for field in fields(self)}
        query = urlencode({name: value for name, value in said.items() if value})
        return f"/audit?{query}" if query else "/audit"

    def asked(self, *, today: date | None = None) -> dict[str, Any]:
        """The filters as the server takes them; days are whole, in UTC."""
        day = today or datetime.now(UTC).date()
        since = day - timedelta(days=_DAYS[self.period]) if self.period in _DAYS else _date(self.since)
        until = None if self.period in _DAYS else _date(self.until)
        return {
            "search": self.q or None,
            "user_id": self.user if self.user.isascii() and self.user.isdecimal() else None,
            "action": self.action or None,
            "object_type": self.kind or None,
            "object_id": self.thing or None,
            "warehouse": self.warehouse or None,
            "since": _instant(since) if since else None,
            "until": _instant(until + timedelta(days=1)) if until else None,
        }

    @property
    def filtered(self) -> bool:
        return self != AuditQuery()


def _date(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _instant(day: date) -> str:
    return datetime.combine(day, time.min, UTC).isoformat()


@dataclass(frozen=True)
class Change:
    """A field with what stood there before and what stands there now; `new` where there was no before at all."""

    name: str
    before: str
    after: str
    new: bool = False


def changes(entry: AuditEntry) -> list[tuple[str, str, str]]:
    """What differs between before and after: (field, before, after); a new thing has no before."""
    return [(one.name, one.before, one.after) for one in differences(entry)]


def differences(entry: AuditEntry) -> list[Change]:
    """Only what changed. Things inside things are followed, so that no braces have to be read."""
    before = dict(_flat(entry.before))
    after = dict(_flat(entry.after))
    names = [*after, *(name for name in before if name not in after)]
    return [
        Change(name, said(before.get(name)), said(after.get(name)), new=entry.before is None)
        for name in names
        if before.get(name) != after.get(name) and name not in COUNTERS
    ]


def _flat(value: Any, path: str = "") -> list[tuple[str, Any]]:
    """A tree as (path, leaf) pairs; short lists of plain values are leaves."""
    if isinstance(value, dict):
        found = [pair for name, one in value.items() for pair in _flat(one, f"{path} {name}".strip())]
        return found or ([(path, None)] if path else [])
    if isinstance(value, list) and any(isinstance(one, dict | list) for one in value):
        return [
            pair for number, one in enumerate(value, 1) for pair in _flat(one, f"{path} {number}".strip())
        ]
    return [(path, value)] if path else []


def said(value: Any) -> str:
    """A value in a line of the difference."""
    if value is None or value == "" or value == []:
        return NONE
    if isinstance(value, bool):
        return t("yes") if value else t("no")
    if isinstance(value, list):
        return ", ".join(said(one) for one in value)
    if isinstance(value, str | int | float):
        text = str(value)
        return text if len(text) <= LONGEST else text[:LONGEST] + " …"
    return json.dumps(value, ensure_ascii=False)


def deed(action: str) -> str:
    """stock.receive → Stock: receive"""
    room, _, act = action.partition(".")
    return f"{plain(room)}: {act.replace('_', ' ')}" if act else action


def plain(name: str) -> str:
    """sales_order → Sales order"""
    return name.replace("_", " ").capitalize()


def thing_route(entry: AuditEntry) -> str:
    """The screen of what an entry tells of; empty when it has none."""
    first = entry.object.split()[0] if entry.object else ""
    label = quote(entry.object, safe="")
    match entry.object_type:
        case "product":
            return f"/products/{label}"
        case "customer":
            return f"/customers/{label}"
        case "supplier":
            return f"/suppliers/{label}"
        case "location" if "/" in entry.object:
            return f"/locations/{quote(entry.object)}"
        case "lot" if entry.object_id.isdecimal():
            return f"/lots/{entry.object_id}/trace"
        case "allocation":
            return route_of(entry.object_id)
        case "count":
            return f"/counts/{first}" if first else ""
        case "user":
            return "/people"
        case "import":
            return "/import"
    return route_of(first)


def day_of(entry: AuditEntry) -> str:
    """The heading under which an entry stands."""
    return words.day(entry.at.date(), weekday=True)
