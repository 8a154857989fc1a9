"""What all tests of the client share."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from loopback import Server

ROOT = Path(__file__).parents[2]


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """serve(app) → a running Server, stopped after the test."""
    running: list[Server] = []

    def start(app: Any, port: int | None = None) -> Server:
        running.append(Server(app, port).start())
        return running[-1]

    yield start
    for server in running:
        server.stop()


@pytest.fixture(scope="session")
def client_cache() -> Path:
    """One cache of fonts and compressed files for all tests of this checkout."""
    folder = ROOT / ".artefacts" / "client-cache"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
