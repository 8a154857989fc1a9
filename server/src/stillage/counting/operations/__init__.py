"""What the room can do: one file an operation, this page their contents."""

from stillage.counting.operations.approve import approve, cancel, reject
from stillage.counting.operations.enter import Seen, claim, done, enter, remove
from stillage.counting.operations.open_count import Asked, open_count
from stillage.counting.operations.submit import submit

__all__ = [
    "Asked",
    "Seen",
    "approve",
    "cancel",
    "claim",
    "done",
    "enter",
    "open_count",
    "reject",
    "remove",
    "submit",
]
