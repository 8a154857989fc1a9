"""Known days on which demand is not as usual: the list, writing one down, and the holidays of a country. No controls."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import flet as ft

from stillage_client import words
from stillage_client.api import forecasts
from stillage_client.api.forecast_records import DemandEvent, Holiday, WarehousePlan
from stillage_client.api.transport import Api, ApiError, Unreachable, new_key
from stillage_client.locale import t, tn
from stillage_client.screens.date_entry import read_date
from stillage_client.screens.refusals import Trouble, trouble_of

KINDS = ("promotion", "holiday", "disruption")
HOLIDAY_DAYS = 190
NAME_MAX, NOTE_MAX = 120, 500
# The countries offered by name; any other can be written as its two letters.
COUNTRIES = (
    "AT", "AU", "BE", "CA", "CH", "CZ", "DE", "DK", "ES", "FI", "FR", "GB", "IE", "IT", "LU", "NL", "NO", "NZ", "PL",
    "PT", "SE", "US",
)  # fmt: skip


def country(code: str) -> str:
    """A country's name."""
    return {
        "AT": t("Austria"), "AU": t("Australia"), "BE": t("Belgium"), "CA": t("Canada"), "CH": t("Switzerland"),
        "CZ": t("Czechia"), "DE": t("Germany"), "DK": t("Denmark"), "ES": t("Spain"), "FI": t("Finland"),
        "FR": t("France"), "GB": t("United Kingdom"), "IE": t("Ireland"), "IT": t("Italy"), "LU": t("Luxembourg"),
        "NL": t("Netherlands"), "NO": t("Norway"), "NZ": t("New Zealand"), "PL": t("Poland"), "PT": t("Portugal"),
        "SE": t("Sweden"), "US": t("United States"),
    }.get(code, code)  # fmt: skip


@dataclass(frozen=True)
class EventsQuery:
    """Which events are listed, and which is open ("new" or its id); it lives in the address."""

    kind: str = ""
    past: bool = False
    open: str = ""

    @classmethod
    def from_route(cls, route: str) -> "EventsQuery":
        given = {key: values[0] for key, values in parse_qs(urlsplit(route).query).items()}
        kind, opened = given.get("kind", ""), given.get("event", "")
        return cls(
            kind if kind in KINDS else "",
            given.get("past") == "yes",
            opened if opened == "new" or opened.isdigit() else "",
        )

    def route(self) -> str:
        given = {"kind": self.kind, "past": "yes" if self.past else "", "event": self.open}
        query = urlencode({key: value for key, value in given.items() if value})
        return f"/forecasts/events?{query}" if query else "/forecasts/events"


def days_said(first: date, last: date) -> str:
    """25 Dec, or 1 Jul to 14 Jul."""
    if first == last:
        return words.day(first)
    return t("{first} to {last}", first=words.day(first), last=words.day(last))


def about_said(one: DemandEvent) -> str:
    """What it is about: these products, a category, or all."""
    if one.products:
        shown = ", ".join(one.products[:3])
        more = len(one.products) - 3
        return t("{products} and {n} more", products=shown, n=more) if more > 0 else shown
    return one.category or t("All products")


def uplift_said(one: DemandEvent) -> str:
    """+40% expected, or that it is learned from the like."""
    if one.uplift_percent is None:
        return t("learned from the past")
    sign = "+" if one.uplift_percent > 0 else ""
    places = 0 if one.uplift_percent == one.uplift_percent.to_integral_value() else 1
    return t("{n} expected", n=sign + words.percent(one.uplift_percent, places))


def blank_form() -> dict[str, str]:
    return {"name": "", "kind": "promotion", "first": "", "last": "", "category": "", "products": "", "uplift": "",
            "note": "", "here": "yes"}  # fmt: skip


def form_of(one: DemandEvent) -> dict[str, str]:
    """What stands in the fields when an event is opened."""
    return {
        "name": one.name,
        "kind": one.kind,
        "first": _written(one.first_date),
        "last": _written(one.last_date) if one.last_date != one.first_date else "",
        "category": one.category,
        "products": ", ".join(one.products),
        "uplift": "" if one.uplift_percent is None else f"{one.uplift_percent.normalize():f}",
        "note": one.note,
        "here": "yes" if one.warehouse else "",
    }


def _written(day: date) -> str:
    return f"{day.day}.{day.month}.{day.year}"


def body_of(form: Mapping[str, str], warehouse: str | None) -> tuple[dict[str, Any], dict[str, str]]:
    """What is sent, and what is wrong with it by field; all faults at once."""
    faults: dict[str, str] = {}
    name = form["name"].strip()
    if not name:
        faults["name"] = t("Give it a name.")
    elif len(name) > NAME_MAX:
        faults["name"] = t("At most {n} characters.", n=NAME_MAX)
    first, last = read_date(form["first"]), read_date(form["last"])
    if first is None:
        faults["first"] = t("Write the day like 24.12.2026.")
    if form["last"].strip() and last is None:
        faults["last"] = t("Write the day like 24.12.2026.")
    last = last or first
    if first and last and last < first:
        faults["last"] = t("It ends before it begins.")
    uplift = form["uplift"].strip().removesuffix("%").strip().replace(",", ".").replace("−", "-")
    percent: Decimal | None = None
    if uplift:
        try:
            percent = Decimal(uplift)
        except InvalidOperation:
            faults["uplift"] = t("Write a number such as 40 or -25.")
        else:
            if not percent.is_finite() or percent < -100 or percent > 9999:
                faults["uplift"] = t("From -100 to 9999.")
    if len(form["note"]) > NOTE_MAX:
        faults["note"] = t("At most {n} characters.", n=NOTE_MAX)
    products = [
        one for one in form["products"].replace(";", ",").replace("\n", ",").split(",") if one.strip()
    ]
    body: dict[str, Any] = {
        "name": name,
        "kind": form["kind"],
        "first_date": first.isoformat() if first else "",
        "last_date": last.isoformat() if last else "",
        "warehouse": warehouse if form["here"] == "yes" else None,
        "category": form["category"] or None,
        "products": [one.strip() for one in products],
        "uplift_percent": str(percent) if percent is not None else None,
        "note": form["note"].strip(),
    }
    return body, faults


@ft.observable
@dataclass
class EventState:
    """One event while it is written."""

    event: DemandEvent | None = None
    trouble: Trouble | None = None
    faults: tuple[tuple[str, str], ...] = ()
    fault: str = ""
    working: bool = False
    taken_away: DemandEvent | None = None  # what Undo writes down again
    _key: str = ""

    def fault_of(self, field: str) -> str:
        return dict(self.faults).get(field, "")

    async def open(self, api: Api, opened: str) -> dict[str, str] | None:
        """The event of the address, and what stands in its fields; None when there is none to open."""
        self.faults, self.fault, self.trouble, self.event, self._key = (), "", None, None, ""
        if not opened:
            return None
        if opened == "new":
            return blank_form()
        try:
            self.event = await forecasts.event(api, int(opened))
        except ApiError as error:
            self.trouble = trouble_of(error)
            return None
        return form_of(self.event)

    async def save(self, api: Api, form: Mapping[str, str], warehouse: str | None) -> bool:
        """Write it down, new or changed; the same press twice is one wish."""
        if self.working:
            return False
        body, faults = body_of(form, warehouse)
        self.faults, self.fault = tuple(faults.items()), ""
        if faults:
            return False
        self.working = True
        self._key = self._key or new_key()
        try:
            if self.event is None:
                await forecasts.add_event(
                    api, {k: v for k, v in body.items() if v not in (None, "", [])}, key=self._key
                )
            else:
                await forecasts.change_event(api, self.event, body, key=self._key)
        except ApiError as error:
            self.fault = error.sentence
            if not isinstance(error, Unreachable):
                self._key = ""
            return False
        finally:
            self.working = False
        self._key = ""
        return True

    async def take_away(self, api: Api) -> bool:
        """Remove it; it can be written down again by Undo."""
        if self.event is None or self.working:
            return False
        self.working, self.fault = True, ""
        try:
            await forecasts.delete_event(api, self.event, key=new_key())
        except ApiError as error:
            self.fault = error.sentence
            return False
        finally:
            self.working = False
        self.taken_away = self.event
        return True

    async def undo(self, api: Api) -> bool:
        """Write down again what was taken away."""
        gone = self.taken_away
        if gone is None:
            return False
        body, _ = body_of(form_of(gone), gone.warehouse or None)
        try:
            await forecasts.add_event(
                api, {k: v for k, v in body.items() if v not in (None, "", [])}, key=new_key()
            )
        except ApiError as error:
            self.fault = error.sentence
            return False
        self.taken_away = None
        return True


@ft.observable
@dataclass
class HolidayState:
    """The warehouse's country and its coming holidays."""

    plan: WarehousePlan | None = None
    days: tuple[Holiday, ...] = ()
    loaded: bool = False
    fault: str = ""
    working: bool = False

    async def load(self, api: Api, warehouse: str | None, today: date) -> None:
        if not warehouse:
            self.loaded = True
            return
        try:
            self.plan = await forecasts.warehouse_plan(api, warehouse)
            self.days = await forecasts.holidays(
                api, warehouse=warehouse, since=today, until=today + timedelta(HOLIDAY_DAYS)
            )
        except ApiError as error:
            self.fault = error.sentence
        self.loaded = True

    async def settle(self, api: Api, warehouse: str, code: str, region: str, today: date) -> bool:
        """Use this country's holidays from now on; an empty code means none."""
        if self.plan is None or self.working:
            return False
        self.working, self.fault = True, ""
        body = {"holiday_country": code.strip().upper(), "holiday_region": region.strip().upper()}
        try:
            self.plan = await forecasts.change_warehouse_plan(api, self.plan, warehouse, body, key=new_key())
        except ApiError as error:
            self.fault = error.sentence
            return False
        finally:
            self.working = False
        await self.load(api, warehouse, today)
        return True


def holidays_said(days: int, code: str) -> str:
    """8 holidays of Germany in the next half year."""
    return tn(
        "{n} holiday of {country} in the next half year",
        "{n} holidays of {country} in the next half year",
        days,
        country=country(code),
    )
