"""Locations files: a code a row, within warehouses that the person may see."""

import re
from typing import Any

from stillage.catalogue.importing import cells
from stillage.catalogue.importing.cells import BadCell
from stillage.catalogue.importing.columns import Field
from stillage.catalogue.importing.flat import FlatTable, plan_flat
from stillage.catalogue.importing.kinds import Kind, Plan, Row, Run
from stillage.core.text import key
from stillage.places.models import PHYSICAL, Location, Warehouse
from stillage.places.operations import import_locations

NAMES: dict[str, tuple[str, ...]] = {
    "receiving": ("inbound", "dock", "Wareneingang"),
    "storage": ("bulk", "reserve", "Lager", "Regal"),
    "picking": ("pick", "pick face", "Kommissionierung"),
    "staging": ("outbound", "shipping", "Versand", "Bereitstellung"),
    "quarantine": ("hold", "Sperrlager", "Quarantäne"),
    "returns": ("return", "Retouren"),
    "transit": ("in transit", "Unterwegs"),
}

# As the endpoint has it (places/api.py): what can be printed as a barcode and typed on any keyboard.
_CODE = re.compile(r"[A-Z0-9][A-Z0-9._-]*\Z")


def read_code(cell: str) -> str:
    value = str(cells.code()(cell))
    if not _CODE.match(value):
        raise BadCell("bad_code", "Use capital letters, digits, dot, dash and underscore.")
    return value


FIELDS = (
    Field(
        name="warehouse",
        required=True,
        read=cells.text(20),
        headings=("warehouse code", "site", "Lager", "Lagerort", "Standort"),
    ),
    Field(
        name="code",
        required=True,
        read=read_code,
        headings=("location", "location code", "bin", "place", "Lagerplatz", "Platz", "Stellplatz"),
    ),
    Field(
        name="kind",
        read=cells.choice({kind.value: NAMES.get(kind.value, ()) for kind in PHYSICAL}),
        headings=("type", "location type", "Art", "Typ"),
    ),
    Field(name="zone", read=cells.text(40), headings=("area", "Bereich", "Zone")),
    Field(
        name="pick_sequence",
        read=cells.integer(0, 1_000_000_000),
        headings=("sequence", "pick order", "walk", "Laufweg", "Reihenfolge"),
    ),
    Field(name="is_active", read=cells.boolean, headings=("active", "aktiv")),
)


def _make(values: dict[str, Any]) -> Location:
    return Location(
        warehouse_id=values["warehouse_id"],
        code=values["code"],
        full_code=values["full_code"],
        kind=values.get("kind", "storage"),
        **{name: values[name] for name in ("zone", "pick_sequence", "is_active") if name in values},
    )


TABLE = FlatTable(
    noun="location",
    rows=lambda: Location.objects.filter(is_virtual=False),
    key_column="full_code",
    key_of=lambda values: str(values["full_code"]),
    make=_make,
    columns=("kind", "zone", "pick_sequence", "is_active"),
    needed=(),
    write=lambda create, update: import_locations(create=create, update=update),
)


def plan_locations(rows: list[Row], run: Run) -> Plan:
    """Warehouses that this person may not see are as unknown as those that are not there."""
    seen = Warehouse.objects.all()
    if run.warehouse_ids is not None:
        seen = seen.filter(pk__in=run.warehouse_ids)
    warehouses = {key(warehouse.code): warehouse for warehouse in seen}
    for row in rows:
        warehouse = warehouses.get(key(row.values["warehouse"]))
        if warehouse is None:
            run.refuse(row, "warehouse", "unknown_warehouse", "There is no such warehouse.")
            continue
        row.values["warehouse_id"] = warehouse.pk
        row.values["full_code"] = f"{warehouse.code}/{row.values['code']}"
    return plan_flat(TABLE, [row for row in rows if row.number not in run.report.bad_rows], run)


LOCATIONS = Kind(
    name="locations",
    permission="places.change",
    fields=FIELDS,
    key=("warehouse", "code"),
    plan=plan_locations,
)
