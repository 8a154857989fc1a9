"""A program that writes and says so, to be killed. Started once; forks a writer for each order it reads.

in:   a reference, a line each         out:  `pid <n>`, then `done <k>` after each commit; never more than was committed
"""

from __future__ import annotations

import os
import sys

import django

django.setup()

from stillage.core.clock import now  # noqa: E402 - Django must be set up first
from stillage.stock import operations  # noqa: E402
from tests.builders import BOSS  # noqa: E402


def write(reference: str) -> None:
    os.write(1, f"pid {os.getpid()}\n".encode())
    places, number = ("MAIN/A-01", "MAIN/A-02"), 0
    while True:
        lines = [operations.MoveLine("ALE-330", *places, 1, lot) for lot in ("L1", "L2", "L3")]
        operations.move(actor=BOSS, lines=lines, reference=reference, at=now())
        number += 1
        places = (places[1], places[0])
        os.write(1, f"done {number}\n".encode())


def main() -> None:
    """The parent never touches the database, so each child has a connection of its own."""
    for order in sys.stdin:
        child = os.fork()
        if child == 0:
            write(order.strip())
        os.waitpid(child, 0)
        os.write(1, b"dead\n")


main()
