"""Which step a transfer may take in which state: the one page that says it. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from stillage.core.steps import impossible_step
from stillage.transfers.models import TransferStatus


class Step(StrEnum):
    """What somebody may do with a transfer. The names are those of the addresses, save edit, amend and undispatch."""

    EDIT = "edit"  # lines and everything else
    AMEND = "amend"  # expected date, carrier and note only
    DISPATCH = "dispatch"
    UNDISPATCH = "undispatch"  # POST …/undo-dispatch
    RECEIVE = "receive"
    CLOSE = "close"
    CANCEL = "cancel"


STEPS: dict[str, tuple[Step, ...]] = {
    TransferStatus.DRAFT: (Step.EDIT, Step.DISPATCH, Step.CANCEL),
    TransferStatus.DISPATCHED: (Step.AMEND, Step.UNDISPATCH, Step.RECEIVE, Step.CLOSE),
    TransferStatus.PARTLY_RECEIVED: (Step.AMEND, Step.RECEIVE, Step.CLOSE),
    TransferStatus.RECEIVED: (),
    TransferStatus.CANCELLED: (),
}
# Something of it is on the way.
ON_THE_WAY = (TransferStatus.DISPATCHED, TransferStatus.PARTLY_RECEIVED)
# These need sight of both warehouses; dispatching and receiving that of their own end only (decisions/0024).
BOTH_ENDS = (Step.EDIT, Step.AMEND, Step.CLOSE, Step.CANCEL)


@dataclass(frozen=True, slots=True)
class Ends:
    """Which of a transfer's two warehouses somebody works in."""

    here: bool = True  # the one it leaves
    there: bool = True  # the one it goes to

    def may(self, step: Step) -> bool:
        if step in BOTH_ENDS:
            return self.here and self.there
        return self.there if step is Step.RECEIVE else self.here


def possible_steps(status: str, ends: Ends) -> list[str]:
    """The steps that somebody at these ends may take, in the order of the table."""
    return [step.value for step in STEPS[status] if ends.may(step)]


def check(number: str, status: str, step: Step, ends: Ends) -> None:
    """Refuse a step that is none of the table's: 409 `impossible_step`, naming those that are."""
    if step not in STEPS[status]:
        raise impossible_step(number, status, possible_steps(status, ends))
