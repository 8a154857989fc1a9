"""What a delivery is held against: which open order lines its units answer, and what is wrong with the rest. Pure.

Units go to the lines in the order in which these are handed over (the oldest expected first). What is wrong is never
taken silently: it needs an outcome, and only the wrong part takes it.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from stillage.core.errors import Fault
from stillage.purchasing.models.receipts import DiscrepancyKind, DiscrepancyOutcome

ACCEPT, QUARANTINE, REFUSE = "accept", "quarantine", "refuse"
OUTCOMES = (ACCEPT, QUARANTINE, REFUSE)
DONE = {
    ACCEPT: DiscrepancyOutcome.ACCEPTED.value,
    QUARANTINE: DiscrepancyOutcome.QUARANTINED.value,
    REFUSE: DiscrepancyOutcome.REFUSED.value,
}
ACCEPTED, QUARANTINED, REFUSED = DONE[ACCEPT], DONE[QUARANTINE], DONE[REFUSE]
OVER, NOT_ORDERED = DiscrepancyKind.OVER.value, DiscrepancyKind.NOT_ORDERED.value
DAMAGED, SHORT_DATED = DiscrepancyKind.DAMAGED.value, DiscrepancyKind.SHORT_DATED.value


@dataclass(frozen=True, slots=True)
class Wanted:
    """An order line of the delivery, and how many units of it are still waited for (perhaps none)."""

    line_id: int
    order: str
    product_id: int
    open: int


@dataclass(frozen=True, slots=True)
class Life:
    """How long a lot lasts, and how long it must last at the door."""

    last_sale: dt.date
    remaining_days: int
    needed_days: int

    @property
    def too_short(self) -> bool:
        return self.remaining_days < self.needed_days


@dataclass(frozen=True, slots=True)
class Came:
    """Units that are at the door. `index` is their line in the request; `order_line` names the one line they are for."""

    index: int
    product_id: int
    sku: str
    quantity: int
    lot: str = ""
    damaged: bool = False
    life: Life | None = None
    outcome: str = ""
    order_line: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Units of one line of the request that share a fate.

    `line_id` is the order line they are received for, `about` the one that a discrepancy tells of. `kind` and `outcome`
    are empty where all is well; what is refused is not booked.
    """

    index: int
    quantity: int
    line_id: int | None = None
    about: int | None = None
    kind: str = ""
    outcome: str = ""
    notice_line_id: int | None = None

    @property
    def booked(self) -> bool:
        return self.outcome != REFUSED


@dataclass(slots=True)
class Matched:
    """What becomes of each line, in their order, and everything that is wrong without a decision."""

    parts: list[Part] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def accepts(self) -> bool:
        """Whether something wrong is taken all the same, which not everybody may decide."""
        return any(part.outcome == ACCEPTED for part in self.parts)


def match(
    came: Iterable[Came], wanted: Sequence[Wanted], *, nobody: str, outcomes: Sequence[str] = OUTCOMES
) -> Matched:
    """Hold what came against what is open.

    Damage and too short a life concern all units of a line, more than wanted the surplus only. Refused units leave the
    order open; set aside or accepted they are received for it. A surplus is received for the last line of its product
    where it is accepted, and for none where it is set aside. `nobody` begins the sentence about what was not ordered
    ("PO-000012 does not ask"), `outcomes` are those that may be chosen.
    """
    found = Matched()
    left = {one.line_id: one.open for one in wanted}
    by_product: dict[int, list[Wanted]] = defaultdict(list)
    for one in wanted:
        by_product[one.product_id].append(one)
    for line in came:
        own = [
            one
            for one in by_product[line.product_id]
            if line.order_line is None or line.order_line == one.line_id
        ]
        if line.order_line is not None and not own:
            detail = f"This delivery waits for no {line.sku} on the order line {line.order_line}."
            found.faults.append(Fault(f"/lines/{line.index}/order_line", "unknown_line", detail))
            continue
        _match_line(line, own, left, found, nobody=nobody, outcomes=outcomes)
    return found


def _match_line(
    line: Came,
    own: Sequence[Wanted],
    left: dict[int, int],
    found: Matched,
    *,
    nobody: str,
    outcomes: Sequence[str],
) -> None:
    condition = _condition(line)
    open_units = sum(left[one.line_id] for one in own)
    if condition and not line.outcome:
        found.faults += _condition_faults(line, open_units, outcomes)
    outcome = DONE.get(line.outcome, "")
    if condition and outcome == REFUSED:
        about = next((one.line_id for one in own if left[one.line_id]), own[-1].line_id if own else None)
        found.parts.append(Part(line.index, line.quantity, None, about, condition, REFUSED))
        return
    rest = line.quantity
    for one in own:
        units = min(rest, left[one.line_id])
        if units:
            left[one.line_id] -= units
            rest -= units
            fate = (condition, outcome) if condition else ("", "")
            found.parts.append(Part(line.index, units, one.line_id, one.line_id, *fate))
    if not rest:
        return
    if not line.outcome:
        found.faults.append(_surplus_fault(line, own, open_units, nobody, outcomes))
    last = own[-1].line_id if own else None
    found.parts.append(
        Part(
            line.index,
            rest,
            last if outcome == ACCEPTED else None,
            last,
            OVER if own else NOT_ORDERED,
            outcome,
        )
    )


def _condition(line: Came) -> str:
    """What is wrong with all units of a line. Damage comes first: it is seen."""
    if line.damaged:
        return DAMAGED
    return SHORT_DATED if line.life is not None and line.life.too_short else ""


def _meta(outcomes: Sequence[str], wanted: int, given: int) -> dict[str, object]:
    return {"possible_outcomes": list(outcomes), "wanted": wanted, "given": given}


def _condition_faults(line: Came, open_units: int, outcomes: Sequence[str]) -> list[Fault]:
    faults: list[Fault] = []
    if line.damaged:
        detail = f"{line.quantity} of {line.sku} are damaged: take them, set them aside, or refuse them."
        faults.append(
            Fault(
                f"/lines/{line.index}/outcome",
                "outcome_required",
                detail,
                _meta(outcomes, open_units, line.quantity),
            )
        )
    life = line.life
    if life is not None and life.too_short:
        when = "is past" if life.remaining_days < 0 else f"leaves {life.remaining_days} days"
        need = (
            f"{life.needed_days} days are needed at intake"
            if life.needed_days
            else "it must not be past at intake"
        )
        faults.append(
            Fault(
                f"/lines/{line.index}/expiry_date",
                "short_dated",
                f"{f'Lot {line.lot}' if line.lot else line.sku} may be sold until {life.last_sale.isoformat()},"
                f" which {when}; {need}.",
                _meta(outcomes, life.needed_days, life.remaining_days),
            )
        )
    return faults


def _surplus_fault(
    line: Came, own: Sequence[Wanted], open_units: int, nobody: str, outcomes: Sequence[str]
) -> Fault:
    if not own:
        detail = f"{nobody} for {line.sku}; you have {line.quantity}."
        meta = _meta(outcomes, 0, line.quantity)
        return Fault(f"/lines/{line.index}/product", "not_ordered", detail, meta)
    names = sorted({one.order for one in own})
    orders = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    want = "wants" if len(names) == 1 else "want"
    more = f"{open_units} more" if open_units else "no more"
    detail = f"{orders} {want} {more} of {line.sku}, you have {line.quantity}."
    return Fault(
        f"/lines/{line.index}/quantity", "over_delivered", detail, _meta(outcomes, open_units, line.quantity)
    )


# ---- what was announced -------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Announced:
    """A line of an advance notice and how many units of it did not come yet."""

    line_id: int
    product_id: int
    lot: str
    open: int


def count_off(
    parts: Iterable[Part], lots: dict[int, tuple[int, str]], announced: Sequence[Announced]
) -> list[Part]:
    """Say of booked units which line of the notice told of them, splitting where several did.

    `lots` says of each line of the request its product and lot. Lines of that lot come before lines without one; what
    nobody announced stays without.
    """
    left = {one.line_id: one.open for one in announced}
    by_lot: dict[tuple[int, str], list[int]] = defaultdict(list)
    for one in announced:
        by_lot[one.product_id, one.lot].append(one.line_id)
    counted: list[Part] = []
    for part in parts:
        rest = part.quantity if part.booked else 0
        product_id, lot = lots[part.index]
        for key in dict.fromkeys(((product_id, lot), (product_id, ""))):
            for line_id in by_lot[key]:
                units = min(rest, left[line_id])
                if units:
                    left[line_id] -= units
                    rest -= units
                    counted.append(replace(part, quantity=units, notice_line_id=line_id))
        if rest or not part.booked:
            counted.append(replace(part, quantity=rest or part.quantity))
    return counted


def missing(announced: Iterable[Announced]) -> list[Announced]:
    """What was announced and did not come."""
    return [one for one in announced if one.open > 0]
