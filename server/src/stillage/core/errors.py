"""Refusals: what the house says when a rule forbids something. HTTP does not appear here."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """Why something is refused; `rest/errors.py` maps each kind to a status, once."""

    UNREADABLE = "unreadable"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    STALE = "stale"
    PRECONDITION_MISSING = "precondition_missing"
    TOO_LARGE = "too_large"
    UNSUPPORTED = "unsupported"
    INVALID = "invalid"
    TOO_MANY = "too_many"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where (a JSON pointer), which rule, and what to do about it."""

    pointer: str
    code: str
    detail: str
    meta: dict[str, Any] = field(default_factory=dict, compare=False)


class Refusal(Exception):
    """A rule said no. Carries all faults at once; nothing was written."""

    code = "refused"
    kind = Kind.INVALID

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        kind: Kind | None = None,
        faults: Iterable[Fault] = (),
        retry_after_seconds: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or self.code
        self.kind = kind or self.kind
        self.faults = list(faults)
        self.retry_after_seconds = retry_after_seconds


class NotFound(Refusal):
    """Nothing of that name is there for you; the same words whether it is missing or another's."""

    code = "not_found"
    kind = Kind.NOT_FOUND


class Conflict(Refusal):
    """The state of things forbids it."""

    code = "conflict"
    kind = Kind.CONFLICT


def refuse_all(faults: list[Fault], *, summary: str | None = None, kind: Kind = Kind.INVALID) -> None:
    """Raise one refusal that carries every fault, or return when there are none."""
    if not faults:
        return
    if len(faults) == 1:
        raise Refusal(faults[0].detail, code=faults[0].code, faults=faults, kind=kind)
    detail = summary or f"{len(faults)} things are wrong, so nothing was done."
    codes = {fault.code for fault in faults}
    raise Refusal(detail, code=codes.pop() if len(codes) == 1 else "several_faults", faults=faults, kind=kind)
