"""Real threads that begin together, each with a database connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connections

PATIENCE_SECONDS = 60


def together(work: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run all at once; what each returned, or the exception it ended with."""
    barrier = threading.Barrier(len(work))
    results: list[Any] = [None] * len(work)

    def run(index: int) -> None:
        try:
            barrier.wait(PATIENCE_SECONDS)
            results[index] = work[index]()
        except Exception as error:
            results[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(index,), daemon=True) for index in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert not any(thread.is_alive() for thread in threads), "threads are still waiting for each other"
    return results


def in_thread(work: Callable[[], Any]) -> Any:
    """Run in one fresh thread; raise what it raised."""
    (result,) = together([work])
    if isinstance(result, Exception):
        raise result
    return result
