"""On which days nothing was left in the evening that could be sold. Pure: levels of lots in, spans of days out."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

DAY = dt.timedelta(days=1)
Span = tuple[dt.date, dt.date | None]


@dataclass(frozen=True, slots=True)
class LotLevels:
    """A lot in one warehouse: units in the evening before the first day, by how much each day changed them, and when
    they might not be sold: after `last_sale_date`, and on the days of `holds` (first, last; none: still held)."""

    opening: int
    changes: Mapping[dt.date, int]
    last_sale_date: dt.date
    holds: Sequence[Span] = ()

    def saleable(self, day: dt.date, level: int) -> int:
        if day > self.last_sale_date:
            return 0
        held = any(first <= day and (last is None or day <= last) for first, last in self.holds)
        return 0 if held else level


@dataclass(frozen=True, slots=True)
class Outs:
    """Spans that began within the days looked at, and the last day of the one that was open before them, if it ended."""

    begun: list[Span]
    ended: dt.date | None


def outs(lots: Iterable[LotLevels], since: dt.date, until: dt.date, *, was_out: bool) -> Outs:
    """The spans of one product in one warehouse from `since` to `until`.

    Before anything ever came nothing is out: a product that was never stocked there is not missing.
    """
    total: dict[dt.date, int] = defaultdict(int)
    before = 0
    for lot in lots:
        before += _spread(lot, since, until, total)
    begun: list[Span] = []
    ended: dt.date | None = None
    out_since = since if was_out else None
    carried, stocked, units = was_out, was_out or before > 0, before
    for day in sorted({since, *total}):
        units += total.get(day, 0)
        stocked = stocked or units > 0
        if units > 0 and out_since is not None:
            if carried:
                ended = day - DAY
            else:
                begun.append((out_since, day - DAY))
            out_since, carried = None, False
        elif units <= 0 and out_since is None and stocked:
            out_since = day
    if out_since is not None and not carried:
        begun.append((out_since, None))
    return Outs(begun, ended)


def _spread(lot: LotLevels, since: dt.date, until: dt.date, total: dict[dt.date, int]) -> int:
    """Add what a lot changes on which day; returns what it gave in the evening before the first."""
    turns = {since, *lot.changes}
    if lot.last_sale_date < until:
        turns.add(lot.last_sale_date + DAY)
    for first, last in lot.holds:
        turns.add(first)
        if last is not None:
            turns.add(last + DAY)
    level = lot.opening
    opening = given = lot.saleable(since - DAY, level)
    for day in sorted(turns):
        level += lot.changes.get(day, 0)
        if since <= day <= until:
            now = lot.saleable(day, level)
            total[day] += now - given
            given = now
    return opening
