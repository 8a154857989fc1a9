"""What selling can do: one file an operation, this page their contents."""

from stillage.sales.operations.allocate import allocate
from stillage.sales.operations.announce_return import Announced, announce_return
from stillage.sales.operations.cancel import cancel
from stillage.sales.operations.cancel_pick_list import cancel_pick_list
from stillage.sales.operations.cancel_return import cancel_return, close_return
from stillage.sales.operations.claim import claim, release
from stillage.sales.operations.close import close
from stillage.sales.operations.confirm import confirm
from stillage.sales.operations.create_order import create_order
from stillage.sales.operations.credit import Credited, credit
from stillage.sales.operations.deallocate import deallocate
from stillage.sales.operations.dispose import Decision, dispose
from stillage.sales.operations.edit_order import edit_order
from stillage.sales.operations.make_pick_list import make_pick_list
from stillage.sales.operations.pack import Unit, UnitLine, pack
from stillage.sales.operations.pick import TaskPick, pick
from stillage.sales.operations.pick_order import OrderPick, pick_order
from stillage.sales.operations.pin import pin
from stillage.sales.operations.receive_return import CameBack, receive_return, undo_receive
from stillage.sales.operations.reopen import reopen
from stillage.sales.operations.ship import ship
from stillage.sales.operations.short import Shorted, short
from stillage.sales.operations.swap import swap
from stillage.sales.operations.take_back import Promise, Stopped, promises_on, stop_for, take_back
from stillage.sales.operations.undo_pick import undo_pick
from stillage.sales.operations.unpack import unpack
from stillage.sales.operations.unpick import Unpick, unpick
from stillage.sales.operations.use_lot import use_lot

__all__ = [
    "Announced",
    "CameBack",
    "Credited",
    "Decision",
    "OrderPick",
    "Promise",
    "Shorted",
    "Stopped",
    "TaskPick",
    "Unit",
    "UnitLine",
    "Unpick",
    "allocate",
    "announce_return",
    "cancel",
    "cancel_pick_list",
    "cancel_return",
    "claim",
    "close",
    "close_return",
    "confirm",
    "create_order",
    "credit",
    "deallocate",
    "dispose",
    "edit_order",
    "make_pick_list",
    "pack",
    "pick",
    "pick_order",
    "pin",
    "promises_on",
    "receive_return",
    "release",
    "reopen",
    "ship",
    "short",
    "stop_for",
    "swap",
    "take_back",
    "undo_pick",
    "undo_receive",
    "unpack",
    "unpick",
    "use_lot",
]
