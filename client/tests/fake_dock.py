"""A dock in memory: one order, its delivery, and what lies there, answered as the server's contract says."""

import json
from dataclasses import dataclass, field
from typing import Any

import httpx
from fakes import FakeServer, small_warehouse

ORDER, RECEIPT = "PO-000001", "GR-000001"
PALLET = "395200000000000017"


@dataclass
class Dock(FakeServer):
    """What is open of the order, what was booked, and what nobody asked for is refused until it is decided upon."""

    opened: bool = False
    closed: str = ""
    rest: dict[str, int] = field(default_factory=dict)  # by product, in units
    ordered: dict[str, int] = field(default_factory=dict)
    lines: list[dict[str, Any]] = field(default_factory=list)
    differences: list[dict[str, Any]] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    catalogue: list[dict[str, Any]] = field(default_factory=list)
    placed: list[dict[str, Any]] = field(default_factory=list)
    against: str = ""
    pallet_here: bool = False
    waiting: dict[str, str] = field(default_factory=lambda: {ORDER: "2026-11-22"})  # number → expected on

    def order(self, sku: str, units: int) -> None:
        self.rest[sku] = self.ordered[sku] = units

    # --- the transport

    def _answer(self, request: httpx.Request, path: str) -> tuple[int, Any]:
        body = json.loads(request.content) if request.content and request.method != "GET" else {}
        if path == "receipts" and request.method == "GET":
            return 200, {
                "results": [self._receipt()] if self.opened and not self.closed else [],
                "next": None,
            }
        if path == "receipts":
            self.opened = True
            return 201, self._receipt()
        if path == f"receipts/{RECEIPT}":
            return 200, self._receipt()
        if path.startswith(f"receipts/{RECEIPT}/"):
            self.bodies.append(body)
            return getattr(self, "_dock_" + path.rpartition("/")[2].replace("-", "_"))(body)  # type: ignore[no-any-return]
        if path == f"purchase-orders/{ORDER}":
            return 200, self._order()
        if path == "purchase-orders" and request.method == "GET":
            waiting = [{"number": number, "possible_steps": ["receive"], "status": "placed", "expected_date": day,
                        "late": day < "2026-11-22"} for number, day in self.waiting.items()]  # fmt: skip
            return 200, {"results": waiting, "next": None}
        if path == "advance-notices":
            return 200, {"results": [], "next": None}
        if path == "put-away":
            return 200, {"results": self._lying(), "next": None}
        if path == "suppliers":
            supplier = {"id": 1, "code": "HARROW", "name": "Harrow Brewing", "lead_time_days": 5,
                        "minimum_order_value": "500.00"}  # fmt: skip
            return 200, {"results": [supplier], "next": None}
        if path == "supplier-products":
            return 200, {"results": self.catalogue, "next": None}
        if path == "purchase-orders" and request.method == "POST":
            self.placed.append(body)
            return 201, self._order() | {"status": "draft"}
        if path.startswith("purchase-orders/") and path.endswith("/place"):
            self.bodies.append(body)
            if self.against and not body.get("ignore_warnings"):
                return self._wrong([{"code": "below_minimum_quantity", "detail": self.against}])
            return 200, self._order()
        return super()._answer(request, path)

    def _order(self) -> dict[str, Any]:
        lines = [
            {**row, "id": row["order_line_id"], "quantity": row["ordered"], "quantity_packs": 1}
            for row in self._expected()
        ]
        return {"id": 1, "number": ORDER, "status": "placed", "warehouse": "MAIN", "supplier": "HARROW",
                "supplier_name": "Harrow Brewing", "lines": lines}  # fmt: skip

    def _receipt(self) -> dict[str, Any]:
        return {
            "id": 1, "number": RECEIPT, "status": "closed" if self.closed else "open", "purchase_order": ORDER,
            "supplier_name": "Harrow Brewing", "location": "MAIN/RECV-01", "expected": self._expected(),
            "lines": self.lines, "discrepancies": self.differences,
            "units": [{"sscc": PALLET, "received": self.pallet_here, "lines": []}],
        }  # fmt: skip

    def _expected(self) -> list[dict[str, Any]]:
        return [
            {"order_line_id": n, "product": sku, "product_name": self.products[sku].name,
             "pack_name": self.products[sku].case.lower(), "units_per_pack": self.products[sku].per_case,
             "ordered": self.ordered[sku], "received": self.ordered[sku] - rest, "open": max(rest, 0),
             "lots": ["L77"], "base_unit": self.products[sku].base_unit}
            for n, (sku, rest) in enumerate(self.rest.items(), 1)
        ]  # fmt: skip

    # --- acts

    def _scan(self, body: dict[str, Any]) -> tuple[int, Any]:
        if body["data"].startswith("00"):
            return 200, {"kind": "unit", "sscc": body["data"][2:]}
        return super()._scan(body)

    def _dock_receive(self, body: dict[str, Any]) -> tuple[int, Any]:
        (line,) = body["lines"]
        sku, units = line["product"], line["quantity"]
        outcome, open_ = line.get("outcome"), self.rest.get(sku)
        ways = {"possible_outcomes": ["refuse", "quarantine", "accept"], "wanted": open_ or 0, "given": units}
        if outcome is None:
            if open_ is None:
                return self._wrong([{"code": "not_ordered", "detail": "Nobody asked."} | ways])
            if line.get("condition") == "damaged":
                return self._wrong([{"code": "outcome_required", "detail": "Damaged."} | ways])
            if units > open_:
                return self._wrong([{"code": "over_delivered", "detail": "Too many."} | ways])
        return self._book(sku, line.get("lot", ""), units, line.get("best_before_date"), outcome)

    def _book(
        self, sku: str, lot: str, units: int, until: str | None, outcome: str | None
    ) -> tuple[int, Any]:
        place = "MAIN/QA-01" if outcome == "quarantine" else "MAIN/RECV-01"
        operation, p = None, self.products[sku]
        if outcome != "refuse":
            operation = self.post("receive", [(sku, lot, "supplier", place, units)]).id
            self.rest[sku] = self.rest.get(sku, 0) - units
            self.lines.insert(0, {
                "id": len(self.lines) + 1, "operation_id": operation, "product": sku, "product_name": p.name,
                "lot": lot, "best_before_date": until, "location": place, "quantity": units,
                "base_unit": p.base_unit, "case_name": p.case.lower(), "units_per_case": p.per_case,
                "received_at": self._clock.isoformat(), "undone": False,
            })  # fmt: skip
        if outcome:
            self.differences.append({
                "id": len(self.differences) + 1, "kind": "damaged", "outcome": outcome + "d", "product": sku,
                "product_name": p.name, "lot": lot, "quantity": units, "base_unit": p.base_unit,
                "found_at": self._clock.isoformat(),
            })  # fmt: skip
        booked = {"product": sku, "product_name": p.name, "lot": lot, "quantity": units, "location": place,
                  "best_before_date": until, "kind": "ok", "outcome": outcome, "base_unit": p.base_unit}  # fmt: skip
        return 201, {"operation_id": operation, "booked": [booked], "waiting": [], "put_away": [],
                     "receipt": {"number": RECEIPT, "status": "open", "expected": self._expected()}}  # fmt: skip

    def _dock_receive_unit(self, body: dict[str, Any]) -> tuple[int, Any]:
        if body["sscc"] != PALLET:
            return self._problem(404, "unknown_unit", "Nobody announced it.")
        if self.pallet_here:
            return self._problem(409, "already_received", "It came already.")
        self.pallet_here = True
        return self._book("HPA-330", "L77", 48, "2027-03-31", None)

    def _dock_undo(self, body: dict[str, Any]) -> tuple[int, Any]:
        for line in self.lines:
            if line["operation_id"] == body["operation_id"]:
                line["undone"] = True
                self.rest[line["product"]] += line["quantity"]
        return 200, self._receipt()

    def _dock_close(self, body: dict[str, Any]) -> tuple[int, Any]:
        self.closed = body.get("rest", "none")
        return 200, self._receipt()

    def _wrong(self, errors: list[dict[str, Any]]) -> tuple[int, Any]:
        return self._problem(422, str(errors[0]["code"]), "1 thing is wrong.", errors)

    def _lying(self) -> list[dict[str, Any]]:
        rows = []
        for (sku, lot, place), units in sorted(self.balances().items()):
            p = self.products[sku]
            if place == "MAIN/RECV-01":
                promised = 24 if lot == "PROMISED" else 0
                rows.append(
                    {"product": sku, "product_name": p.name, "lot": lot, "from_location": place, "on_hand": units,
                     "free": units - promised, "promised": promised, "base_unit": p.base_unit,
                     "promised_to": [{"reference": "SO-000012", "quantity": promised}] if promised else [],
                     "case_name": p.case.lower(), "units_per_case": p.per_case,
                     "proposals": [{"location": "MAIN/A-01-02", "why": "same lot lies there"}]}
                )  # fmt: skip
        return rows


def dock() -> Dock:
    """Two cases of ale and one of water are waited for."""
    known = small_warehouse()
    made = Dock(products=known.products, places=known.places)
    made.order("HPA-330", 48)
    made.order("MSW-750", 12)
    made.catalogue = [
        {"id": 1, "supplier": "HARROW", "product": "HPA-330", "product_name": "Harrow Pale Ale", "pack": "15060000000013",
         "pack_name": "case", "units_per_pack": 24, "cost": "20.00", "minimum_quantity": 5, "order_multiple": 1},
        {"id": 2, "supplier": "HARROW", "product": "MSW-750", "product_name": "Mirabel Sparkling Water",
         "pack": "15060000000020", "pack_name": "case", "units_per_pack": 12, "supplier_sku": "W-7", "cost": "6.50",
         "minimum_quantity": 1, "order_multiple": 12, "multiple_name": "layer"},
    ]  # fmt: skip
    return made
