"""Makes the font and the compressed forms of the site, once, beside the running server.

`python -m stillage_client.hosting.build FOLDER`: what is there already is not made again.
"""

import fcntl
import gzip
import os
import sys
from pathlib import Path

import brotli  # type: ignore[import-untyped]

from stillage_client.hosting.font import build_font
from stillage_client.hosting.site import File, Site

SMALLEST = 1_000
BROTLI_QUALITY = 9


def build(cache: Path) -> None:
    with (cache / "build.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # another worker is at it
        build_font(cache / "fonts")
        site = Site(cache)
        site.forms.mkdir(exist_ok=True)
        files = [file for file in site.files.values() if file.compressible]
        wanted = {file.digest: file for file in sorted(files, key=_urgency)}
        for ending in ("gz", "br"):  # gzip is quick, and all that plain http on a local network may use
            for digest, file in wanted.items():
                _compress(file, site.forms / f"{digest}.{ending}")
        _forget_old(site.forms, set(wanted))


def _urgency(file: File) -> tuple[int, int]:
    """First what a modern browser loads: the wasm build; then the rest by size."""
    return (0 if file.path.name in ("main.dart.wasm", "skwasm.wasm") else 1, -file.path.stat().st_size)


def _compress(file: File, target: Path) -> None:
    if target.is_file() or file.path.stat().st_size < SMALLEST:
        return
    raw = file.path.read_bytes()
    form = brotli.compress(raw, quality=BROTLI_QUALITY) if target.suffix == ".br" else gzip.compress(raw, 6)
    half = target.with_suffix(f".{os.getpid()}")
    half.write_bytes(form)
    half.replace(target)


def _forget_old(forms: Path, wanted: set[str]) -> None:
    for form in forms.iterdir():
        if form.name.split(".")[0] not in wanted:
            form.unlink(missing_ok=True)


if __name__ == "__main__":
    os.nice(10)
    build(Path(sys.argv[1]))
