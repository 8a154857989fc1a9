"""Backups: taken while others write, damaged, encrypted, restored on a bare machine with nobody signed in."""

from __future__ import annotations

import contextlib
import re
import sqlite3
import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pyrage
import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stillage.config.keeping import BackupFault, archive, back_up, check, databases
from tests.builders import make_product, make_warehouse, receive
from tests.people import signed_in_client
from tests.promises.engines import ON_POSTGRES
from tests.promises.test_killed_writers import stock, stream, writer
from tests.serving.processes import environment, run

pytestmark = pytest.mark.django_db(transaction=True)


@contextlib.contextmanager
def bare_database(folder: Path) -> Iterator[dict[str, str]]:
    """The environment of a machine on which nothing is yet."""
    home = folder / "bare"
    if not ON_POSTGRES:
        yield environment(STILLAGE_HOME=str(home))
        return
    words, secret = databases._conninfo()
    name = f"restored_{connection.settings_dict['NAME']}"
    with psycopg.connect(words, password=secret, autocommit=True) as holder:
        holder.execute(f'DROP DATABASE IF EXISTS "{name}"'.encode())
        holder.execute(f'CREATE DATABASE "{name}"'.encode())
        info = holder.info
        address = f"{info.user}@{info.host}:{info.port}"
        url = urlunsplit(urlsplit(f"postgresql://{address}/{name}"))
        try:
            yield environment(STILLAGE_HOME=str(home), DATABASE_URL=url)
        finally:
            holder.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def asked(env: dict[str, str], words: str) -> list[tuple[Any, ...]]:
    if ON_POSTGRES:
        with psycopg.connect(env["DATABASE_URL"]) as there:
            return there.execute(words.encode()).fetchall()
    with contextlib.closing(sqlite3.connect(Path(env["STILLAGE_HOME"]) / "stillage.sqlite3")) as there_too:
        return there_too.execute(words).fetchall()


def key(folder: Path) -> tuple[str, Path]:
    identity = pyrage.x25519.Identity.generate()
    (folder / "key").write_text(f"# kept elsewhere\n{identity}\n")
    return str(identity.to_public()), folder / "key"


def test_a_backup_taken_under_load_comes_back_whole_with_everything_acknowledged_and_nobody_signed_in(
    tmp_path: Path,
) -> None:
    stock()
    recipient, secret = key(tmp_path)
    signed_in_client("manager")
    with writer() as program:
        orders, told = stream(program)
        orders.write("under-load\n")
        pid = told.readline()
        assert pid.startswith("pid ")
        acked = 0
        while acked < 5:
            acked = int(told.readline().split()[1])
        file, manifest = back_up(tmp_path, recipient=recipient)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b"ALE-330" not in file.read_bytes()
    with bare_database(tmp_path) as env:
        done = run("-m", "stillage", "restore", file, "--identity", secret, env=env)
        assert done.returncode == 0, done.stderr
        ((moved,),) = asked(env, "SELECT COUNT(*) FROM stock_movement WHERE reference = 'under-load'")
        assert moved % 3 == 0, "half a document"
        assert moved >= acked * 3
        ((movements,),) = asked(env, "SELECT COUNT(*) FROM stock_movement")
        assert movements == manifest.rows["stock_movement"]
        ((alive, sessions),) = asked(
            env, "SELECT SUM(CASE WHEN revoked_at IS NULL THEN 1 ELSE 0 END), COUNT(*) FROM accounts_session"
        )
        assert (alive, sessions > 0) == (0, True)
        ((epochs,),) = asked(env, "SELECT MIN(auth_epoch) FROM accounts_user")
        assert epochs > 0
        ((told_of,),) = asked(env, "SELECT COUNT(*) FROM audit_entry WHERE action = 'system.restore'")
        assert told_of == 1
        checked = run("-m", "stillage", "reconcile", env=env)
        assert (checked.returncode, checked.stdout) == (0, "")
        # It is full now: a second time nothing is done to it.
        again = run("-m", "stillage", "restore", file, "--identity", secret, env=env)
        assert again.returncode == 1
        assert "already" in again.stderr or "has tables" in again.stderr
        assert asked(env, "SELECT COUNT(*) FROM stock_movement") == [(movements,)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("made")


@pytest.fixture
def plain(made: Path) -> Path:
    """A small backup that is not encrypted, of this test's database."""
    file = made / "plain.backup"
    if not file.exists():
        make_warehouse("MAIN")
        receive(make_product("ALE-330"), "L1", quantity=24)
        back_up(file)
    return file


def test_what_is_in_it_is_said_and_read_to_the_last_byte(plain: Path) -> None:
    manifest = check(plain)
    assert manifest.rows["stock_movement"] == 1
    assert manifest.engine == ("postgresql" if ON_POSTGRES else "sqlite")
    assert set(manifest.files) == {"database"}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_one_byte_changed_or_a_tail_cut_off_is_found_or_changes_nothing_that_is_read(
    plain: Path, tmp_path: Path, data: st.DataObject
) -> None:
    whole = plain.read_bytes()
    place = data.draw(st.integers(10, len(whole) - 1), label="place")
    broken = tmp_path / "broken"
    if data.draw(st.booleans(), label="cut"):
        broken.write_bytes(whole[:place])
    else:
        broken.write_bytes(whole[:place] + bytes([whole[place] ^ 0x41]) + whole[place + 1 :])
    for left in tmp_path.glob("out*"):
        for path in sorted(left.rglob("*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir()
        left.rmdir()
    (tmp_path / "out").mkdir()
    try:
        manifest = archive.unpack(broken, tmp_path / "out", identity=None)
    except BackupFault as fault:
        assert re.search("damaged|no backup|not made by", str(fault))
    else:
        # A run of equal bytes can be written in two ways: the file differs, what is in it does not.
        assert place < len(whole) - 8 and len(broken.read_bytes()) == len(whole)
        assert manifest == check(plain)


def test_without_its_key_or_with_another_it_stays_shut(tmp_path: Path) -> None:
    recipient, secret = key(tmp_path)
    (tmp_path / "other").mkdir()
    _, other = key(tmp_path / "other")
    file, _ = back_up(tmp_path / "secret.backup", recipient=recipient)
    with pytest.raises(BackupFault, match="is encrypted"):
        check(file)
    with pytest.raises(BackupFault, match="cannot be decrypted"):
        check(file, identity=other.read_text())
    for nonsense in ("", "hello", "AGE-SECRET-KEY-1QQ", secret.read_text() * 2):
        with pytest.raises(BackupFault, match="age key"):
            check(file, identity=nonsense)
    assert check(file, identity=secret.read_text()).format == archive.FORMAT


def test_a_damaged_encrypted_one_is_refused_wherever_it_is_cut(tmp_path: Path) -> None:
    recipient, secret = key(tmp_path)
    file, _ = back_up(tmp_path / "secret.backup", recipient=recipient)
    whole = file.read_bytes()
    broken = tmp_path / "broken"
    for end in (50, 200, len(whole) // 2, len(whole) - 1):
        broken.write_bytes(whole[:end])
        with pytest.raises(BackupFault):
            check(broken, identity=secret.read_text())


def test_another_files_place_is_never_taken_and_nothing_half_is_left(tmp_path: Path) -> None:
    there = tmp_path / "there.backup"
    there.write_text("mine")
    with pytest.raises(BackupFault, match="there already"):
        back_up(there)
    with pytest.raises(BackupFault, match="no age recipient"):
        back_up(tmp_path / "new.backup", recipient="age1nonsense")
    with pytest.raises(BackupFault, match="no folder"):
        back_up(tmp_path / "nowhere" / "new.backup")
    assert [path.name for path in tmp_path.iterdir()] == ["there.backup"]
    assert there.read_text() == "mine"


def test_only_our_own_old_ones_are_removed_and_only_as_many_as_asked(tmp_path: Path) -> None:
    for day in range(1, 5):
        (tmp_path / f"stillage-2026010{day}T020000Z.backup").write_text("old")
    (tmp_path / "stillage-before-the-move.backup").write_text("somebody's own")
    file, _ = back_up(tmp_path, keep=2)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        ["stillage-20260104T020000Z.backup", "stillage-before-the-move.backup", file.name]
    )


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "imports/../../x", "database/../x", "other"])
def test_a_tar_that_reaches_outside_or_holds_anything_else_is_refused(tmp_path: Path, name: str) -> None:
    evil, inside = tmp_path / "evil", tmp_path / "in"
    inside.mkdir()
    (tmp_path / "payload").write_text("x")
    with tarfile.open(evil, "w:gz") as tar:
        member = tar.gettarinfo(tmp_path / "payload", arcname="x")
        member.name = name
        with (tmp_path / "payload").open("rb") as file:
            tar.addfile(member, file)
    with pytest.raises(BackupFault, match="not made by Stillage"):
        archive.unpack(evil, inside, identity=None)
    assert list(inside.iterdir()) == []


def test_a_production_wants_a_key_or_a_plain_word(tmp_path: Path, migrated: Path) -> None:
    from tests.serving.processes import copy_of, production

    env = production(copy_of(migrated, tmp_path), tmp_path)
    refused = run("-m", "stillage", "backup", tmp_path / "b", env=env)
    assert refused.returncode == 1
    assert "--recipient" in refused.stderr
    taken = run("-m", "stillage", "backup", tmp_path / "b", "--plain", env=env)
    assert taken.returncode == 0, taken.stderr
    told = run("-m", "stillage", "check-backup", tmp_path / "b", env=env)
    assert (told.returncode, told.stdout.startswith("Sound.")) == (0, True)
    # One of a newer version, or of the other engine, is refused before anything is touched.
    for change, words in (
        ({"migrations": ["stock.9999_of_the_future"]}, "newer"),
        ({"engine": "postgresql"}, "a backup of postgresql"),
        ({"format": 2}, "format 2"),
    ):
        changed = rewritten(tmp_path / "b", tmp_path, change)
        bare = production(tmp_path / "bare.sqlite3", tmp_path / "bare")
        done = run("-m", "stillage", "restore", changed, env=bare)
        assert (done.returncode, words in done.stderr) == (1, True), done.stderr
        assert not (tmp_path / "bare.sqlite3").exists()


def rewritten(source: Path, folder: Path, change: dict[str, Any]) -> Path:
    """The same backup with another manifest."""
    from dataclasses import replace

    inside, target = folder / f"inside-{'-'.join(change)}", folder / f"changed-{'-'.join(change)}"
    inside.mkdir()
    manifest = archive.unpack(source, inside, identity=None)
    archive.write_manifest(inside, replace(manifest, **change))
    archive.pack(inside, target, recipient=None)
    return target
