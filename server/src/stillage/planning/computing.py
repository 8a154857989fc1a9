"""Starts the arithmetic in a child process and watches it: progress, time limit, its end and why."""

import os
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

TELL_EVERY_SECONDS = 5.0
LONGEST_SECONDS = 60 * 60
MOST_SAID = 400


class CannotCompute(Exception):
    """The child ended without a result; says why in a sentence."""


def compute(
    source: Path, target: Path, *, tell: Callable[[int], None], longest_seconds: float = LONGEST_SECONDS
) -> None:
    """Have a file of series forecast into another. `tell` hears how many are done, at least every few seconds; what it
    raises ends the child. Raises CannotCompute."""
    command = [sys.executable, "-m", "stillage.planning.child", str(source), str(target)]
    until = time.monotonic() + longest_seconds
    # No secret of the server's goes along, and the arithmetic libraries take the cores that the child gives them.
    kept = {
        name: os.environ[name]
        for name in ("PATH", "HOME", "TMPDIR", "LANG", "PYTHONPATH")
        if name in os.environ
    }
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(  # noqa: S603 - our own module, by our own interpreter
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            env={**kept, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        try:
            _watch(child, tell, until)
        finally:
            if child.poll() is None:
                child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    pipe.close()
        if child.returncode != 0:
            raise CannotCompute(_why(child.returncode, said))


def _watch(child: "subprocess.Popen[bytes]", tell: Callable[[int], None], until: float) -> None:
    out = child.stdout
    assert out is not None  # noqa: S101 - it was asked for
    done, buffer = 0, b""
    while True:
        readable, _, _ = select.select([out], [], [], TELL_EVERY_SECONDS)
        if readable:
            part = os.read(out.fileno(), 65536)
            if not part:
                child.wait(timeout=30)
                return
            buffer += part
            *lines, buffer = buffer.split(b"\n")
            done = int(lines[-1]) if lines else done
        if time.monotonic() > until:
            child.kill()
            raise CannotCompute("The arithmetic took longer than it may; it was ended.")
        tell(done)


def _why(code: int, said: IO[bytes]) -> str:
    said.seek(0)
    lines = said.read().decode(errors="replace").strip().splitlines()
    if code < 0:
        reason = (
            "ran out of memory or was ended from outside" if code == -9 else f"was ended by signal {-code}"
        )
        return f"The arithmetic {reason}."
    return f"The arithmetic broke: {lines[-1][:MOST_SAID] if lines else f'it ended with {code}'}"
