"""Forecasts are asked for: by somebody, or by the night. One run waits at a time."""

import datetime as dt

from django.db import transaction

from stillage.audit.record import record
from stillage.core.actor import Actor, service
from stillage.core.errors import Conflict
from stillage.core.locking import operation
from stillage.planning.models import ForecastRun, RunKind, RunStatus

NIGHT = "night"
TRIES = 3


@operation
def ask_run(*, actor: Actor, at: dt.datetime, full: bool = False) -> ForecastRun:
    """Have forecasts made; who asks while a run waits is given that one, made full where that was asked.

    Refuses: nothing. Locks: the run that waits. Audits: forecast_run.ask.
    """
    for _ in range(TRIES):
        made = ForecastRun(
            kind=RunKind.ASKED,
            full=full,
            user_id=actor.user_id,
            username=actor.username[:150],
            created_at=at,
        )
        # Who loses the race for the one place waits here for the winner's end, and then finds the winner's.
        ForecastRun.objects.bulk_create([made], ignore_conflicts=True)
        waiting = ForecastRun.objects.select_for_update(no_key=True).filter(status=RunStatus.QUEUED).first()
        if waiting is not None:
            break
    else:
        raise Conflict("Runs come and go just now; ask again.", code="busy")
    if full and not waiting.full:
        waiting.full = True
        waiting.save(update_fields=["full"])
    record(
        actor=actor,
        action="forecast_run.ask",
        object_type="forecast_run",
        object_id=waiting.pk,
        label=f"forecasts {waiting.pk}",
        after={"full": full},
        at=at,
    )
    transaction.on_commit(lambda: _enqueue(waiting.pk))
    return waiting


@operation
def ask_nightly_run(*, day: dt.date, at: dt.datetime) -> ForecastRun | None:
    """The run of a day, once however many ask; None when there is one already, or another waits.

    Locks nothing. Audits: nothing; the run itself is the record.
    """
    actor = service(NIGHT)
    made = ForecastRun(kind=RunKind.NIGHTLY, day=day, username=actor.username, created_at=at)
    ForecastRun.objects.bulk_create([made], ignore_conflicts=True)
    found = ForecastRun.objects.filter(day=day, created_at=at, status=RunStatus.QUEUED).first()
    if found is not None:
        pk = found.pk
        transaction.on_commit(lambda: _enqueue(pk))
    return found


def _enqueue(run_id: int) -> None:
    from stillage.planning.running import run_forecast

    run_forecast.enqueue(run_id)
