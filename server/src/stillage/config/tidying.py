"""What nobody needs any more, forgotten: what `stillage tidy` does."""

import datetime as dt

from stillage.accounts.operations import forget_old_sign_ins
from stillage.core.clock import now
from stillage.rest.models import IdempotencyKey

# Longer than any tablet stays away with its queue of scans (docs/idempotency.md).
KEYS_ARE_KEPT_DAYS = 30
TASKS_ARE_KEPT_DAYS = 14


def tidy_up() -> dict[str, int]:
    """Delete old sign-ins, keys and tasks; returns how many of each. The ledger and the trail are never touched."""
    from django_tasks_db.models import DBTaskResult

    at = now()
    keys = IdempotencyKey.objects.filter(created_at__lt=at - dt.timedelta(days=KEYS_ARE_KEPT_DAYS))
    tasks = DBTaskResult.objects.filter(finished_at__lt=at - dt.timedelta(days=TASKS_ARE_KEPT_DAYS))
    return {
        "sign-ins": forget_old_sign_ins(at=at),
        "idempotency keys": keys.delete()[0],
        "tasks": tasks.delete()[0],
    }
