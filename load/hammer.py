"""Sends HTTP requests over kept-alive connections as fast as they are answered; reads its plan from standard input.

A process of its own, so that its CPU is not counted with the server's. Answers on standard output, as JSON.
"""

from __future__ import annotations

import collections
import json
import random
import selectors
import socket
import sys
import time
from typing import Any


class Connection:
    """One client: sends a request, waits for the whole answer."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.open()

    def open(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def send(self, payload: bytes) -> None:
        self.started = time.perf_counter()
        self.socket.sendall(payload)

    def read(self) -> tuple[int, bytes, bool] | None:
        """The answer once it is whole: status, body, and whether the connection ends."""
        part = self.socket.recv(262144)
        self.buffer += part
        head, separator, body = self.buffer.partition(b"\r\n\r\n")
        if not part and not separator:
            raise ConnectionError("closed without an answer")
        if not separator:
            return None
        lower = head.lower()
        place = lower.find(b"content-length:")
        if place < 0:
            raise ValueError(f"no content-length: {head[:300]!r}")
        length = int(lower[place + 15 :].split(b"\r\n", 1)[0])
        if len(body) < length:
            return None
        self.buffer = b""
        return int(head[9:12]), body, b"connection: close" in lower


def prepared(plan: dict[str, Any]) -> list[tuple[bytes, bytes]]:
    """Each request in two halves, with the place for its idempotency key between them."""
    found = []
    for method, path, body in plan["requests"]:
        raw = (body or "").encode()
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {plan['token']}\r\n"
            f"Accept: application/json\r\n"
        )
        if body is not None:
            head += f"Content-Type: application/json\r\nContent-Length: {len(raw)}\r\nIdempotency-Key: "
        found.append((head.encode(), b"\r\n\r\n" + raw))
    return found


def main() -> None:
    plan = json.load(sys.stdin)
    requests = prepared(plan)
    writes = plan["requests"][0][2] is not None
    mark, number = f"{random.getrandbits(64):016x}", 0
    selector = selectors.DefaultSelector()
    statuses: collections.Counter[int] = collections.Counter()
    times: list[float] = []
    sample = b""

    def next_payload() -> bytes:
        nonlocal number
        number += 1
        head, tail = random.choice(requests)
        return head + (f"{mark}{number:016d}".encode() if writes else b"X-Nothing: 1") + tail

    begun = time.perf_counter()
    end = begun + plan["seconds"]
    for _ in range(plan["clients"]):
        connection = Connection(plan["port"])
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.send(next_payload())
    waiting = plan["clients"]
    while waiting:
        for key, _ in selector.select(timeout=30):
            connection = key.data
            answer = connection.read()
            if answer is None:
                continue
            status, body, closing = answer
            statuses[status] += 1
            times.append(time.perf_counter() - connection.started)
            if not sample or (status >= 400 and not sample.startswith(b'{"type')):
                sample = body
            if time.perf_counter() >= end:
                selector.unregister(connection.socket)
                connection.socket.close()
                waiting -= 1
                continue
            if closing:
                selector.unregister(connection.socket)
                connection.socket.close()
                connection.open()
                selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.send(next_payload())
    seconds = time.perf_counter() - begun
    times.sort()
    json.dump(
        {
            "count": len(times),
            "seconds": seconds,
            "statuses": statuses,
            "p50": times[len(times) // 2] * 1000,
            "p99": times[int(len(times) * 0.99)] * 1000,
            "longest": times[-1] * 1000,
            "sample": sample.decode("utf-8", "replace")[:2000],
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
