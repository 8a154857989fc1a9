"""Servers of our own in processes of their own: started with a production's environment, bounded, ended by id."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[3]
HOST = "stock.example.org"
PASSED_ON = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "TMPDIR")
KEY = "secret-key-of-the-serving-tests-" + "abcdefghijkl" * 3
TOKEN_KEY = "token-key-of-the-serving-tests-" + "mnopqrstuvw" * 3


def environment(**more: str) -> dict[str, str]:
    """Nothing of this process's but where things are: no STILLAGE_*, no DATABASE_URL."""
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    paths = [str(ROOT / "server" / "src"), str(ROOT / "client" / "src"), str(ROOT / "server")]
    return {**kept, "PYTHONPATH": os.pathsep.join(paths), "STILLAGE_LOG": "json", **more}


def production(database: Path | str, home: Path, **more: str) -> dict[str, str]:
    """What a production server is told."""
    url = database if isinstance(database, str) else f"sqlite:///{database}"
    told = {
        "DJANGO_SETTINGS_MODULE": "stillage.config.settings.prod",
        "STILLAGE_SECRET_KEY": KEY,
        "STILLAGE_TOKEN_KEYS": TOKEN_KEY,
        "STILLAGE_ALLOWED_HOSTS": f"{HOST},127.0.0.1",
        "STILLAGE_NUM_PROXIES": "1",
        "STILLAGE_HOME": str(home),
        "DATABASE_URL": url,
    }
    return environment(**{**told, **more})


def run(*arguments: str | Path, env: dict[str, str], seconds: float = 90) -> subprocess.CompletedProcess[str]:
    """A command of Python's, to its end."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Running:
    """A server that answers."""

    process: subprocess.Popen[bytes]
    port: int
    log_file: Path
    host: str = HOST
    url: str = field(init=False)

    def __post_init__(self) -> None:
        self.url = f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return self.log_file.read_text("utf-8", "replace")

    def request(self, method: str, path: str, **more: object) -> httpx.Response:
        headers = {"Host": self.host, **more.pop("headers", {})}  # type: ignore[dict-item]
        with httpx.Client(trust_env=False, timeout=30) as client:
            return client.request(method, self.url + path, headers=headers, **more)  # type: ignore[arg-type]

    def raw(self, sent: bytes) -> bytes:
        """Whatever comes back for these very bytes, until the server has done with them."""
        with socket.create_connection(("127.0.0.1", self.port), 20) as connection:
            connection.sendall(sent)
            connection.settimeout(5)
            came = b""
            with contextlib.suppress(TimeoutError, ConnectionResetError):
                while part := connection.recv(65536):
                    came += part
            return came


@contextlib.contextmanager
def serving(
    arguments: list[str | Path],
    *,
    port: int,
    env: dict[str, str],
    log_file: Path,
    ready: str,
    host: str = HOST,
) -> Iterator[Running]:
    """The command, as soon as `ready` is answered at all; ended afterwards."""
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            [*map(str, arguments)], cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    running = Running(process, port, log_file, host)
    try:
        _wait(running, ready)
        yield running
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def _wait(running: Running, path: str) -> None:
    ended = time.monotonic() + 60
    while time.monotonic() < ended:
        if running.process.poll() is not None:
            raise AssertionError(f"it ended with {running.process.returncode}:\n{running.log}")
        with contextlib.suppress(httpx.HTTPError):
            running.request("GET", path)
            return
        time.sleep(0.2)
    raise AssertionError(f"it does not answer:\n{running.log}")


@contextlib.contextmanager
def gunicorn(env: dict[str, str], folder: Path) -> Iterator[Running]:
    """The API as a production serves it: our Gunicorn configuration, one process."""
    port = free_port()
    env = {
        **env,
        "STILLAGE_BIND": f"127.0.0.1:{port}",
        "STILLAGE_API_PROCESSES": "1",
        "STILLAGE_API_THREADS": "4",
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "stillage.config.wsgi"]
    with serving(
        [*command], port=port, env=env, log_file=folder / "gunicorn.log", ready="/health/live"
    ) as running:
        yield running


def copy_of(database: Path, folder: Path) -> Path:
    """A database of one's own, made like the other."""
    return Path(shutil.copyfile(database, folder / "own.sqlite3"))
