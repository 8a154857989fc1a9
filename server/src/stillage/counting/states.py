"""Which step a count may take in which state: the one page that says it. Pure."""

from enum import StrEnum

from stillage.core.steps import impossible_step
from stillage.counting.models import CountStatus


class Step(StrEnum):
    """What somebody may do with a count. The names are those of the addresses."""

    CLAIM = "claim"
    ENTER = "enter"
    REMOVE = "remove"
    DONE = "done"
    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    CANCEL = "cancel"


COUNTING = (Step.CLAIM, Step.ENTER, Step.REMOVE, Step.DONE, Step.SUBMIT, Step.CANCEL)
STEPS: dict[str, tuple[Step, ...]] = {
    CountStatus.OPEN: COUNTING,
    CountStatus.RECOUNT: COUNTING,
    CountStatus.TO_APPROVE: (Step.APPROVE, Step.REJECT, Step.CANCEL),
    CountStatus.CLOSED: (),
    CountStatus.CANCELLED: (),
}
# Neither closed nor given up: its places are in no other count.
UNFINISHED = (CountStatus.OPEN, CountStatus.RECOUNT, CountStatus.TO_APPROVE)
# Somebody still counts: what the book says is told to nobody, where the count is blind.
AT_WORK = (CountStatus.OPEN, CountStatus.RECOUNT)


def possible_steps(status: str, *, counted_it: bool = False) -> list[str]:
    """The steps that may be taken, in the order of the table. Who entered something does not approve."""
    return [step.value for step in STEPS[status] if not (counted_it and step is Step.APPROVE)]


def check(number: str, status: str, step: Step) -> None:
    """Refuse a step that is none of the table's: 409 `impossible_step`, naming those that are."""
    if step not in STEPS[status]:
        raise impossible_step(number, status, possible_steps(status))


def tells_the_book(status: str, *, blind: bool) -> bool:
    """Whether book and difference may be told."""
    return not blind or status not in AT_WORK
