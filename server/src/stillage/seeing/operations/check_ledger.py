"""Checking the ledger: asked for on a page, done by a worker, kept with what was found."""

import datetime as dt
import logging
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import orjson
from django.db import transaction
from django.db.models import F, Q
from django_tasks import task

from stillage.audit.record import record
from stillage.core.actor import Actor, service
from stillage.core.clock import now
from stillage.core.locking import operation
from stillage.seeing.models import CheckKind, CheckStatus, LedgerCheck
from stillage.stock.reconcile import disagreements

log = logging.getLogger("stillage.ledger")
# One statement over the whole book may take long, and says nothing meanwhile.
LEASE: Final = dt.timedelta(minutes=15)
FORGOTTEN_AFTER: Final = dt.timedelta(minutes=2)
KEPT: Final = 100


@operation
def ask_for_check(*, actor: Actor, at: dt.datetime) -> LedgerCheck:
    """Have the ledger checked by a worker; who asks while a check waits or runs is given that one.

    Refuses: nothing.  Locks: nothing.  Audits: ledger.check, where a check is made.
    """
    going = _going(at)
    if going is not None:
        if going.status == CheckStatus.QUEUED and going.created_at < at - FORGOTTEN_AFTER:
            transaction.on_commit(partial(_queue, going.pk))
        return going
    made = LedgerCheck(
        kind=CheckKind.ASKED, user_id=actor.user_id, username=actor.username[:150], created_at=at
    )
    LedgerCheck.objects.bulk_create([made], ignore_conflicts=True)
    check = LedgerCheck.objects.filter(status=CheckStatus.QUEUED).latest("pk")
    record(
        actor=actor,
        action="ledger.check",
        object_type="ledger_check",
        object_id=check.pk,
        label="Ledger",
        after={"kind": check.kind},
        at=at,
    )
    transaction.on_commit(partial(_queue, check.pk))
    return check


def _going(at: dt.datetime) -> LedgerCheck | None:
    """The check that waits, else one that runs and whose worker is alive."""
    running = Q(status=CheckStatus.RUNNING, lease_until__gte=at)
    return (
        LedgerCheck.objects.filter(Q(status=CheckStatus.QUEUED) | running).order_by("status", "-pk").first()
    )


def _queue(check_id: int) -> None:
    run_check.enqueue(check_id)


@task()
def run_check(check_id: int) -> None:
    """The background task."""
    at = now()
    taken = LedgerCheck.objects.filter(pk=check_id, status=CheckStatus.QUEUED).update(
        status=CheckStatus.RUNNING, attempts=F("attempts") + 1, lease_until=at + LEASE, started_at=at
    )
    if not taken:
        return
    held = _Held(check_id, LedgerCheck.objects.values_list("attempts", flat=True).get(pk=check_id))
    try:
        found = disagreements(seal=True, told=held.tell)
    except _Overtaken:
        log.warning("check %s was taken over", check_id)
        return
    except Exception:
        log.exception("check %s broke", check_id)
        held.finish(
            status=CheckStatus.FAILED,
            detail="Something broke on our side; it was noted. Nothing was changed.",
        )
        return
    held.finish(status=CheckStatus.DONE, **_found(found))
    if found:
        log.error("the ledger does not agree in %s places", len(found))
    _forget_old()


class _Overtaken(Exception):
    """Somebody else has this check now."""


@dataclass(frozen=True, slots=True)
class _Held:
    """A check as its worker holds it: valid while `attempt` is still the row's number."""

    check_id: int
    attempt: int

    def tell(self, done: int, total: int) -> None:
        self._write(parts_done=done, parts_total=total, lease_until=now() + LEASE)

    def finish(self, **values: Any) -> None:
        self._write(finished_at=now(), lease_until=None, **values)

    def _write(self, **values: Any) -> None:
        held = LedgerCheck.objects.filter(pk=self.check_id, attempts=self.attempt, status=CheckStatus.RUNNING)
        if not held.update(**values):
            raise _Overtaken


def keep_check(found: list[str], *, started_at: dt.datetime, at: dt.datetime) -> None:
    """Keep what `stillage reconcile` found, so that the page shows the newest check whoever made it."""
    LedgerCheck.objects.create(
        kind=CheckKind.COMMAND,
        status=CheckStatus.DONE,
        username=service("reconcile").username,
        created_at=started_at,
        started_at=started_at,
        finished_at=at,
        **_found(found),
    )
    _forget_old()


def _found(lines: list[str]) -> dict[str, Any]:
    return {"finding_count": len(lines), "findings": orjson.dumps(lines).decode()}


def _forget_old() -> None:
    newest = LedgerCheck.objects.order_by("-pk").values_list("pk", flat=True)[KEPT - 1 : KEPT]
    for pk in newest:
        LedgerCheck.objects.filter(pk__lt=pk).exclude(status=CheckStatus.QUEUED).delete()


__all__ = ["ask_for_check", "keep_check", "run_check"]
