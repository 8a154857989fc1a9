"""`stillage reconcile`: silent on an honest book, and every way of falsifying one is found, named and left alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner
from django.db import connection

from stillage.__main__ import main
from stillage.audit.models import Entry, Seal
from stillage.core.clock import now
from stillage.places.models import Location
from stillage.stock import operations
from stillage.stock.models import Balance, Movement
from stillage.stock.reconcile import checks, disagreements
from tests.builders import BOSS, make_product, make_warehouse, receive
from tests.promises.superuser import tampering

pytestmark = pytest.mark.django_db
ORDER = UUID(int=7)


@pytest.fixture
def book() -> Iterator[None]:
    """A little of everything: moves and their reversal, promises kept and open, scrap, a loss, a hold."""
    main_ = make_warehouse("MAIN")
    make_warehouse("NORTH")
    ale = make_product("ALE-330")
    receive(ale, "L1", quantity=240)
    at = now()
    line = operations.MoveLine("ALE-330", "MAIN/A-01", "MAIN/A-02", 60, "L1")
    again = operations.MoveLine("ALE-330", "MAIN/A-01", "MAIN/A-03", 20, "L1")
    moved = operations.move(actor=BOSS, lines=[line, again], reference="", at=at)
    operations.reverse(actor=BOSS, operation_id=moved["operation_id"], reason="", at=at)
    operations.move(actor=BOSS, lines=[line], reference="", at=at)
    lost = operations.AdjustLine("ALE-330", "MAIN/A-02", -3, "counted", "L1")
    operations.adjust(actor=BOSS, lines=[lost], reference="", at=at)
    broken = operations.ScrapLine("ALE-330", "MAIN/A-02", 5, "broken", "L1")
    operations.scrap(actor=BOSS, lines=[broken], reference="", at=at)
    for demand_id, quantity in ((uuid4(), 4), (ORDER, 10)):
        demand = operations.Demand(demand_id, "SO-1", ale.pk, main_.pk, quantity, at.date())
        operations.allocate(actor=BOSS, demands=[demand], at=at)
        if demand_id != ORDER:
            operations.issue(
                actor=BOSS,
                leaving=[operations.Leaving(demand_id)],
                reference="SO-1",
                delivered_on=at.date(),
                at=at,
            )
    held = operations.HoldLine("ALE-330", "recall", "L1", "MAIN/A-03")
    operations.hold(actor=BOSS, lines=[held], at=at)
    yield


def later() -> dt.datetime:
    """When everything written just now has settled."""
    return now() + dt.timedelta(minutes=11)


def movement(kind: str) -> int:
    return Movement.objects.filter(kind=kind).order_by("id").values_list("pk", flat=True)[0]


def place(code: str) -> int:
    return Location.objects.get(full_code=code).pk


def test_an_honest_book_is_met_with_silence(book: None, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    assert disagreements(seal=True, at=later()) == []
    assert disagreements(seal=False) == []
    run = CliRunner().invoke(main, ["reconcile"])
    assert (run.exit_code, run.output) == (0, "")
    assert Seal.objects.exists()
    assert caplog.records == [], "not a word in the log either: whoever runs it by cron gets no mail"


def falsifications() -> dict[str, tuple[list[str], str]]:
    """What somebody could do to the tables, and what must be said about it."""
    a1 = f"lot_id = (SELECT id FROM stock_lot) AND location_id = {place('MAIN/A-01')}"
    receipt, reversal = movement("receive"), movement("reverse")
    north = Location.objects.get(full_code="NORTH/A-01").warehouse_id
    return {
        "stock out of nothing": (
            [f"UPDATE stock_balance SET on_hand = on_hand + 7 WHERE {a1}"],
            "ALE-330 lot L1 at MAIN/A-01: the balance says 183, its movements make 176.",
        ),
        "a balance gone": (
            [f"DELETE FROM stock_balance WHERE {a1}"],
            "ALE-330 lot L1 at MAIN/A-01: the balance says 0, its movements make 176.",
        ),
        "a movement made larger": (
            [f"UPDATE stock_movement SET quantity = 300 WHERE id = {receipt}"],
            "ALE-330 lot L1: 300 received, 4 shipped, 5 scrapped and -3 counted make 288, but 228 lie there.",
        ),
        "a promise made larger": (
            ["UPDATE stock_allocation SET quantity = 11"],
            "the balance says 10 are promised, its open allocations make 11.",
        ),
        "more promised than there is": (
            [f"UPDATE stock_balance SET allocated = on_hand + 1 WHERE {a1}"],
            "ALE-330 lot L1 at MAIN/A-01: 177 are promised of 176.",
        ),
        "a balance at the supplier's": (
            [f"UPDATE stock_balance SET location_id = {place('MAIN/~supplier')} WHERE {a1}"],
            "ALE-330 lot L1 at MAIN/~supplier: a virtual place has a balance of 176; it must have none.",
        ),
        "a balance filed in another warehouse": (
            [f"UPDATE stock_balance SET warehouse_id = {north} WHERE {a1}"],
            "of ALE-330 lot L1 at MAIN/A-01 is filed under ALE-330 in NORTH.",
        ),
        "something that lies there unseen": (
            [f"DELETE FROM stock_present WHERE {a1}"],
            "ALE-330 lot L1 at MAIN/A-01: what lies there says 0, the balance 1.",
        ),
        "a lot that lasts longer": (
            ["UPDATE stock_lot SET expiry_date = '2150-01-01'"],
            "ALE-330 lot L1: its last day of sale is kept as 2199-01-01, its dates make it 2150-01-01.",
        ),
        "goods received from scrap": (
            [f"UPDATE stock_movement SET from_location_id = {place('MAIN/~scrap')} WHERE id = {receipt}"],
            f"Movement {receipt} (receive, 240 of ALE-330 lot L1 from MAIN/~scrap to MAIN/A-01) cannot be.",
        ),
        "a reversal of more than was moved": (
            [f"UPDATE stock_movement SET quantity = 61 WHERE id = {reversal}"],
            f"Movement {reversal} reverses movement {movement('move')} but is not its mirror image (61 against 60).",
        ),
        "a movement reversed twice": (
            [f"UPDATE stock_movement SET reverses_id = {movement('move')} WHERE kind = 'reverse'"],
            f"Movement {movement('move')} is reversed 2 times.",
        ),
        "half a reversal": (
            [f"DELETE FROM stock_movement WHERE id = {reversal}"],
            "is undone in part: 1 of 2 movements.",
        ),
        "an operation without a trace": (
            ["DELETE FROM audit_entry WHERE action = 'stock.scrap'"],
            "(scrap, 1 movements) has no audit row.",
        ),
        "a trace without an operation": (
            ["DELETE FROM stock_movement WHERE kind = 'scrap'"],
            "tells of stock.scrap",
        ),
        "a key kept without its answer": (
            [
                "INSERT INTO rest_idempotencykey (user_id, operation, key, body_hash, etag, created_at)"
                " VALUES (1, 'POST /x', 'k-1', '', '', CURRENT_TIMESTAMP)"
            ],
            "Idempotency key k-1 of user 1 for POST /x was kept without its answer.",
        ),
        "a hold that says another place": (
            ["UPDATE stock_hold SET scope = 'everywhere'"],
            "of lot L1 says everywhere, which is not its place.",
        ),
    }


def test_every_falsification_is_found_and_named(book: None) -> None:
    for name, (statements, sentence) in falsifications().items():
        if name == "a movement reversed twice" and connection.vendor == "sqlite":
            continue  # its UNIQUE is part of the column and cannot be taken down
        before = list(Balance.objects.order_by("pk").values())
        with tampering(*statements):
            found = disagreements(seal=False)
            assert any(sentence in line for line in found), (name, found)
            assert disagreements(seal=False) == found, "looking must change nothing"
        assert list(Balance.objects.order_by("pk").values()) == before
        assert disagreements(seal=False) == [], name


def test_every_check_has_a_falsification_that_meets_it(book: None) -> None:
    sentences = [check.sentence for check in checks()]
    met = set()
    for name, (statements, _) in falsifications().items():
        if name == "a movement reversed twice" and connection.vendor == "sqlite":
            met.add("Movement {movement} is reversed {times} times.")
            continue
        with tampering(*statements):
            for check in checks():
                with connection.cursor() as cursor:
                    cursor.execute(f"SELECT COUNT(*) FROM ({check.sql}) q", check.parameters)
                    if cursor.fetchone()[0]:
                        met.add(check.sentence)
    assert sorted(set(sentences) - met) == []


def test_the_command_prints_what_it_found_and_fails(book: None) -> None:
    with tampering("UPDATE stock_balance SET on_hand = on_hand + 1"):
        run = CliRunner().invoke(main, ["reconcile", "--no-seal"])
    assert run.exit_code == 1
    assert "the balance says" in run.output


def test_a_thousand_disagreements_are_counted_and_two_hundred_are_told() -> None:
    make_warehouse("MAIN", *(f"B-{number:04d}" for number in range(300)))
    ale = make_product("ALE-330")
    lines = [
        operations.ReceiveLine("ALE-330", f"MAIN/B-{number:04d}", 5, f"L{number % 3}", dt.date(2199, 1, 1))
        for number in range(300)
    ]
    operations.receive(actor=BOSS, lines=lines, reference="", at=now())
    assert ale.lots.count() == 3
    with tampering("UPDATE stock_balance SET on_hand = 6"):
        found = disagreements(seal=False)
    assert len(found) == 201
    assert found[-1] == "… and 103 more: 303 disagreements in all."


# ---- seals --------------------------------------------------------------------------------------
def test_rows_are_sealed_once_they_have_settled_and_only_the_new_ones(book: None) -> None:
    assert disagreements(seal=True) == []
    assert not Seal.objects.exists(), "a transaction that began a minute ago may still add rows below"
    assert disagreements(seal=True, at=later()) == []
    first = {seal.table: (seal.first_id, seal.last_id, seal.row_count) for seal in Seal.objects.all()}
    assert first["stock_movement"][2] == Movement.objects.count()
    assert first["audit_entry"][2] == Entry.objects.count()
    assert disagreements(seal=True, at=later()) == []
    assert Seal.objects.count() == 2, "nothing new, nothing sealed"
    receive("ALE-330", "L1", quantity=1)
    assert disagreements(seal=True, at=later()) == []
    second = Seal.objects.filter(table="stock_movement").order_by("-first_id").first()
    assert second is not None
    assert (second.first_id, second.row_count) == (first["stock_movement"][1] + 1, 1)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("UPDATE stock_movement SET reason = 'a gift' WHERE kind = 'scrap'", "The seal over movement"),
        ("UPDATE stock_movement SET username = 'nobody'", "The seal over movement"),
        ("DELETE FROM stock_movement WHERE kind = 'scrap'", "rows were sealed"),
        (
            "UPDATE audit_entry SET username = 'somebody else' WHERE action = 'stock.scrap'",
            "The seal over audit entry",
        ),
        ("UPDATE audit_entry SET address = '10.0.0.1'", "The seal over audit entry"),
        ("DELETE FROM audit_entry WHERE action = 'stock.hold'", "rows were sealed"),
        ("UPDATE audit_seal SET digest = 'x' WHERE \"table\" = 'audit_entry'", "not what it was"),
        ("UPDATE audit_seal SET last_id = last_id - 1", "rows were sealed"),
    ],
)
def test_a_sealed_row_that_was_changed_or_deleted_is_found(book: None, change: str, sentence: str) -> None:
    assert disagreements(seal=True, at=later()) == []
    with tampering(change):
        found = disagreements(seal=True, at=later())
        assert any(sentence in line for line in found), found
    assert disagreements(seal=False) == []


def test_a_row_slipped_in_below_a_seal_and_a_seal_taken_out_are_found(book: None) -> None:
    assert disagreements(seal=True, at=later()) == []
    columns = "at, user_id, username, action, object_type, object_id, object_label, address, request_id"
    with tampering(
        f"INSERT INTO audit_entry (id, {columns}) SELECT -5, {columns} FROM audit_entry WHERE action = 'stock.scrap'"
    ):
        assert any("rows were sealed" in line for line in disagreements(seal=False))
    receive("ALE-330", "L1", quantity=1)
    assert disagreements(seal=True, at=later()) == []
    first = Seal.objects.filter(table="audit_entry").order_by("first_id")[0]
    with tampering(f"DELETE FROM audit_seal WHERE id = {first.pk}"):
        assert any("the seal before it is missing" in line for line in disagreements(seal=False))


def test_long_tables_are_sealed_in_runs(book: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stillage.audit.seals.ROWS_PER_SEAL", 4)
    monkeypatch.setattr("stillage.audit.seals.CHUNK", 3)
    assert disagreements(seal=True, at=later()) == []
    counts = [seal.row_count for seal in Seal.objects.filter(table="stock_movement").order_by("first_id")]
    assert sum(counts) == Movement.objects.count()
    assert max(counts) == 4
    with tampering(f"UPDATE stock_movement SET reason = 'x' WHERE id = {movement('receive')}"):
        broken = [line for line in disagreements(seal=False) if "The seal over" in line]
    assert len(broken) == 1, "the fault is narrowed to one run"
