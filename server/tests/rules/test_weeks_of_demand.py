"""Weeks of demand: their names, and which of them say nothing."""

from __future__ import annotations

import datetime as dt

from stillage.planning.weeks import days_out_by_week, last_week, unknown_weeks, week_of

SUNDAY = dt.date(2026, 11, 22)


def test_a_week_is_named_by_the_sunday_that_ends_it() -> None:
    assert {week_of(SUNDAY - dt.timedelta(days=back)) for back in range(7)} == {SUNDAY}
    assert week_of(SUNDAY + dt.timedelta(days=1)) == SUNDAY + dt.timedelta(days=7)


def test_the_last_week_is_the_last_that_is_over_in_the_warehouses_own_zone() -> None:
    at = dt.datetime(2026, 11, 22, 23, 30, tzinfo=dt.UTC)
    assert last_week(at, "UTC") == SUNDAY - dt.timedelta(days=7)
    assert last_week(at, "Asia/Tokyo") == SUNDAY
    assert last_week(at + dt.timedelta(hours=1), "UTC") == SUNDAY
    assert last_week(at + dt.timedelta(hours=1), "America/Chicago") == SUNDAY - dt.timedelta(days=7)


def test_a_week_with_empty_days_is_unknown_only_when_it_sold_less_than_usual() -> None:
    assert unknown_weeks([10, 10, 4, 10, 12], [0, 0, 3, 2, 5]) == [False, False, True, False, False]
    assert unknown_weeks([0, 10], [7, 0]) == [True, False], "nothing is usual yet"
    assert unknown_weeks([0, 0, 10], [0, 0, 3]) == [False, False, True], (
        "before it first sold nothing was usual"
    )
    assert unknown_weeks([10, 0, 0, 0], [0, 7, 7, 7]) == [False, True, True, True], (
        "unknown ones do not count"
    )


def test_later_weeks_do_not_change_what_was_known() -> None:
    units, days = [5, 9, 0, 3, 0, 8, 1, 7] * 4, [0, 0, 7, 4, 1, 3, 5, 0] * 4
    whole = unknown_weeks(units, days)
    assert all(unknown_weeks(units[:n], days[:n]) == whole[:n] for n in range(len(units)))


def test_days_without_stock_fall_into_their_weeks() -> None:
    monday = SUNDAY - dt.timedelta(days=6)
    spans = [(monday - dt.timedelta(days=30), monday), (SUNDAY, None)]
    assert days_out_by_week(spans, SUNDAY, 3) == [2, 7, 7]
    assert days_out_by_week(spans, SUNDAY - dt.timedelta(days=7), 2) == [7, 2]
