"""One run from the ledger to the proposals: history, what came of what was told, forecasts, proposals, expiry."""

import datetime as dt
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.db import transaction

from stillage.planning.computing import compute
from stillage.planning.models import ForecastRun
from stillage.planning.operations.assess_expiry import assess_expiry
from stillage.planning.operations.close_accuracy import close_accuracy
from stillage.planning.operations.keep_forecasts import Kept, keep_forecasts
from stillage.planning.operations.propose import propose_all
from stillage.planning.operations.settle import take_time
from stillage.planning.operations.write_history import write_history
from stillage.planning.series_file import Group, Written, groups, write_series

LONG_LEASE = dt.timedelta(minutes=15)
KEEP_ALIVE_SECONDS = 5.0


class Holder(Protocol):
    """Who has the run: told of its progress, and raising when the run was taken over."""

    @property
    def run(self) -> ForecastRun: ...

    def tell(self, lease: dt.timedelta = ..., **values: Any) -> None: ...


class BookNotAtRest(Exception):
    """Somebody wrote movements for longer than is waited."""


@dataclass(slots=True)
class _Computed:
    """A group's files."""

    group: Group
    written: Written
    result: Path


@dataclass(slots=True)
class Figures:
    """What came of a run."""

    by_method: dict[str, int] = field(default_factory=dict)
    changed: int = 0
    unchanged: int = 0
    seconds: float = 0.0
    peak_mb: int = 0


def make_plan(
    holder: Holder, *, at: dt.datetime, full: bool, learned: bool | None = None, backfill: Sequence[int] = ()
) -> Figures:
    """Carry out all phases. Each is whole or not there; forecasts are replaced in one transaction, or the old ones stay.

    Raises CannotCompute, BookNotAtRest, and whatever the holder raises when it lost the run.
    """
    started = time.monotonic()
    trees = settings.FORECAST_TREES if learned is None else learned
    holder.tell(LONG_LEASE, phase="history")
    if write_history(at=at) is None:
        raise BookNotAtRest
    close_accuracy(at=at)
    figures = Figures()
    # Under the data folder: the system's folder for temporary files may be memory.
    with tempfile.TemporaryDirectory(dir=_folder(), prefix="forecast-") as folder:
        computed = _compute(holder, Path(folder), at, full=full, learned=trees, backfill=backfill)
        kept = Kept()
        holder.tell(LONG_LEASE)
        with transaction.atomic():
            take_time(600)
            holder.tell(
                LONG_LEASE, origin_date=max((one.group.origin_date for one in computed), default=None)
            )
            files = [(one.result, one.group.origin_date, one.written.fingerprints) for one in computed]
            keep_forecasts(holder.run, files, kept)
    if backfill:
        close_accuracy(at=at, weeks=max(backfill))
    figures.by_method, figures.peak_mb = kept.by_method, kept.peak_mb
    figures.changed = sum(one.written.changed for one in computed)
    figures.unchanged = sum(len(one.written.fingerprints) for one in computed) - figures.changed
    holder.tell(LONG_LEASE, phase="proposals")
    propose_all(run=holder.run, at=at)
    holder.tell(LONG_LEASE)
    assess_expiry(run=holder.run, at=at)
    figures.seconds = round(time.monotonic() - started, 1)
    return figures


def _folder() -> Path:
    path = Path(settings.HOME) / "forecasts"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def _compute(
    holder: Holder, folder: Path, at: dt.datetime, *, full: bool, learned: bool, backfill: Sequence[int]
) -> list[_Computed]:
    computed: list[_Computed] = []
    holder.tell(LONG_LEASE, phase="forecast", series_done=0)
    for number, group in enumerate(groups(at)):
        source = folder / f"{number}.in"
        written = write_series(source, group, full=full, learned=learned, backfill=backfill)
        computed.append(_Computed(group, written, folder / f"{number}.out"))
    total = sum(len(one.written.fingerprints) for one in computed)
    holder.tell(series_total=total)
    done = 0
    for number, one in enumerate(computed):
        if one.written.changed or backfill:
            compute(folder / f"{number}.in", one.result, tell=_telling(holder, done))
        else:
            one.result.touch()
        done += len(one.written.fingerprints)
        holder.tell(series_done=done)
    return computed


def _telling(holder: Holder, before: int) -> Callable[[int], None]:
    """Progress a few times a minute, not at every part."""
    last = [0.0, -1]

    def tell(done: int) -> None:
        if time.monotonic() - last[0] >= KEEP_ALIVE_SECONDS:
            holder.tell(series_done=before + done)
            last[0] = time.monotonic()

    return tell
