"""Sends chains of HTTP requests, several clients at once, each request of a chain after the answer to the one before.

Started by selling.py as a process of its own, so that its CPU is not counted with the server's. A plan is read from
standard input and what came of it is answered on standard output, both as JSON. In a path `{number}` is the number
that the first answer of its chain gave.
"""

from __future__ import annotations

import collections
import json
import random
import selectors
import statistics
import sys
import time
from dataclasses import dataclass
from typing import Any

from hammer import Connection


@dataclass(slots=True)
class Chain:
    """Requests of one order or one picker, and how far they are."""

    token: str
    steps: list[dict[str, Any]]
    done: int = 0
    number: str = ""

    @property
    def step(self) -> dict[str, Any]:
        return self.steps[self.done]

    def payload(self, key: str) -> bytes:
        body = self.step["body"].encode()
        path = self.step["path"].replace("{number}", self.number)
        return (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self.token}\r\n"
            f"Accept: application/json\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            f"Idempotency-Key: {key}\r\n\r\n"
        ).encode() + body


class Clients:
    """All clients on one selector; each takes the next chain when its own is done."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.plan = plan
        self.waiting = collections.deque(Chain(one["token"], one["steps"]) for one in plan["chains"])
        self.selector = selectors.DefaultSelector()
        self.times: dict[str, list[float]] = collections.defaultdict(list)
        self.statuses: collections.Counter[int] = collections.Counter()
        self.sample = ""
        self.busy = self.count = self.whole = self.sent = 0
        self.mark = f"{random.getrandbits(64):016x}"

    def run(self) -> dict[str, Any]:
        begun = time.perf_counter()
        self.end = begun + (self.plan["seconds"] or 1e9)
        for _ in range(min(self.plan["clients"], len(self.waiting))):
            connection = Connection(self.plan["port"])
            self.selector.register(connection.socket, selectors.EVENT_READ, connection)
            self.busy += 1
            self._next(connection, self.waiting.popleft())
        while self.busy:
            found = self.selector.select(timeout=60)
            if not found:
                raise TimeoutError("no answer for a minute")
            for key, _ in found:
                self._read(key.data)
        return {
            "count": self.count,
            "whole": self.whole,
            "seconds": time.perf_counter() - begun,
            "statuses": self.statuses,
            "sample": self.sample[:2000],
            "steps": {name: _spread(found) for name, found in self.times.items()},
        }

    def _next(self, connection: Any, chain: Chain) -> None:
        connection.chain = chain
        self.sent += 1
        connection.send(chain.payload(f"{self.mark}{self.sent:016d}"))

    def _read(self, connection: Any) -> None:
        answer = connection.read()
        if answer is None:
            return
        status, body, closing = answer
        chain: Chain = connection.chain
        self.times[chain.step["name"]].append(time.perf_counter() - connection.started)
        self.statuses[status] += 1
        if closing:
            self.selector.unregister(connection.socket)
            connection.socket.close()
            connection.open()
            self.selector.register(connection.socket, selectors.EVENT_READ, connection)
        if status == chain.step["expect"]:
            self.count += 1
            if not chain.done and any("{number}" in step["path"] for step in chain.steps[1:]):
                chain.number = json.loads(body)["number"]
            chain.done += 1
            self.whole += chain.done == len(chain.steps)
        else:
            self.sample = self.sample or f"{chain.step['name']}: {body.decode('utf-8', 'replace')}"
            chain.done = len(chain.steps)
        if time.perf_counter() < self.end:
            if chain.done < len(chain.steps):
                self._next(connection, chain)
                return
            if self.waiting:
                self._next(connection, self.waiting.popleft())
                return
        self.selector.unregister(connection.socket)
        connection.socket.close()
        self.busy -= 1


def _spread(found: list[float]) -> dict[str, float]:
    found.sort()
    return {
        "count": len(found),
        "p50": statistics.median(found) * 1000,
        "p95": found[min(len(found) - 1, int(len(found) * 0.95))] * 1000,
        "longest": found[-1] * 1000,
    }


if __name__ == "__main__":
    json.dump(Clients(json.load(sys.stdin)).run(), sys.stdout)
