"""Which step an order to a supplier may take in which state, and a return to a supplier: the one page that says it. Pure.

The tables say what may be done; `Facts` narrow them: what came already, and what is still waited for.
"""

from dataclasses import dataclass
from enum import StrEnum

from stillage.core.steps import impossible_step
from stillage.purchasing.models.orders import PurchaseOrderStatus
from stillage.purchasing.models.returns import SupplierReturnStatus


class Step(StrEnum):
    """What somebody may do with an order. The names are those of the addresses, save edit and amend."""

    EDIT = "edit"  # lines and everything else
    AMEND = "amend"  # note, reference and expected date only
    PLACE = "place"
    RECEIVE = "receive"  # and take a booking back
    REOPEN = "reopen"
    CLOSE = "close"
    CANCEL = "cancel"


STEPS: dict[str, tuple[Step, ...]] = {
    PurchaseOrderStatus.DRAFT: (Step.EDIT, Step.PLACE, Step.CANCEL),
    PurchaseOrderStatus.PLACED: (Step.AMEND, Step.RECEIVE, Step.REOPEN, Step.CANCEL),
    PurchaseOrderStatus.PARTLY_RECEIVED: (Step.AMEND, Step.RECEIVE, Step.CLOSE),
    PurchaseOrderStatus.RECEIVED: (Step.AMEND, Step.RECEIVE, Step.CLOSE),
    PurchaseOrderStatus.CLOSED: (),
    PurchaseOrderStatus.CANCELLED: (),
}
# Goods are still waited for.
EXPECTED = (PurchaseOrderStatus.PLACED, PurchaseOrderStatus.PARTLY_RECEIVED)
# Neither received whole nor given up.
OPEN = (PurchaseOrderStatus.DRAFT, *EXPECTED)


@dataclass(frozen=True, slots=True)
class Facts:
    """Units of an order: what came, and what is waited for. `begun`: some receipt names it, were it taken back later."""

    open: int = 0
    received: int = 0
    begun: bool = False


def may(status: str, step: Step, facts: Facts) -> bool:
    """Whether a step is an edge of the table. Doing it may still change nothing."""
    if step is Step.REOPEN and facts.begun:
        return False
    if step in (Step.REOPEN, Step.CANCEL) and facts.received:
        return False
    return step in STEPS[status]


def possible_steps(status: str, facts: Facts) -> list[str]:
    """The steps that may be taken and would do something, in the order of the table."""
    return [
        step.value
        for step in STEPS[status]
        if may(status, step, facts) and not (step is Step.RECEIVE and not facts.open)
    ]


def check(number: str, status: str, step: Step, facts: Facts) -> None:
    """Refuse a step that is none of the table's: 409 `impossible_step`, naming those that are."""
    if not may(status, step, facts):
        raise impossible_step(number, status, possible_steps(status, facts))


def status_after(facts: Facts) -> PurchaseOrderStatus:
    """Where an order that was placed stands once something of it was booked in, or taken back."""
    if not facts.received:
        return PurchaseOrderStatus.PLACED
    return PurchaseOrderStatus.PARTLY_RECEIVED if facts.open else PurchaseOrderStatus.RECEIVED


class ReturnStep(StrEnum):
    """What somebody may do with a return to a supplier."""

    EDIT = "edit"
    AMEND = "amend"  # the supplier's reference and the reason only
    DISPATCH = "dispatch"
    UNDISPATCH = "undispatch"  # the address is undo-dispatch
    CLOSE = "close"
    CANCEL = "cancel"


RETURN_STEPS: dict[str, tuple[ReturnStep, ...]] = {
    SupplierReturnStatus.DRAFT: (ReturnStep.EDIT, ReturnStep.DISPATCH, ReturnStep.CANCEL),
    SupplierReturnStatus.DISPATCHED: (ReturnStep.AMEND, ReturnStep.UNDISPATCH, ReturnStep.CLOSE),
    SupplierReturnStatus.CLOSED: (),
    SupplierReturnStatus.CANCELLED: (),
}


def possible_return_steps(status: str) -> list[str]:
    """The steps that a return may take where it stands."""
    return [step.value for step in RETURN_STEPS[status]]


def check_return(number: str, status: str, step: ReturnStep) -> None:
    """Refuse a step that the state does not allow: 409 `impossible_step`, naming those that it does."""
    if step not in RETURN_STEPS[status]:
        raise impossible_step(number, status, possible_return_steps(status))
