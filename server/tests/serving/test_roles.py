"""I59 on PostgreSQL: the role that serves can serve, and cannot get around what guards the ledger."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from tests.serving.processes import ROOT, gunicorn, production, run

pytestmark = pytest.mark.postgres

ADA = """
import django; django.setup()
from django.contrib.auth.models import Group
from stillage.accounts.models import User
user = User.objects.create_user(username="ada", password="a password of ada's own", all_warehouses=True)
user.groups.add(Group.objects.get_or_create(name="admin")[0])
"""
REFUSED = [
    "TRUNCATE stock_movement",
    "ALTER TABLE stock_movement DISABLE TRIGGER ALL",
    "ALTER TABLE stock_movement ADD COLUMN x int",
    "DROP TABLE stock_movement",
    "CREATE TABLE mine (id int)",
    "CREATE RULE r AS ON INSERT TO stock_movement DO INSTEAD NOTHING",
    "CREATE TRIGGER t BEFORE INSERT ON stock_movement FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "SET session_replication_role = replica",
    "SET ROLE stillage_owner",
    "ALTER ROLE stillage_app SUPERUSER",
    "CREATE ROLE another",
    "CREATE DATABASE another",
    "COPY stock_movement TO PROGRAM 'true'",
    "SELECT pg_read_file('/etc/passwd')",
]


def psql() -> str | None:
    """The system's, if it is new enough to read the environment."""
    found = [str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin/psql"))]
    for name in [*reversed(found), shutil.which("psql")]:
        if name:
            said = subprocess.run([name, "--version"], capture_output=True, text=True, check=True).stdout
            if int(said.split()[2].split(".")[0]) >= 15:
                return name
    return None


@pytest.fixture
def empty_database() -> Iterator[tuple[str, str]]:
    """A database of its own in the cluster of the tests; its name, and where the cluster is."""
    if psql() is None:
        pytest.skip("NOT RUN: there is no psql 15 or newer")
    cluster, name = os.environ["DATABASE_URL"], f"stillage_roles_{os.getpid()}"
    with psycopg.connect(cluster, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield name, cluster
    with psycopg.connect(cluster, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        for role in ("stillage_app", "stillage_owner"):
            connection.execute(f"DROP ROLE IF EXISTS {role}")


def test_the_role_that_serves_can_serve_and_no_more(empty_database: tuple[str, str], tmp_path: Path) -> None:
    name, cluster = empty_database
    at = conninfo_to_dict(cluster)
    place = f"{at.get('host', '127.0.0.1')}:{at.get('port', 5432)}/{name}"
    make_roles(cluster, name)
    make_roles(cluster, name)  # may be run again

    owner = production(f"postgresql://stillage_owner:owner-pass@{place}", tmp_path)
    done = run("-m", "stillage", "migrate", env=owner)
    assert done.returncode == 0, done.stderr
    app_url = f"postgresql://stillage_app:app-pass@{place}"
    done = run("-c", ADA, env=production(app_url, tmp_path))
    assert done.returncode == 0, done.stderr

    with gunicorn(production(app_url, tmp_path), tmp_path) as server:
        assert server.request("GET", "/health/ready").json() == {"status": "ready"}
        said = server.request(
            "POST", "/api/v1/auth/token", json={"username": "ada", "password": "a password of ada's own"}
        )
        assert said.status_code == 200, server.log
        bearer = {"Authorization": f"Bearer {said.json()['access']}", "Idempotency-Key": "k" * 20}
        body = {"code": "MAIN", "name": "Main warehouse", "timezone": "UTC"}
        said = server.request("POST", "/api/v1/warehouses", json=body, headers=bearer)
        assert said.status_code == 201, said.text

    with psycopg.connect(app_url, autocommit=True) as connection:
        for statement in REFUSED:
            with pytest.raises(psycopg.Error) as refused:
                connection.execute(statement)
            assert refused.value.sqlstate == "42501", (statement, refused.value)
        for setting, value in {"statement_timeout": "5s", "lock_timeout": "2s"}.items():
            assert connection.execute(f"SHOW {setting}").fetchone() == (value,)
        owned = connection.execute("SELECT count(*) FROM pg_tables WHERE tableowner = 'stillage_app'")
        assert owned.fetchone() == (0,)


def make_roles(cluster: str, database: str) -> None:
    told = {"STILLAGE_OWNER_PASSWORD": "owner-pass", "STILLAGE_APP_PASSWORD": "app-pass"}
    binary = psql()
    assert binary is not None
    url = cluster.rsplit("/", 1)[0] + "/" + database
    done = subprocess.run(
        [binary, url, "--no-psqlrc", "--quiet", "--file", ROOT / "deploy" / "postgres" / "roles.sql"],
        env={"PATH": os.environ["PATH"], **told},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("kind", "statement", "lock"), [("web", "5s", "2s"), ("worker", "1min", "5s"), ("migrate", "0", "5s")]
)
def test_each_kind_of_process_has_time_limits_of_its_own(
    kind: str, statement: str, lock: str, tmp_path: Path
) -> None:
    code = (
        "import django; django.setup()\n"
        "from django.db import connection\n"
        "cursor = connection.cursor()\n"
        "for name in ('statement_timeout', 'lock_timeout'):\n"
        "    cursor.execute('SHOW ' + name); print(cursor.fetchone()[0])"
    )
    env = production(os.environ["DATABASE_URL"], tmp_path, STILLAGE_TIMEOUTS=kind)
    done = run("-c", code, env=env)
    assert done.stdout.split() == [statement, lock], done.stderr
