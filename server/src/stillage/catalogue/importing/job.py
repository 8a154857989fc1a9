"""One import from queue to end: claimed under a lease, read, judged whole, written whole. Run again when its worker died."""

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
from django.conf import settings
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import F, Q
from django_tasks import task

from stillage.audit.record import record, record_many
from stillage.catalogue.importing.cells import BadCell, DoubtfulCell, restored
from stillage.catalogue.importing.columns import Field, map_columns
from stillage.catalogue.importing.files import FileRefused, rows_of
from stillage.catalogue.importing.kinds import KINDS, LEAVE_BLANK, LEAVE_OUT, Kind, Plan, Row, Run
from stillage.catalogue.importing.report import Remark, Report
from stillage.catalogue.models import Import, ImportStatus
from stillage.core import text as rules
from stillage.core.actor import Actor
from stillage.core.clock import now
from stillage.core.errors import Refusal

log = logging.getLogger("stillage.imports")
LEASE: Final = dt.timedelta(minutes=2)
WRITE_LEASE: Final = dt.timedelta(minutes=15)
FORGOTTEN_AFTER: Final = dt.timedelta(minutes=1)
MAX_ATTEMPTS: Final = 3
TELL_EVERY: Final = 500


class Overtaken(Exception):
    """Another worker has this import now; this one leaves without a trace."""


@dataclass(frozen=True, slots=True)
class Claim:
    """An import as this worker holds it: valid while `attempt` is still the row's number."""

    job: Import
    attempt: int

    def tell(self, lease: dt.timedelta = LEASE, **values: Any) -> None:
        """Write progress and prolong the lease, or find out that it was lost."""
        held = Import.objects.filter(pk=self.job.pk, attempts=self.attempt, status=ImportStatus.RUNNING)
        if not held.update(lease_until=now() + lease, **values):
            raise Overtaken


def folder() -> Path:
    """Where files wait, under names of our own."""
    path = Path(settings.HOME) / "imports"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def path_of(job: Import) -> Path:
    return folder() / job.file_key.hex


@task()
def run_import(import_id: int) -> None:
    """The background task."""
    claim = claim_import(import_id)
    if claim is None:
        return
    try:
        _carry_out(claim)
    except Overtaken:
        log.warning("import %s was taken over by another worker", import_id)


def claim_import(import_id: int) -> Claim | None:
    """Take an import that waits, or one whose worker's lease ran out; None when there is nothing to take."""
    at = now()
    free = Q(status=ImportStatus.QUEUED) | Q(status=ImportStatus.RUNNING, lease_until__lt=at)
    taken = Import.objects.filter(free, pk=import_id, attempts__lt=MAX_ATTEMPTS).update(
        status=ImportStatus.RUNNING,
        attempts=F("attempts") + 1,
        lease_until=at + LEASE,
        started_at=at,
        rows_read=0,
    )
    if not taken:
        return None
    job = Import.objects.get(pk=import_id)
    return Claim(job, job.attempts)


def stalled(at: dt.datetime) -> Q:
    """Imports that nobody works on although they are not finished."""
    return Q(status=ImportStatus.RUNNING, lease_until__lt=at) | Q(
        status=ImportStatus.QUEUED, created_at__lt=at - FORGOTTEN_AFTER
    )


def resume_imports() -> int:
    """Queue anew what a dead worker left behind; give up what failed three times. Returns how many were queued."""
    found = list(Import.objects.filter(stalled(now())))
    queued = 0
    for job in found:
        if job.attempts >= MAX_ATTEMPTS:
            lost = Import.objects.filter(stalled(now()), pk=job.pk, attempts=job.attempts)
            if lost.update(
                status=ImportStatus.FAILED,
                code="worker_lost",
                detail=f"The worker ended {job.attempts} times before it was through; nothing was written.",
                finished_at=now(),
            ):
                path_of(job).unlink(missing_ok=True)
            continue
        run_import.enqueue(job.pk)
        queued += 1
    _sweep()
    return queued


def _sweep() -> None:
    """Remove files that belong to no unfinished import: left by a transaction that never committed."""
    waiting = Import.objects.filter(status__in=(ImportStatus.QUEUED, ImportStatus.RUNNING))
    kept = {key.hex for key in waiting.values_list("file_key", flat=True)}
    old = (now() - dt.timedelta(days=1)).timestamp()
    for path in folder().iterdir():
        if path.name.partition(".")[0] not in kept and path.stat().st_mtime < old:
            path.unlink(missing_ok=True)


def _carry_out(claim: Claim) -> None:
    for attempt in range(1, MAX_ATTEMPTS + 1):
        try:
            _process(claim)
            break
        except Overtaken:
            raise
        except FileNotFoundError:
            _finish(
                claim,
                ImportStatus.FAILED,
                code="file_missing",
                detail="The file is not there any more; send it again.",
            )
        except Refusal as refusal:
            _finish_refused(claim, refusal)
        except (OperationalError, IntegrityError):
            # Somebody else wrote at the same moment, or holds a lock for long: look again at what is there.
            if attempt < MAX_ATTEMPTS:
                continue
            log.exception("import %s found no quiet moment", claim.job.pk)
            _finish(
                claim,
                ImportStatus.FAILED,
                code="busy",
                detail="Others were changing the same things; try again.",
            )
        except Exception:
            log.exception("import %s broke", claim.job.pk)
            detail = "Something broke on our side; it was noted. Nothing was imported."
            _finish(claim, ImportStatus.FAILED, code="internal_error", detail=detail)
        break
    path_of(claim.job).unlink(missing_ok=True)


def _finish(claim: Claim, status: ImportStatus, **values: Any) -> None:
    claim.tell(status=status, finished_at=now(), **values)


def _finish_refused(claim: Claim, refusal: Refusal) -> None:
    remarks = [
        Remark(0, fault.pointer.removeprefix("/"), "", fault.code, fault.detail).shown() | {"row": None}
        for fault in refusal.faults[:100]
    ]
    _finish(
        claim,
        ImportStatus.REFUSED,
        code=refusal.code[:40],
        detail=refusal.detail[:500],
        errors=orjson.dumps(remarks).decode(),
    )


def _process(claim: Claim) -> None:
    job = claim.job
    kind = KINDS[job.kind]
    headings, raw = _read(claim)
    asked: dict[str, str | None] = orjson.loads(job.mapping)
    mapping = map_columns(kind.fields, headings, asked)
    report = Report()
    run = Run(
        mapping=mapping,
        warehouse_ids=None if job.warehouse_ids is None else frozenset(orjson.loads(job.warehouse_ids)),
        leave_gtins_blank=job.bad_gtins == LEAVE_BLANK,
        locking=False,
        report=report,
        actor=_actor(job),
    )
    claim.tell(rows_total=len(raw), columns=orjson.dumps(headings).decode())
    rows = _valued(claim, kind, headings, raw, run)
    refusing = job.bad_rows != LEAVE_OUT
    if job.dry_run or (refusing and report.bad_rows):
        plan = kind.plan(rows, run)
        done = job.dry_run and not (refusing and report.bad_rows)
        _end(claim, run, plan, mapping, len(raw), written=False, refused=not done)
        return
    claim.tell(lease=WRITE_LEASE)
    with transaction.atomic():
        _take_time()
        run.locking = True
        plan = kind.plan(rows, run)
        if refusing and report.bad_rows:
            transaction.set_rollback(True)
        else:
            _write(claim, plan, run, len(raw), mapping)
            return
    _end(claim, run, plan, mapping, len(raw), written=False, refused=True)


def _take_time() -> None:
    """A request's five seconds are not meant for a job; locks are still waited for no longer than elsewhere."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '60s'")
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '60s'")


def _write(claim: Claim, plan: Plan, run: Run, total: int, mapping: dict[str, str]) -> None:
    """Inside the transaction: the rows, their audit trail, and the end of the import itself."""
    actor = _actor(claim.job)
    at = now()
    for changes in plan.write():
        record_many(actor=actor, changes=changes, at=at)
    counts = {"created": plan.created, "updated": plan.updated, "unchanged": plan.unchanged}
    if plan.created or plan.updated:
        record(
            actor=actor,
            action="import.run",
            object_type="import",
            object_id=claim.job.pk,
            label=f"{claim.job.kind}: {claim.job.file_name}",
            after={**counts, "refused": len(run.report.bad_rows)},
            at=at,
        )
    _end(claim, run, plan, mapping, total, written=True, refused=False)


def _end(
    claim: Claim, run: Run, plan: Plan, mapping: dict[str, str], total: int, *, written: bool, refused: bool
) -> None:
    report = run.report
    bad = len(report.bad_rows)
    if refused:
        code, detail = "bad_rows", f"{bad} of {total} rows cannot be taken, so nothing was imported."
    else:
        code, detail = "", ""
    # A dry run tells what would be done; a refused file did nothing.
    told = plan if written or claim.job.dry_run else Plan()
    _finish(
        claim,
        ImportStatus.REFUSED if refused else ImportStatus.DONE,
        code=code,
        detail=detail,
        rows_read=total,
        created=told.created,
        updated=told.updated,
        unchanged=told.unchanged,
        refused=bad,
        mapping=orjson.dumps(mapping).decode(),
        errors=_listed(report.errors),
        errors_truncated=report.errors_truncated,
        warnings=_listed(report.warnings),
        warnings_truncated=report.warnings_truncated,
        reasons=orjson.dumps(dict(report.reasons)).decode(),
    )


def _listed(remarks: list[Remark]) -> str:
    return orjson.dumps(
        [remark.shown() for remark in sorted(remarks, key=lambda remark: remark.row)]
    ).decode()


def _actor(job: Import) -> Actor:
    return Actor(
        user_id=job.user_id,
        username=job.username,
        address=job.address,
        request_id=job.request_id,
        session_id=job.session_id,
    )


# ---- reading ----------------------------------------------------------------------------------
def _read(claim: Claim) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The headings and the rows below them."""
    rows = rows_of(path_of(claim.job), encoding=claim.job.encoding)
    first = next(rows, None)
    if first is None:
        raise FileRefused("The file is empty.", code="empty_file")
    headings = [rules.normalise(restored(cell)) for cell in first[1]]
    for heading in headings:
        fault = rules.fault_in(heading)
        if fault or len(heading) > 200:
            raise FileRefused(
                f"A column's heading {fault or 'is longer than 200 characters'}.", code="bad_heading"
            )
    raw = []
    for row in rows:
        raw.append(row)
        if len(raw) % (10 * TELL_EVERY) == 0:
            claim.tell()
    if not raw:
        raise FileRefused("There is nothing below the headings.", code="no_rows")
    return headings, raw


def _valued(
    claim: Claim, kind: Kind, headings: list[str], raw: list[tuple[int, list[str]]], run: Run
) -> list[Row]:
    """The rows whose cells could all be read, each key once."""
    readers = list(_readers(kind, headings, run.mapping))
    rows: list[Row] = []
    seen: dict[tuple[Any, ...], int] = {}
    for count, (number, cells) in enumerate(raw, start=1):
        if count % TELL_EVERY == 0:
            claim.tell(rows_read=count)
        row = _row(number, cells, len(headings), readers, kind, run)
        if row is None:
            continue
        key = tuple(row.values[name] for name in kind.key)
        if key and key in seen:
            run.refuse(row, kind.key[-1], "repeated_row", f"Row {seen[key]} says this already.")
            continue
        seen[key] = number
        rows.append(row)
    return rows


def _readers(kind: Kind, headings: list[str], mapping: dict[str, str]) -> Iterator[tuple[Field, int]]:
    """Fields with the place of their columns; a field that fills another's value comes first, so that the other wins."""
    mapped = [field for field in kind.fields if field.name in mapping]
    for field in sorted(mapped, key=lambda field: not field.target):
        yield field, headings.index(mapping[field.name])


def _row(
    number: int, cells: list[str], width: int, readers: list[tuple[Field, int]], kind: Kind, run: Run
) -> Row | None:
    """The values of one row, or None when something about it is wrong; everything wrong is said."""
    report = run.report
    values: dict[str, Any] = {}
    if any(cells[width:]):
        report.refuse(
            Remark(number, "", "", "too_many_cells", "The row has more cells than there are headings.")
        )
    for field, place in readers:
        cell = restored(cells[place]) if place < len(cells) else ""
        if not cell:
            if field.required:
                report.refuse(
                    Remark(number, run.mapping[field.name], "", "required", "This may not be empty.")
                )
            continue
        say: Callable[[Remark], None] = report.warn
        try:
            values[field.fills] = field.read(cell)
            continue
        except DoubtfulCell as doubt:
            code, detail = doubt.code, doubt.detail
            if doubt.value is not None:
                values[field.fills] = doubt.value
        except BadCell as bad:
            code, detail = bad.code, bad.detail
            if field.doubtful and run.leave_gtins_blank:
                detail = f"{detail} Left blank."
            else:
                say = report.refuse
        say(Remark(number, run.mapping[field.name], cell, code, detail))
    row = Row(number, values)
    if number not in report.bad_rows:
        return row
    run.faulty.append(row)
    return None


__all__ = ["claim_import", "resume_imports", "run_import", "stalled"]
