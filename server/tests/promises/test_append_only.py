"""Movements, the audit trail and its seals refuse every way of changing them, on both engines."""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction

from stillage.core.clock import now
from stillage.stock.reconcile import disagreements
from tests.builders import make_product, make_warehouse, receive
from tests.conftest import LEDGER_TABLES
from tests.people import signed_in_client

pytestmark = pytest.mark.django_db

WAYS = {
    "update": "UPDATE {table} SET id = id",
    "update of one": "UPDATE {table} SET id = id + 1000 WHERE id = (SELECT MAX(id) FROM {table})",
    "delete": "DELETE FROM {table}",
    "upsert": "INSERT INTO {table} SELECT * FROM {table} WHERE true ON CONFLICT (id) DO UPDATE SET id = excluded.id",
}
POSTGRES_WAYS = {
    "truncate": "TRUNCATE {table}",
    "truncate cascade": "TRUNCATE {table} CASCADE",
    "merge update": "MERGE INTO {table} t USING {table} s ON t.id = s.id WHEN MATCHED THEN UPDATE SET id = s.id",
    "merge delete": "MERGE INTO {table} t USING {table} s ON t.id = s.id WHEN MATCHED THEN DELETE",
    "delete in a statement": "WITH gone AS (DELETE FROM {table} RETURNING 1) SELECT count(*) FROM gone",
}
SQLITE_WAYS = {
    "insert or replace": "INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
    "replace": "REPLACE INTO {table} SELECT * FROM {table}",
    "update or replace": "UPDATE OR REPLACE {table} SET id = id",
    "update or ignore": "UPDATE OR IGNORE {table} SET id = id",
}


def rows(table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY id")
        return [repr(row) for row in cursor.fetchall()]


@pytest.mark.parametrize("table", LEDGER_TABLES)
def test_no_statement_changes_a_row_that_was_written(table: str) -> None:
    make_warehouse("MAIN")
    receive(make_product(), quantity=10)
    disagreements(seal=True, at=now() + dt.timedelta(minutes=11))
    connection.check_constraints()  # on PostgreSQL: what waits for the end of the transaction, now
    before = rows(table)
    assert before
    for name, sql in (WAYS | (POSTGRES_WAYS if connection.vendor == "postgresql" else SQLITE_WAYS)).items():
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql.format(table=table))
        assert rows(table) == before, name


def test_the_trail_can_be_read_in_the_order_of_its_time_page_by_page() -> None:
    """One row's time must not be written in two ways, or a page would begin where it ended."""
    make_warehouse("MAIN")
    ale = make_product()
    for _ in range(5):
        receive(ale, quantity=10)
    client = signed_in_client("admin")
    client.post("/api/v1/categories", {"name": "Stout"})
    for ordering in ("at", "-at", "id", "-id"):
        met: list[int] = []
        address = f"/api/v1/audit?limit=1&ordering={ordering}"
        answer = client.get(address).json()
        while True:
            met += [row["id"] for row in answer["results"]]
            assert len(met) <= 6
            if not answer["next"]:
                break
            answer = client.get(f"{address}&cursor={answer['next']}").json()
        assert sorted(met) == sorted(set(met))
        assert len(met) == 6
