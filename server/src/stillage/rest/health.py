"""Is it alive, and can it work: for load balancers. No details for strangers."""

import logging

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse

from stillage.core.written_json import dumps

log = logging.getLogger("stillage.health")
_migrated = False


def _answer(status: int, body: dict[str, str]) -> HttpResponse:
    return HttpResponse(dumps(body), status=status, content_type="application/json")


def live(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return _answer(200, {"status": "live"})


def ready(request: HttpRequest) -> HttpResponse:
    """The database answers, can be written, and has the tables this version needs."""
    global _migrated
    try:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SELECT pg_is_in_recovery(), current_setting('transaction_read_only')")
                recovery, read_only = cursor.fetchone()
                writable = not recovery and read_only == "off"
            else:
                cursor.execute("PRAGMA query_only")
                writable = not cursor.fetchone()[0] and not _file_is_read_only()
        if not _migrated:
            executor = MigrationExecutor(connection)
            _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Exception:
        log.exception("not ready: the database does not answer")
        return _answer(503, {"status": "not ready", "because": "the database does not answer"})
    if not writable:
        return _answer(503, {"status": "not ready", "because": "the database only reads"})
    if not _migrated:
        return _answer(503, {"status": "not ready", "because": "migrations are waiting"})
    return _answer(200, {"status": "ready"})


def _file_is_read_only() -> bool:
    return "mode=ro" in str(connection.settings_dict["NAME"])
