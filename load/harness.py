"""Runs what is measured and measures it: servers, pgbench, the HTTP hammer, and the CPU of process trees."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TICKS = os.sysconf("SC_CLK_TCK")
POSTGRES_SETTINGS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "30min",
}


# ---- CPU ----------------------------------------------------------------------------------------
def _stat(pid: int) -> tuple[int, int] | None:
    """Parent and ticks (own and of children that were waited for) of a process."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return int(fields[1]), sum(int(one) for one in fields[11:15])


def cpu_of(*roots: int) -> float:
    """CPU seconds that process trees have used so far; the dead count as long as their parents waited."""
    found = {
        int(p.name): s for p in Path("/proc").iterdir() if p.name.isdigit() and (s := _stat(int(p.name)))
    }
    wanted = set(roots)
    while True:
        more = {pid for pid, (parent, _) in found.items() if parent in wanted} - wanted
        if not more:
            break
        wanted |= more
    return sum(found[pid][1] for pid in wanted if pid in found) / TICKS


@dataclass(frozen=True, slots=True)
class Run:
    """What one burst of work came to."""

    count: int
    seconds: float
    cpu: float
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        return self.count / self.seconds

    @property
    def cpu_each(self) -> float:
        """Microseconds of CPU for one."""
        return self.cpu / max(self.count, 1) * 1e6

    @property
    def server_each(self) -> float:
        """Of these, the server's own, without the database."""
        return float(self.details.get("server_cpu", self.cpu)) / max(self.count, 1) * 1e6


def middle(runs: Sequence[Run], name: str) -> float:
    return statistics.median(getattr(run, name) for run in runs)


# ---- processes ----------------------------------------------------------------------------------
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True)
class Served:
    """A server under test."""

    port: int
    pid: int
    log: Path

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextlib.contextmanager
def process(
    arguments: Sequence[str], *, environment: dict[str, str], port: int, log: Path, ready: str
) -> Iterator[Served]:
    """A server, from its first answer until the block ends."""
    with log.open("wb") as out:
        started = subprocess.Popen(
            arguments,
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        _wait_for(f"http://127.0.0.1:{port}{ready}", started, log)
        yield Served(port, started.pid, log)
    finally:
        started.send_signal(signal.SIGTERM)
        try:
            started.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(started.pid, signal.SIGKILL)
            started.wait()


def _wait_for(url: str, started: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        if started.poll() is not None:
            break
        try:
            urllib.request.urlopen(url, timeout=5).read()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"{url} never answered:\n{log.read_text()[-3000:]}")


def gunicorn(application: str, *, port: int) -> list[str]:
    """Two processes of four threads, as a small server would run it."""
    return [
        str(Path(sys.executable).parent / "gunicorn"),
        application,
        f"--bind=127.0.0.1:{port}",
        "--workers=2",
        "--threads=4",
        "--worker-class=gthread",
        "--keep-alive=30",
        "--log-level=warning",
        "--no-control-socket",
    ]


# ---- the load -----------------------------------------------------------------------------------
def hammer(
    served: Served,
    *,
    token: str,
    requests: Sequence[tuple[str, str, Any]],
    seconds: float,
    clients: int = 8,
    also: Sequence[int] = (),
    expect: int | None = None,
) -> Run:
    """Send requests (method, path, body), drawn at random, over kept-alive connections as fast as they are answered."""
    plan = {
        "port": served.port,
        "token": token,
        "clients": clients,
        "seconds": seconds,
        "requests": [
            (method, path, None if body is None else json.dumps(body)) for method, path, body in requests
        ],
    }
    before = [cpu_of(pid) for pid in (served.pid, *also)]
    done = subprocess.run(
        [sys.executable, str(ROOT / "load" / "hammer.py")],
        input=json.dumps(plan).encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    spent = [cpu_of(pid) - earlier for pid, earlier in zip((served.pid, *also), before, strict=True)]
    found = json.loads(done.stdout)
    statuses = {int(status): count for status, count in found["statuses"].items()}
    if expect is not None and set(statuses) != {expect}:
        raise RuntimeError(f"answers {statuses}, wanted only {expect}: {found['sample'][:600]}")
    details = {**found, "statuses": statuses, "server_cpu": spent[0]}
    return Run(found["count"], found["seconds"], sum(spent), details)


def pgbench(
    url: str,
    script: str,
    *,
    seconds: float,
    postmaster: int,
    clients: int = 8,
    constants: dict[str, str] | None = None,
) -> Run:
    """Run a pgbench script, prepared; its CPU and its server's."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "script.sql"
        path.write_text(script)
        flags = [part for name, value in (constants or {}).items() for part in ("-D", f"{name}={value}")]
        before, started = cpu_of(postmaster), time.monotonic()
        with (Path(folder) / "out").open("w+") as out:
            child = subprocess.Popen(
                [
                    str(binary("pgbench")),
                    "--no-vacuum",
                    "--protocol=prepared",
                    f"--client={clients}",
                    "--jobs=2",
                    f"--time={max(1, round(seconds))}",
                    f"--file={path}",
                    *flags,
                    url,
                ],
                stdout=out,
                stderr=out,
            )
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            said = out.read()
        time.sleep(0.05)
        spent = cpu_of(postmaster) - before + usage.ru_utime + usage.ru_stime
    numbers = {
        line.split(":")[0]: line.split(":")[1].split()[0]
        for line in said.splitlines()
        if line.startswith(("number of transactions actually", "number of failed"))
    }
    rate = next(
        (float(line.split("=")[1].split()[0]) for line in said.splitlines() if line.startswith("tps =")), 0.0
    )
    if child.returncode or not rate or numbers.get("number of failed transactions", "0") != "0":
        raise RuntimeError(f"pgbench: {said[-3000:]}")
    count = int(numbers["number of transactions actually processed"].split("/")[0])
    return Run(count, count / rate, spent, {"elapsed": time.monotonic() - started})


def binary(name: str) -> Path:
    """A program of PostgreSQL's; Debian's wrappers on the PATH are passed by."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: path.parts[-3])
    if versions:
        return versions[-1]
    found = shutil.which(name)
    if not found:
        raise RuntimeError(f"{name} is not installed (package postgresql)")
    return Path(found).resolve()


# ---- the world ----------------------------------------------------------------------------------
@dataclass(slots=True)
class World:
    """A filled PostgreSQL, the server on it, and who asks."""

    url: str
    postmaster: int
    folder: Path
    quick: bool
    environment: dict[str, str]
    served: Served | None = None

    @property
    def seconds(self) -> float:
        return 1.0 if self.quick else 3.0

    @property
    def rounds(self) -> int:
        return 1 if self.quick else 3

    def say(self, text: str) -> None:
        print(f"  {text}", file=sys.stderr, flush=True)


def keys() -> dict[str, str]:
    """What a production server must be given."""
    return {
        "STILLAGE_SECRET_KEY": secrets.token_urlsafe(48),
        "STILLAGE_TOKEN_KEYS": secrets.token_urlsafe(48),
        "STILLAGE_ALLOWED_HOSTS": "127.0.0.1,testserver",
        "STILLAGE_LOG": "json",
    }


def interleave(rounds: int, *works: Callable[[], Run]) -> list[list[Run]]:
    """Each work in turn, several times over, and the first once more at the end: noise falls on all alike."""
    found: list[list[Run]] = [[] for _ in works]
    for _ in range(rounds):
        for index, work in enumerate(works):
            found[index].append(work())
    found[0].append(works[0]())
    return found


def milliseconds(work: Callable[[], Any], *, times: int) -> float:
    """The median time of a call."""
    found = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        found.append((time.perf_counter() - started) * 1000)
    return statistics.median(found)
