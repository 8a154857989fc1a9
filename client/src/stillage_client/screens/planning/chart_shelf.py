"""Will it sell in time: stock left as forecast, day by day from today, with the lots' last days. Pure but for colours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

import flet as ft

from stillage_client import theme, words
from stillage_client.api.forecast_records import Shelf, ShelfLot, StockLeft, WholeForecast
from stillage_client.components import charts
from stillage_client.components.status import expiry_kind
from stillage_client.locale import t, tn
from stillage_client.screens import amounts
from stillage_client.screens.planning import forecast_words as say

LEAST_DAYS, MOST_DAYS, AFTER_THE_LAST = 42, 182, 10
GONE = 0.005  # of the stock at first: less than that is nothing


@dataclass(frozen=True)
class ShelfView:
    """What the chart draws: days from today across, cases up."""

    start: date
    reach: int
    left: tuple[tuple[float, float], ...]
    room: tuple[tuple[float, float, float], ...]
    with_orders: tuple[tuple[float, float], ...]
    lots: tuple[ShelfLot, ...]
    sentence: str
    lines_said: str

    @property
    def top(self) -> float:
        """The highest number there is."""
        return max(
            [y for _, y in self.left] + [high for _, _, high in self.room] + [y for _, y in self.with_orders],
            default=0.0,
        )

    def day(self, at: float) -> date:
        return self.start + timedelta(round(at))


def shelf_view(whole: WholeForecast, today: date) -> ShelfView | None:
    """The chart's numbers; None when there is nothing to look ahead at."""
    shelf = whole.shelf
    if shelf is None or not shelf.projection:
        return None
    start, per = today, whole.per
    last = today + timedelta(whole.lasts_days) if whole.lasts_days is not None else None
    ahead = with_drops(from_today(shelf, today), shelf.lots, last)
    reach = _reach(shelf, ahead, start)
    seen = [one for one in ahead if 0 <= (one.date - start).days <= reach]
    shown = tuple(
        lot for lot in shelf.lots if lot.until is not None and 0 <= (lot.until - start).days <= reach
    )
    orders = tuple(
        (float((one.date - start).days), one.with_orders / per)
        for one in from_today(shelf, today)
        if one.with_orders is not None and 0 <= (one.date - start).days <= reach
    )
    left = tuple((float((one.date - start).days), max(one.mean, 0.0) / per) for one in seen)
    plain = dict(left)
    more = any(abs(y - plain.get(x, y)) > 0.01 for x, y in orders)
    return ShelfView(
        start=start,
        reach=reach,
        left=left,
        room=tuple(
            ((one.date - start).days, max(min(one.p10, one.p90), 0.0) / per, max(one.p10, one.p90, 0.0) / per)
            for one in seen
        ),
        with_orders=orders if more else (),
        lots=shown,
        sentence=sentence(whole, today),
        lines_said=_lines_said(shown),
    )


def from_today(shelf: Shelf, today: date) -> list[StockLeft]:
    """What is free now, then the weeks' ends as they are forecast."""
    ahead = [one for one in shelf.projection if one.date >= today]
    if ahead and ahead[0].date == today:
        return ahead
    known = any(one.with_orders is not None for one in ahead)
    free = shelf.free
    now = StockLeft(date=today, mean=free, p10=free, p90=free, with_orders=free if known else None)
    return [now, *ahead]


def with_drops(
    ahead: Sequence[StockLeft], lots: Sequence[ShelfLot], last: date | None = None
) -> list[StockLeft]:
    """What is left of a lot leaves on its last day, not little by little over its week: the lines fall there. And
    the line ends on the `last` day there is stock, not at the end of its week."""
    found = list(ahead[:1])
    for before, after in pairwise(ahead):
        leaving: dict[date, float] = {}
        for lot in lots:
            if lot.until is not None and before.date <= lot.until < after.date and lot.unsold > 0:
                leaving[lot.until] = leaving.get(lot.until, 0.0) + lot.unsold
        for until in sorted(leaving):
            for day in (until, until + timedelta(1)):
                if found[-1].date < day < after.date:
                    found.append(_between(before, after, day, leaving))
        if last is not None and not leaving and before.date < last < after.date and after.mean <= 0:
            found.append(replace(_between(before, after, last, {}), mean=0.0))
        found.append(after)
    return found


def _between(before: StockLeft, after: StockLeft, day: date, leaving: Mapping[date, float]) -> StockLeft:
    """The stock at the end of a day within a week: sold evenly, less the lots whose last day is over."""
    part = (day - before.date).days / (after.date - before.date).days
    every, gone = sum(leaving.values()), sum(units for until, units in leaving.items() if until < day)

    def left(begin: float, end: float) -> float:
        sold = max(begin - end - every, 0.0)
        return max(begin - sold * part - gone, end, 0.0)

    return StockLeft(
        date=day,
        mean=left(before.mean, after.mean),
        p10=left(before.p10, after.p10),
        p90=left(before.p90, after.p90),
    )


def _reach(shelf: Shelf, ahead: Sequence[StockLeft], start: date) -> int:
    """As far as there is something to see: until it is gone, or the last lot's day."""
    last = (ahead[-1].date - start).days
    most = min(last, MOST_DAYS)
    at_first = ahead[0].mean
    gone = next(((one.date - start).days for one in ahead if one.mean <= GONE * max(at_first, 1.0)), last)
    days = [(lot.until - start).days for lot in shelf.lots if lot.until is not None]
    dated = [day for day in days if 0 <= day <= most]
    return min(max([gone, *dated, LEAST_DAYS - AFTER_THE_LAST]) + AFTER_THE_LAST, most)


def _lines_said(lots: Sequence[ShelfLot]) -> str:
    if not lots:
        return ""
    if any(lot.until != lot.printed for lot in lots):
        return t("Dashed lines are the last days on which a lot may be sold.")
    return t("Dashed lines are best-before dates.")


def stale_lots(whole: WholeForecast) -> list[ShelfLot]:
    """The lots of which some will be left over, the first of them first."""
    lots = whole.shelf.lots if whole.shelf else ()
    return sorted(
        (lot for lot in lots if lot.unsold >= 0.5 and lot.until is not None),
        key=lambda lot: (lot.until or date.max, lot.lot),
    )


def sentence(whole: WholeForecast, today: date) -> str:
    """86 cases of L2609A are still here on 3 Dec."""
    shelf = whole.shelf
    if shelf is None or (shelf.on_hand <= 0 and not shelf.lots):
        return t("There is none here.")
    stale = [lot for lot in stale_lots(whole) if lot.until and lot.until >= today]
    if stale:
        first, others = stale[0], len(stale) - 1
        until = words.day(first.until, today=today) if first.until else ""
        left = amounts.short(whole, round(first.unsold))
        said = tn(
            "{amount} of {lot} is still here on {day}.",
            "{amount} of {lot} are still here on {day}.",
            1 if left.startswith("1 ") else 2,
            amount=left,
            lot=first.lot,
            day=until,
        )
        if not others:
            return said
        return said + " " + tn("So is some of {n} more lot.", "So is some of {n} more lots.", others)
    if whole.lasts_days is not None:
        end = words.day(today + timedelta(whole.lasts_days), today=today)
        dated = any(lot.until for lot in shelf.lots)
        return (
            t("All of it is sold before its date; the stock lasts until {day}.", day=end)
            if dated
            else t("The stock lasts until {day}.", day=end)
        )
    if not whole.per_week:
        return t("Nothing of it is expected to sell.")
    return t("The stock lasts longer than the forecast reaches.")


def tags_of(view: ShelfView, today: date) -> list[charts.Tag]:
    """The lots' names above their lines, in the colour of how soon it is."""
    return [
        charts.Tag(
            (lot.until - view.start).days,
            lot.lot,
            expiry_kind(lot.until, today),
            told=t("{lot}: {day}", lot=lot.lot, day=words.day(lot.until)),
        )
        for lot in view.lots
        if lot.until is not None
    ]


def labels_of(view: ShelfView, wanted: int) -> list[tuple[float, str]]:
    """Dates along the bottom; never one too near to the right edge."""
    days = charts.spread((0, view.reach * 0.97), wanted)
    return [(float(day), words.day(view.day(day), year=False)) for day in days]


def drawn(view: ShelfView, whole: WholeForecast, today: date, *, wanted: int, height: int) -> ft.Control:
    """The chart itself."""
    up = charts.steps_up_to(view.top)
    petrol = ft.Colors.PRIMARY

    def told(x: float, y: float) -> str:
        near = next(((low, high) for at, low, high in view.room if at == x), (y, y))
        said = t("{day}: {amount} left", day=words.day(view.day(x)), amount=say.amount(whole, y * whole.per))
        return said + "\n" + t("{low} to {high}", low=say.figure(near[0]), high=say.figure(near[1]))

    def told_with_orders(_: float, y: float) -> str:
        return t("{amount} with what is on order", amount=say.amount(whole, y * whole.per))

    marks = [
        charts.upright((lot.until - view.start).days, up[-1], theme.SOLID[expiry_kind(lot.until, today)])
        for lot in view.lots
        if lot.until is not None
    ]
    front = [charts.line(view.left, petrol, say=told)]
    if view.with_orders:
        thin = ft.Colors.with_opacity(0.6, petrol)
        front.append(charts.line(view.with_orders, thin, width=1.5, dash=[6, 4], say=told_with_orders))
    return charts.picture(
        [charts.band(view.room, ft.Colors.with_opacity(0.14, petrol)), *marks],
        front,
        across=(0, view.reach),
        up=up,
        labels=labels_of(view, wanted),
        label=t("Stock left, as forecast. {sentence}", sentence=view.sentence),
        height=height,
    )


def table_rows(whole: WholeForecast, today: date) -> list[tuple[str, str, str, str]]:
    """The same in words and numbers: week, stock left, and between what."""

    def one(row: StockLeft) -> tuple[str, str, str, str]:
        units = (max(value, 0.0) / whole.per for value in (row.mean, row.p10, row.p90))
        left, low, high = (say.figure(value) for value in units)
        return words.day(row.date), left, low, high

    return [one(row) for row in (from_today(whole.shelf, today) if whole.shelf else ())]
