"""Planning in memory: proposals, lots that will not sell and wishes, answered as the server's contract says."""

import json
from dataclasses import dataclass, field
from typing import Any

import httpx
from fakes import FakeServer, small_warehouse


def proposed(number: int, sku: str, packs: int, **more: Any) -> dict[str, Any]:
    """A line to buy, of cases of 24."""
    per = 24
    why = {
        "sells_per_week": 336.0, "service_level_percent": "98.0", "service_source": "class", "lead_time_days": 12,
        "lead_time_source": "receipts", "review_days": 7, "protection_days": 19, "expected_demand": 912.0,
        "safety_stock": 240.0, "order_up_to": 1152.0, "rounding": "layer",
    }  # fmt: skip
    return {
        "id": number, "status": "open", "warehouse": "MAIN", "supplier": "HARROW", "supplier_name": "Harrow Brewing",
        "product": sku, "product_name": sku.title(), "base_unit": "can", "case_name": "case", "units_per_case": per,
        "pack_name": "case", "units_per_pack": per, "units_per_pallet": 60 * per, "minimum_packs": 5,
        "order_multiple": 12, "multiple_name": "layer", "quantity_packs": packs, "quantity": packs * per,
        "pack_cost": "19.5000", "net_amount": f"{packs * 19.5:.2f}", "needed": 920, "on_hand": 216, "free": 216,
        "on_order": 0, "urgency": 0, "runs_out_date": "2026-11-26", "order_by_date": "2026-11-20",
        "expected_date": "2026-12-04", "why": why, "sentence": "English only.", "troubles": [],
        "changed_since": False, "made_at": "2026-11-22T02:14:00Z",
    } | more  # fmt: skip


@dataclass
class Planning(FakeServer):
    """What is ordered and refused leaves the open proposals."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    risks: list[dict[str, Any]] = field(default_factory=list)
    policies: list[dict[str, Any]] = field(default_factory=list)
    bodies: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)
    against: list[dict[str, str]] = field(default_factory=list)  # what a first try is told
    somebody_else: bool = False  # somebody changed what is saved

    def _answer(self, request: httpx.Request, path: str) -> tuple[int, Any]:
        room, _, rest = path.partition("/")
        if room not in ("replenishment", "expiry-risk", "policies", "supplier-plans"):
            return super()._answer(request, path)
        params = dict(request.url.params)
        body = json.loads(request.content) if request.content else {}
        if request.method != "GET":
            self.bodies.append((f"{request.method} {path}", body))
        if room == "replenishment":
            return self._act(rest, body) if request.method == "POST" else self._read(rest, params)
        if room == "expiry-risk":
            return self._risk(rest, params)
        return self._wishes(request, rest, body)

    # --- proposals

    def _read(self, rest: str, params: dict[str, str]) -> tuple[int, Any]:
        waiting = [one for one in self.rows if one["status"] == "open"]
        if rest == "suppliers":
            groups: dict[str, list[dict[str, Any]]] = {}
            for one in waiting:
                groups.setdefault(one["supplier"] or "", []).append(one)
            found = [
                {"supplier": code or None, "supplier_name": lines[0]["supplier_name"], "lines": len(lines),
                 "quantity": sum(one["quantity"] for one in lines), "net_total": "234.00", "pallets": 1.4,
                 "truck_pallets": 2, "truck_percent": 70, "most_urgent": min(one["urgency"] for one in lines),
                 "minimum_order_value": "500.00"}
                for code, lines in groups.items()
            ]  # fmt: skip
            return 200, {"results": found}
        if rest == "summary":
            late = sum(one["urgency"] <= 0 for one in waiting)
            return 200, {
                "open": len(waiting),
                "late": late,
                "now": 0,
                "soon": 0,
                "expiry_lots": len(self.risks),
            }
        if rest:
            found = next((one for one in self.rows if str(one["id"]) == rest), None)
            levels = [
                {"service_level_percent": "95.0", "order_up_to": 1000.0, "quantity_packs": 36, "net_amount": "702.00"},
                {"service_level_percent": "98.0", "order_up_to": 1152.0, "quantity_packs": 48, "net_amount": "936.00"},
            ]  # fmt: skip
            return (
                (200, found | {"levels": levels})
                if found
                else self._problem(404, "not_found", "No such line.")
            )
        self.queries.append(params)
        rows = [one for one in self.rows if one["status"] == params.get("status", "open")]
        if "supplier" in params:
            rows = [one for one in rows if (one["supplier"] or "none") == params["supplier"]]
        start, limit = int(params.get("cursor") or 0), int(params.get("limit") or 50)
        more = str(start + limit) if start + limit < len(rows) else None
        return 200, {"results": rows[start : start + limit], "next": more}

    def _act(self, verb: str, body: dict[str, Any]) -> tuple[int, Any]:
        if verb == "work-out":
            for one in self.rows:
                one["changed_since"] = False
            return 200, {"open": len(self.rows)}
        wanted = {line["id"]: line for line in body["lines"]}
        lines = [one for one in self.rows if one["id"] in wanted]
        if verb == "accept":
            if any(one["status"] != "open" for one in lines):
                return self._problem(409, "already_answered", "Somebody answered 1 of 2 lines already.")
            if self.against and not body.get("ignore_warnings"):
                return self._problem(
                    422, "invalid", "1 thing is wrong, so nothing was ordered.", self.against
                )
            for one in lines:
                one["status"] = "accepted"
            codes = list(dict.fromkeys(one["supplier"] for one in lines))
            return 201, {"orders": [{"id": n, "number": f"PO-00000{n}", "supplier": code, "lines": len(lines),
                                     "status": "placed" if body.get("place") else "draft"}
                                    for n, code in enumerate(codes, 7)]}  # fmt: skip
        for one in lines:
            one["status"] = "refused" if verb == "refuse" else "open"
        return 200, {}

    # --- what will not sell

    def _risk(self, rest: str, params: dict[str, str]) -> tuple[int, Any]:
        if rest == "summary":
            days = {str(n): {"lots": 1, "units": 10 * n, "value": f"{n}.00"} for n in (7, 30, 90)}
            return 200, {"lots": len(self.risks), "units": 900, "value": "90.00", "within": days}
        self.queries.append(params)
        within = int(params.get("within_days") or 9999)
        rows = [one for one in self.risks if one["days_left"] <= within]
        rows = [one for one in rows if params.get("advice", one["advice"]) == one["advice"]]
        return 200, {"results": rows, "next": None}

    # --- wishes

    def _wishes(self, request: httpx.Request, rest: str, body: dict[str, Any]) -> tuple[int, Any]:
        if rest == "effective":
            return 200, {"service_level_percent": {"value": "98.0", "source": "class", "policy_id": 1},
                         "review_days": {"value": 7, "source": "default", "policy_id": None}}  # fmt: skip
        if request.method == "GET":
            return 200, {"results": self.policies, "next": None}
        if request.method == "POST":
            made = {"id": len(self.policies) + 1, "version": 1} | body
            self.policies.append(made)
            return 201, made
        known = next(one for one in self.policies if str(one["id"]) == rest)
        if self.somebody_else or request.headers.get("If-Match") != f'"{known["version"]}"':
            return self._problem(412, "changed_meanwhile", "It was changed meanwhile.")
        if request.method == "DELETE":
            self.policies.remove(known)
            return 204, None
        known.update(body | {"version": known["version"] + 1})
        return 200, known


def planning() -> Planning:
    """Two lines of one supplier, one of another, one of nobody."""
    made = Planning(products=small_warehouse().products)
    made.rights = [*made.rights, "planning.view", "planning.change", "buying.change", "cost.view"]
    made.rows = [
        proposed(1, "pale ale", 48),
        proposed(2, "stout", 12, urgency=5),
        proposed(3, "water", 24, supplier="QUAY", supplier_name="Quay Springs", urgency=1),
        proposed(
            4, "cider", 6, supplier=None, supplier_name="", troubles=[{"code": "no_supplier", "values": {}}]
        ),
    ]
    return made
