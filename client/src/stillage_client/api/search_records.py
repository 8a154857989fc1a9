"""What the search over everything answers."""

from dataclasses import dataclass, field
from typing import Any

from stillage_client.api.records import Record


@dataclass(frozen=True, kw_only=True)
class Hit(Record):
    kind: str
    id: int
    key: str = ""
    label: str = ""
    name: str = ""
    detail: str = ""
    match: str = "words"
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Group:
    kind: str
    results: tuple[Hit, ...]
    more: bool = False


@dataclass(frozen=True, kw_only=True)
class Found:
    query: str = ""
    problem: str = ""
    groups: tuple[Group, ...] = ()


def read_found(answer: Any) -> Found:
    """The answer as records; unknown kinds are kept."""
    groups = tuple(
        Group(
            kind=str(group["kind"]),
            results=tuple(Hit.read(one) for one in group["results"]),
            more=bool(group.get("more")),
        )
        for group in answer.get("groups", [])
    )
    problem = answer.get("problem") or {}
    return Found(query=str(answer.get("query", "")), problem=str(problem.get("detail", "")), groups=groups)
