"""Customers files: what their rows may say. The reading and judging is the catalogue room's."""

from typing import Any

from stillage.catalogue.importing import cells
from stillage.catalogue.importing.columns import Field
from stillage.catalogue.importing.flat import FlatTable, plan_flat
from stillage.catalogue.importing.kinds import Kind
from stillage.catalogue.importing.writing import bulk_create, bulk_replace
from stillage.catalogue.rules import MAX_DAYS
from stillage.sales.models import Customer

COLUMNS = ("name", "email", "phone", "address", "city", "postcode", "minimum_remaining_days", "is_active")
FIELDS = (
    Field(
        name="code",
        required=True,
        read=cells.code(),
        headings=(
            "customer number",
            "customer no",
            "customer code",
            "customer id",
            "account",
            "store",
            "store number",
            "Kundennummer",
            "Kunden-Nr.",
            "Debitor",
            "Debitorennummer",
        ),
    ),
    Field(
        name="name",
        read=cells.text(200),
        headings=("customer name", "customer", "company", "store name", "Kunde", "Kundenname", "Firma"),
    ),
    Field(name="email", read=cells.email, headings=("e-mail", "mail", "E-Mail-Adresse")),
    Field(
        name="phone",
        read=cells.text(40),
        headings=("telephone", "phone number", "tel", "Telefon", "Telefonnummer"),
    ),
    Field(
        name="address",
        read=cells.text(200),
        headings=("street", "address line 1", "Straße", "Strasse", "Adresse", "Anschrift"),
    ),
    Field(name="city", read=cells.text(100), headings=("town", "Ort", "Stadt")),
    Field(
        name="postcode",
        read=cells.text(20),
        headings=("zip", "zip code", "postal code", "PLZ", "Postleitzahl"),
    ),
    Field(
        name="minimum_remaining_days",
        read=cells.integer(0, MAX_DAYS),
        headings=("minimum remaining life", "remaining days", "Restlaufzeit", "Mindestrestlaufzeit"),
    ),
    Field(name="is_active", read=cells.boolean, headings=("active", "store status", "status", "aktiv")),
)


def write_customers(create: list[Any], update: list[Any]) -> None:
    bulk_create(Customer, create)
    bulk_replace(Customer, update, columns=COLUMNS)


TABLE = FlatTable(
    noun="customer",
    rows=Customer.objects.all,
    key_column="code",
    key_of=lambda values: str(values["code"]),
    make=lambda values: Customer(**values),
    columns=COLUMNS,
    needed=("name",),
    write=write_customers,
)
CUSTOMERS = Kind(
    name="customers",
    permission="parties.change",
    fields=FIELDS,
    key=("code",),
    plan=lambda rows, run: plan_flat(TABLE, rows, run),
)
