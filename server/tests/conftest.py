"""What the server's tests share: databases that can be cleared although their ledgers cannot, and an API client."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management.commands import flush
from django.db import connection

from stillage.core import append_only

LEDGER_TABLES = ("stock_movement", "audit_entry", "audit_seal")
SALES_TABLES = (
    "sales_shipment",
    "sales_shipmentline",
    "sales_disposition",
    "sales_creditnote",
    "sales_creditnoteline",
)
CONTROL_TABLES = ("purchasing_receiptline", "purchasing_receiptundo", "counting_countentry")
GUARDED = LEDGER_TABLES + SALES_TABLES + CONTROL_TABLES
CI = os.environ.get("CI") == "true"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests for PostgreSQL alone are not run on SQLite, and the summary says so."""
    on_postgres = os.environ.get("DATABASE_URL", "").startswith("postgres")
    for item in items:
        if item.get_closest_marker("postgres") and not on_postgres:
            item.add_marker(pytest.mark.skip(reason="for PostgreSQL; `make test` runs it there"))


def shared_folder() -> Path | None:
    """The folder of real data beside the checkout, when there is one."""
    for parent in Path(__file__).resolve().parents:
        if (parent / "shared" / "data").is_dir():
            return parent / "shared"
    return None


@pytest.fixture(scope="session")
def shared() -> Path:
    found = shared_folder()
    if found is None:
        pytest.skip("NOT RUN: the folder `shared` with real data is not beside the checkout")
    return found


@pytest.fixture(scope="session", autouse=True)
def _clearing_takes_the_guards_down() -> Iterator[None]:
    """Append-only tables refuse the TRUNCATE that ends a transactional test; only here the guards step aside."""
    original = flush.Command.handle

    def handle(self: Any, **options: Any) -> None:
        with connection.cursor() as cursor:
            for table in GUARDED:
                for sql in append_only.removal(table, connection.vendor):
                    cursor.execute(sql)
        try:
            original(self, **options)
        finally:
            with connection.cursor() as cursor:
                for table in GUARDED:
                    for sql in append_only.statements(table, connection.vendor):
                        cursor.execute(sql)

    flush.Command.handle = handle  # type: ignore[method-assign]
    yield
    flush.Command.handle = original  # type: ignore[method-assign]
