"""What the room can do: one file an operation, this page their contents."""

from stillage.transfers.operations.close import cancel, close
from stillage.transfers.operations.create import AskedLine, create_transfer, edit_transfer
from stillage.transfers.operations.dispatch import Leaving, dispatch, undo_dispatch
from stillage.transfers.operations.receive import Arrived, receive

__all__ = [
    "Arrived",
    "AskedLine",
    "Leaving",
    "cancel",
    "close",
    "create_transfer",
    "dispatch",
    "edit_transfer",
    "receive",
    "undo_dispatch",
]
