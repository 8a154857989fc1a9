"""Writing the audit trail, inside the transaction of what it tells of."""

import datetime as dt
from typing import Any

from django.db import connection

from stillage.audit.models import Entry
from stillage.core.actor import Actor
from stillage.core.clock import now
from stillage.rest.rendering import dumps

_SQL = (
    "INSERT INTO audit_entry (at, user_id, username, action, object_type, object_id, object_label,"
    " warehouse_id, before, after, address, request_id, session_id)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
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
    """Write one row. `before` and `after` hold what a person needs to see of the change; never a secret."""
    postgres = connection.vendor == "postgresql"
    session = actor.session_id
    with connection.cursor() as cursor:
        cursor.execute(
            _SQL,
            [
                at or now(),
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
                session if postgres or session is None else session.hex,
            ],
        )


__all__ = ["Entry", "record"]
