"""Command codes: what the printed sheet may say."""

import datetime as dt

import pytest

from stillage.scanning.commands import PREFIX, Action, Command, is_command, parse_command
from stillage.scanning.gs1 import ScanError, parse


@pytest.mark.parametrize("action", ["MOVE", "RECEIVE", "COUNT", "DONE", "UNDO"])
def test_each_command_is_read(action: str) -> None:
    assert parse_command(f"STL-CMD-{action}") == Command(Action(action))


@pytest.mark.parametrize(
    ("text", "quantity"), [("STL-CMD-QTY-1", 1), ("STL-CMD-QTY-12", 12), ("STL-CMD-QTY-999999", 999_999)]
)
def test_a_quantity_command_carries_its_number(text: str, quantity: int) -> None:
    assert parse_command(text) == Command(Action.QTY, quantity)


def test_caps_lock_does_not_break_a_command() -> None:
    assert parse_command("stl-cmd-done") == Command(Action.DONE)


@pytest.mark.parametrize("text", ["ALE-330", "9506000134352", "STL-CM", "A-STL-CMD-DONE", ""])
def test_other_codes_are_no_commands(text: str) -> None:
    assert not is_command(text)
    assert parse_command(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "STOP",
        "QTY",
        "QTY-",
        "QTY-0",
        "QTY-012",
        "QTY--1",
        "QTY-1.5",
        "QTY-1000000",
        "QTY-١",
        "DONE ",
        "MOVE-1",
    ],
)
def test_a_broken_command_is_refused_not_looked_up(text: str) -> None:
    with pytest.raises(ScanError) as refused:
        parse_command(PREFIX + text)
    assert refused.value.code == "bad_command"


def test_a_command_prints_as_it_reads_and_is_plain_text_to_the_parser() -> None:
    for command in (Command(Action.UNDO), Command(Action.QTY, 24)):
        assert parse_command(command.text) == command
        assert parse(command.text, today=dt.date(2026, 6, 1)).format == "plain"
