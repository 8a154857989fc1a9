"""What the stock room can do: one file an operation, this page their contents."""

from stillage.stock.demand import Demand
from stillage.stock.operations.adjust import AdjustLine, adjust
from stillage.stock.operations.allocate import allocate
from stillage.stock.operations.count import Booked, Counted, book, count, lying_at
from stillage.stock.operations.deallocate import GiveBack, deallocate, give_back
from stillage.stock.operations.hold import HoldLine, hold
from stillage.stock.operations.issue import Leaving, issue
from stillage.stock.operations.load_history import PastLot, PastMovement, load_history
from stillage.stock.operations.move import MoveLine, move
from stillage.stock.operations.pick import PickLine, pick, put_back
from stillage.stock.operations.receive import Arrivals, ReceiveLine, look_at, receive, receive_looked_at
from stillage.stock.operations.release import ReleaseLine, release
from stillage.stock.operations.reverse import reverse
from stillage.stock.operations.scrap import ScrapLine, scrap
from stillage.stock.operations.send_back import BackLine, send_back
from stillage.stock.operations.transfer import Units, arrive, call_back, transfer, write_off

__all__ = [
    "AdjustLine",
    "Arrivals",
    "BackLine",
    "Booked",
    "Counted",
    "Demand",
    "GiveBack",
    "HoldLine",
    "Leaving",
    "MoveLine",
    "PastLot",
    "PastMovement",
    "PickLine",
    "ReceiveLine",
    "ReleaseLine",
    "ScrapLine",
    "Units",
    "adjust",
    "allocate",
    "arrive",
    "book",
    "call_back",
    "count",
    "deallocate",
    "give_back",
    "hold",
    "issue",
    "load_history",
    "look_at",
    "lying_at",
    "move",
    "pick",
    "put_back",
    "receive",
    "receive_looked_at",
    "release",
    "reverse",
    "scrap",
    "send_back",
    "transfer",
    "write_off",
]
