"""Reports: what an address asks for, how cells read, and what is drawn beside what."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest

from stillage_client.api.analytics import Curve, Report, ReportKind
from stillage_client.screens.analytics import state as say
from stillage_client.screens.analytics.page import _choices, _columns, _short
from stillage_client.screens.analytics.state import ReportQuery, ReportState

KINDS = (
    ReportKind(name="turnover", by=("product", "category"), days=365),
    ReportKind(name="sales", by=("week", "customer"), days=182),
)


def report(**more: Any) -> Report:
    raw: dict[str, Any] = {
        "report": "turnover",
        "by": "product",
        "since": "2026-01-01",
        "until": "2026-11-23",
        "columns": [
            {"key": "key", "kind": "text"},
            {"key": "name", "kind": "text"},
            {"key": "units", "kind": "units"},
            {"key": "value", "kind": "money"},
        ],
        "rows": [{"key": "ALE-330", "name": "Ale", "units": 3, "value": "1.50"}],
        "row_count": 1,
        "totals": {"units": 1200, "value": "99.50"},
        **more,
    }
    return Report.read(raw)


@pytest.mark.parametrize(
    "route",
    ["/analytics", "/analytics?report=turnover&by=category&days=91", "/analytics?report=sales&everywhere=1"],
)
def test_an_address_and_a_question_are_the_same(route: str) -> None:
    assert ReportQuery.from_route(route).route() == route


def test_what_a_report_does_not_know_is_left_out_of_the_question() -> None:
    meant = ReportQuery.from_route("/analytics?report=turnover&by=colour&days=7").of(KINDS)
    assert meant is not None
    kind, query = meant
    assert (kind.name, query.by, query.days) == ("turnover", "", 0)
    assert query.asked(kind, "MAIN") == {"warehouse": "MAIN"}
    other = ReportQuery(report="nothing").of(KINDS)
    assert other is not None and other[0].name == "turnover"
    assert ReportQuery().of(()) is None


def test_a_span_is_counted_back_from_today_and_everywhere_names_no_warehouse() -> None:
    query = ReportQuery(report="sales", days=28, everywhere=True, category="Ale")
    asked = query.asked(KINDS[1], "MAIN", date(2026, 11, 23))
    assert asked == {"warehouse": None, "category": "Ale", "since": "2026-10-27"}
    assert "since" not in ReportQuery(report="sales", days=182).asked(KINDS[1], "MAIN")


@pytest.mark.parametrize(
    ("value", "kind", "said"),
    [
        (1200, "units", "1,200"),
        ("1176.50", "money", "€1,177"),
        ("-3.20", "money", "−€3"),
        ("95.3", "percent", "95.3%"),
        (45, "days", "45 days"),
        ("6.4", "days", "6.4 days"),
        ("11.4", "number", "11.4"),
        (3, "number", "3"),
        ("2026-11-22", "date", "22 Nov"),
        ("0-7", "text", "0–7 days"),
        (None, "units", "–"),
        ("", "text", "–"),
        ("nonsense", "units", "nonsense"),
    ],
)
def test_cells_read_like_everywhere_else(value: Any, kind: str, said: str) -> None:
    assert say.value_said(value, kind).startswith(said)


def test_the_name_stands_in_the_first_cell_and_not_again() -> None:
    assert [one.key for one in _columns(report())] == ["units", "value"]


def test_last_years_line_is_drawn_beside_this_years_and_not_by_itself() -> None:
    points = [["2026-11-15", 5], ["2026-11-22", None]]
    found = report(
        curves=[
            {"key": "units", "kind": "units", "points": points},
            {"key": "units_before", "kind": "units", "points": points},
            {"key": "value", "kind": "money", "points": []},
        ]
    )
    assert [one.key for one in _choices(found)] == ["units", "value"]
    assert found.curves[0].points == (("2026-11-15", 5.0),)
    assert say.is_dates(found.curves[0].points)
    assert not say.is_dates(Curve("x", "units", (("Ale", 1.0),)).points)


def test_the_sums_are_shown_as_far_as_one_may_see_them() -> None:
    assert say.figures(report()) == []  # turnover shows turns, which this one has not
    assert say.figures(report(report="expiry")) == [("At cost", "€100"), ("Units", "1,200")]
    assert say.figures(report(report="expiry", totals={"units": 3})) == [("Units", "3")]


@pytest.mark.parametrize(("value", "said"), [(0, "0"), (950, "950"), (12_000, "12k"), (2_500_000, "2.5M")])
def test_the_axis_is_short(value: float, said: str) -> None:
    assert _short(value) == said


def test_a_newer_question_overtakes_an_older_answer() -> None:
    class Slow:
        async def get(self, path: str, **asked: Any) -> Any:
            if path == "analytics":
                return {"results": [{"name": "sales", "by": ["week"], "days": 182}]}
            if path == "categories":
                return {"results": [{"id": 1, "name": "Ale"}], "next": None}
            await asyncio.sleep(0.05 if asked.get("category") is None else 0)
            return {
                "report": asked.get("category") or "all",
                "by": "week",
                "since": "2026-01-01",
                "until": "2026-02-01",
            }

    async def both() -> ReportState:
        state = ReportState()
        await state.load(Slow(), ReportQuery(category="Ale"), "MAIN")  # type: ignore[arg-type]
        older = asyncio.create_task(state.load(Slow(), ReportQuery(), "MAIN"))  # type: ignore[arg-type]
        await asyncio.sleep(0)
        await state.load(Slow(), ReportQuery(category="Ale"), "MAIN")  # type: ignore[arg-type]
        await older
        return state

    state = asyncio.run(both())
    assert state.report is not None and state.report.name == "Ale"
    assert (state.working, state.categories) == (False, ("Ale",))


def test_every_report_of_the_server_has_words() -> None:
    for name in (
        "stock-over-time", "turnover", "abc-xyz", "slow-stock", "expiry",
        "write-offs", "service", "suppliers", "picking", "sales",
    ):  # fmt: skip
        assert say.title(name) != name
        assert say.explained(name).endswith(".")
