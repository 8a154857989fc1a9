"""What a search found, one row a thing."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

# How well a thing fits; the smaller the better.
CODE, PREFIX, WORDS = 0, 1, 2
MATCHES = ("code", "prefix", "words")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A thing that was found. `address` is what the API calls it; `facts` is what a screen may say of it."""

    kind: str
    id: int
    key: str
    label: str
    name: str = ""
    rank: int = WORDS
    address: tuple[str, str]
    facts: dict[str, Any] = field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        """As the API answers it."""
        facts = {name: value for name, value in self.facts.items() if value is not None}
        said = [
            self.name,
            *(_said(value) for name, value in facts.items() if name in ("code", "status", "date")),
        ]
        return {
            "kind": self.kind,
            "id": self.id,
            "key": self.key,
            "label": self.label,
            "name": self.name,
            "detail": " · ".join(part for part in said if part),
            "match": MATCHES[self.rank],
            "address": list(self.address),
            "facts": facts,
        }


def _said(value: Any) -> str:
    return value.isoformat() if isinstance(value, dt.date) else str(value).replace("_", " ")
