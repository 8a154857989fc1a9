"""What `stillage run` does: one process with the API, the client, and a worker for background tasks."""

import fcntl
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class CannotStart(Exception):
    """Why it does not start, in words."""


def take_home(home: Path) -> Any:
    """Hold the data folder for this process; two servers on one folder would not see each other's locks."""
    home.mkdir(parents=True, exist_ok=True)
    file = (home / "lock").open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise CannotStart(
            f"Another Stillage runs on {home}; stop it, or set STILLAGE_HOME to another folder."
        ) from None
    return file


def migrate() -> None:
    """Bring the tables up to this version; quick when they are."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)


def migrate_patiently(*, tries: int = 5, wait_seconds: float = 3) -> None:
    """As migrate(), beside a running server: a change of a table that is in use gives up and comes again."""
    from django.db import OperationalError, connection

    for attempt in range(1, tries + 1):
        try:
            migrate()
            return
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) != "55P03" or attempt == tries:
                raise
            connection.close()
            time.sleep(wait_seconds)


def start_worker() -> Callable[[], None]:
    """Carry out background tasks in a thread of this process; returns how to stop it."""
    from django_tasks_db.management.commands.db_worker import Worker

    from stillage.config import nightly
    from stillage.config.tidying import catch_up

    catch_up()
    worker = Worker(
        queue_names=["default"],
        interval=0.5,
        batch=False,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=f"run-{os.getpid()}",
        excluded_queue_names=[],
    )
    thread = threading.Thread(target=worker.run, name="stillage-worker", daemon=True)
    thread.start()
    stop_nights = nightly.start()

    def stop() -> None:
        stop_nights()
        worker.running = False
        worker.running_task = False
        thread.join(5)

    return stop


def run_until_stopped(application: Any, **options: Any) -> None:
    """`uvicorn.run`, which ends the streams first: by themselves they would hold up every stop."""
    import uvicorn

    from stillage.live.hub import hub

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: Any) -> None:
            hub.close()
            super().handle_exit(sig, frame)

    Server(uvicorn.Config(application, **options)).run()


def serve(*, host: str, port: int, home: Path) -> None:
    """Serve until stopped."""
    from stillage.config.asgi import create_application

    hosts = {host, *LOOPBACK} if host in LOOPBACK else {host}
    application = create_application(port=port, cache_dir=home / "client", hosts=hosts)
    stop_worker = start_worker()
    try:
        run_until_stopped(
            application,
            host=host,
            port=port,
            log_level="warning",
            access_log=False,
            server_header=False,
            ws_max_size=1024 * 1024,
            ws_max_queue=8,
            timeout_graceful_shutdown=5,
            proxy_headers=False,
        )
    finally:
        stop_worker()
        sys.stderr.flush()
