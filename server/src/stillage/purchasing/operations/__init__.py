"""What buying can do: one file an operation, this page their contents."""

from stillage.purchasing.operations.cancel import cancel
from stillage.purchasing.operations.cancel_notice import cancel_notice
from stillage.purchasing.operations.close import close, give_up_rest
from stillage.purchasing.operations.close_receipt import close_receipt
from stillage.purchasing.operations.close_return import cancel_return, close_return
from stillage.purchasing.operations.create_notice import create_notice
from stillage.purchasing.operations.create_order import create_order
from stillage.purchasing.operations.create_return import create_return
from stillage.purchasing.operations.dispatch_return import dispatch_return, undo_dispatch
from stillage.purchasing.operations.edit_order import edit_order
from stillage.purchasing.operations.edit_return import edit_return
from stillage.purchasing.operations.open_receipt import Delivery, open_receipt
from stillage.purchasing.operations.place import place
from stillage.purchasing.operations.receive import Scanned, receive, receive_order, receive_unit
from stillage.purchasing.operations.reopen import reopen
from stillage.purchasing.operations.settle import settle
from stillage.purchasing.operations.undo_receive import undo_receive

__all__ = [
    "Delivery",
    "Scanned",
    "cancel",
    "cancel_notice",
    "cancel_return",
    "close",
    "close_receipt",
    "close_return",
    "create_notice",
    "create_order",
    "create_return",
    "dispatch_return",
    "edit_order",
    "edit_return",
    "give_up_rest",
    "open_receipt",
    "place",
    "receive",
    "receive_order",
    "receive_unit",
    "reopen",
    "settle",
    "undo_dispatch",
    "undo_receive",
]
