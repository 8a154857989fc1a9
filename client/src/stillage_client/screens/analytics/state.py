"""Reports: what is asked for, and what is said of it in words. No controls."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import flet as ft

from stillage_client import words
from stillage_client.api import analytics, catalogue
from stillage_client.api.analytics import Report, ReportKind
from stillage_client.api.transport import Api, ApiError
from stillage_client.locale import t
from stillage_client.screens.refusals import Trouble, trouble_of

SPANS = (28, 91, 182, 365, 728)
AS_OF_NOW = ("expiry",)  # no span: it is about what lies there now


@dataclass(frozen=True)
class ReportQuery:
    """What the page shows; it lives in the address, so that a link can be kept."""

    report: str = ""
    by: str = ""
    days: int = 0  # 0: as long as the report usually looks back
    category: str = ""
    everywhere: bool = False

    @classmethod
    def from_route(cls, route: str) -> "ReportQuery":
        given = {key: values[0] for key, values in parse_qs(urlsplit(route).query).items()}
        days = given.get("days", "")
        return cls(
            report=given.get("report", ""),
            by=given.get("by", ""),
            days=int(days) if days.isdigit() and int(days) in SPANS else 0,
            category=given.get("category", ""),
            everywhere=given.get("everywhere") == "1",
        )

    def route(self) -> str:
        given: dict[str, str | int] = {}
        for name in ("report", "by", "days", "category"):
            if getattr(self, name):
                given[name] = getattr(self, name)
        if self.everywhere:
            given["everywhere"] = 1
        return f"/analytics?{urlencode(given)}" if given else "/analytics"

    def of(self, kinds: tuple[ReportKind, ...]) -> tuple[ReportKind, "ReportQuery"] | None:
        """The report meant and the question with nothing in it that this report does not know."""
        if not kinds:
            return None
        kind = next((one for one in kinds if one.name == self.report), kinds[0])
        by = self.by if self.by in kind.by else ""
        return kind, replace(self, report=kind.name, by=by)

    def asked(self, kind: ReportKind, warehouse: str | None, today: date | None = None) -> dict[str, Any]:
        """The parameters of the request."""
        asked: dict[str, Any] = {"warehouse": None if self.everywhere else warehouse}
        if self.by:
            asked["by"] = self.by
        if self.category:
            asked["category"] = self.category
        if self.days and self.days != kind.days and kind.name not in AS_OF_NOW:
            day = today or datetime.now(UTC).date()
            asked["since"] = (day - timedelta(days=self.days - 1)).isoformat()
        return asked


@ft.observable
@dataclass
class ReportState:
    """The reports there are, the categories to choose from, and the one shown; the last stays while a new one loads."""

    kinds: tuple[ReportKind, ...] | None = None
    categories: tuple[str, ...] = ()
    report: Report | None = None
    working: bool = False
    trouble: Trouble | None = None
    _turn: int = 0

    async def load(self, api: Api, query: ReportQuery, warehouse: str | None) -> None:
        """A newer question overtakes an older answer."""
        self._turn += 1
        turn, self.working = self._turn, True
        try:
            if self.kinds is None:
                self.kinds = await analytics.kinds(api)
                self.categories = tuple(
                    one.name for one in (await catalogue.categories(api, limit=200)).results
                )
            meant = query.of(self.kinds)
            found = None
            if meant is not None:
                kind, asked = meant
                found = await analytics.report(api, kind.name, **asked.asked(kind, warehouse))
        except ApiError as error:
            if turn == self._turn:
                self.trouble, self.working = trouble_of(error), False
            return
        if turn == self._turn:
            self.report, self.trouble, self.working = found, None, False


def title(name: str) -> str:
    return {
        "stock-over-time": t("Stock over time"),
        "turnover": t("Turnover"),
        "abc-xyz": t("ABC and XYZ"),
        "slow-stock": t("Slow and dead stock"),
        "expiry": t("How old it is"),
        "write-offs": t("Written off"),
        "service": t("Service"),
        "suppliers": t("How suppliers deliver"),
        "picking": t("Picking"),
        "sales": t("Sales"),
    }.get(name, name)


def explained(name: str) -> str:
    """What the report says, in one sentence."""
    return {
        "stock-over-time": t("What lay in the house each evening."),
        "turnover": t("How often the stock was sold in a year, and how long it lasts at that pace."),
        "abc-xyz": t("A to C by value shipped; X sells steadily, Y unsteadily, Z hardly to be foreseen."),
        "slow-stock": t("Dead: nothing left for half a year. Slow: it would last longer than that."),
        "expiry": t("How long what lies here may still be sold."),
        "write-offs": t("Scrapped, corrected and counted away, less what was found."),
        "service": t("Of what was due: how much left in time, and how many orders in time and in full."),
        "suppliers": t("How long orders took, how punctual and how complete they came."),
        "picking": t("Who picked how much, and where less lay than the book said."),
        "sales": t("What left for customers, against the same weeks a year before."),
    }.get(name, "")


def by_said(by: str) -> str:
    return {
        "week": t("By week"),
        "day": t("By day"),
        "month": t("By month"),
        "product": t("By product"),
        "category": t("By category"),
        "warehouse": t("By warehouse"),
        "customer": t("By customer"),
        "supplier": t("By supplier"),
        "person": t("By person"),
        "reason": t("By reason"),
        "bucket": t("By days left"),
    }.get(by, by)


def span_said(days: int) -> str:
    return {
        28: t("4 weeks"),
        91: t("13 weeks"),
        182: t("26 weeks"),
        365: t("A year"),
        728: t("Two years"),
    }.get(days, t("{n} days", n=days))


def head(key: str, by: str) -> str:
    """The name of a column."""
    if key == "key":
        return {
            "week": t("Week to"),
            "day": t("Day"),
            "month": t("Month"),
            "bucket": t("Days left"),
            "reason": t("Reason"),
            "person": t("Person"),
            "category": t("Category"),
        }.get(by, t("Code"))
    return _HEADS().get(key, key)


def _HEADS() -> dict[str, str]:
    return {
        "date": t("Evening of"),
        "name": t("Name"),
        "units": t("Units"),
        "value": t("At cost"),
        "shipped_units": t("Shipped"),
        "shipped_value": t("Shipped at cost"),
        "mean_units": t("Mean stock"),
        "mean_value": t("Mean at cost"),
        "turns": t("Turns a year"),
        "cover_days": t("Lasts"),
        "abc": "ABC",
        "xyz": "XYZ",
        "variation": t("Variation"),
        "status": t("State"),
        "last_shipped": t("Last shipped"),
        "idle_days": t("Idle"),
        "expired_units": t("Expired"),
        "month_units": t("Within 30 days"),
        "scrapped": t("Scrapped"),
        "adjusted": t("Corrected"),
        "counted": t("Counted away"),
        "scrapped_value": t("Scrapped at cost"),
        "adjusted_value": t("Corrected at cost"),
        "counted_value": t("Counted away at cost"),
        "orders": t("Orders"),
        "ordered": t("Ordered"),
        "in_time": t("In time"),
        "late_units": t("Late"),
        "fill_rate_percent": t("Fill rate"),
        "otif_percent": t("Whole, in time"),
        "lead_time_days": t("Lead time"),
        "lead_time_spread_days": t("Spread"),
        "on_time_percent": t("On time"),
        "short_percent": t("Never came"),
        "discrepancies": t("Discrepancies"),
        "tasks": t("Picks"),
        "short_units": t("Missing"),
        "short_tasks": t("Short picks"),
        "right_percent": t("Right"),
        "units_before": t("A year before"),
        "change_percent": t("Change"),
        "net": t("Net sales"),
        "net_before": t("Net before"),
        "products": t("Products"),
        "dead": t("Dead"),
        "slow": t("Slow"),
    }


def note_said(note: str) -> str:
    """What a reader must know to read it rightly."""
    return {
        "returns_not_taken_off": t("Goods that came back are not taken off."),
        "orders_that_were_due": t(
            "Orders that were cancelled as a whole do not count; those due today neither."
        ),
        "as_of_now": t("As it is now; it knows no past."),
    }.get(note, "")


def value_said(value: Any, kind: str) -> str:
    """A cell in words; a dash where there is nothing to say."""
    if value is None or value == "":
        return "–"
    try:
        match kind:
            case "date":
                return words.day(date.fromisoformat(str(value)[:10]))
            case "money":
                return words.money(Decimal(str(value)), whole=True)
            case "percent":
                return words.percent(Decimal(str(value)))
            case "units":
                return words.number(int(value))
            case "days":
                days = Decimal(str(value))
                return t("{n} days", n=words.number(days, 0 if days == int(days) else 1))
            case "number":
                number = Decimal(str(value))
                return words.number(
                    number, 0 if number == int(number) else min(2, -int(number.as_tuple().exponent))
                )
    except (ValueError, InvalidOperation):
        return str(value)
    return _WORDS().get(str(value), str(value))


def _WORDS() -> dict[str, str]:
    return {
        "dead": t("Dead"),
        "slow": t("Slow"),
        "expired": t("Expired"),
        "0-7": t("0–7 days"),
        "8-30": t("8–30 days"),
        "31-90": t("31–90 days"),
        "over 90": t("Over 90 days"),
        "no date": t("No date"),
    }


def figures(report: Report) -> list[tuple[str, str]]:
    """The sums that are shown large: (what, how much), at most four."""
    kinds = {one.key: one.kind for one in report.columns}
    wanted = {
        "abc-xyz": ("products",),
        "slow-stock": ("dead", "slow", "value", "units"),
        "turnover": ("turns", "cover_days", "mean_value", "shipped_value", "mean_units", "shipped_units"),
        "sales": ("units", "change_percent", "net", "net_before", "units_before"),
        "service": ("fill_rate_percent", "otif_percent", "orders", "late_units"),
        "suppliers": ("on_time_percent", "lead_time_days", "short_percent", "discrepancies"),
        "picking": ("right_percent", "tasks", "units", "short_tasks"),
    }.get(report.name, ("value", "units"))
    found = [
        (head(key, report.by), value_said(report.totals[key], kinds.get(key, "number")))
        for key in wanted
        if key in report.totals
    ]
    return found[:4]


def is_dates(points: tuple[tuple[str, float], ...]) -> bool:
    """Whether a curve runs over days rather than over names."""
    return bool(points) and all(len(x) == 10 and x[4] == "-" and x[7] == "-" for x, _ in points)


def sentence(report: Report) -> str:
    """The report for who does not see the chart."""
    sums = ", ".join(f"{name}: {value}" for name, value in figures(report))
    return f"{title(report.name)}. {explained(report.name)} {sums}"


def cell_kinds(report: Report) -> Mapping[str, str]:
    return {one.key: one.kind for one in report.columns}
