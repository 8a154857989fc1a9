"""Which kinds of files there are. Each room registers its own; this one knows only what a kind must give."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from stillage.audit.record import Change
from stillage.catalogue.importing.columns import Field
from stillage.catalogue.importing.report import Remark, Report
from stillage.core.actor import Actor

CHUNK: Final = 1_000
REFUSE, LEAVE_OUT = "refuse_file", "leave_out"
REFUSE_ROW, LEAVE_BLANK = "refuse_row", "leave_blank"


@dataclass(slots=True)
class Row:
    """A row whose cells could be read. Values that a cell did not give are not there."""

    number: int
    values: dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Run:
    """What a kind's plan has to know, and where it says what it found."""

    mapping: dict[str, str]
    warehouse_ids: frozenset[int] | None
    leave_gtins_blank: bool
    locking: bool
    report: Report
    actor: Actor
    # What could be read of rows that are refused already: they still count where rows contradict each other.
    faulty: list[Row] = field(default_factory=list)

    def remark(self, row: Row, field_name: str, code: str, detail: str) -> Remark:
        value = row.values.get(field_name, "")
        return Remark(row.number, self.mapping.get(field_name, ""), str(value), code, detail)

    def refuse(self, row: Row, field_name: str, code: str, detail: str) -> None:
        self.report.refuse(self.remark(row, field_name, code, detail))

    def warn(self, row: Row, field_name: str, code: str, detail: str) -> None:
        self.report.warn(self.remark(row, field_name, code, detail))


@dataclass(slots=True)
class Plan:
    """What writing the file would do."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    steps: list[Callable[[], list[Change]]] = field(default_factory=list)

    def write(self) -> Iterator[list[Change]]:
        """Carry the steps out in their order; each tells what the audit trail has to say."""
        for step in self.steps:
            yield step()


class Planner(Protocol):
    def __call__(self, rows: list[Row], run: Run) -> Plan: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of file: what its rows may say and how they are turned into a plan.

    `key` names the fields that tell one row from another; without any, rows may be alike. `plan` adds its own
    faults to the run's report and leaves out the rows that have any.
    """

    name: str
    permission: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    plan: Planner


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Called once by each room when the house opens."""
    KINDS[kind.name] = kind
