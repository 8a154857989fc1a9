"""Writing the audit trail, inside the transaction of what it tells of."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from stillage.audit.models import Entry
from stillage.core.actor import Actor
from stillage.core.clock import now
from stillage.core.closing import write_at_the_end
from stillage.core.sql import stored
from stillage.core.written_json import dumps

_SQL = (
    "INSERT INTO audit_entry (at, user_id, username, action, object_type, object_id, object_label,"
    " warehouse_id, before, after, address, request_id, session_id)"
)


def _json(value: Any) -> str | None:
    return None if value is None else dumps(value).decode()


def record(
    *,
    actor: Actor,
    action: str,
    object_type: str,
    object_id: Any,
    label: str,
    before: Any = None,
    after: Any = None,
    warehouse_id: int | None = None,
    at: dt.datetime | None = None,
) -> None:
    """Write one row, in the request's last statement where there is a request.

    `before` and `after` hold what a person needs to see of the change; never a secret.
    """
    write_at_the_end(
        _SQL,
        [
            stored(at or now()),
            actor.user_id,
            actor.username[:150],
            action,
            object_type,
            str(object_id)[:64],
            label[:250],
            warehouse_id,
            _json(before),
            _json(after),
            actor.address[:45],
            actor.request_id[:64],
            stored(actor.session_id),
        ],
    )


def beginning(*, actor: Actor, action: str, object_type: str, at: dt.datetime) -> tuple[str, list[Any]]:
    """The beginning of an INSERT … SELECT for a statement that finds out by itself what is to be told, and its
    parameters. It goes on with the object's id, its label, the warehouse, and what is so afterwards (JSON as text)."""
    return (
        "INSERT INTO audit_entry (at, user_id, username, action, object_type, address, request_id, session_id,"
        " object_id, object_label, warehouse_id, after) SELECT %s, %s, %s, %s, %s, %s, %s, %s,",
        [
            stored(at),
            actor.user_id,
            actor.username[:150],
            action,
            object_type,
            actor.address[:45],
            actor.request_id[:64],
            stored(actor.session_id),
        ],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one of many rows of the trail says; the actor and the time are said once."""

    action: str
    object_type: str
    object_id: Any
    label: str
    before: Any = None
    after: Any = None
    warehouse_id: int | None = None


def record_many(*, actor: Actor, changes: Iterable[Change], at: dt.datetime | None = None) -> None:
    """Write one row for each change, several hundred a statement; a single one with what the transaction writes last."""
    at, changes = at or now(), list(changes)
    if len(changes) == 1:
        (one,) = changes
        record(
            actor=actor,
            action=one.action,
            object_type=one.object_type,
            object_id=one.object_id,
            label=one.label,
            before=one.before,
            after=one.after,
            warehouse_id=one.warehouse_id,
            at=at,
        )
        return
    Entry.objects.bulk_create(
        (
            Entry(
                at=at,
                user_id=actor.user_id,
                username=actor.username[:150],
                action=change.action,
                object_type=change.object_type,
                object_id=str(change.object_id)[:64],
                object_label=change.label[:250],
                warehouse_id=change.warehouse_id,
                before=_json(change.before),
                after=_json(change.after),
                address=actor.address[:45],
                request_id=actor.request_id[:64],
                session_id=actor.session_id,
            )
            for change in changes
        ),
        batch_size=500,
    )


__all__ = ["Change", "Entry", "beginning", "record", "record_many"]
