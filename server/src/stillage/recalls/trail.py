"""What the trail says of a recall: one row a step, from which its timeline is read."""

import datetime as dt
from typing import Any

from stillage.audit.record import record
from stillage.core.actor import Actor
from stillage.recalls.models import Recall

OBJECT_TYPE = "recall"


def record_step(
    one: Recall, step: str, *, actor: Actor, at: dt.datetime, before: Any = None, after: Any = None
) -> None:
    """Write one row. One statement."""
    record(
        actor=actor,
        action=f"recall.{step}",
        object_type=OBJECT_TYPE,
        object_id=one.pk,
        label=f"{one.number} {one.title}",
        before=before,
        after=after,
        at=at,
    )
