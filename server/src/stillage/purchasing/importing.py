"""Suppliers files: what their rows may say. The reading and judging is the catalogue room's."""

from typing import Any

from stillage.catalogue.importing import cells
from stillage.catalogue.importing.columns import Field
from stillage.catalogue.importing.flat import FlatTable, plan_flat
from stillage.catalogue.importing.kinds import Kind
from stillage.catalogue.importing.writing import bulk_create, bulk_replace
from stillage.catalogue.rules import MAX_DAYS
from stillage.purchasing.models import Supplier

COLUMNS = ("name", "contact_name", "email", "phone", "address", "lead_time_days")
FIELDS = (
    Field(
        name="code",
        required=True,
        read=cells.code(),
        headings=(
            "supplier number",
            "supplier no",
            "supplier code",
            "vendor",
            "vendor number",
            "vendor code",
            "Lieferantennummer",
            "Lieferanten-Nr.",
            "Kreditor",
            "Kreditorennummer",
        ),
    ),
    Field(
        name="name",
        read=cells.text(200),
        headings=("supplier name", "vendor name", "supplier", "company", "Lieferant", "Firma"),
    ),
    Field(
        name="contact_name",
        read=cells.text(120),
        headings=("contact", "contact person", "Ansprechpartner", "Kontakt"),
    ),
    Field(name="address", read=cells.text(400), headings=("street", "Anschrift", "Adresse", "Straße")),
    Field(name="email", read=cells.email, headings=("e-mail", "mail", "E-Mail-Adresse")),
    Field(
        name="phone",
        read=cells.text(40),
        headings=("telephone", "phone number", "tel", "Telefon", "Telefonnummer"),
    ),
    Field(
        name="lead_time_days",
        read=cells.integer(0, MAX_DAYS),
        headings=("lead time", "delivery days", "Lieferzeit", "Lieferzeit Tage"),
    ),
)


def write_suppliers(create: list[Any], update: list[Any]) -> None:
    bulk_create(Supplier, create)
    bulk_replace(Supplier, update, columns=COLUMNS)


TABLE = FlatTable(
    noun="supplier",
    rows=Supplier.objects.all,
    key_column="code",
    key_of=lambda values: str(values["code"]),
    make=lambda values: Supplier(**values),
    columns=COLUMNS,
    needed=("name",),
    write=write_suppliers,
)
SUPPLIERS = Kind(
    name="suppliers",
    permission="parties.change",
    fields=FIELDS,
    key=("code",),
    plan=lambda rows, run: plan_flat(TABLE, rows, run),
)
