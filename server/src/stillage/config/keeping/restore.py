"""The way back: a backup into an empty database, brought up to this version, nobody signed in."""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from stillage.accounts.operations import end_all_sessions
from stillage.audit.record import record
from stillage.catalogue.importing.job import folder as imports_folder
from stillage.config.keeping import databases
from stillage.config.keeping.archive import DATABASE, BackupFault, Manifest, unpack
from stillage.config.serving import migrate
from stillage.core.actor import service
from stillage.core.clock import now
from stillage.stock.reconcile import disagreements


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, how many sign-ins were ended, and what does not agree in the books (nothing, if all is well)."""

    manifest: Manifest
    sessions: int
    disagreements: list[str]


def restore(source: Path, *, identity: str | None = None) -> Restored:
    """Fill an empty database from a backup. No server may run on it; on SQLite the caller holds the home folder.

    Old tokens are dead afterwards, all of them: a session that was ended after the backup must not come to life again.
    Raises BackupFault: a damaged file, the wrong key, another engine, a newer version, a database that is not empty.
    """
    Path(settings.HOME).mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restoring-", dir=settings.HOME) as name:
        inside = Path(name)
        manifest = unpack(source, inside, identity=identity)
        _refuse_unusable(manifest)
        databases.refuse_filled()
        databases.load(inside / DATABASE)
        try:
            return _made_usable(inside, manifest)
        except Exception:
            databases.unload()
            raise


def _refuse_unusable(manifest: Manifest) -> None:
    here = databases.engine()
    if manifest.engine != here:
        raise BackupFault(
            f"This is a backup of {manifest.engine}; the database here is {here} (DATABASE_URL)."
        )
    known = {f"{app}.{name}" for app, name in MigrationExecutor(None).loader.disk_migrations}
    newer = sorted(set(manifest.migrations) - known)
    if newer:
        raise BackupFault(
            f"The backup was made by Stillage {manifest.version}, which knows tables that this one does not"
            f" ({newer[0]}); install that version or a newer one."
        )


def _made_usable(inside: Path, manifest: Manifest) -> Restored:
    lost = {name: n for name, n in databases.counted().items() if n != manifest.rows[name]}
    if lost:
        raise BackupFault(f"Not all rows came back: {', '.join(sorted(lost))}.")
    migrate()
    at = now()
    with transaction.atomic():
        ended = end_all_sessions(reason="restored from a backup", at=at)
        record(
            actor=service("restore"),
            action="system.restore",
            object_type="system",
            object_id="database",
            label=f"backup of {manifest.made_at}",
            after={"version": manifest.version, "sessions_ended": ended, "rows": manifest.rows},
            at=at,
        )
    waiting = inside / "imports"
    if waiting.is_dir():
        for path in waiting.iterdir():
            shutil.copyfile(path, imports_folder() / path.name)
    found = disagreements(seal=False)
    connection.close()
    return Restored(manifest, ended, found)
