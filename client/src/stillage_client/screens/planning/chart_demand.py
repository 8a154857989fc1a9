"""What was asked for and what will be: weeks across, cases up. Pure but for colours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import flet as ft

from stillage_client import theme, words
from stillage_client.api.forecast_records import NearEvent, PastWeek, WholeForecast
from stillage_client.components import charts
from stillage_client.locale import t
from stillage_client.screens.planning import forecast_words as say

Points = tuple[tuple[float, float], ...]
EVENT_ICONS = {
    "promotion": ft.Icons.LOCAL_OFFER_OUTLINED,
    "holiday": ft.Icons.CELEBRATION_OUTLINED,
    "disruption": ft.Icons.WARNING_AMBER_ROUNDED,
}


@dataclass(frozen=True)
class DemandView:
    """What the chart draws: weeks from the last known one (0) across, cases up."""

    origin: date
    across: tuple[float, float]
    known: tuple[Points, ...]  # stretches without a gap
    unknown: tuple[tuple[float, float], ...]  # from and to
    told: tuple[Points, ...]
    ahead: Points
    room: tuple[tuple[float, float, float], ...]
    events: tuple[NearEvent, ...]

    @property
    def top(self) -> float:
        """The highest number there is."""
        lines = [*self.known, *self.told, self.ahead]
        return max([y for line in lines for _, y in line] + [high for _, _, high in self.room], default=0.0)

    def week(self, at: float) -> date:
        """The Sunday that ends it."""
        return self.origin + timedelta(weeks=round(at))

    def place(self, day: date) -> float:
        """Where a day lies: a week spans from its number less one to its number."""
        return ((day - self.origin).days) / 7


def begun(whole: WholeForecast) -> tuple[PastWeek, ...]:
    """The history from the first sale on: before it nobody could ask."""
    first = next((at for at, one in enumerate(whole.history) if one.demand), len(whole.history))
    return whole.history[first:]


def demand_view(whole: WholeForecast, past: int, ahead: int) -> DemandView | None:
    """The chart's numbers, so many weeks back and ahead; None without a week to show."""
    first = whole.weeks[0].week_date - timedelta(weeks=1) if whole.weeks else None
    origin = whole.origin_date or first or (whole.history[-1].week_date if whole.history else None)
    if origin is None or not (whole.weeks or whole.history):
        return None
    per = whole.per

    def at(day: date) -> int:
        return round((day - origin).days / 7)

    history = [(at(one.week_date), one) for one in begun(whole) if -past < at(one.week_date) <= 0]
    known = stretches(
        [
            (float(x), None if one.unknown or one.demand is None else max(one.demand, 0.0) / per)
            for x, one in history
        ]
    )
    weeks = [(float(at(one.week_date)), one) for one in whole.weeks if 0 < at(one.week_date) <= ahead]
    told = [(at(one.week_date), one.mean / per) for one in whole.told if -past < at(one.week_date) <= 0]
    start = float(history[0][0]) if history else 0.0
    across = (min(start, float(told[0][0]) if told else start), weeks[-1][0] if weeks else 0.0)
    view = DemandView(
        origin=origin,
        across=across,
        known=known,
        unknown=blocks([x for x, one in history if one.unknown], across),
        told=stretches(_with_gaps(told)),
        ahead=tuple((x, one.mean / per) for x, one in weeks),
        room=tuple((x, one.p10 / per, one.p90 / per) for x, one in weeks),
        events=(),
    )
    events = tuple(
        one
        for one in whole.events
        if view.place(one.last_date) >= across[0] and view.place(one.first_date) <= across[1]
    )
    return DemandView(**{**view.__dict__, "events": events})


def stretches(points: Sequence[tuple[float, float | None]]) -> tuple[Points, ...]:
    """The line without the weeks nothing is known of."""
    found: list[list[tuple[float, float]]] = [[]]
    for x, y in points:
        if y is None:
            found.append([])
        else:
            found[-1].append((x, y))
    return tuple(tuple(one) for one in found if one)


def _with_gaps(points: Sequence[tuple[int, float]]) -> list[tuple[float, float | None]]:
    """Weeks that are missing among those told are gaps in the line."""
    filled: list[tuple[float, float | None]] = []
    for x, y in points:
        if filled and x - filled[-1][0] > 1:
            filled.append((float(x - 1), None))
        filled.append((float(x), y))
    return filled


def blocks(weeks: Sequence[int], across: tuple[float, float]) -> tuple[tuple[float, float], ...]:
    """Neighbouring weeks as one stretch, half a week to each side."""
    found: list[list[int]] = []
    for week in weeks:
        if found and week == found[-1][1] + 1:
            found[-1][1] = week
        else:
            found.append([week, week])
    return tuple((max(a - 0.5, across[0]), min(b + 0.5, across[1])) for a, b in found)


def tags_of(view: DemandView) -> list[charts.Tag]:
    """What made, or will make, weeks unlike others."""
    found = []
    for one in view.events:
        middle = (view.place(one.first_date) + view.place(one.last_date)) / 2
        days = words.day(one.first_date)
        if one.last_date != one.first_date:
            days = t("{first} to {last}", first=days, last=words.day(one.last_date))
        found.append(
            charts.Tag(
                min(max(middle, view.across[0]), view.across[1]),
                "",
                "mute" if one.kind == "holiday" else "info" if one.kind == "promotion" else "soon",
                icon=EVENT_ICONS.get(one.kind, ft.Icons.EVENT_OUTLINED),
                told=t("{name}, {days}", name=one.name, days=days),
            )
        )
    return found


def sentence(whole: WholeForecast) -> str:
    """What the chart says in one sentence."""
    if whole.method == "none" or not whole.per_week:
        return t("Nothing of it is expected to sell.")
    recent = [one.demand for one in begun(whole)[-13:] if not one.unknown and one.demand is not None]
    expected = say.amount(whole, whole.per_week)
    if len(recent) < 4:
        return t("{amount} a week expected.", amount=expected)
    before = say.amount(whole, max(sum(recent) / len(recent), 0.0))
    return t("{amount} a week expected; {before} a week lately.", amount=expected, before=before)


def labels_of(view: DemandView, wanted: int) -> list[tuple[float, str]]:
    span = view.across[1] - view.across[0]
    places = charts.spread((view.across[0], view.across[1] - span * 0.03), wanted)
    return [(float(at), words.day(view.week(at), year=False)) for at in places]


def drawn(view: DemandView, whole: WholeForecast, *, wanted: int, height: int) -> ft.Control:
    """The chart itself."""
    up = charts.steps_up_to(view.top)
    petrol, ink, grey = ft.Colors.PRIMARY, ft.Colors.ON_SURFACE, ft.Colors.OUTLINE

    def amount(y: float) -> str:
        return say.amount(whole, y * whole.per)

    def shipped(x: float, y: float) -> str:
        return t("Week to {day}: {amount}", day=words.day(view.week(x)), amount=amount(y))

    def told(_: float, y: float) -> str:
        return t("told the week before: {amount}", amount=amount(y))

    def expected(x: float, y: float) -> str:
        low, high = next(((low, high) for at, low, high in view.room if at == x), (y, y))
        said = t("Week to {day}: {amount} expected", day=words.day(view.week(x)), amount=amount(y))
        return said + "\n" + t("{low} to {high}", low=say.figure(low), high=say.figure(high))

    grounds = [charts.block(a, b, up[-1], ft.Colors.with_opacity(0.07, ink)) for a, b in view.unknown]
    joint = []
    if view.known and view.ahead and view.known[-1][-1][0] == 0.0:
        joint = [charts.line((view.known[-1][-1], view.ahead[0]), petrol)]
    room = view.room
    if joint and room:
        x, y = view.known[-1][-1]
        room = ((x, y, y), *room)
    back = [*grounds, charts.band(room, ft.Colors.with_opacity(0.14, petrol)), *joint] if room else grounds
    front = [
        *[charts.line(one, grey, width=1.5, dash=[4, 4], say=told) for one in view.told],
        *[charts.line(one, ink, width=2.2, say=shipped) for one in view.known],
        *([charts.line(view.ahead, petrol, say=expected)] if view.ahead else []),
    ]
    return charts.picture(
        back,
        front,
        across=view.across,
        up=up,
        labels=labels_of(view, wanted),
        label=t("Demand and forecast by week. {sentence}", sentence=sentence(whole)),
        height=height,
    )


def key(view: DemandView) -> list[tuple[str, str, ft.ColorValue]]:
    """What the lines and grounds are."""
    petrol = ft.Colors.PRIMARY
    parts: list[tuple[str, str, ft.ColorValue]] = [("line", t("Shipped"), ft.Colors.ON_SURFACE)]
    if view.told:
        parts.append(("dash", t("Forecast then"), ft.Colors.OUTLINE))
    parts += [
        ("line", t("Forecast"), petrol),
        ("band", t("8 weeks in 10"), ft.Colors.with_opacity(0.18, petrol)),
    ]
    if view.unknown:
        parts.append(("band", t("Out of stock, not counted"), theme.TINT["mute"]))
    return parts


def table_rows(whole: WholeForecast) -> list[tuple[str, str, str, str]]:
    """Week, shipped, forecast, and between what; the weeks ahead first."""
    told = {one.week_date: one.mean for one in whole.told}
    per = whole.per
    rows = [
        (
            words.day(one.week_date),
            "",
            say.figure(one.mean / per),
            f"{say.figure(one.p10 / per)}–{say.figure(one.p90 / per)}",
        )
        for one in whole.weeks
    ]
    for past in reversed(begun(whole)):
        shipped = t("out of stock") if past.unknown else say.figure((past.demand or 0.0) / per)
        then = told.get(past.week_date)
        rows.append((words.day(past.week_date), shipped, "" if then is None else say.figure(then / per), ""))
    return rows
