"""What is proposed to buy, as its page keeps it: suppliers, their lines, what was chosen, and the answers given.

What is typed changes nothing on the server before one press orders or refuses it. Sums of changed lines are said here;
those of an order are the server's.
"""

import asyncio
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import flet as ft

from stillage_client import words
from stillage_client.api import replenishment
from stillage_client.api.errors import Fault
from stillage_client.api.replenishment_records import MadeOrder, PlanSummary, Proposal, SupplierGroup
from stillage_client.api.transport import Api, ApiError, Refused, new_key
from stillage_client.locale import t
from stillage_client.screens.planning import replenish_words as say
from stillage_client.screens.refusals import Trouble, trouble_of

SHOWS = ("", "late", "now", "soon", "no_supplier", "refused")
LINES_MAX = 300
NOBODY = "-"  # the group of what nobody is known to sell
WARNINGS = {"below_minimum_quantity", "not_a_multiple", "below_minimum_order_value"}


@dataclass(frozen=True)
class PlanQuery:
    """What the page shows; it lives in the address."""

    show: str = ""
    supplier: str = ""
    search: str = ""
    line: int = 0

    @classmethod
    def from_route(cls, route: str) -> "PlanQuery":
        parts = urlsplit(route)
        given = {key: values[0] for key, values in parse_qs(parts.query).items()}
        show = given.get("show", "")
        line = given.get("line", "")
        below = parts.path.removeprefix("/replenish").strip("/")
        if below.isdigit():
            line = below
        return cls(
            show=show if show in SHOWS else "",
            supplier=given.get("supplier", ""),
            search=given.get("q", ""),
            line=int(line) if line.isdigit() else 0,
        )

    def route(self) -> str:
        given = {"show": self.show, "supplier": self.supplier, "q": self.search, "line": self.line or ""}
        query = urlencode({key: value for key, value in given.items() if value})
        return f"/replenish?{query}" if query else "/replenish"

    @property
    def flat(self) -> bool:
        """Lines of all suppliers in one list, rather than supplier by supplier."""
        return bool(self.show or self.search)

    def asked(self) -> dict[str, Any]:
        """The lines of this view as the server is asked for them."""
        said: dict[str, Any] = {"status": "refused" if self.show == "refused" else "open"}
        if self.search:
            said["search"] = self.search
        if self.show in ("late", "now", "soon"):
            said["urgency"] = self.show
        elif self.show == "no_supplier" or (self.supplier == NOBODY and not self.flat):
            said["supplier"] = "none"
        if self.supplier and self.supplier != NOBODY and not self.flat:
            said["supplier"] = self.supplier
        return said


@ft.observable
@dataclass
class ReplenishState:
    """The suppliers, and the lines of the one that is open (or of the chosen view)."""

    groups: tuple[SupplierGroup, ...] = ()
    summary: PlanSummary | None = None
    lines: tuple[Proposal, ...] = ()
    shown_for: PlanQuery | None = None  # whose lines these are
    loaded: bool = False
    working: str = ""
    trouble: Trouble | None = None
    fault: str = ""
    faults: tuple[str, ...] = ()
    doubtful: bool = False  # the faults are warnings: a second press orders all the same
    packs: dict[int, int] = field(default_factory=dict)  # what was changed, by line
    chosen: frozenset[int] = frozenset()
    detail: Proposal | None = None
    detail_trouble: Trouble | None = None
    asking: str = ""  # "refuse" while its question is open
    made: tuple[MadeOrder, ...] = ()
    done: str = ""
    _turn: int = 0
    _wish: tuple[str, str] = ("", "")

    # --- coming in ----------------------------------------------------------------------------------

    async def load(self, api: Api, warehouse: str | None, query: PlanQuery) -> None:
        """Suppliers and lines at once; an overtaken answer is dropped. What was changed of the same view stays."""
        self._turn += 1
        turn = self._turn
        again = self.shown_for == replace(query, line=0)
        self.working = self.working or "load"
        try:
            groups, summary, lines = await asyncio.gather(
                replenishment.suppliers(api, warehouse=warehouse),
                replenishment.summary(api, warehouse=warehouse),
                self._asked(api, warehouse, query),
            )
        except ApiError as error:
            if turn == self._turn:
                self.trouble, self.working = trouble_of(error), ""
            return
        if turn != self._turn:
            return
        self.groups, self.summary, self.trouble = tuple(sorted(groups, key=_worst_first)), summary, None
        self._keep(lines, replace(query, line=0), again=again)
        self.loaded, self.working = True, ""

    @staticmethod
    async def _asked(api: Api, warehouse: str | None, query: PlanQuery) -> tuple[Proposal, ...]:
        if not (query.flat or query.supplier):
            return ()
        return await replenishment.many_proposals(api, LINES_MAX, warehouse=warehouse, **query.asked())

    def _keep(self, lines: tuple[Proposal, ...], query: PlanQuery, *, again: bool) -> None:
        ids = {one.id for one in lines}
        self.lines, self.shown_for = lines, query
        self.packs = {id_: packs for id_, packs in self.packs.items() if id_ in ids} if again else {}
        if again:
            self.chosen = frozenset(self.chosen & ids)
        else:  # a supplier's lines are ordered together; out of a mixed list one picks
            self.chosen = (
                frozenset()
                if query.flat
                else frozenset(one.id for one in lines if say.orderable(one) and one.quantity_packs)
            )
            self.asking, self.fault, self.faults, self.doubtful = "", "", (), False

    async def unfold(self, api: Api, ref: int) -> None:
        """The numbers behind one line."""
        if self.detail is not None and self.detail.id == ref:
            return
        self.detail, self.detail_trouble = None, None
        try:
            self.detail = await replenishment.proposal(api, ref)
        except ApiError as error:
            self.detail_trouble = trouble_of(error)

    # --- choosing -----------------------------------------------------------------------------------

    def packs_of(self, one: Proposal) -> int:
        """So many are ordered: what was typed, else what is proposed."""
        return self.packs.get(one.id, one.quantity_packs)

    def set_packs(self, one: Proposal, packs: int) -> None:
        """Another number; none takes the line out, any other puts it in."""
        changed = dict(self.packs)
        changed[one.id] = min(max(packs, 0), 99_999)
        if changed[one.id] == one.quantity_packs:
            del changed[one.id]
        self.packs = changed
        self.chosen = self.chosen - {one.id} if packs <= 0 else self.chosen | {one.id}
        self.doubtful = False

    def choose(self, ids: Iterable[int], on: bool) -> None:
        """Take lines in or leave them out."""
        self.chosen = self.chosen | frozenset(ids) if on else self.chosen - frozenset(ids)

    @property
    def ordered(self) -> tuple[Proposal, ...]:
        """The chosen lines that can be ordered."""
        return tuple(
            one
            for one in self.lines
            if one.id in self.chosen and say.orderable(one) and self.packs_of(one) > 0
        )

    @property
    def marked(self) -> tuple[Proposal, ...]:
        """All chosen lines; also what cannot be ordered can be refused."""
        return tuple(one for one in self.lines if one.id in self.chosen)

    @property
    def choosable(self) -> tuple[Proposal, ...]:
        return tuple(one for one in self.lines if one.status == "open")

    @property
    def stale(self) -> int:
        """Lines whose stock has moved since they were worked out."""
        return sum(one.changed_since for one in self.lines)

    def amount(self, one: Proposal) -> Decimal | None:
        """What the line comes to; None for who may not see it."""
        packs = self.packs_of(one)
        if packs == one.quantity_packs or one.pack_cost is None:
            return one.net_amount
        return one.pack_cost * packs

    @property
    def value(self) -> Decimal | None:
        """What the chosen lines come to."""
        known = [amount for one in self.ordered if (amount := self.amount(one)) is not None]
        return sum(known, Decimal(0)) if known else None

    @property
    def pallets(self) -> Decimal | None:
        """On so many pallets, where each line knows how many stand on one."""
        every = self.ordered
        if not every or any(not one.units_per_pallet for one in every):
            return None
        return sum(
            (
                Decimal(self.packs_of(one) * one.units_per_pack) / Decimal(one.units_per_pallet or 1)
                for one in every
            ),
            Decimal(0),
        )

    @property
    def suppliers(self) -> tuple[str, ...]:
        """Who is ordered from, by name."""
        return tuple(dict.fromkeys(one.supplier_name or one.supplier for one in self.ordered))

    def group(self, supplier: str) -> SupplierGroup | None:
        wanted = "" if supplier == NOBODY else supplier
        return next((one for one in self.groups if one.supplier == wanted), None)

    # --- answering ----------------------------------------------------------------------------------

    def _key(self, wish: Any) -> str:
        """The same wish has the same key, however often it is sent."""
        said = json.dumps(wish, sort_keys=True, default=str)
        if self._wish[0] != said:
            self._wish = (said, new_key())
        return self._wish[1]

    async def order(self, api: Api, *, place: bool) -> tuple[MadeOrder, ...]:
        """Make orders of the chosen lines; empty when it was refused, with every reason in `faults`."""
        wanted = [
            {"id": one.id, "quantity_packs": self.packs_of(one)} if one.id in self.packs else {"id": one.id}
            for one in self.ordered
        ]
        if self.working or not wanted:
            return ()
        again = self.doubtful and place
        self.working, self.fault, self.faults = "order", "", ()
        key = self._key(["order", wanted, place, again])
        lines = self.ordered
        try:
            made = await replenishment.accept(api, wanted, place=place, ignore_warnings=again, key=key)
        except ApiError as error:
            self._refused(error, lines)
            return ()
        finally:
            self.working = ""
        self.made, self.doubtful, self._wish = made, False, ("", "")
        self._drop({one["id"] for one in wanted})
        return made

    def _refused(self, error: ApiError, lines: Sequence[Proposal] = ()) -> None:
        self._wish = ("", "") if isinstance(error, Refused) else self._wish
        self.fault = error.sentence
        if isinstance(error, Refused):
            said = (
                self._too_small(fault, lines) or say.warning(fault, lines, self.packs_of)
                for fault in error.errors
            )
            self.faults = tuple(dict.fromkeys(one for one in said if one))
            self.fault = error.detail or error.title or error.sentence
            codes = {fault.code for fault in error.errors} or {error.code}
            self.doubtful = error.status == 422 and codes <= WARNINGS

    def _too_small(self, fault: Fault, lines: Sequence[Proposal]) -> str:
        """That a supplier delivers for more than this, with both sums where they may be seen."""
        one = say.line_of(fault, lines)
        if one is None or fault.code != "below_minimum_order_value":
            return ""
        group = self.group(one.supplier)
        sums = [self.amount(line) for line in lines if line.supplier == one.supplier]
        if group is None or group.minimum_order_value is None or None in sums:
            return ""
        return t(
            "{supplier} delivers from {amount} on, this comes to {value}.",
            supplier=one.supplier_name,
            amount=words.money(group.minimum_order_value),
            value=words.money(sum((value for value in sums if value is not None), Decimal(0))),
        )

    def _drop(self, ids: set[int]) -> None:
        self.lines = tuple(one for one in self.lines if one.id not in ids)
        self.chosen = self.chosen - ids
        self.packs = {id_: packs for id_, packs in self.packs.items() if id_ not in ids}

    async def refuse(self, api: Api, reason: str, until: date | None) -> bool:
        """Not these, and why; not before that day."""
        ids = [one.id for one in self.marked]
        if not reason.strip():
            self.fault = t("Say why, so that whoever looks next knows.")
            return False
        return await self._answer(
            "refuse",
            ids,
            lambda key: replenishment.refuse(
                api, ids, reason.strip(), until=until.isoformat() if until else "", key=key
            ),
            [reason, until],
        )

    async def reopen(self, api: Api, ids: list[int]) -> bool:
        """Propose them after all."""
        return await self._answer("reopen", ids, lambda key: replenishment.reopen(api, ids, key=key), [])

    async def _answer(self, verb: str, ids: list[int], ask: Callable[[str], Any], more: list[Any]) -> bool:
        if self.working or not ids:
            return False
        self.working, self.fault, self.faults = verb, "", ()
        try:
            await ask(self._key([verb, ids, more]))
        except ApiError as error:
            self._refused(error)
            self.doubtful = False
            return False
        finally:
            self.working = ""
        self.asking, self._wish = "", ("", "")
        self._drop(set(ids))
        return True

    async def work_out(self, api: Api, warehouse: str | None) -> bool:
        """Work everything out again from the stock of this moment."""
        if self.working:
            return False
        self.working, self.fault, self.faults = "work_out", "", ()
        try:
            await replenishment.work_out(api, warehouse, key=new_key())
        except ApiError as error:
            self._refused(error)
            self.doubtful = False
            return False
        finally:
            self.working = ""
        self.detail, self.packs = None, {}
        return True


def _worst_first(group: SupplierGroup) -> tuple[int, int, int, str]:
    """Who is nobody's comes first, then the soonest, and of those who has most that is late."""
    unknown = 0 if not group.supplier else 1
    urgent = group.most_urgent if group.most_urgent is not None else 9999
    return unknown, urgent, -group.late, group.supplier_name
