"""What is said about a file: every fault and every warning by row, counted whole and listed up to a cap."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

MAX_LISTED: Final = 5_000
MAX_VALUE: Final = 100


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing about one cell, or about a whole row when `column` is empty."""

    row: int
    column: str
    value: str
    code: str
    detail: str

    def shown(self) -> dict[str, Any]:
        return {
            "row": self.row,
            "column": self.column,
            "value": self.value[:MAX_VALUE].encode("utf-8", "replace").decode(),
            "code": self.code,
            "detail": self.detail,
        }


@dataclass(slots=True)
class Report:
    """The remarks of one run."""

    errors: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    errors_truncated: int = 0
    warnings_truncated: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    bad_rows: set[int] = field(default_factory=set)

    def refuse(self, remark: Remark) -> None:
        """This row cannot be taken."""
        self.bad_rows.add(remark.row)
        self.reasons[remark.code] += 1
        if len(self.errors) < MAX_LISTED:
            self.errors.append(remark)
        else:
            self.errors_truncated += 1

    def warn(self, remark: Remark) -> None:
        """This was taken, but not as it stands."""
        self.reasons[remark.code] += 1
        if len(self.warnings) < MAX_LISTED:
            self.warnings.append(remark)
        else:
            self.warnings_truncated += 1
