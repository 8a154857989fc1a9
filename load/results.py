"""A measured number beside the one that BACKEND's table asks for, and what to say about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """One row of the table. `must` and `aim` are None where nothing was promised."""

    measure: str
    value: float
    unit: str = ""  # "", "×", "ms", …
    must: float | None = None
    aim: float | None = None
    lower_is_better: bool = False
    note: str = ""

    def _meets(self, bound: float) -> bool:
        return self.value <= bound if self.lower_is_better else self.value >= bound

    @property
    def verdict(self) -> str:
        if self.must is None:
            return "—"
        if not self._meets(self.must):
            return "**missed**"
        return "aim" if self.aim is None or self._meets(self.aim) else "must"

    @property
    def shown(self) -> str:
        return _number(self.value) + self.unit

    def bound(self, value: float | None) -> str:
        return "—" if value is None else ("≤ " if self.lower_is_better else "≥ ") + _number(value) + self.unit


def _number(value: float) -> str:
    if value == int(value) and abs(value) < 1e6:
        return str(int(value))
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
