"""Forecasting in memory: forecasts, runs that advance by each look, how right they were, and events."""

import json
import math
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import httpx
from fakes import TODAY, FakeServer

ORIGIN = date(2026, 11, 22)
RIGHTS = ["planning.view", "planning.change"]


def forecast_row(sku: str, name: str, **more: Any) -> dict[str, Any]:
    """A row of the list."""
    return {
        "id": len(sku), "product": sku, "product_id": 1, "product_name": name, "category": "Ale", "warehouse": "MAIN",
        "warehouse_id": 1, "base_unit": "can", "case_name": "case", "units_per_case": 24, "method": "combined",
        "demand_class": "smooth", "per_week": 336.0, "next_4_weeks": 1300.0, "error": 0.76, "naive_error": 1.0,
        "ratio": 0.76, "origin_date": ORIGIN.isoformat(), "made_at": "2026-11-23T02:00:00Z",
        "week_means": [300 + 40 * math.sin(week / 4) for week in range(26)],
    } | more  # fmt: skip


def whole_forecast(sku: str, name: str, **more: Any) -> dict[str, Any]:
    """One forecast with its past, its weeks ahead and the shelf: 955 free cases, one lot of which 86 stay."""
    weeks = [
        {"week_date": (ORIGIN + timedelta(weeks=n)).isoformat(), "mean": 336.0 + 4 * n, "p10": 280.0, "p50": 330.0,
         "p90": 400.0 + 5 * n, "cum_mean": 336.0 * n}
        for n in range(1, 27)
    ]  # fmt: skip
    history = [
        {"week_date": (ORIGIN - timedelta(weeks=n)).isoformat(), "demand": 300.0 + 30 * math.sin(n / 5),
         "unknown": n in (20, 21), "days_out": 5 if n in (20, 21) else 0}
        for n in range(103, -1, -1)
    ]  # fmt: skip
    told = [
        {"week_date": (ORIGIN - timedelta(weeks=n)).isoformat(), "mean": 310.0, "p10": 250.0, "p90": 380.0}
        for n in range(12, -1, -1)
    ]
    lots = [
        {"lot": "L2609A", "lot_id": 7, "best_before_date": "2026-12-03", "last_saleable_date": "2026-12-03",
         "on_hand": 148 * 24, "unsold": 86 * 24},
        {"lot": "L2609C", "lot_id": 8, "best_before_date": "2026-12-31", "last_saleable_date": "2026-12-31",
         "on_hand": 312 * 24, "unsold": 0},
    ]  # fmt: skip
    projection = [
        {"date": (TODAY + timedelta(weeks=n)).isoformat(), "mean": max(22920.0 - 336 * 7 * n, 0),
         "p10": max(22920.0 - 400 * 7 * n, 0), "p90": max(22920.0 - 280 * 7 * n, 0),
         "with_orders": max(22920.0 - 336 * 7 * n, 0) + (9600 if n > 1 else 0)}
        for n in range(27)
    ]  # fmt: skip
    return forecast_row(sku, name) | {
        "horizon_weeks": 26, "weeks": weeks, "history": history, "told": told,
        "why": [{"code": "best_of_backtests", "values": {
                    "method": "ets", "runner_up": "theta", "by_percent": 4, "origins": 6}},
                {"code": "weeks_without_stock", "values": {"weeks": 2}},
                {"code": "told_in_a_later_version", "values": {}}],
        "events": [{"name": "Christmas Day", "kind": "holiday", "first_date": "2026-12-25", "last_date": "2026-12-25"},
                   {"name": "Summer offer", "kind": "promotion", "first_date": "2026-07-01",
                    "last_date": "2026-07-14"}],
        "shelf": {"on_hand": 22920.0, "free": 22920.0, "on_order": 9600.0, "lots": lots, "projection": projection},
        "lasts_days": 68,
    } | more  # fmt: skip


@dataclass
class Forecasting(FakeServer):
    """What is asked for changes what is answered next: a run goes on by a step at each look."""

    whole: dict[str, dict[str, Any]] = field(default_factory=dict)
    appear: dict[str, dict[str, Any]] = field(default_factory=dict)  # once a run is done
    run: dict[str, Any] | None = None
    fails: str = ""
    known: list[dict[str, Any]] = field(default_factory=list)
    plan: dict[str, Any] = field(default_factory=lambda: {
        "warehouse": "MAIN", "holiday_country": "GB", "holiday_region": "ENG", "version": 3})  # fmt: skip
    bodies: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    wanted: list[dict[str, str]] = field(default_factory=list)  # the parameters of each reading

    def _answer(self, request: httpx.Request, path: str) -> tuple[int, Any]:
        room, _, rest = path.partition("/")
        rooms = {
            "forecasts": self._forecasts,
            "forecast-runs": self._runs,
            "forecast-accuracy": self._accuracy,
            "demand-events": self._events,
            "holidays": self._holidays,
            "warehouse-plans": self._plans,
        }
        if room not in rooms:
            return super()._answer(request, path)
        body = json.loads(request.content) if request.content else {}
        if request.method == "GET":
            self.wanted.append(dict(request.url.params))
        else:
            self.bodies.append((f"{request.method} {path}", body))
        return rooms[room](request, rest, body)

    def _forecasts(self, request: httpx.Request, rest: str, body: dict[str, Any]) -> tuple[int, Any]:
        params = dict(request.url.params)
        if rest == "of":
            if params["product"] not in self.products:
                return self._problem(404, "not_found", "There is no such product.")
            found = self.whole.get(params["product"])
            return (200, found) if found else self._problem(404, "no_forecast", "Nothing was worked out yet.")
        rows = [{k: v for k, v in one.items() if k != "weeks"} for one in self.whole.values()]
        return 200, {"results": rows, "next": None}

    def _runs(self, request: httpx.Request, rest: str, body: dict[str, Any]) -> tuple[int, Any]:
        if request.method == "POST":
            if "planning.change" not in self.rights:
                return self._problem(403, "forbidden", "Your role does not allow this.")
            if self.run is None or self.run["status"] in ("done", "failed"):
                number = (self.run or {"id": 0})["id"] + 1
                self.run = {"id": number, "kind": "asked", "status": "queued", "phase": "", "series_total": 0,
                            "series_done": 0, "user": "manager", "created_at": "2026-11-22T10:00:00Z"}  # fmt: skip
            return 202, self.run
        if not rest:
            return 200, {"results": [self.run] if self.run else [], "next": None}
        if self.run is None:
            return self._problem(404, "not_found", "There is no such run.")
        self._go_on(self.run)
        return 200, self.run

    def _go_on(self, run: dict[str, Any]) -> None:
        if run["status"] == "queued":
            run |= {"status": "running", "phase": "forecast", "series_total": 482, "series_done": 120}
        elif run["status"] == "running" and self.fails:
            run |= {"status": "failed", "detail": self.fails, "finished_at": "2026-11-22T10:01:00Z"}
        elif run["status"] == "running":
            run |= {
                "status": "done", "phase": "done", "series_done": 482, "finished_at": "2026-11-22T10:01:00Z",
                "origin_date": ORIGIN.isoformat(),
                "figures": {"by_method": {"combined": 400, "none": 82}, "changed": 482, "unchanged": 0,
                            "seconds": 31.4, "peak_mb": 410},
            }  # fmt: skip
            self.whole |= self.appear

    def _accuracy(self, request: httpx.Request, rest: str, body: dict[str, Any]) -> tuple[int, Any]:
        by = request.url.params.get("by", "week")
        keys = {
            "week": [((ORIGIN - timedelta(weeks=n)).isoformat(), "") for n in range(12, -1, -1)],
            "product": [("HPA-330", "Harrow Pale Ale"), ("MSW-750", "Mirabel Sparkling Water")],
            "category": [("4", "Ale"), ("7", "Water")],
            "method": [("combined", ""), ("tsb", "")],
            "class": [("smooth", ""), ("lumpy", "")],
        }[by]
        rows = [how_right(key, name, wape_percent=28.0 + n) for n, (key, name) in enumerate(keys)]
        total = how_right("", "", series=482, weeks=5900)
        return 200, {"rows": rows, "total": total, "skipped": {"out_of_stock": 38, "no_naive": 12}}

    def _events(self, request: httpx.Request, rest: str, body: dict[str, Any]) -> tuple[int, Any]:
        if request.method == "GET" and not rest:
            kind = request.url.params.get("kind", "")
            return 200, {"results": [e for e in self.known if kind in ("", e["kind"])], "next": None}
        if request.method == "POST":
            if body["last_date"] < body["first_date"]:
                fault = {
                    "pointer": "/last_date",
                    "code": "before_first",
                    "detail": "It ends before it begins.",
                }
                return self._problem(422, "invalid", "The event was not added.", [fault])
            made = {"id": len(self.known) + 1, "version": 1, "products": []} | body
            self.known.append(made)
            return 201, made
        found = next((one for one in self.known if str(one["id"]) == rest), None)
        if found is None:
            return self._problem(404, "not_found", "There is no such event.")
        if request.method == "GET":
            return 200, found
        if request.headers.get("If-Match") != f'"{found["version"]}"':
            return self._problem(412, "changed_meanwhile", "Somebody changed it.")
        if request.method == "DELETE":
            self.known.remove(found)
            return 204, None
        found |= body | {"version": found["version"] + 1}
        return 200, found

    def _holidays(self, request: httpx.Request, rest: str, body: dict[str, Any]) -> tuple[int, Any]:
        days = [("2026-12-25", "Christmas Day"), ("2026-12-28", "Boxing Day (substitute)")]
        named = self.plan["holiday_country"]
        return 200, {"results": [{"date": day, "name": name} for day, name in days] if named else []}

    def _plans(self, request: httpx.Request, rest: str, body: dict[str, Any]) -> tuple[int, Any]:
        if request.method == "PATCH":
            self.plan |= body | {"version": self.plan["version"] + 1}
        return 200, self.plan


def how_right(key: str, name: str, **more: Any) -> dict[str, Any]:
    """A row of the accuracy page."""
    return {
        "key": key, "key_name": name, "series": 2, "weeks": 26, "actual": 8400.0, "wape_percent": 30.4,
        "naive_wape_percent": 41.0, "bias_percent": 1.2, "mase": 0.78, "naive_mase": 1.04, "ratio": 0.75,
        "pinball95": 0.047, "p50_cover": 51.0, "p90_cover": 89.2, "p95_cover": 95.1, "p99_cover": 97.2,
    } | more  # fmt: skip
