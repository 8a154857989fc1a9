"""What every worker looks after beside its queue: a run of forecasts a night, and runs that a dead worker left."""

import datetime as dt
import logging
import threading
from collections.abc import Callable
from zoneinfo import ZoneInfo

from stillage.core.clock import now
from stillage.core.sql import fetch

log = logging.getLogger("stillage.nightly")
LOOK_EVERY_SECONDS = 60.0
NIGHT_HOUR = 2
DAY = dt.timedelta(days=1)


def company_zone() -> ZoneInfo:
    """The company's day is that of its first warehouse."""
    found = fetch("SELECT timezone FROM places_warehouse WHERE is_active ORDER BY id LIMIT 1", [])
    return ZoneInfo(found[0][0] if found else "UTC")


def night_of(at: dt.datetime, zone: ZoneInfo) -> dt.date:
    """The day whose night has begun: until two o'clock it is still the day before."""
    return (at.astimezone(zone) - dt.timedelta(hours=NIGHT_HOUR)).date()


def ask_if_due(at: dt.datetime) -> bool:
    """Have the run of this night made, once whatever the number of workers; returns whether one was asked for.

    A night has its run, also when the worker comes later, and also when somebody asked for one during the day; a first
    one is made as soon as there is anything that was sold. Where one failed, the next is the next night's, or asked for.
    """
    from stillage.planning.models import ForecastRun, RunStatus
    from stillage.planning.operations import ask_nightly_run

    day = night_of(at, company_zone())
    if ForecastRun.objects.filter(day=day).exists():
        return False
    begun = dt.datetime.combine(day, dt.time(NIGHT_HOUR), company_zone())
    newest = ForecastRun.objects.filter(status=RunStatus.DONE).order_by("-started_at").first()
    if newest is not None and newest.started_at is not None and newest.started_at >= begun:
        return False
    if not fetch("SELECT 1 FROM stock_movement WHERE kind = 'issue' LIMIT 1", []) and not fetch(
        "SELECT 1 FROM planning_demandday LIMIT 1", []
    ):
        return False
    return ask_nightly_run(day=day, at=at) is not None


def look() -> None:
    """One look: what is due is asked for, what was left lying is taken up again."""
    from stillage.planning.running import resume_runs

    resume_runs()
    ask_if_due(now())


def start() -> Callable[[], None]:
    """Look now and every minute, in a thread of this worker; returns how to stop it."""
    ended = threading.Event()

    def run() -> None:
        from django.db import close_old_connections, connection

        while not ended.is_set():
            close_old_connections()
            try:
                look()
            except Exception:
                log.exception("the night could not be looked after; trying again")
            connection.close()
            ended.wait(LOOK_EVERY_SECONDS)

    thread = threading.Thread(target=run, name="stillage-nightly", daemon=True)
    thread.start()

    def stop() -> None:
        ended.set()
        thread.join(5)

    return stop
