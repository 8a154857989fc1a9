"""What nobody needs any more, forgotten, and what was forgotten, done: `stillage tidy`, and the start of a worker."""

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


def catch_up() -> None:
    """What a worker does first: go on with imports that a dead one left, and serve orders that wait for stock."""
    from stillage.catalogue.importing.job import resume_imports
    from stillage.sales.backorders import serve_all_waiting

    resume_imports()
    serve_all_waiting()
