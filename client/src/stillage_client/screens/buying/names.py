"""How buying's states, differences and deeds are called, and in which colour they stand. No controls."""

from stillage_client import theme
from stillage_client.api.buying_records import Packed, Packing
from stillage_client.locale import t
from stillage_client.screens import amounts


def purchase_status(status: str) -> str:
    """The state of a purchase order as people say it."""
    return {
        "draft": t("Draft"),
        "placed": t("Ordered"),
        "partly_received": t("Partly here"),
        "received": t("All here"),
        "closed": t("Closed"),
        "cancelled": t("Cancelled"),
    }.get(status, status.capitalize())


def purchase_kind(status: str) -> theme.Kind:
    """The colour: only what is done or under way has one."""
    kinds: dict[str, theme.Kind] = {
        "placed": "info",
        "partly_received": "info",
        "received": "ok",
        "closed": "ok",
    }
    return kinds.get(status, "mute")


def receipt_status(status: str) -> str:
    """At the dock, or finished."""
    return {"open": t("At the dock"), "closed": t("Finished")}.get(status, status.capitalize())


def notice_status(status: str) -> str:
    """Whether what was announced is here."""
    return {"open": t("On its way"), "received": t("Here"), "cancelled": t("Cancelled")}.get(
        status, status.capitalize()
    )


def return_status(status: str) -> str:
    """The state of a return to a supplier."""
    return {
        "draft": t("Draft"),
        "dispatched": t("Sent"),
        "closed": t("Closed"),
        "cancelled": t("Cancelled"),
    }.get(status, status.capitalize())


def return_kind(status: str) -> theme.Kind:
    """A return that is out is waited for."""
    kinds: dict[str, theme.Kind] = {"dispatched": "soon", "closed": "ok"}
    return kinds.get(status, "mute")


def difference(kind: str) -> str:
    """In which way a delivery was not what was asked for."""
    return {
        "over": t("Too many"),
        "short": t("Missing"),
        "damaged": t("Damaged"),
        "short_dated": t("Too short a date"),
        "not_ordered": t("Not ordered"),
    }.get(kind, kind.replace("_", " ").capitalize())


def outcome(said: str) -> str:
    """What became of it."""
    return {
        "accepted": t("Taken"),
        "quarantined": t("Set aside"),
        "refused": t("Refused"),
        "missing": t("Missing"),
    }.get(said, said.capitalize())


def refusal(code: str) -> str:
    """Why a delivery scan was not taken, in two words."""
    return {
        "over_delivered": t("Too many"),
        "not_ordered": t("Not ordered"),
        "short_dated": t("Too short a date"),
        "outcome_required": t("Damaged"),
        "unknown_unit": t("Unknown pallet"),
        "already_received": t("Already here"),
        "lot_date_differs": t("Wrong date"),
        "lot_expired": t("Expired"),
        "lot_on_hold": t("On hold"),
        "unknown_location": t("Unknown place"),
        "unknown_product": t("Unknown code"),
        "insufficient_stock": t("Not enough"),
        "forbidden": t("Not allowed"),
        "permission_denied": t("Not allowed"),
    }.get(code, t("Not possible"))


def deed(action: str) -> str:
    """What was done, from the trail's word for it."""
    room, _, act = action.partition(".")
    return {
        "create": t("Written"),
        "edit": t("Changed"),
        "amend": t("Changed"),
        "place": t("Ordered"),
        "reopen": t("Back to draft"),
        "receive": t("Received"),
        "receive_unit": t("Pallet received"),
        "open": t("Delivery opened"),
        "undo": t("Taken back"),
        "close": t("Closed"),
        "cancel": t("Cancelled"),
        "dispatch": t("Sent"),
        "undo_dispatch": t("Sending taken back"),
        "settle": t("Settled"),
    }.get(act, f"{room} {act}".replace("_", " ").strip().capitalize())


def amount(item: Packed, units: int) -> str:
    """14 cases."""
    return amounts.short(item.packing, units)


def counted(packing: Packing, units: int) -> str:
    """14 cases, of anything that is counted."""
    return amounts.short(packing, units)
