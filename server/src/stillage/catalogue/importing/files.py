"""Opening what was uploaded: what it is, its encoding and delimiter, its rows within limits. Nothing is guessed at."""

import codecs
import csv
import gzip
import io
import json
import os
import signal
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final

from stillage.core.errors import Refusal

MAX_UNPACKED_BYTES: Final = 50 * 1024 * 1024
MAX_ROWS: Final = 100_000
MAX_COLUMNS: Final = 200
MAX_CELL: Final = 10_000
MAX_LINE: Final = 100_000
XLSX_SECONDS: Final = 120
DELIMITERS: Final = (",", ";", "\t")
ENCODINGS: Final = ("auto", "cp1252")

Row = tuple[int, list[str]]


class FileRefused(Refusal):
    """The file as a whole cannot be taken."""

    code = "bad_file"


def form_of(head: bytes) -> str:
    """What the first bytes say it is: csv, gzip or xlsx. Refused when it is something else."""
    if not head.strip(b"\0"):
        raise FileRefused("The file is empty.", code="empty_file")
    if head.startswith(b"PK\x03\x04"):
        return "xlsx"
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    known = {
        b"%PDF": "a PDF",
        b"\x89PNG": "a picture",
        b"\xff\xd8\xff": "a picture",
        b"\xd0\xcf\x11\xe0": "an old .xls",
    }
    for magic, name in known.items():
        if head.startswith(magic):
            raise FileRefused(f"This is {name}; save it as CSV or .xlsx.", code="unsupported_file")
    return "csv"


def rows_of(path: Path, *, encoding: str = "auto") -> Iterator[Row]:
    """The rows of a file with their numbers as a spreadsheet shows them; empty rows are left out."""
    with path.open("rb") as file:
        form = form_of(file.read(512))
        file.seek(0)
        if form == "xlsx":
            yield from _xlsx_rows(path)
            return
        source: IO[bytes] = file
        if form == "gzip":
            source = gzip.GzipFile(fileobj=file)  # type: ignore[assignment]
        yield from _csv_rows(_Bounded(source), encoding=encoding)


class _Bounded(io.RawIOBase):
    """A stream that refuses to give more than the limit, however little was packed to make it."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source, self.given = source, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview[int]") -> int:  # type: ignore[override]
        try:
            chunk = self.source.read(len(buffer))
        except (OSError, EOFError, zlib.error):
            raise FileRefused("The compressed file is damaged.", code="damaged_file") from None
        self.given += len(chunk)
        if self.given > MAX_UNPACKED_BYTES:
            raise too_large()
        buffer[: len(chunk)] = chunk
        return len(chunk)


def too_large() -> FileRefused:
    return FileRefused(
        f"The file unpacks to more than {MAX_UNPACKED_BYTES // 2**20} MiB.", code="file_too_large"
    )


def too_many_rows() -> FileRefused:
    return FileRefused(f"The file has more than {MAX_ROWS} rows; split it.", code="too_many_rows")


def too_many_columns() -> FileRefused:
    return FileRefused(f"The file has more than {MAX_COLUMNS} columns.", code="too_many_columns")


def _encoding_of(head: bytes, declared: str) -> str:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise FileRefused("The file is UTF-32; save it as UTF-8.", code="bad_encoding")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return "cp1252" if declared == "cp1252" else "utf-8"


def _lines(stream: io.TextIOWrapper) -> Iterator[str]:
    number = 0
    while True:
        try:
            line = stream.readline(MAX_LINE + 1)
        except UnicodeError:
            raise FileRefused(
                f"Around line {number + 1} the file is not {'UTF-8' if stream.encoding != 'cp1252' else 'Windows-1252'}."
                " Save it as UTF-8, or send encoding=cp1252 if it comes from an older Windows program.",
                code="bad_encoding",
            ) from None
        if not line:
            return
        number += 1
        if len(line) > MAX_LINE:
            raise FileRefused(f"Line {number} is longer than {MAX_LINE} characters.", code="line_too_long")
        if "\0" in line:
            raise FileRefused(f"Line {number} holds a NUL: this is not a text file.", code="not_text")
        yield line


def _delimiter_of(line: str) -> str:
    """The delimiter that stands most often outside quotes in the headings."""
    counts = dict.fromkeys(DELIMITERS, 0)
    quoted = False
    for character in line:
        if character == '"':
            quoted = not quoted
        elif not quoted and character in counts:
            counts[character] += 1
    return max(DELIMITERS, key=lambda delimiter: counts[delimiter])


def _csv_rows(source: io.RawIOBase, *, encoding: str) -> Iterator[Row]:
    buffered = io.BufferedReader(source, 65536)
    head = buffered.peek(4)[:4]
    stream = io.TextIOWrapper(buffered, encoding=_encoding_of(head, encoding), errors="strict", newline="")
    lines = _lines(stream)
    first = next(lines, None)
    if first is None:
        raise FileRefused("The file is empty.", code="empty_file")
    hint = first.strip().lower()
    if hint.startswith("sep=") and len(hint) == 5:
        delimiter = first.strip()[4]
        start: Iterator[str] = lines
    else:
        delimiter = _delimiter_of(first)
        start = _chain(first, lines)
    yield from _parsed(csv.reader(start, delimiter=delimiter, strict=True))


def _chain(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _parsed(reader: Any) -> Iterator[Row]:
    number = 0
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise FileRefused(
                f"The row that begins in line {line} cannot be read ({error}): look for a quote that is not closed.",
                code="bad_csv",
            ) from None
        if cells is None:
            return
        number += 1
        yield from _bounded_row(number, cells)


def _bounded_row(number: int, cells: list[str]) -> Iterator[Row]:
    if number > MAX_ROWS + 1:
        raise too_many_rows()
    if len(cells) > MAX_COLUMNS:
        raise too_many_columns()
    if any(len(cell) > MAX_CELL for cell in cells):
        raise FileRefused(
            f"A cell in row {number} has more than {MAX_CELL} characters.", code="cell_too_long"
        )
    stripped = [cell.strip() for cell in cells]
    if any(stripped):
        yield number, stripped


def _xlsx_rows(path: Path) -> Iterator[Row]:
    """The rows of the first sheet, read by a process of its own that cannot take more than its share."""
    answer = path.with_suffix(".rows")
    script = Path(__file__).with_name("read_xlsx.py")
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"}
    try:
        try:
            done = subprocess.run(  # noqa: S603 - our own script, our own file names
                [sys.executable, "-I", str(script), str(path), str(answer)],
                capture_output=True,
                timeout=XLSX_SECONDS,
                env=environment,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise FileRefused("The spreadsheet takes too long to read.", code="file_too_large") from None
        _check_child(done)
        with answer.open(encoding="utf-8", newline="") as file:
            for line in file:
                number, cells = json.loads(line)
                yield from _bounded_row(number, cells)
    finally:
        answer.unlink(missing_ok=True)


def _check_child(done: "subprocess.CompletedProcess[bytes]") -> None:
    if done.returncode == 0:
        return
    said: dict[str, str] = {}
    with suppress(ValueError):
        said = json.loads(done.stdout or b"{}")
    if said:
        raise FileRefused(said["detail"], code=said["code"])
    if (
        done.returncode in (-signal.SIGXCPU, -signal.SIGKILL, -signal.SIGXFSZ)
        or b"MemoryError" in done.stderr
    ):
        raise FileRefused("The spreadsheet needs too much memory or time to read.", code="file_too_large")
    raise FileRefused("The spreadsheet cannot be read; save it anew as .xlsx or CSV.", code="damaged_file")
