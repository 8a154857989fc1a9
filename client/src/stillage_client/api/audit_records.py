"""What the API answers about the trail and the ledger's health."""

from dataclasses import dataclass
from datetime import datetime

from stillage_client.api.records import Record


@dataclass(frozen=True, kw_only=True)
class TrailPerson(Record):
    user_id: int
    user: str
    full_name: str = ""


@dataclass(frozen=True, kw_only=True)
class TrailChoices(Record):
    people: tuple[TrailPerson, ...] = ()
    actions: tuple[str, ...] = ()
    object_types: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LedgerCheck(Record):
    """A reading of the whole book. `findings` is None for who may not read them."""

    id: int
    kind: str = ""
    status: str = ""
    parts_total: int = 0
    parts_done: int = 0
    finding_count: int = 0
    findings: tuple[str, ...] | None = None
    user: str = ""
    created_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def sound(self) -> bool:
        return self.status == "done" and not self.finding_count


@dataclass(frozen=True, kw_only=True)
class SealState(Record):
    """How far an append-only table is sealed."""

    noun: str
    sealed_rows: int = 0
    sealed_at: datetime | None = None
    unsealed_rows: int = 0
    unsealed_capped: bool = False
    broken: bool = False


@dataclass(frozen=True, kw_only=True)
class LedgerHealth(Record):
    alarm: bool = False
    last: LedgerCheck | None = None
    going: LedgerCheck | None = None
    before: tuple[LedgerCheck, ...] = ()
    seals: tuple[SealState, ...] = ()
