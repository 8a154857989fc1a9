"""How an amount is said on screens: whole cases first, base units beside them. Numbers only, no controls."""

from typing import Protocol

from stillage_client import words


class Packed(Protocol):
    """Anything counted in base units and read in cases."""

    @property
    def units_per_case(self) -> int: ...
    @property
    def case_name(self) -> str: ...
    @property
    def base_unit(self) -> str: ...


def in_full(item: Packed, units: int) -> str:
    """14 cases (336), or 86 kegs."""
    return words.cases(units, item.units_per_case, item.base_unit, item.case_name)


def whole(item: Packed, units: int) -> str:
    """The number of whole cases alone: 14."""
    return (
        words.number(units // item.units_per_case)
        if units >= 0
        else words.number(-(-units // item.units_per_case))
    )


def unit(item: Packed, units: int) -> str:
    """The word for that number: cases, case + 5, kegs."""
    per = item.units_per_case
    if per <= 1:
        return words.unit(item.base_unit, units)
    cases, loose = divmod(units, per)
    name = words.unit(item.case_name or "case", cases)
    return f"{name} + {loose}" if loose else name


def short(item: Packed, units: int) -> str:
    """14 cases, without the base units."""
    per = max(item.units_per_case, 1)
    if per > 1 and 0 < units < per:
        return f"{words.number(units)} {words.unit(item.base_unit, units)}"
    return f"{whole(item, units)} {unit(item, units)}"
