"""A stock movement said in words: what happened, from where to where, how much. Shared by several screens."""

from dataclasses import dataclass

import flet as ft

from stillage_client.api.records import Movement
from stillage_client.locale import t

VIRTUAL = {"supplier", "customer", "scrap", "adjustment"}


@dataclass(frozen=True)
class Happening:
    """The verb, the icon and the direction of a movement."""

    verb: str
    icon: ft.IconData
    sign: int  # 1 stock came in, -1 it left, 0 it only changed its place


def happening(movement: Movement) -> Happening:
    """What a movement was, told from its kind and its two ends."""
    icons = ft.Icons
    comes_in = movement.from_location in VIRTUAL
    goes_out = movement.to_location in VIRTUAL
    sign = 1 if comes_in and not goes_out else -1 if goes_out and not comes_in else 0
    if movement.reversed_by_id:
        return Happening(t("{what}, undone", what=_verb(movement.kind, sign)), icons.UNDO_ROUNDED, sign)
    by_kind = {
        "receive": icons.MOVE_TO_INBOX_ROUNDED,
        "move": icons.SWAP_HORIZ_ROUNDED,
        "adjust": icons.TUNE_ROUNDED,
        "scrap": icons.DELETE_OUTLINE_ROUNDED,
        "reverse": icons.UNDO_ROUNDED,
        "issue": icons.LOCAL_SHIPPING_OUTLINED,
        "transfer": icons.SWAP_HORIZ_ROUNDED,
        "count": icons.FACT_CHECK_OUTLINED,
        "send_back": icons.KEYBOARD_RETURN_ROUNDED,
    }
    return Happening(_verb(movement.kind, sign), by_kind.get(movement.kind, icons.CIRCLE_OUTLINED), sign)


def _verb(kind: str, sign: int) -> str:
    if kind == "adjust":
        return t("Corrected up") if sign > 0 else t("Corrected down")
    verbs = {
        "receive": t("Received"),
        "move": t("Moved"),
        "scrap": t("Scrapped"),
        "reverse": t("Taken back"),
        "issue": t("Issued"),
        "transfer": t("Transferred"),
        "count": t("Counted up") if sign > 0 else t("Counted down"),
        "send_back": t("Sent back"),
    }
    return verbs.get(kind, kind.capitalize())


def place(location: str) -> str:
    """The end of a movement as people call it: A-01-02, supplier."""
    if location in VIRTUAL:
        names = {
            "supplier": t("supplier"),
            "customer": t("customer"),
            "scrap": t("scrap"),
            "adjustment": t("correction"),
        }
        return names[location]
    return bare(location)


def bare(location: str) -> str:
    """MAIN/A-01-02 without its warehouse; within one warehouse everybody says A-01-02."""
    return location.split("/", 1)[-1]


def ends(movement: Movement) -> str:
    """supplier → RECV"""
    return f"{place(movement.from_location)} → {place(movement.to_location)}"


def kind_name(kind: str) -> str:
    """A location's kind as a heading."""
    names = {
        "receiving": t("Receiving"),
        "storage": t("Storage"),
        "picking": t("Pick face"),
        "staging": t("Staging"),
        "quarantine": t("Quarantine"),
        "returns": t("Returns"),
        "transit": t("In transit"),
    }
    return names.get(kind, kind.capitalize())
