"""A walk to pick in memory: the tasks of one list, answered as the server's contract says."""

import json
from dataclasses import dataclass, field
from typing import Any

import httpx
from fakes import FakeServer, small_warehouse

NUMBER = "PL-000001"


@dataclass
class Walk(FakeServer):
    """Two places, one product each; what is taken, put back or missing changes the tasks."""

    tasks: list[dict[str, Any]] = field(default_factory=list)
    used_lots: list[str] = field(default_factory=list)

    def task(self, sku: str, lot: str, place: str, units: int) -> None:
        p = self.products[sku]
        self.tasks.append(
            {"id": len(self.tasks) + 1, "order": "SO-000001", "customer_name": "The Old Duke", "product": sku,
             "product_name": p.name, "lot": lot, "best_before_date": "2027-03-31", "location": place,
             "quantity": units, "picked": 0, "short": 0, "open": units, "units_per_pack": p.per_case,
             "units_per_case": p.per_case, "case_name": p.case.lower(), "base_unit": p.base_unit}
        )  # fmt: skip

    def _answer(self, request: httpx.Request, path: str) -> tuple[int, Any]:
        if not path.startswith(f"pick-lists/{NUMBER}"):
            return super()._answer(request, path)
        verb = path.rpartition("/")[2]
        body = json.loads(request.content) if request.content else {}
        if verb == NUMBER:
            status = "open" if self._next() else "done"
            return 200, {"id": 1, "number": NUMBER, "status": status, "tasks": self.tasks,
                         "staging_location": "MAIN/STAGE-01", "orders": ["SO-000001"]}  # fmt: skip
        if verb == "claim":
            if self._next() is None:
                return self._problem(409, "impossible_step", f"{NUMBER} is done.")
            return 200, self._place(self._next())
        return getattr(self, "_" + verb.replace("-", "_"))(body)  # type: ignore[no-any-return]

    def _next(self, but: int = 0) -> dict[str, Any] | None:
        return next((one for one in self.tasks if one["open"] > 0 and one["id"] != but), None)

    def _place(self, task: dict[str, Any] | None) -> dict[str, Any]:
        return {"task": task, "next": self._next(task["id"] if task else 0)}

    def _pick(self, body: dict[str, Any]) -> tuple[int, Any]:
        (line,) = body["lines"]
        task = self.tasks[line["task"] - 1]
        if line["lot"] not in (task["lot"], None):
            return self._no("wrong_lot", f"Want lot {task['lot']}. You have {line['lot']}.")
        if line["quantity"] > task["open"]:
            return self._no("too_many", f"Want {task['open']} here. You have {line['quantity']}.")
        task["picked"] += line["quantity"]
        task["open"] -= line["quantity"]
        return 200, self._place(task)

    def _undo(self, body: dict[str, Any]) -> tuple[int, Any]:
        task = self.tasks[body["task"] - 1]
        task["picked"] -= body["quantity"]
        task["open"] += body["quantity"]
        return 200, self._place(task)

    def _short(self, body: dict[str, Any]) -> tuple[int, Any]:  # type: ignore[override]
        task = self.tasks[body["task"] - 1]
        task["short"] += body["quantity"]
        task["open"] -= body["quantity"]
        return 200, self._place(task) | {"new_tasks": [], "backordered": body["quantity"]}

    def _use_lot(self, body: dict[str, Any]) -> tuple[int, Any]:
        task = self.tasks[body["task"] - 1]
        self.used_lots.append(body["reason"])
        task["lot"] = "L2"
        return 200, self._place(task)

    def _release(self, body: dict[str, Any]) -> tuple[int, Any]:
        return 200, self._place(None)

    def _no(self, code: str, detail: str) -> tuple[int, Any]:
        return self._problem(422, code, "1 thing is wrong.", [{"code": code, "detail": detail}])


def walk() -> Walk:
    """Two cases of ale at A-01-01, one of water at A-01-02."""
    known = small_warehouse()
    made = Walk(products=known.products, places=known.places)
    made.task("HPA-330", "L1", "MAIN/A-01-01", 48)
    made.task("MSW-750", "M1", "MAIN/A-01-02", 12)
    return made
