"""What selling refuses, in words that say what is possible instead."""

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
}
_STATES = {"draft": "a draft", "picking": "being picked"}


def impossible_step(number: str, status: str, possible: Sequence[str]) -> Conflict:
    """Of an order, a pick list or a return: where it stands, and the steps that are possible from there."""
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
