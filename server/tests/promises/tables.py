"""The whole database as something to compare: every row of every table that is ours."""

from __future__ import annotations

import hashlib

from django.db import connection

# What a request may leave behind although it was refused.
ASIDE = {"django_migrations", "django_content_type", "sqlite_sequence"}


def everything(*, without: frozenset[str] | set[str] = frozenset()) -> dict[str, str]:
    """Table -> a digest of its rows."""
    found: dict[str, str] = {}
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        for name in sorted(set(names) - ASIDE - without):
            if "_fts" in name or "search" in name:
                continue  # an index over other tables
            cursor.execute(f'SELECT * FROM "{name}"')
            rows = sorted(repr(row) for row in cursor.fetchall())
            found[name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return sorted(name for name in after if before.get(name) != after[name])
