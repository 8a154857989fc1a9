"""Command codes: printed codes that tell the scanning screen what to do. They carry no goods."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from stillage.scanning.elements import ScanError

# No GTIN, lot, place or SKU may start with it.
PREFIX: Final = "STL-CMD-"
LARGEST_QUANTITY: Final = 999_999


class Action(StrEnum):
    """What a command code asks for."""

    MOVE = "MOVE"
    RECEIVE = "RECEIVE"
    COUNT = "COUNT"
    DONE = "DONE"
    UNDO = "UNDO"
    QTY = "QTY"


@dataclass(frozen=True, slots=True)
class Command:
    """One command; only `QTY` has a quantity."""

    action: Action
    quantity: int | None = None

    @property
    def text(self) -> str:
        """The code as it is printed."""
        number = "" if self.quantity is None else f"-{self.quantity}"
        return f"{PREFIX}{self.action}{number}"


def is_command(text: str) -> bool:
    """Whether the text claims to be a command code; case is free, for a wedge types through Caps Lock."""
    return text.upper().startswith(PREFIX)


def parse_command(text: str) -> Command | None:
    """The command a code stands for, None for a code that is none; a broken command code is refused."""
    if not is_command(text):
        return None
    word = text.upper().removeprefix(PREFIX)
    if word in set(Action) and word != Action.QTY:
        return Command(Action(word))
    found = re.fullmatch(r"QTY-([1-9][0-9]{0,5})", word, re.ASCII)
    if found:
        return Command(Action.QTY, int(found[1]))
    if word.startswith(Action.QTY):
        detail = f"A quantity code is {PREFIX}QTY- and a whole number from 1 to {LARGEST_QUANTITY:,}."
        raise ScanError("bad_command", detail, position=len(PREFIX))
    known = ", ".join(action for action in Action if action != Action.QTY)
    raise ScanError(
        "bad_command", f"There is no such command; there are {known} and QTY-n.", position=len(PREFIX)
    )
