"""What goes over the wire, as bytes: server-sent events, each made once for all who get it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import orjson

from stillage.live.changes import Change
from stillage.live.positions import Position


@dataclass(frozen=True, slots=True)
class Told:
    """A change, its topic (None: nobody's) and what is sent of it."""

    change: Change
    topic: str | None
    message: bytes


def event(name: str, about: dict[str, Any], position: Position | None = None) -> bytes:
    """One event. orjson writes no line breaks."""
    named = f"id: {position}\n" if position is not None else ""
    return f"event: {name}\n{named}data: ".encode() + orjson.dumps(about) + b"\n\n"


def change(one: Change, topic: str, warehouse: str | None) -> bytes:
    """Something was changed. What it was before and is now is asked for where it lives."""
    return event(
        "change",
        {
            "topic": topic,
            "action": one.action,
            "object_type": one.object_type,
            "object_id": one.object_id,
            "label": one.label,
            "warehouse": warehouse,
            "at": one.at.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        },
        one.position,
    )


def hello(topics: list[str], position: Position) -> bytes:
    """The first event: what is listened to, and from where on."""
    return event("hello", {"topics": topics}, position)


def reset(position: Position, because: str) -> bytes:
    """Too much happened, or it cannot be told: load everything anew, and go on from here."""
    return event("reset", {"because": because}, position)


def expiring(seconds: float) -> bytes:
    """The token runs out soon: come again with a new one."""
    return event("expiring", {"seconds": round(seconds)})


def end(because: str) -> bytes:
    """The last event."""
    return event("end", {"because": because})


def beat(position: Position) -> bytes:
    """Nothing happened. No event for the listener, but it stands further on now."""
    return f": beat\nid: {position}\n\n".encode()
