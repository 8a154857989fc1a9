"""Making a backup and looking at one."""

import datetime as dt
import re
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Final

from django.conf import settings

from stillage.catalogue.importing.job import folder as imports_folder
from stillage.catalogue.models import Import, ImportStatus
from stillage.config.keeping import databases
from stillage.config.keeping.archive import (
    DATABASE,
    FORMAT,
    BackupFault,
    Manifest,
    digest,
    pack,
    unpack,
    write_manifest,
)
from stillage.core.clock import now

_OURS: Final = re.compile(r"stillage-\d{8}T\d{6}Z\.backup")


def back_up(target: Path, *, recipient: str | None = None, keep: int | None = None) -> tuple[Path, Manifest]:
    """Write a backup of everything, of one instant, while the server goes on.

    `target` is a file, or a folder in which the file is named by the time. `recipient` (age1…) encrypts it. `keep`
    removes from that folder all but the newest so many that were named like that. Raises BackupFault.
    """
    at = now()
    folder = target if target.is_dir() else target.parent
    if not folder.is_dir():
        raise BackupFault(f"There is no folder {folder}.")
    file = target / f"stillage-{at:%Y%m%dT%H%M%SZ}.backup" if target.is_dir() else target
    if file.exists():
        raise BackupFault(f"{file} is there already; it was left as it is.")
    # Beside the target: what is written there twice must have room there.
    with tempfile.TemporaryDirectory(prefix=".stillage-backup-", dir=folder) as name:
        inside = Path(name)
        rows, migrations = databases.dump(inside / DATABASE)
        _copy_waiting(inside / "imports")
        files = {
            str(path.relative_to(inside)): digest(path)
            for path in sorted(inside.rglob("*"))
            if path.is_file()
        }
        manifest = Manifest(
            format=FORMAT,
            version=version("stillage"),
            engine=databases.engine(),
            made_at=at.astimezone(dt.UTC).isoformat(timespec="seconds"),
            migrations=migrations,
            rows=rows,
            files=files,
        )
        write_manifest(inside, manifest)
        pack(inside, file, recipient=recipient)
    if keep is not None and target.is_dir():
        old = sorted(path for path in folder.iterdir() if _OURS.fullmatch(path.name))
        for path in old[: max(0, len(old) - keep)]:
            path.unlink()
    return file, manifest


def _copy_waiting(into: Path) -> None:
    """Files of imports that are not through; one that ends meanwhile is wanted by nobody."""
    waiting = Import.objects.filter(status__in=(ImportStatus.QUEUED, ImportStatus.RUNNING))
    for key in waiting.values_list("file_key", flat=True):
        source = imports_folder() / key.hex
        if source.exists():
            into.mkdir(mode=0o700, exist_ok=True)
            shutil.copyfile(source, into / key.hex)


def check(source: Path, *, identity: str | None = None) -> Manifest:
    """Read all of a backup, byte for byte, and see that its database can be read. Raises BackupFault."""
    with tempfile.TemporaryDirectory(prefix="stillage-check-", dir=settings.HOME) as name:
        manifest = unpack(source, Path(name), identity=identity)
        databases.readable(Path(name) / DATABASE, manifest.engine)
    return manifest
