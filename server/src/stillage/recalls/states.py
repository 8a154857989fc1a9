"""Which step a recall may take in which state: the one page that says it. Pure."""

from enum import StrEnum

from stillage.core.steps import impossible_step
from stillage.recalls.models import RecallStatus


class Step(StrEnum):
    """What somebody may do with a recall. The names are those of the addresses."""

    TELL = "tell"
    ANSWER = "answer"
    CLOSE = "close"


STEPS: dict[str, tuple[Step, ...]] = {
    RecallStatus.OPEN: (Step.TELL, Step.ANSWER, Step.CLOSE),
    RecallStatus.CLOSED: (),
}


def possible_steps(status: str, *, customers: int, told: int) -> list[str]:
    """The steps that may be taken and would do something, in the order of the table."""
    pointless = {Step.TELL: told >= customers, Step.ANSWER: not customers}
    return [step.value for step in STEPS[status] if not pointless.get(step, False)]


def check(number: str, status: str, step: Step) -> None:
    """Refuse a step that is none of the table's: 409 `impossible_step`, naming those that are."""
    if step not in STEPS[status]:
        raise impossible_step(number, status, [own.value for own in STEPS[status]])
