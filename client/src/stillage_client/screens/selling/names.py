"""How selling's states, verdicts and deeds are called, and in which colour they stand. No controls."""

from stillage_client import theme
from stillage_client.locale import t

ORDER_STATUSES = ("draft", "confirmed", "allocated", "picking", "packed", "shipped", "closed", "cancelled")


def order_status(status: str) -> str:
    """The state of an order as people say it."""
    return {
        "draft": t("Draft"),
        "confirmed": t("Confirmed"),
        "allocated": t("Promised"),
        "picking": t("Picking"),
        "packed": t("Packed"),
        "shipped": t("Shipped"),
        "closed": t("Closed"),
        "cancelled": t("Cancelled"),
        "late": t("Late"),
        "backordered": t("Short"),
    }.get(status, status.capitalize())


def order_kind(status: str) -> theme.Kind:
    """The colour: only trouble and what is done have one of their own."""
    kinds: dict[str, theme.Kind] = {
        "confirmed": "info",
        "allocated": "info",
        "picking": "info",
        "packed": "info",
        "shipped": "ok",
        "closed": "ok",
    }
    return kinds.get(status, "mute")


def allocation_name(allocation: str) -> str:
    """How much of an order is promised."""
    return {
        "none": t("Nothing promised"),
        "part": t("Partly promised"),
        "whole": t("All promised"),
        "backordered": t("Out of stock"),
    }.get(allocation, allocation)


def return_status(status: str) -> str:
    """The state of a return."""
    return {
        "expected": t("Expected"),
        "announced": t("Expected"),
        "received": t("Received"),
        "disposed": t("Inspected"),
        "inspected": t("Inspected"),
        "credited": t("Credited"),
        "closed": t("Closed"),
        "cancelled": t("Cancelled"),
    }.get(status, status.capitalize())


def pick_status(status: str) -> str:
    """The state of a pick list."""
    return {
        "open": t("Waiting"),
        "new": t("Waiting"),
        "picking": t("Picking"),
        "started": t("Picking"),
        "done": t("Picked"),
        "finished": t("Picked"),
        "cancelled": t("Cancelled"),
    }.get(status, status.capitalize())


def step_name(verb: str) -> str:
    """What a button that does the step says."""
    return {
        "confirm": t("Confirm"),
        "allocate": t("Promise stock"),
        "deallocate": t("Free the stock"),
        "cancel": t("Cancel the order"),
        "close": t("Close the order"),
        "reopen": t("Back to draft"),
        "pick": t("Picked without a list"),
        "pick_list": t("Make a pick list"),
        "pack": t("Pack it"),
        "unpack": t("Unpack"),
        "ship": t("Ship"),
    }.get(verb, verb.replace("_", " ").replace("-", " ").capitalize())


def scan_refusal(code: str) -> str:
    """Why a pick was refused, in two words."""
    return {
        "wrong_location": t("Wrong place"),
        "wrong_lot": t("Wrong lot"),
        "wrong_product": t("Wrong product"),
        "too_many": t("Too many"),
        "lot_held": t("On hold"),
        "lot_expired": t("Expired"),
        "not_yours": t("Somebody else's"),
        "already_picked": t("Already picked"),
        "lot_required": t("Which lot?"),
        "check_digit": t("Code misread"),
    }.get(code, t("Not picked"))


def deed(action: str) -> str:
    """What was done to an order, from the trail's word for it."""
    room, _, act = action.partition(".")
    return {
        "create": t("Written"),
        "edit": t("Changed"),
        "amend": t("Changed"),
        "confirm": t("Confirmed"),
        "reopen": t("Back to draft"),
        "allocate": t("Stock promised"),
        "deallocate": t("Stock freed"),
        "pin": t("Lot chosen by hand"),
        "swap": t("Lot swapped"),
        "pick": t("Picked"),
        "unpick": t("Put back"),
        "undo": t("Put back"),
        "short": t("Too few found"),
        "pack": t("Packed"),
        "unpack": t("Unpacked"),
        "ship": t("Shipped"),
        "cancel": t("Cancelled"),
        "close": t("Closed"),
        "receive": t("Received"),
        "dispose": t("Inspected"),
        "credit": t("Credited"),
        "announce": t("Return announced"),
    }.get(act, f"{room} {act}".replace("_", " ").strip().capitalize())
