"""Lines and items into their tables, however many, each in one statement; and what the trail says."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from stillage.audit.record import record
from stillage.core.actor import Actor
from stillage.core.sql import execute, rows, table
from stillage.transfers.models import Transfer, TransferItem, TransferLine

_LINE = {
    "transfer_id": "bigint",
    "position": "integer",
    "product_id": "bigint",
    "lot_id": "bigint",
    "quantity": "bigint",
    "note": "text",
}
_ITEM = {
    "transfer_id": "bigint",
    "line_id": "bigint",
    "product_id": "bigint",
    "lot_id": "bigint",
    "from_location_id": "bigint",
    "dispatched": "bigint",
    "surplus": "bigint",
    "demand_id": "uuid",
}
_STATE = dict.fromkeys(("id", "received", "missing", "damaged", "surplus"), "bigint")


def insert_lines(lines: Iterable[TransferLine]) -> None:
    """Write new lines; their transfer has an id. One statement."""
    names = ", ".join(_LINE)
    execute(
        f"INSERT INTO transfers_transferline ({names}) SELECT {names} FROM "
        + table("line", _LINE)
        + " WHERE true",
        [rows({name: getattr(line, name) for name in _LINE} for line in lines)],
    )


def delete_lines(one: Transfer) -> None:
    """Of a draft, on which no item hangs. One statement."""
    execute("DELETE FROM transfers_transferline WHERE transfer_id = %s", [one.pk])


def insert_items(items: Iterable[TransferItem]) -> None:
    """Write what was dispatched, or arrived without being sent. One statement."""
    names = ", ".join(_ITEM)
    execute(
        f"INSERT INTO transfers_transferitem ({names}, received, missing, damaged) SELECT {names}, 0, 0, 0 FROM "
        + table("line", _ITEM)
        + " WHERE true",
        [rows({name: getattr(item, name) for name in _ITEM} for item in items)],
    )


def save_items(items: Sequence[TransferItem]) -> None:
    """Write how far items are. One statement."""
    execute(
        "UPDATE transfers_transferitem SET received = line.received, missing = line.missing,"
        " damaged = line.damaged, surplus = line.surplus FROM "
        + table("line", _STATE)
        + " WHERE transfers_transferitem.id = line.id",
        [rows({name: getattr(item, name) for name in _STATE} for item in items)],
    )


def delete_items(one: Transfer) -> None:
    """Of a transfer that was called back: nothing of it left. One statement."""
    execute("DELETE FROM transfers_transferitem WHERE transfer_id = %s", [one.pk])


def tell(
    one: Transfer, step: str, *, actor: Actor, at: dt.datetime, before: Any = None, after: Any = None
) -> None:
    """One row of the trail, filed under the warehouse where the step is taken."""
    there = step in ("receive", "close")
    record(
        actor=actor,
        action=f"transfer.{step}",
        object_type="transfer",
        object_id=one.pk,
        label=f"{one.number} {one.from_warehouse.code} to {one.to_warehouse.code}",
        before=before,
        after=after,
        warehouse_id=one.to_warehouse_id if there else one.from_warehouse_id,
        at=at,
    )
