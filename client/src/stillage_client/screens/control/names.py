"""How the states of control are called, and in which colour they stand. No controls."""

from stillage_client import theme
from stillage_client.locale import t

TRANSFER_STATUSES = ("draft", "dispatched", "partly_received", "received", "cancelled")
COUNT_STATUSES = ("open", "recount", "to_approve", "closed", "cancelled")
WAYS_TO_TELL = ("phone", "email", "letter", "visit")


def transfer_status(status: str) -> str:
    return {
        "draft": t("Draft"),
        "dispatched": t("On the way"),
        "partly_received": t("Partly there"),
        "received": t("Arrived"),
        "cancelled": t("Cancelled"),
    }.get(status, status.capitalize())


def transfer_kind(status: str) -> theme.Kind:
    kinds: dict[str, theme.Kind] = {"dispatched": "info", "partly_received": "soon", "received": "ok"}
    return kinds.get(status, "mute")


def count_status(status: str) -> str:
    return {
        "open": t("Counting"),
        "recount": t("Count again"),
        "to_approve": t("To approve"),
        "closed": t("Closed"),
        "cancelled": t("Cancelled"),
    }.get(status, status.capitalize())


def count_kind(status: str) -> theme.Kind:
    kinds: dict[str, theme.Kind] = {"open": "info", "recount": "soon", "to_approve": "soon", "closed": "ok"}
    return kinds.get(status, "mute")


def count_method(method: str) -> str:
    return {"place": t("By place"), "product": t("By product"), "abc": t("By class")}.get(method, method)


def line_outcome(outcome: str) -> str:
    """What became of a counted line."""
    return {
        "counted": t("Counted"),
        "recount": t("Count again"),
        "to_approve": t("To approve"),
        "posted": t("Booked"),
        "dismissed": t("Book stays"),
    }.get(outcome, outcome.capitalize())


def told_how(how: str) -> str:
    """By phone, as a button and after a name."""
    return {
        "phone": t("by phone"),
        "email": t("by e-mail"),
        "letter": t("by letter"),
        "visit": t("in person"),
    }.get(how, how)


def passed(seconds: int) -> str:
    """How long something took: 40 s, 12 min, 3 h 05, 2 days."""
    if seconds < 60:
        return t("{n} s", n=seconds)
    if seconds < 3600:
        return t("{n} min", n=seconds // 60)
    if seconds < 2 * 86_400:
        hours, minutes = divmod(seconds // 60, 60)
        return t("{h} h {m} min", h=hours, m=minutes) if minutes else t("{n} h", n=hours)
    return t("{n} days", n=seconds // 86_400)
