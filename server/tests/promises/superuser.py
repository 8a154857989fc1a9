"""What somebody can do who owns the database: change what no code of ours can change. Undone afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from stillage.core import append_only
from tests.conftest import LEDGER_TABLES

CHECKS = {
    "balance_is_never_oversold": "stock_balance",
    "movement_moves_something": "stock_movement",
    "movement_goes_somewhere_else": "stock_movement",
}


def execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)


@contextmanager
def guards_down() -> Iterator[None]:
    """No trigger, no CHECK: inside a transaction whose end brings them back."""
    if connection.vendor == "postgresql":
        execute(
            "SET CONSTRAINTS ALL IMMEDIATE",
            "SET LOCAL session_replication_role = replica",
            *(f"ALTER TABLE {table} DROP CONSTRAINT {name}" for name, table in CHECKS.items()),
            "ALTER TABLE stock_movement DROP CONSTRAINT stock_movement_reverses_id_key",
        )
        yield
        return
    for table in LEDGER_TABLES:
        execute(*append_only.removal(table, "sqlite"))
    execute("PRAGMA ignore_check_constraints = ON")
    try:
        yield
    finally:
        execute("PRAGMA ignore_check_constraints = OFF")


@contextmanager
def tampering(*statements: str) -> Iterator[None]:
    """The database after these statements; as it was when the block ends."""
    with transaction.atomic():
        with guards_down():
            execute(*statements)
        yield
        transaction.set_rollback(True)
