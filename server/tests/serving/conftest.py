"""What the tests of serving share: a migrated database, and servers that answer from it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving.processes import Running, copy_of, gunicorn, production, run


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with every table and nobody in it."""
    folder = tmp_path_factory.mktemp("migrated")
    done = run("-m", "stillage", "migrate", env=production(folder / "made.sqlite3", folder))
    assert done.returncode == 0, done.stderr
    return folder / "made.sqlite3"


@pytest.fixture(scope="session")
def with_demo(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with the demonstration's people."""
    folder = tmp_path_factory.mktemp("demo")
    database = copy_of(migrated, folder)
    code = (
        "import django; django.setup()\n"
        "from stillage.accounts.operations import create_demo_people\n"
        "create_demo_people([])"
    )
    done = run("-c", code, env=production(database, folder))
    assert done.returncode == 0, done.stderr
    return database


@pytest.fixture(scope="session")
def production_server(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The API as a production serves it."""
    folder = tmp_path_factory.mktemp("production")
    with gunicorn(production(copy_of(migrated, folder), folder), folder) as running:
        yield running
