"""A backup's file: a tar of a manifest, the database and the files that wait, encrypted with age where a key is given."""

import gzip
import hashlib
import os
import re
import tarfile
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Final

import orjson
import pyrage

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
DATABASE: Final = "database"
_ALLOWED: Final = re.compile(r"manifest\.json|database|imports/[0-9a-f]{32}")
_AGE: Final = b"age-encryption.org/v1"
_CHUNK: Final = 1024 * 1024
_MOST_MANIFEST: Final = 4 * _CHUNK


class BackupFault(Exception):
    """Why there is no backup, or why this one cannot be used; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. `files`: name -> bytes and SHA-256; `rows`: how many of some tables, in the same instant."""

    format: int
    version: str
    engine: str
    made_at: str
    migrations: list[str]
    rows: dict[str, int]
    files: dict[str, dict[str, Any]]


def digest(path: Path) -> dict[str, Any]:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(_CHUNK):
            found.update(part)
    return {"bytes": path.stat().st_size, "sha256": found.hexdigest()}


def pack(folder: Path, target: Path, *, recipient: str | None) -> None:
    """Write the folder into a file that is there whole or not at all, and can be read by its owner alone."""
    try:
        key = pyrage.x25519.Recipient.from_str(recipient) if recipient else None
    except pyrage.RecipientError as error:
        raise BackupFault(f"{recipient!r} is no age recipient: {error}.") from None
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            if key is None:
                _tar(folder, out)
            else:
                with _piped(lambda into: _tar(folder, into)) as coming:
                    pyrage.encrypt_io(coming, out, [key])
            out.flush()
            os.fsync(out.fileno())
        os.link(partial, target)  # unlike a rename it never takes another file's place
        _sync_folder(target.parent)
    except FileExistsError:
        raise BackupFault(f"{target} is there already; it was left as it is.") from None
    except OSError as error:
        raise BackupFault(f"The backup cannot be written: {error.strerror or error}.") from None
    finally:
        partial.unlink(missing_ok=True)


def _tar(folder: Path, out: IO[bytes]) -> None:
    with (
        gzip.GzipFile(fileobj=out, mode="wb", compresslevel=3) as packed,
        tarfile.open(fileobj=packed, mode="w|") as tar,
    ):
        names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
        # The manifest first: whoever asks what this is need not read all of it.
        for name in [MANIFEST, *(name for name in names if name != MANIFEST)]:
            member = tarfile.TarInfo(name)
            member.size, member.mode = (folder / name).stat().st_size, 0o600
            with (folder / name).open("rb") as file:
                tar.addfile(member, file)


@contextmanager
def _piped(write: Callable[[IO[bytes]], None]) -> Iterator[IO[bytes]]:
    """What somebody writes, to be read meanwhile; a fault of the writer is the reader's in the end."""
    reading, writing = os.pipe()
    faults: list[BaseException] = []

    def run() -> None:
        try:
            with os.fdopen(writing, "wb") as into:
                write(into)
        except BaseException as error:
            faults.append(error)

    thread = threading.Thread(target=run, name="backup-pipe")
    thread.start()
    try:
        with os.fdopen(reading, "rb") as coming:
            yield coming
    except BaseException:
        thread.join()
        # The other end broke first, and ours only because of it.
        for fault in faults:
            if not isinstance(fault, BrokenPipeError):
                raise fault from None
        raise
    thread.join()
    for fault in faults:
        raise fault


def unpack(source: Path, folder: Path, *, identity: str | None) -> Manifest:
    """Read a backup into an empty folder and hold every byte against its digest."""
    try:
        with source.open("rb") as file:
            secret = file.read(len(_AGE)) == _AGE
            file.seek(0)
            if not secret:
                _untar(file, folder)
            elif identity is None:
                raise BackupFault(f"{source.name} is encrypted: name the file with its key (--identity).")
            else:
                key = _identity(identity)
                with _piped(lambda into: pyrage.decrypt_io(file, into, [key])) as coming:
                    _untar(coming, folder)
                    while coming.read(_CHUNK):  # to the end: only there is known that nothing was cut off
                        pass
    except pyrage.DecryptError as error:
        raise BackupFault(
            f"{source.name} cannot be decrypted with this key, or is damaged: {error}."
        ) from None
    except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise BackupFault(f"{source.name} is no backup, or is damaged: {error}.") from None
    except OSError as error:
        raise BackupFault(f"{source.name} cannot be read: {error.strerror or error}.") from None
    return _checked(folder, source.name)


def _identity(words: str) -> Any:
    """The key in a file as age writes it: comments, and one line that begins with AGE-SECRET-KEY-1."""
    lines = [line.strip() for line in words.splitlines() if line.strip() and not line.startswith("#")]
    try:
        if len(lines) != 1:
            raise BackupFault(f"The key's file must hold one age key; it holds {len(lines)}.")
        return pyrage.x25519.Identity.from_str(lines[0])
    except pyrage.IdentityError:
        raise BackupFault("The key's file holds no age key (AGE-SECRET-KEY-1…).") from None


def _untar(coming: IO[bytes], folder: Path) -> None:
    with gzip.GzipFile(fileobj=coming) as packed, tarfile.open(fileobj=packed, mode="r|") as tar:
        for member in tar:
            if not member.isreg() or not _ALLOWED.fullmatch(member.name):
                raise BackupFault(f"A backup holds no {member.name!r}; this file was not made by Stillage.")
            path = folder / member.name
            path.parent.mkdir(mode=0o700, exist_ok=True)
            file = tar.extractfile(member)
            if file is None:
                raise BackupFault(f"{member.name} cannot be read.")
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                while part := file.read(_CHUNK):
                    out.write(part)
        while packed.read(_CHUNK):  # the checksum stands at the end
            pass


def _checked(folder: Path, name: str) -> Manifest:
    path = folder / MANIFEST
    try:
        if path.stat().st_size > _MOST_MANIFEST:
            raise BackupFault(f"{name} is no backup: its manifest is too large.")
        said = orjson.loads(path.read_bytes())
        manifest = Manifest(**said)
    except (OSError, ValueError, TypeError):
        raise BackupFault(f"{name} is no backup: it has no manifest that can be read.") from None
    if manifest.format != FORMAT:
        raise BackupFault(f"{name} has format {manifest.format}; this Stillage reads format {FORMAT}.")
    held = {str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file()} - {MANIFEST}
    wrong = sorted(held ^ manifest.files.keys())
    wrong += sorted(
        one for one in held & manifest.files.keys() if digest(folder / one) != manifest.files[one]
    )
    if wrong:
        raise BackupFault(f"{name} is damaged: {', '.join(wrong)} is not what was backed up.")
    if DATABASE not in held:
        raise BackupFault(f"{name} is no backup: it holds no database.")
    return manifest


def write_manifest(folder: Path, manifest: Manifest) -> None:
    (folder / MANIFEST).write_bytes(orjson.dumps(asdict(manifest), option=orjson.OPT_INDENT_2))


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
