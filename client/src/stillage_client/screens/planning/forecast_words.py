"""How a forecast is said: its method, how steadily a product sells, why, and whether it beats last year. No controls."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from stillage_client import theme, words
from stillage_client.api.forecast_records import Reason, Run, WholeForecast
from stillage_client.locale import t, tn

METHODS = (
    "combined", "learned", "pooled", "ets", "theta", "croston_sba", "tsb", "moving_average", "seasonal_naive",
    "likeness", "none",
)  # fmt: skip
CLASSES = ("smooth", "erratic", "intermittent", "lumpy", "new", "dead")
_AS_GOOD = 0.02  # a ratio this near to 1 is no difference


class Counted(Protocol):
    """Anything counted in base units and read in cases, parts of them, too."""

    @property
    def per(self) -> int: ...
    @property
    def case_name(self) -> str: ...
    @property
    def base_unit(self) -> str: ...


def figure(value: float) -> str:
    """1,284 · 14 · 9.6: one place where it matters."""
    return words.number(value, 1 if 0 < abs(value) < 10 and abs(value - round(value)) >= 0.05 else 0)


def amount(item: Counted, units: float) -> str:
    """A computed amount: 14 cases, 1.5 cases, or bottles when it is less than one case."""
    if item.per > 1 and abs(units) >= item.per:
        packs = units / item.per
        return f"{figure(packs)} {words.unit(item.case_name or 'case', 1 if figure(packs) == '1' else 2)}"
    said = figure(units)
    return f"{said} {words.unit(item.base_unit or 'unit', 1 if said == '1' else 2)}"


def measure(item: Counted) -> str:
    """What the axis of a chart counts: cases, kegs."""
    return words.unit((item.case_name or "case") if item.per > 1 else (item.base_unit or "unit"), 2)


def method(code: str) -> str:
    """The way a forecast was made, in a few words."""
    return {
        "combined": t("Several ways together"),
        "learned": t("Learned from all products"),
        "pooled": t("Season of its category"),
        "ets": t("Level, trend and season"),
        "theta": t("Level and half its trend"),
        "croston_sba": t("Rare sales: size and gap"),
        "tsb": t("Rare sales: size and chance"),
        "moving_average": t("Mean of the last weeks"),
        "seasonal_naive": t("The same week last year"),
        "likeness": t("Like similar products"),
        "none": t("Nothing expected"),
    }.get(code, code.replace("_", " ").capitalize())


def demand_class(code: str) -> str:
    """How steadily a product sells."""
    return {
        "smooth": t("Steady"),
        "erratic": t("Up and down"),
        "intermittent": t("Now and then"),
        "lumpy": t("Now and then, in lumps"),
        "new": t("New"),
        "dead": t("No longer sold"),
    }.get(code, code.capitalize())


def against_naive(ratio: float | None) -> tuple[theme.Kind, str]:
    """Better or worse than taking the same week of last year: 24% better, 12% worse."""
    if ratio is None:
        return "mute", t("Not measured yet")
    percent = words.percent(abs(1 - ratio) * 100, 0)
    if abs(1 - ratio) < _AS_GOOD:
        return "mute", t("As good")
    return ("ok", t("{n} better", n=percent)) if ratio < 1 else ("soon", t("{n} worse", n=percent))


def against_naive_said(ratio: float | None) -> str:
    """The same as a sentence."""
    if ratio is None:
        return t("Not yet measured against the same week of last year.")
    percent = words.percent(abs(1 - ratio) * 100, 0)
    if abs(1 - ratio) < _AS_GOOD:
        return t("As good as taking the same week of last year.")
    if ratio < 1:
        return t("Its error was {n} smaller than with the same week of last year.", n=percent)
    return t("Its error was {n} larger than with the same week of last year.", n=percent)


def reason(one: Reason) -> str:
    """A reason as a sentence; one that is not known yet is passed over."""
    v = one.values
    code = one.code
    if code == "never_sold":
        return t("It was never sold here.")
    if code == "no_sale_since":
        return tn("Not sold for {n} week.", "Not sold for {n} weeks.", _whole(v, "weeks"))
    if code == "like":
        return t(
            "Too new to tell by itself: taken from {n} products like it, for {weeks} weeks of its own.",
            n=_whole(v, "items"),
            weeks=_whole(v, "weeks"),
        )
    if code == "few_weeks":
        return tn(
            "Only {n} week of sales is known.", "Only {n} weeks of sales are known.", _whole(v, "weeks")
        )
    if code == "best_of_backtests":
        return _best(v)
    if code == "weights":
        parts = sorted(v.items(), key=lambda part: -float(part[1]))
        said = " · ".join(f"{method(name)} {words.percent(share, 0)}" for name, share in parts)
        return t("Made of: {parts}.", parts=said)
    if code == "sells_rarely":
        return t("Sells about every {n} weeks.", n=figure(float(v.get("every_weeks", 0))))
    if code == "season_of_category":
        return t(
            "Its category peaks in calendar week {week}, {n} above the mean.",
            week=_whole(v, "peak_week"),
            n=words.percent(float(v.get("percent", 0)), 0),
        )
    if code == "weeks_without_stock":
        return tn(
            "{n} week without stock of the last half year is not counted.",
            "{n} weeks without stock of the last half year are not counted.",
            _whole(v, "weeks"),
        )
    return _event_ahead(v) if code == "event_ahead" else ""


def _best(v: Mapping[str, Any]) -> str:
    return t(
        "Tried on {n} past stretches, “{method}” came out best, {by} ahead of “{other}”.",
        n=_whole(v, "origins"),
        method=method(str(v.get("method", ""))),
        by=words.percent(float(v.get("by_percent", 0)), 0),
        other=method(str(v.get("runner_up", ""))),
    )


def _event_ahead(v: Mapping[str, Any]) -> str:
    what = str(v.get("what", ""))
    percent = float(v.get("percent", 0))
    sign = "+" if percent > 0 else ""
    said = f"{sign}{words.percent(percent, 0)}"
    name = t("A promotion") if what == "promotion" else what
    return tn(
        "{what} in {n} week: {percent} expected.",
        "{what} in {n} weeks: {percent} expected.",
        _whole(v, "step"),
        what=name,
        percent=said,
    )


def _whole(values: Mapping[str, Any], name: str) -> int:
    return round(float(values.get(name, 0) or 0))


def event_kind(kind: str) -> str:
    """What makes days unlike others."""
    return {
        "promotion": t("Promotion"),
        "holiday": t("Holiday"),
        "disruption": t("Disruption"),
    }.get(kind, kind.capitalize())


def lasts(whole: WholeForecast) -> tuple[str, str]:
    """How long the stock lasts, as the figure and its unit."""
    if whole.lasts_days is None:
        weeks = whole.horizon_weeks or 26
        return t("Over {n}", n=words.number(weeks)), t("weeks at forecast")
    return words.number(whole.lasts_days), (
        t("day at forecast") if whole.lasts_days == 1 else t("days at forecast")
    )


def run_phase(run: Run) -> str:
    """What a run is doing just now."""
    if run.status == "queued":
        return t("Waits for its turn")
    return {
        "history": t("Reading what was sold"),
        "forecast": t("Forecasting"),
        "accuracy": t("Holding old forecasts against what came"),
        "proposals": t("Working out what to buy"),
        "expiry": t("Looking for what will not sell in time"),
        "done": t("Done"),
    }.get(run.phase, t("Working"))


def run_progress(run: Run) -> str:
    """What it is doing, and how far: Forecasting · 120 of 482."""
    phase = run_phase(run)
    if run.status == "running" and run.series_total:
        return f"{phase} · " + t(
            "{n} of {all}", n=words.number(run.series_done), all=words.number(run.series_total)
        )
    return phase


def run_share(run: Run) -> float | None:
    """How much is done, from 0 to 1; None when that cannot be told."""
    if run.status != "running" or not run.series_total:
        return None
    return min(run.series_done / run.series_total, 1.0)


def run_outcome(run: Run) -> str:
    """What came of a run, in a line: 482 products · sales to 22 Nov · 31 s."""
    if run.status == "failed":
        return run.detail or t("It stopped before its end.")
    parts = []
    if run.series_total:
        parts.append(tn("{n} forecast", "{n} forecasts", run.series_total))
    if run.figures.changed is not None and run.figures.unchanged:
        changed = run.figures.changed
        parts.append(t("{n} changed", n=words.number(changed)) if changed else t("nothing changed"))
    if run.origin_date:
        parts.append(t("sales to {day}", day=words.day(run.origin_date)))
    if run.figures.seconds is not None:
        parts.append(seconds(run.figures.seconds))
    return " · ".join(parts)


def worked_out(at: datetime, now: datetime | None = None) -> str:
    """Worked out 5 min ago, 2 h ago, yesterday, on 3 Dec."""
    minutes = max(int(((now or datetime.now(UTC)) - at).total_seconds() // 60), 0)
    if minutes < 1:
        return t("Worked out just now")
    if minutes < 60:
        return t("Worked out {n} min ago", n=minutes)
    if minutes < 24 * 60:
        return t("Worked out {n} h ago", n=minutes // 60)
    return t("Worked out on {day}", day=words.day(at.date()))


def seconds(took: float) -> str:
    """31 s, 4 min."""
    return f"{words.number(took, 0 if took >= 10 else 1)} s" if took < 120 else f"{round(took / 60)} min"
