"""What a listener costs and how soon he hears: `python load/live.py [--listeners 100 1000] [--engine postgres]`.

PostgreSQL: `stillage live` in a process of its own, the writer in this one, as a Gunicorn process writes: commit, then a
hint from a thread beside. SQLite: `stillage run`, written to over HTTP; the time is from the sending of the write.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from harness import POSTGRES_SETTINGS, ROOT, cpu_of

sys.path[:0] = [str(ROOT / "server" / "src"), str(ROOT / "client" / "src"), str(ROOT / "server" / "tests")]
ROUNDS = 20
PORT = 8766


class Ear:
    """A socket that listens; when the newest event came."""

    def __init__(self) -> None:
        self.came = 0.0
        self.events = 0

    async def open(self, token: str) -> None:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", PORT)
        request = f"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n"
        self.writer.write(request.encode())
        seen = b""
        while b"event: hello" not in seen:
            part = await self.reader.read(4096)
            if not part:
                raise RuntimeError(seen.decode())
            seen += part
        self.task = asyncio.ensure_future(self.listen())

    async def listen(self) -> None:
        while part := await self.reader.read(65536):
            if b"event: change" in part:
                self.came = time.perf_counter()
                self.events += part.count(b"event: change")


def rss_kib(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def token_of_somebody() -> str:
    from datetime import timedelta

    from django.conf import settings
    from django.contrib.auth.models import Group

    from stillage.accounts import tokens
    from stillage.accounts.models import User
    from stillage.accounts.sessions import begin
    from stillage.core.clock import now

    settings.ACCESS_TOKEN_LIFETIME = timedelta(hours=2)
    user = User.objects.create(username=uuid.uuid4().hex, all_warehouses=True)
    user.groups.add(Group.objects.get_or_create(name="manager")[0])
    return tokens.pair_of(begin(user=user, address="127.0.0.1", user_agent="", at=now())).access


def by_commit() -> float:
    """Write as a process of Gunicorn's does; when it was committed."""
    from django.db import transaction

    from stillage.audit.record import record
    from stillage.core.actor import service
    from stillage.live import waking

    with transaction.atomic():
        record(
            actor=service("bench"),
            action="product.update",
            object_type="product",
            object_id=1,
            label="1",
            after={},
        )
    at = time.perf_counter()
    waking.tell()
    return at


def by_http(token: str) -> Callable[[], float]:
    import httpx

    client = httpx.Client(base_url=f"http://127.0.0.1:{PORT}", trust_env=False)

    def write() -> float:
        at = time.perf_counter()
        answer = client.post(
            "/api/v1/brands",
            json={"name": uuid.uuid4().hex},
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": uuid.uuid4().hex},
        )
        answer.raise_for_status()
        return at

    return write


@contextlib.contextmanager
def served(arguments: list[str], env: dict[str, str]) -> Iterator[int]:
    command = [sys.executable, "-m", "stillage", *arguments, "--port", str(PORT)]
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


async def is_up() -> None:
    for _ in range(600):
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", PORT)
            writer.close()
            return
        await asyncio.sleep(0.1)
    raise RuntimeError("it does not come up")


async def measure(pid: int, token: str, counts: list[int], write: Callable[[], float]) -> None:
    await is_up()
    ears: list[Ear] = []
    loop = asyncio.get_running_loop()

    async def more(count: int) -> None:
        while len(ears) < count:
            some = [Ear() for _ in range(min(50, count - len(ears)))]
            await asyncio.gather(*(ear.open(token) for ear in some))
            ears.extend(some)

    await more(10)
    await loop.run_in_executor(None, write)
    await asyncio.sleep(2)
    empty, began = rss_kib(pid), len(ears)
    for count in counts:
        await more(count)
        await asyncio.sleep(3)
        idle = rss_kib(pid)
        cpu, firsts, middles, lasts = cpu_of(pid), [], [], []
        for _ in range(ROUNDS):
            before = [ear.events for ear in ears]
            at = await loop.run_in_executor(None, write)
            while any(ear.events == had for ear, had in zip(ears, before, strict=True)):
                await asyncio.sleep(0.005)
            took = sorted((ear.came - at) * 1000 for ear in ears)
            firsts.append(took[0])
            middles.append(statistics.median(took))
            lasts.append(took[-1])
            await asyncio.sleep(0.1)
        each = (cpu_of(pid) - cpu) / ROUNDS / count * 1e6
        print(
            f"{count:5} listeners: {(idle - empty) / max(count - began, 1):5.1f} KiB each,"
            f" event after {statistics.median(firsts):5.1f} ms (first), {statistics.median(middles):5.1f} ms (half of"
            f" them), {statistics.median(lasts):5.1f} ms (all); {each:4.0f} µs of CPU a delivery"
        )
    for ear in ears:
        ear.task.cancel()
        ear.writer.close()


def set_up(env: dict[str, str]) -> str:
    os.environ.update(env)
    import django

    django.setup()
    from stillage.config.serving import migrate

    migrate()
    return token_of_somebody()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listeners", type=int, nargs="+", default=[100, 1000])
    parser.add_argument("--engine", choices=["postgres", "sqlite"], default="postgres")
    chosen = parser.parse_args()
    home = tempfile.mkdtemp(prefix="stillage-live-")
    env: dict[str, Any] = {
        **os.environ,
        "STILLAGE_HOME": home,
        "STILLAGE_LIVE_STREAMS_PER_USER": "100000",
        "STILLAGE_LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "stillage.config.settings.dev",
    }
    env.pop("DATABASE_URL", None)
    if chosen.engine == "sqlite":
        token = set_up(env)
        with served(["run"], env) as pid:
            asyncio.run(measure(pid, token, chosen.listeners, by_http(token)))
        return
    import postgres

    with postgres.system_postgres(postgres._system_binaries(), settings=POSTGRES_SETTINGS) as url:
        env["DATABASE_URL"] = url
        token = set_up(env)
        with served(["live"], env) as pid:
            asyncio.run(measure(pid, token, chosen.listeners, by_commit))


if __name__ == "__main__":
    main()
