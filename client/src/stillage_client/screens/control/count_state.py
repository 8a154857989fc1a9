"""A count as its desk page keeps it, the wish for a new one, and what the list shows beside it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

import flet as ft

from stillage_client.api import control
from stillage_client.api.control_records import Accuracy, Count, CountLine, Suggestions
from stillage_client.api.transport import Api, ApiError, Refused, new_key
from stillage_client.locale import t
from stillage_client.screens.refusals import Trouble, trouble_of

Method = Literal["place", "product", "abc"]
By = Literal["month", "person", "class"]


def to_decide(count: Count) -> tuple[CountLine, ...]:
    """The differences somebody has to decide on, the most expensive first."""
    rows = [line for line in count.lines if line.outcome == "to_approve"]

    def weight(line: CountLine) -> tuple[Decimal, int, int]:
        return -abs(line.value_difference or Decimal(0)), -abs(line.difference or 0), line.id

    return tuple(sorted(rows, key=weight))


def others(count: Count) -> tuple[CountLine, ...]:
    """Everything else that was found, differences first."""
    rows = [line for line in count.lines if line.outcome != "to_approve"]
    return tuple(sorted(rows, key=lambda one: (not one.difference, one.location, one.product_name, one.lot)))


def counted_it(count: Count, me: str) -> tuple[str, ...]:
    """The places this person counted: who did may not approve."""
    if not count.counted_it and count.status not in ("open", "recount"):
        return ()
    mine = [line.location for line in count.lines if line.counted_by == me]
    mine += [place.location for place in count.places if place.done_by == me]
    return tuple(dict.fromkeys(place for place in mine if place)) or (count.number,)


@ft.observable
@dataclass
class CountState:
    """One count, what is chosen on it, and what was refused."""

    count: Count | None = None
    chosen: frozenset[int] = frozenset()
    trouble: Trouble | None = None
    fault: str = ""
    fault_code: str = ""
    asking: str = ""  # recount, dismiss, cancel, skip_rest
    working: bool = False

    async def load(self, api: Api, number: str) -> None:
        try:
            self.count = await control.count(api, number)
            self.trouble = None
        except ApiError as error:
            self.trouble = trouble_of(error)

    def toggle(self, line: int) -> None:
        self.chosen = self.chosen ^ {line}

    @property
    def lines(self) -> list[int]:
        """What the next decision is about: what is chosen, else everything that waits."""
        waiting = [line.id for line in to_decide(self.count)] if self.count else []
        return [line for line in waiting if line in self.chosen] or waiting

    async def approve(self, api: Api, *, free_promises: bool = False) -> bool:
        body: dict[str, Any] = {}
        if self.count is not None and len(self.lines) < len(to_decide(self.count)):
            body["lines"] = self.lines
        if free_promises:
            body["free_promises"] = True
        return await self._step(api, "approve", body)

    async def reject(self, api: Api, action: Literal["recount", "dismiss"], reason: str) -> bool:
        if action == "dismiss" and not reason.strip():
            self.fault, self.fault_code = t("Say why the book stays as it is."), ""
            return False
        body: dict[str, Any] = {"lines": self.lines, "action": action}
        if reason.strip():
            body["reason"] = reason.strip()
        return await self._step(api, "reject", body)

    async def submit(self, api: Api, *, skip_rest: bool = False) -> bool:
        return await self._step(api, "submit", {"skip_rest": True} if skip_rest else {})

    async def cancel(self, api: Api) -> bool:
        return await self._step(api, "cancel", {})

    async def _step(self, api: Api, verb: str, body: dict[str, Any]) -> bool:
        if self.count is None or self.working:
            return False
        self.working, self.fault, self.fault_code = True, "", ""
        try:
            self.count = await control.count_step(api, self.count.number, verb, body, key=new_key())
        except ApiError as error:
            self.fault = error.sentence
            self.fault_code = _code(error)
            return False
        finally:
            self.working = False
        self.asking, self.chosen = "", frozenset()
        return True


def _code(error: ApiError) -> str:
    if not isinstance(error, Refused):
        return ""
    return error.errors[0].code if error.errors and error.errors[0].code else error.code


# --- a new one ------------------------------------------------------------------------------------


@ft.observable
@dataclass
class NewCountState:
    """What shall be counted, and how strictly."""

    method: Method = "place"
    zone: str = ""
    zones: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    products: tuple[tuple[str, str], ...] = ()  # code and name
    abc: str = "A"
    blind: bool = True
    recount: bool = True
    suggestions: Suggestions | None = None
    fault: str = ""
    working: bool = False

    def body(self, warehouse: str | None, form: dict[str, str]) -> dict[str, Any]:
        """The count as the server takes it."""
        said: dict[str, Any] = {
            "warehouse": warehouse,
            "method": self.method,
            "blind": self.blind,
            "recount": self.recount,
            "tolerance_units": _whole(form.get("units", "")),
            "tolerance_percent": _decimal(form.get("percent", "")),
            "tolerance_value": _decimal(form.get("value", "")),
            "limit_places": _whole(form.get("limit", "")),
            "note": form.get("note", "").strip(),
        }
        if self.method == "place" and self.places:
            said["locations"] = list(self.places)
        elif self.method == "place":
            said["zone"] = self.zone
        elif self.method == "product":
            said["products"] = [code for code, _ in self.products]
        else:
            said["abc_class"] = self.abc
        return said

    async def make(self, api: Api, warehouse: str | None, form: dict[str, str]) -> str:
        """The number of the count, empty when it was refused."""
        if self.working:
            return ""
        self.fault = ""
        if self.method == "place" and not self.places and not self.zone:
            self.fault = t("Choose a zone or places.")
        elif self.method == "product" and not self.products:
            self.fault = t("Choose at least one product.")
        if self.fault:
            return ""
        self.working = True
        try:
            made = await control.make_count(api, self.body(warehouse, form), key=new_key())
        except ApiError as error:
            self.fault = error.sentence
            return ""
        finally:
            self.working = False
        return made.number


def _whole(said: str) -> int | None:
    return int(said) if said.strip().isdigit() else None


def _decimal(said: str) -> str | None:
    try:
        return str(Decimal(said.strip().replace(",", "."))) if said.strip() else None
    except ArithmeticError:
        return None


# --- beside the list ------------------------------------------------------------------------------


@ft.observable
@dataclass
class BesideState:
    """What should be counted, and how right the book was."""

    suggestions: Suggestions | None = None
    accuracy: tuple[Accuracy, ...] = ()
    by: By = "month"
    loaded: bool = False
    refused: dict[str, str] = field(default_factory=dict)

    async def load(self, api: Api, warehouse: str | None) -> None:
        """Both at once; one may fail without the other."""
        found = await asyncio.gather(
            _or_none(lambda: control.suggestions(api, warehouse)),
            _or_none(lambda: control.accuracy(api, warehouse=warehouse, by=self.by)),
        )
        self.suggestions = found[0] if isinstance(found[0], Suggestions) else None
        self.accuracy = found[1] if isinstance(found[1], tuple) else ()
        self.loaded = True


async def _or_none(ask: Callable[[], Awaitable[Any]]) -> Any:
    try:
        return await ask()
    except ApiError:
        return None
