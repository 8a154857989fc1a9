"""Which step an order may take in which state: the one page that says it. Pure.

`STEPS` is the table. `Facts` narrow it: what is promised, picked and shipped already.
"""

from dataclasses import dataclass
from enum import StrEnum

from stillage.core.steps import impossible_step
from stillage.sales.models.orders import OrderStatus


class Step(StrEnum):
    """What somebody may do with an order. The names are those of the addresses, save edit, amend and return."""

    EDIT = "edit"  # lines and everything else
    AMEND = "amend"  # note, reference and delivery date only
    CONFIRM = "confirm"
    REOPEN = "reopen"
    ALLOCATE = "allocate"
    DEALLOCATE = "deallocate"
    PIN = "pin"
    SWAP = "swap"
    PICK = "pick"
    UNPICK = "unpick"
    PACK = "pack"
    UNPACK = "unpack"
    SHIP = "ship"
    CANCEL = "cancel"
    CLOSE = "close"
    RETURN = "return"


STEPS: dict[str, tuple[Step, ...]] = {
    OrderStatus.DRAFT: (Step.EDIT, Step.CONFIRM, Step.CANCEL),
    OrderStatus.CONFIRMED: (
        Step.AMEND,
        Step.ALLOCATE,
        Step.DEALLOCATE,
        Step.PIN,
        Step.SWAP,
        Step.REOPEN,
        Step.CANCEL,
    ),
    OrderStatus.ALLOCATED: (
        Step.AMEND,
        Step.ALLOCATE,
        Step.DEALLOCATE,
        Step.PIN,
        Step.SWAP,
        Step.PICK,
        Step.REOPEN,
        Step.CANCEL,
    ),
    OrderStatus.PICKING: (Step.AMEND, Step.ALLOCATE, Step.PICK, Step.UNPICK, Step.PACK, Step.CANCEL),
    OrderStatus.PACKED: (Step.AMEND, Step.UNPACK, Step.SHIP, Step.CANCEL),
    OrderStatus.SHIPPED: (Step.CLOSE, Step.RETURN),
    OrderStatus.CLOSED: (Step.RETURN,),
    OrderStatus.CANCELLED: (),
}
# The user asked for stock: what is missing is served by itself when stock comes.
ASKED = (OrderStatus.ALLOCATED, OrderStatus.PICKING, OrderStatus.PACKED)
WAITING = (OrderStatus.ALLOCATED, OrderStatus.PICKING)
# Neither shipped whole nor given up.
OPEN = (
    OrderStatus.DRAFT,
    OrderStatus.CONFIRMED,
    OrderStatus.ALLOCATED,
    OrderStatus.PICKING,
    OrderStatus.PACKED,
)


@dataclass(frozen=True, slots=True)
class Facts:
    """Units of an order, or of one of its lines. `owed` is what is neither shipped nor cancelled."""

    owed: int = 0
    allocated: int = 0
    picked: int = 0
    shipped: int = 0

    @property
    def missing(self) -> int:
        return max(0, self.owed - self.allocated)


def may(status: str, step: Step, facts: Facts) -> bool:
    """Whether a step is an edge of the table. Doing it may still change nothing."""
    if step is Step.REOPEN and (facts.picked or facts.shipped):
        return False
    return step in STEPS[status]


def possible_steps(status: str, facts: Facts) -> list[str]:
    """The steps that may be taken and would do something, in the order of the table."""
    pointless = {
        Step.ALLOCATE: not facts.missing,
        Step.DEALLOCATE: not facts.allocated,
        Step.PIN: not facts.owed,
        Step.SWAP: not facts.allocated,
        Step.PICK: facts.picked >= facts.allocated,
        Step.UNPICK: not facts.picked,
        Step.PACK: not facts.picked,
    }
    return [
        step.value for step in STEPS[status] if may(status, step, facts) and not pointless.get(step, False)
    ]


def check(number: str, status: str, step: Step, facts: Facts) -> None:
    """Refuse a step that is none of the table's: 409 `impossible_step`, naming those that are."""
    if not may(status, step, facts):
        raise impossible_step(number, status, possible_steps(status, facts))


def allocation(status: str, facts: Facts) -> str:
    """How far an order is promised: none, part, whole, or backordered (asked for, nothing there)."""
    if status not in OPEN or not facts.owed:
        return "none"
    if not facts.allocated:
        return "backordered" if status in ASKED else "none"
    return "part" if facts.missing else "whole"
