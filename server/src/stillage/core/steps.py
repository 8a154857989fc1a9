"""Steps that a document may not take where it stands: refused in words that say what is possible instead."""

from collections.abc import Sequence

from stillage.core.errors import Conflict, Fault

_DONE = {
    "edit": "edited",
    "amend": "amended",
    "confirm": "confirmed",
    "reopen": "reopened",
    "allocate": "allocated",
    "deallocate": "deallocated",
    "pin": "pinned to lots",
    "swap": "given other lots",
    "pick": "picked",
    "unpick": "unpicked",
    "pack": "packed",
    "unpack": "unpacked",
    "ship": "shipped",
    "cancel": "cancelled",
    "close": "closed",
    "return": "returned",
    "receive": "received",
    "dispose": "disposed of",
    "credit": "credited",
    "claim": "claimed",
    "place": "placed",
    "submit": "submitted",
    "approve": "approved",
    "reject": "sent back",
    "enter": "counted",
    "dispatch": "dispatched",
    "undispatch": "taken back",
    "tell": "told to customers",
    "answer": "answered by customers",
}
_STATES = {
    "draft": "a draft",
    "picking": "being picked",
    "partly_received": "received in part",
    "to_approve": "waiting for approval",
    "recount": "being counted again",
}


def impossible_step(number: str, status: str, possible: Sequence[str]) -> Conflict:
    """Of a document: where it stands, and the steps that are possible from there."""
    words = [_DONE.get(step, step) for step in possible]
    rest = (
        f"it can be {' or '.join(filter(None, [', '.join(words[:-1]), words[-1]]))}."
        if words
        else "nothing more can be done with it."
    )
    detail = f"{number} is {_STATES.get(status, status)}; {rest}"
    return Conflict(
        detail,
        code="impossible_step",
        faults=[Fault("", "impossible_step", detail, {"possible_steps": list(possible)})],
    )
