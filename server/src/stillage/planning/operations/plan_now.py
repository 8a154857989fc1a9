"""A whole run at once, by whoever calls, for the command line and the demonstration."""

import datetime as dt
from typing import Any

from stillage.core.errors import Conflict
from stillage.planning.models import ForecastRun, RunKind, RunStatus
from stillage.planning.operations.ask_run import NIGHT


def plan_now(
    at: dt.datetime,
    *,
    full: bool = False,
    backfill_weeks: int = 0,
    learned: bool | None = None,
    username: str = f"service:{NIGHT}",
) -> ForecastRun:
    """History, forecasts, proposals and expiry risks as of an instant; returns the run, done or failed with its reason.

    With `backfill_weeks`, what would have been told in each of so many weeks before is worked out too, from what was
    known then, and held against what came: there is an accuracy to look at from the first day on.

    Refuses: while another run is at work. Locks: as a run does. Audits: nothing; the run itself is the record.
    """
    from stillage.planning.running import carry_out, claim_run, enqueue_waiting

    run = _new_run(at, full=full or backfill_weeks > 0, username=username)
    claim = claim_run(run.pk)
    if claim is None:
        raise Conflict("Forecasts are being made already; wait for that run to end.", code="busy")
    more: dict[str, Any] = {"backfill": range(1, backfill_weeks + 1), "learned": learned}
    carry_out(claim, at=at, **more)
    enqueue_waiting()
    run.refresh_from_db()
    return run


def _new_run(at: dt.datetime, *, full: bool, username: str) -> ForecastRun:
    """The run that waits already, else a new one."""
    made = ForecastRun(kind=RunKind.ASKED, full=full, username=username[:150], created_at=at)
    ForecastRun.objects.bulk_create([made], ignore_conflicts=True)
    run = ForecastRun.objects.filter(status=RunStatus.QUEUED).first()
    if run is None:
        raise Conflict("Forecasts are being made already; wait for that run to end.", code="busy")
    if full and not run.full:
        run.full = True
        run.save(update_fields=["full"])
    return run
