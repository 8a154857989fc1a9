"""Movements and the audit trail refuse every way of changing them, on both engines."""

import pytest
from django.db import DatabaseError, connection, transaction

from stillage.audit.record import record
from stillage.core.actor import service

pytestmark = pytest.mark.django_db

WAYS = {
    "update": "UPDATE audit_entry SET username = 'x'",
    "delete": "DELETE FROM audit_entry",
    "upsert": "INSERT INTO audit_entry SELECT * FROM audit_entry WHERE true ON CONFLICT (id) DO UPDATE SET username = 'x'",
}
POSTGRES_WAYS = {
    "truncate": "TRUNCATE audit_entry",
    "merge": "MERGE INTO audit_entry t USING audit_entry s ON t.id = s.id WHEN MATCHED THEN DELETE",
}
SQLITE_WAYS = {
    "replace": "INSERT OR REPLACE INTO audit_entry SELECT * FROM audit_entry",
}


def ways() -> dict[str, str]:
    return WAYS | (POSTGRES_WAYS if connection.vendor == "postgresql" else SQLITE_WAYS)


def test_no_statement_changes_a_row_of_the_audit_trail() -> None:
    record(actor=service("test"), action="test.made", object_type="test", object_id=1, label="one")
    for name, sql in ways().items():
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)
        with connection.cursor() as cursor:
            cursor.execute("SELECT username FROM audit_entry")
            assert cursor.fetchall() == [("service:test",)], name
