"""Files out: a registry of what can be exported, and rows as CSV or XLSX that no spreadsheet can be made to run."""

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any, Final

from django.db.models import QuerySet

from stillage.accounts.roles import SALES_PRICES
from stillage.catalogue.importing.cells import neutralised
from stillage.catalogue.importing.products import shown_packs
from stillage.catalogue.models import Product
from stillage.core.actor import Actor
from stillage.places.models import Location

CHUNK: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A kind of file that can be had. `columns` and `rows` are asked anew for each actor: they may see less."""

    name: str
    permission: str
    columns: Callable[[Actor], list[str]]
    rows: Callable[[Actor], Iterable[list[Any]]]


EXPORTS: dict[str, Export] = {}


def register(export: Export) -> None:
    """Called once by each room when the house opens."""
    EXPORTS[export.name] = export


def by_id(rows: QuerySet[Any, Any]) -> Iterator[Any]:
    """All rows, a thousand at a time by key: no cursor and no lock is held while a slow client reads."""
    last = 0
    while chunk := list(rows.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        yield from chunk
        last = chunk[-1].pk


def cell(value: Any) -> str:
    """A value as the importer reads it back."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return neutralised(str(value))


def csv_lines(export: Export, actor: Actor) -> Iterator[bytes]:
    """The file in pieces, UTF-8 with a byte order mark so that spreadsheets read it as such."""
    yield b"\xef\xbb\xbf"
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(export.columns(actor))
    for count, row in enumerate(export.rows(actor), start=1):
        writer.writerow([cell(value) for value in row])
        if count % 200 == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def xlsx_file(export: Export, actor: Actor) -> IO[bytes]:
    """The file on disk, unnamed and gone when closed. Every cell is text: openpyxl would make formulas of some."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet(export.name[:31])

    def text(value: str) -> Any:
        made = WriteOnlyCell(sheet, value=value or None)
        if value:
            made.data_type = "s"
        return made

    sheet.append([text(column) for column in export.columns(actor)])
    for row in export.rows(actor):
        sheet.append([text(cell(value)) for value in row])
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    book.save(file)
    file.seek(0)
    return file


# ---- this room's own --------------------------------------------------------------------------
PRODUCT_COLUMNS = (
    "sku",
    "name",
    "category",
    "brand",
    "container",
    "container_ml",
    "base_unit",
    "abv_percent",
    "lot_tracked",
    "shelf_life_days",
    "minimum_intake_days",
    "unit_price",
    "status",
    "packs",
)


def _product_columns(actor: Actor) -> list[str]:
    """Prices are for those who may see them."""
    return [name for name in PRODUCT_COLUMNS if name != "unit_price" or actor.can(SALES_PRICES)]


def _products(actor: Actor) -> Iterator[list[Any]]:
    rows = Product.objects.select_related("category", "brand").prefetch_related("packs")
    for product in by_id(rows):
        values = {
            "category": product.category.name if product.category else "",
            "brand": product.brand.name if product.brand else "",
            "packs": shown_packs(
                sorted(product.packs.all(), key=lambda pack: (pack.units_per_pack, pack.pk))
            ),
        }
        yield [values[name] if name in values else getattr(product, name) for name in _product_columns(actor)]


LOCATION_COLUMNS = ("warehouse", "code", "kind", "zone", "pick_sequence", "is_active")


def _locations(actor: Actor) -> Iterator[list[Any]]:
    rows = Location.objects.select_related("warehouse").filter(is_virtual=False)
    if actor.warehouse_ids is not None:
        rows = rows.filter(warehouse_id__in=actor.warehouse_ids)
    for place in by_id(rows):
        yield [place.warehouse.code, *(getattr(place, name) for name in LOCATION_COLUMNS[1:])]


PRODUCTS = Export(name="products", permission="catalogue.view", columns=_product_columns, rows=_products)
LOCATIONS = Export(
    name="locations", permission="places.view", columns=lambda actor: list(LOCATION_COLUMNS), rows=_locations
)
