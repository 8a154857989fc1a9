"""Run by `files.py` in a limited process of its own: an .xlsx in, one JSON line a row out. Imports nothing of the house."""

import contextlib
import json
import resource
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

MAX_MEMBERS = 500
MAX_UNPACKED_BYTES = 50 * 1024 * 1024
MAX_RATIO = 150
RATIO_FROM_BYTES = 1024 * 1024
MAX_ROWS = 100_000
MAX_COLUMNS = 200
MAX_CELL = 10_000


SECONDS = 120
MEMORY_BYTES = 384 * 1024 * 1024


def limit_this_process() -> None:
    """Memory, time and what it may write, before the first byte is read. macOS knows no RLIMIT_AS."""
    for what, limit in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 2 * MAX_UNPACKED_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (limit, limit))


class Refused(Exception):
    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


def check_archive(path: str) -> None:
    """Unpack every member into nothing, counting: what the directory says of their sizes is not believed."""
    total = 0
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if len(members) > MAX_MEMBERS:
            raise Refused("file_too_large", f"The file has more than {MAX_MEMBERS} parts.")
        if "[Content_Types].xml" not in archive.namelist() or "xl/workbook.xml" not in archive.namelist():
            raise Refused("unsupported_file", "This is a ZIP archive, but no .xlsx workbook.")
        for member in members:
            size = 0
            with archive.open(member) as stream:
                while chunk := stream.read(65536):
                    size += len(chunk)
                    total += len(chunk)
                    if total > MAX_UNPACKED_BYTES:
                        raise Refused(
                            "file_too_large",
                            f"The file unpacks to more than {MAX_UNPACKED_BYTES // 2**20} MiB.",
                        )
                    if size > RATIO_FROM_BYTES and size > MAX_RATIO * max(member.compress_size, 1):
                        raise Refused("file_too_large", "The file is packed tighter than any real workbook.")


def text_of(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def rows(path: str) -> Iterator[tuple[int, list[str]]]:
    import openpyxl

    if not openpyxl.DEFUSEDXML:
        raise Refused("unavailable", "defusedxml is not installed; spreadsheets are not read without it.")
    # Opened here: of a path openpyxl would want to see its ending, and ours have none.
    stream = open(path, "rb")  # noqa: PTH123, SIM115 - read until this process ends
    workbook = openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    if not workbook.worksheets:
        raise Refused("empty_file", "The workbook has no sheet.")
    sheet = workbook.worksheets[0]
    # The file's own word for its size is not believed; openpyxl would pad every row to it. Without it a row
    # is as long as its last cell, so that one too far to the right is seen and not silently cut off.
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        if number > MAX_ROWS + 1:
            raise Refused("too_many_rows", f"The sheet has more than {MAX_ROWS} rows; split it.")
        cells = [text_of(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        if len(cells) > MAX_COLUMNS:
            raise Refused("too_many_columns", f"The sheet has more than {MAX_COLUMNS} columns.")
        if any(len(cell) > MAX_CELL for cell in cells):
            raise Refused("cell_too_long", f"A cell in row {number} has more than {MAX_CELL} characters.")
        if any("\0" in cell for cell in cells):
            raise Refused("not_text", f"A cell in row {number} holds a NUL.")
        if cells:
            yield number, cells


def main(path: str, answer: str) -> int:
    limit_this_process()
    # openpyxl would load numpy when it is there, for nothing but its number types.
    sys.modules["numpy"] = None  # type: ignore[assignment]
    try:
        check_archive(path)
        with open(answer, "w", encoding="utf-8") as out:  # noqa: PTH123 - a plain script
            for row in rows(path):
                out.write(json.dumps(row) + "\n")
    except Refused as refused:
        said = {"code": refused.code, "detail": refused.detail}
    except MemoryError:
        said = {"code": "file_too_large", "detail": "The spreadsheet needs too much memory to read."}
    except Exception as error:  # whatever a hostile file brings about in the parser
        said = {"code": "damaged_file", "detail": f"The spreadsheet cannot be read ({type(error).__name__})."}
    else:
        return 0
    sys.stdout.write(json.dumps(said))
    return 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
