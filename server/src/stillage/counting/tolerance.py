"""Which differences are small enough to be booked without a second pair of eyes. Pure."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Tolerance:
    """At most so many units, or so many percent of the book; and at most so much money where that is set."""

    units: int = 0
    percent: Decimal = Decimal(0)
    value: Decimal | None = None

    def covers(self, *, book: int, counted: int, unit_cost: Decimal | None) -> bool:
        """A difference of nothing is always covered. What nobody knows the cost of is not within a limit of money."""
        off = abs(counted - book)
        if off == 0:
            return True
        if off > self.units and off * 100 > self.percent * book:
            return False
        return self.value is None or (unit_cost is not None and off * unit_cost <= self.value)
