"""A wire to PostgreSQL that can be cut around a COMMIT: before it arrives, or before its answer does."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Wire:
    """Listens on a port of its own and passes everything on, until `cut` says otherwise."""

    host: str
    port: int
    cut: str | None = None  # "before" or "after": when the next COMMIT passes
    cuts: int = 0
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    @property
    def own_port(self) -> int:
        return int(self.listener.getsockname()[1])

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self.carry, args=(client,), daemon=True).start()

    def carry(self, client: socket.socket) -> None:
        server = socket.create_connection((self.host, self.port))
        answers = threading.Event()
        answers.set()

        def back() -> None:
            with suppress(OSError):
                while data := server.recv(65536):
                    if not answers.is_set():
                        break
                    client.sendall(data)
            for end in (client, server):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

        threading.Thread(target=back, daemon=True).start()
        with suppress(OSError):
            while data := client.recv(65536):
                if self.cut and b"COMMIT" in data:
                    how, self.cut = self.cut, None
                    self.cuts += 1
                    answers.clear()
                    if how == "before":
                        break
                server.sendall(data)
        with suppress(OSError):
            server.shutdown(socket.SHUT_WR)
        if answers.is_set():
            with suppress(OSError):
                client.close()


@contextmanager
def wire_to(host: str, port: int) -> Iterator[Wire]:
    wire = Wire(host, port)
    threading.Thread(target=wire.serve, daemon=True).start()
    try:
        yield wire
    finally:
        wire.listener.close()
