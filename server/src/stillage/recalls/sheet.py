"""The traceability sheet: a row for each event of each lot, typed, to be sorted and filtered; CSV or XLSX."""

import csv
import datetime as dt
import io
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from typing import IO, Any, Final

from stillage.catalogue.importing.cells import neutralised

HEADS: Final = (
    "date",
    "event",
    "product",
    "product_name",
    "gtin",
    "lot",
    "best_before_date",
    "expiry_date",
    "quantity",
    "unit",
    "place",
    "party",
    "document",
    "order",
)
WIDTHS: Final = (20, 22, 14, 32, 16, 16, 13, 13, 10, 9, 26, 30, 16, 16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An event. `quantity` is negative where units left; `order` is the customer's or the supplier's order."""

    at: dt.datetime
    event: str
    product: str
    product_name: str
    gtin: str
    lot: str
    best_before_date: dt.date | None
    expiry_date: dt.date | None
    quantity: int
    unit: str
    place: str
    party: str
    document: str
    order: str


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="seconds")
    return str(value)


def csv_file(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """UTF-8 with a byte order mark, as spreadsheets want it; no text in it can be taken for a formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(heads)
    for row in rows:
        writer.writerow([neutralised(_plain(one)) if isinstance(one, str) else _plain(one) for one in row])
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def sheet_csv(rows: Iterable[Row]) -> bytes:
    return csv_file(HEADS, (astuple(row) for row in rows))


def sheet_xlsx(rows: Sequence[Row], title: str) -> IO[bytes]:
    """Typed cells, a frozen head and a filter over all columns. A file on disk, unnamed and gone when closed."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    last = get_column_letter(len(HEADS))
    sheet.auto_filter.ref = f"A1:{last}{len(rows) + 1}"
    for index, width in enumerate(WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    bold = Font(bold=True)

    def cell(value: Any) -> Any:
        if isinstance(value, dt.datetime):
            made = WriteOnlyCell(sheet, value=value.astimezone(dt.UTC).replace(tzinfo=None))
            made.number_format = "yyyy-mm-dd hh:mm:ss"
            return made
        if isinstance(value, dt.date):
            made = WriteOnlyCell(sheet, value=value)
            made.number_format = "yyyy-mm-dd"
            return made
        if isinstance(value, str):
            made = WriteOnlyCell(sheet, value=neutralised(value) or None)
            if value:
                made.data_type = "s"  # openpyxl would make formulas of some
            return made
        return WriteOnlyCell(sheet, value=value)

    heads = [cell(head) for head in HEADS]
    for head in heads:
        head.font = bold
    sheet.append(heads)
    names = [own.name for own in fields(Row)]
    for row in rows:
        sheet.append([cell(getattr(row, name)) for name in names])
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    book.save(file)
    file.seek(0)
    return file
