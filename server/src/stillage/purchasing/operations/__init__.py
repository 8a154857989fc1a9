"""What buying can do: one file an operation, this page their contents."""

from stillage.purchasing.operations.cancel import cancel
from stillage.purchasing.operations.close import close, give_up_rest
from stillage.purchasing.operations.create_order import create_order
from stillage.purchasing.operations.edit_order import edit_order
from stillage.purchasing.operations.place import place
from stillage.purchasing.operations.reopen import reopen

__all__ = ["cancel", "close", "create_order", "edit_order", "give_up_rest", "place", "reopen"]
