"""A run from queue to end: claimed under a lease, carried out, told. Run again when its worker died."""

import datetime as dt
import logging
from dataclasses import asdict, dataclass
from typing import Any, Final

import orjson
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import F, Q
from django_tasks import task

from stillage.core.clock import now
from stillage.planning.computing import CannotCompute
from stillage.planning.models import ForecastRun, RunStatus
from stillage.planning.operations.make_plan import BookNotAtRest, make_plan

log = logging.getLogger("stillage.planning")
LEASE: Final = dt.timedelta(minutes=2)
FORGOTTEN_AFTER: Final = dt.timedelta(minutes=1)
MAX_ATTEMPTS: Final = 3


class Overtaken(Exception):
    """Another worker has this run now; this one leaves without a trace."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A run as this worker holds it: valid while `attempt` is still the row's number."""

    run: ForecastRun
    attempt: int

    def tell(self, lease: dt.timedelta = LEASE, **values: Any) -> None:
        """Write progress and prolong the lease, or find out that it was lost."""
        held = ForecastRun.objects.filter(pk=self.run.pk, attempts=self.attempt, status=RunStatus.RUNNING)
        if not held.update(lease_until=now() + lease, **values):
            raise Overtaken


@task()
def run_forecast(run_id: int) -> None:
    """The background task."""
    claim = claim_run(run_id)
    if claim is None:
        return
    try:
        carry_out(claim)
    except Overtaken:
        log.warning("forecast run %s was taken over by another worker", run_id)
        return
    enqueue_waiting()


def claim_run(run_id: int) -> Claim | None:
    """Take a run that waits, or one whose worker's lease ran out; None when another runs, or there is nothing to take."""
    at = now()
    free = Q(status=RunStatus.QUEUED) | Q(status=RunStatus.RUNNING, lease_until__lt=at)
    mine = ForecastRun.objects.filter(free, pk=run_id, attempts__lt=MAX_ATTEMPTS)
    try:
        with transaction.atomic():
            taken = mine.update(
                status=RunStatus.RUNNING,
                attempts=F("attempts") + 1,
                lease_until=at + LEASE,
                started_at=at,
                series_done=0,
            )
    except IntegrityError:
        return None  # one runs already; its end starts this one
    if not taken:
        return None
    run = ForecastRun.objects.get(pk=run_id)
    return Claim(run, run.attempts)


def carry_out(claim: Claim, **given: Any) -> None:
    """Make the plan and say how it ended. What fails leaves the old forecasts as they were, and says why."""
    run = claim.run
    try:
        figures = make_plan(claim, at=given.pop("at", None) or now(), full=run.full, **given)
    except Overtaken:
        raise
    except CannotCompute as error:
        log.exception("forecast run %s could not be worked out", run.pk)
        _fail(claim, str(error))
    except BookNotAtRest:
        _fail(claim, "Somebody was booking for longer than is waited for; it will be tried again.")
    except OperationalError:
        log.exception("forecast run %s met a busy database", run.pk)
        _fail(claim, "The database was busy or away; it will be tried again.")
    except Exception:
        log.exception("forecast run %s broke", run.pk)
        _fail(claim, "Something broke on our side; it was noted.")
    else:
        _end(claim, RunStatus.DONE, phase="done", detail="", figures=orjson.dumps(asdict(figures)).decode())


def _fail(claim: Claim, why: str) -> None:
    phase = ForecastRun.objects.filter(pk=claim.run.pk).values_list("phase", flat=True).first()
    kept = "The forecasts are new, the proposals as they were." if phase == "proposals" else ""
    detail = f"{why} {kept or 'The forecasts are as they were.'}"
    _end(claim, RunStatus.FAILED, detail=detail[:500])


def _end(claim: Claim, status: RunStatus, **values: Any) -> None:
    claim.tell(status=status, finished_at=now(), **values)


def stalled(at: dt.datetime) -> Q:
    """Runs that nobody works on although they are not finished."""
    return Q(status=RunStatus.RUNNING, lease_until__lt=at) | Q(
        status=RunStatus.QUEUED, created_at__lt=at - FORGOTTEN_AFTER
    )


def resume_runs() -> int:
    """Queue anew what a dead worker left behind; give up what failed three times. Returns how many were queued."""
    queued = 0
    for run in ForecastRun.objects.filter(stalled(now())).order_by("-status"):
        if run.attempts >= MAX_ATTEMPTS:
            lost = ForecastRun.objects.filter(stalled(now()), pk=run.pk, attempts=run.attempts)
            lost.update(
                status=RunStatus.FAILED,
                detail=f"The worker ended {run.attempts} times before it was through. The forecasts are as they were.",
                finished_at=now(),
            )
            continue
        if run.status == RunStatus.QUEUED and _somebody_runs():
            continue  # its turn comes when that one ends
        run_forecast.enqueue(run.pk)
        queued += 1
    return queued


def _somebody_runs() -> bool:
    return ForecastRun.objects.filter(status=RunStatus.RUNNING, lease_until__gte=now()).exists()


def enqueue_waiting() -> None:
    """Whoever waited for this one's end."""
    waiting = ForecastRun.objects.filter(status=RunStatus.QUEUED).values_list("pk", flat=True).first()
    if waiting is not None:
        run_forecast.enqueue(waiting)
