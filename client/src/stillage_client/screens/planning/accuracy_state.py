"""How right the forecasts were: what the page asks for, what it says of it. No controls."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

import flet as ft

from stillage_client import theme, words
from stillage_client.api import forecasts
from stillage_client.api.forecast_records import Accuracy, HowRight
from stillage_client.api.transport import Api, ApiError
from stillage_client.locale import t, tn
from stillage_client.screens.planning import forecast_words as say
from stillage_client.screens.refusals import Trouble, trouble_of

STEPS = (1, 2, 4, 8)
SPANS = (13, 26, 52)
SPLITS = ("product", "category", "method", "class")
NEAR, FAR = 2.0, 5.0  # percentage points by which a share got may differ from the share asked
BIAS_FINE, BIAS_BAD = 3.0, 8.0
FEW = 30  # product-weeks: less than that tells little


@dataclass(frozen=True)
class AccuracyQuery:
    """What the page shows; it lives in the address."""

    step: int = 1
    weeks: int = 13
    by: str = "category"

    @classmethod
    def from_route(cls, route: str) -> "AccuracyQuery":
        given = {key: values[0] for key, values in parse_qs(urlsplit(route).query).items()}

        def number(name: str, allowed: tuple[int, ...], usual: int) -> int:
            said = given.get(name, "")
            return int(said) if said.isdigit() and int(said) in allowed else usual

        by = given.get("by", "category")
        return cls(number("step", STEPS, 1), number("weeks", SPANS, 13), by if by in SPLITS else "category")

    def route(self) -> str:
        usual = AccuracyQuery()
        given: dict[str, str | int] = {}
        if self.step != usual.step:
            given["step"] = self.step
        if self.weeks != usual.weeks:
            given["weeks"] = self.weeks
        if self.by != usual.by:
            given["by"] = self.by
        return f"/forecasts/accuracy?{urlencode(given)}" if given else "/forecasts/accuracy"


@ft.observable
@dataclass
class AccuracyState:
    """The weeks for the chart, and the rows by what was chosen; the last ones stay while new ones load."""

    weeks: Accuracy | None = None
    split: Accuracy | None = None
    working: bool = False
    trouble: Trouble | None = None
    _turn: int = 0

    async def load(self, api: Api, query: AccuracyQuery, warehouse: str | None) -> None:
        self._turn += 1
        turn, self.working = self._turn, True
        asked = {"warehouse": warehouse, "weeks": query.weeks, "step": query.step}
        try:
            weeks, split = await asyncio.gather(
                forecasts.accuracy(api, by="week", **asked), forecasts.accuracy(api, by=query.by, **asked)
            )
        except ApiError as error:
            if turn == self._turn:
                self.trouble, self.working = trouble_of(error), False
            return
        if turn == self._turn:
            self.weeks, self.split, self.trouble, self.working = weeks, split, None, False


def step_said(step: int) -> str:
    """How long before the end of a week it was told."""
    return tn("{n} week before", "{n} weeks before", step)


def split_said(by: str) -> str:
    return {
        "product": t("By product"),
        "category": t("By category"),
        "method": t("By way of forecasting"),
        "class": t("By how it sells"),
    }[by]


def row_name(one: HowRight, by: str) -> str:
    """What a row is about."""
    if by == "method":
        return say.method(one.key)
    if by == "class":
        return say.demand_class(one.key)
    return one.key_name or one.key or t("Without one")


def verdict(total: HowRight, step: int) -> str:
    """The page in one sentence: how far off, and whether that beats last year."""
    if total.wape_percent is None:
        return t("Nothing can be said yet: no forecast's week is over.")
    off = t(
        "Told {before}, forecasts were {n} off.",
        before=tn("{n} week before", "{n} weeks before", step),
        n=words.percent(total.wape_percent, 0),
    )
    if total.naive_wape_percent is None:
        return off
    naive = words.percent(total.naive_wape_percent, 0)
    if total.wape_percent < total.naive_wape_percent:
        return off + " " + t("With the same week of last year it would have been {n}.", n=naive)
    return off + " " + t("The same week of last year would have been better: {n}.", n=naive)


def skipped_said(skipped: Mapping[str, int], total: HowRight) -> list[str]:
    """What was left out, and why; and whether there is enough to tell."""
    said = []
    out = int(skipped.get("out_of_stock", 0))
    if out:
        said.append(
            tn(
                "{n} week of a product is not counted: it was out of stock, so nobody knows what was wanted.",
                "{n} weeks of products are not counted: they were out of stock, so nobody knows what was wanted.",
                out,
            )
        )
    no_naive = int(skipped.get("no_naive", 0) or skipped.get("without_naive", 0))
    if no_naive:
        said.append(
            tn(
                "{n} has no week of last year to be compared with.",
                "{n} have no week of last year to be compared with.",
                no_naive,
            )
        )
    unknown = int(skipped.get("not_known", 0))
    if unknown:
        said.append(t("Of {n} it is not known yet what came.", n=words.number(unknown)))
    if 0 < total.weeks < FEW:
        said.append(t("So few weeks tell little yet."))
    return said


def covers(total: HowRight) -> list[tuple[str, float, float | None]]:
    """What each quantile promised and what came: (name, asked, got), in percent."""
    return [
        ("P50", 50.0, total.p50_cover),
        ("P90", 90.0, total.p90_cover),
        ("P95", 95.0, total.p95_cover),
        ("P99", 99.0, total.p99_cover),
    ]


def cover_kind(asked: float, got: float | None) -> theme.Kind:
    """Whether what a quantile promised came true."""
    if got is None:
        return "mute"
    off = abs(got - asked)
    return "ok" if off <= NEAR else "soon" if off <= FAR else "expired"


def cover_said(asked: float, got: float | None) -> str:
    """Asked 95%, got 93.8%: a little too low."""
    if got is None:
        return t("Not measured yet")
    if abs(got - asked) <= NEAR:
        return t("as promised")
    return t("too low: it promised too much") if got < asked else t("too high: it is too careful")


def bias_kind(bias: float | None) -> theme.Kind:
    if bias is None:
        return "mute"
    return "ok" if abs(bias) <= BIAS_FINE else "soon" if abs(bias) <= BIAS_BAD else "expired"


def bias_said(bias: float | None) -> str:
    """A forecast that leans to one side costs more than one that is off to both."""
    if bias is None:
        return t("Not measured yet")
    if abs(bias) < 0.5:
        return t("leans to neither side")
    return t("told more than came") if bias > 0 else t("told less than came")


def signed(value: float) -> str:
    """+1.2% and −3.0%."""
    return ("+" if value > 0 else "") + words.percent(value)
