"""Control in memory: one count, one transfer, one recall and traces, answered as the server's contract says."""

import json
from dataclasses import dataclass, field
from typing import Any

import httpx
from fakes import FakeServer

COUNT, TRANSFER, RECALL = "CT-000001", "TR-000001", "RC-000001"


@dataclass
class Control(FakeServer):
    """What is entered, moved and told changes what is answered next."""

    places_to_count: list[str] = field(default_factory=list)
    expected: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    entered: dict[tuple[str, str, str], int] = field(default_factory=dict)  # place, product, lot
    closed: list[str] = field(default_factory=list)
    claimed: str = ""
    status: str = "open"
    bodies: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)
    asked_for: list[dict[str, Any]] = field(default_factory=list)
    transfer_status: str = "dispatched"
    traces: dict[str, dict[str, Any]] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)

    def _answer(self, request: httpx.Request, path: str) -> tuple[int, Any]:
        room, _, rest = path.partition("/")
        if room not in ("counts", "transfers", "recalls") and not path.endswith("/trace"):
            return super()._answer(request, path)
        body = json.loads(request.content) if request.content else {}
        if request.method == "POST":
            self.bodies.append((path, body))
        verb = rest.partition("/")[2]
        if path.endswith("/trace"):
            found = self.traces.get(rest.partition("/")[0])
            return (200, found) if found else self._problem(404, "not_found", "There is no such lot.")
        if room == "counts":
            return self._count(verb, body)
        if room == "transfers":
            return self._transfer(verb, body)
        return self._recall(verb, body)

    # --- the count

    def _count(self, verb: str, body: dict[str, Any]) -> tuple[int, Any]:
        place = body.get("location", "")
        if verb == "claim":
            self.claimed = place
            return 200, self._place(place)
        if verb == "enter":
            (line,) = body["lines"]
            key = (place, line["product"], line.get("lot", ""))
            before = self.entered.get(key, 0) if line.get("mode") == "add" else 0
            self.entered[key] = before + line["quantity"]
            return 200, self._place(place)
        if verb == "remove":
            del self.entered[place, body["product"], body.get("lot", "")]
            return 200, self._place(place)
        if verb == "done":
            seen = {(sku, lot) for where, sku, lot in self.entered if where == place}
            missing = [one for one in self.expected.get(place, []) if one not in seen]
            if missing and body.get("not_seen") != "zero":
                faults = [
                    {"code": "not_seen", "detail": f"{sku} {lot} was not seen."} for sku, lot in missing
                ]
                return self._problem(422, "not_seen", "Some lots were not seen.", faults)
            self.closed.append(place)
            self.claimed = ""
            return 200, self._place(place)
        if verb == "submit":
            self.status = "to_approve"
        elif verb == "approve" and not body.get("free_promises") and "promised" in self.rights:
            return self._problem(409, "units_are_promised", "12 of them are promised to SO-000007.")
        elif verb in ("approve", "reject", "cancel"):
            self.status = "closed"
        return 200, self._whole_count()

    def _line(self, place: str, sku: str, lot: str, units: int) -> dict[str, Any]:
        p = self.products[sku]
        return {
            "id": len(lot), "location": place, "round": 1, "product": sku, "product_name": p.name, "lot": lot,
            "counted": units, "counted_by": "manager", "outcome": "counted", "base_unit": p.base_unit,
            "case_name": p.case.lower(), "units_per_case": p.per_case,
        }  # fmt: skip

    def _place(self, place: str) -> dict[str, Any]:
        lines = [self._line(*key, units) for key, units in self.entered.items() if key[0] == place]
        return {"location": place, "round": 1, "lines": lines, "asked": []}

    def _whole_count(self) -> dict[str, Any]:
        places = [
            {"location": place, "round": 1, "pick_sequence": n, "zone": "A",
             "claimed_by": "manager" if place == self.claimed else "",
             "done_at": "2026-11-22T10:00:00Z" if place in self.closed else None, "done_by": "manager"}
            for n, place in enumerate(self.places_to_count)
        ]  # fmt: skip
        return {
            "id": 1, "number": COUNT, "status": self.status, "blind": True, "warehouse": "MAIN", "places": places,
            "lines": [self._line(*key, units) for key, units in self.entered.items()],
            "totals": {"places": len(places), "done": len(self.closed)},
        }  # fmt: skip

    # --- the transfer

    def _transfer(self, verb: str, body: dict[str, Any]) -> tuple[int, Any]:
        if verb == "receive":
            for line in body["lines"]:
                if line.get("surplus"):
                    continue
                item = next(one for one in self.items if one["id"] == line["item"])
                item["received"] += line["quantity"]
                item["on_the_way"] -= line["quantity"]
                item["damaged"] += line["quantity"] if line.get("condition") == "damaged" else 0
            left = sum(one["on_the_way"] for one in self.items)
            self.transfer_status = "partly_received" if left else "received"
        elif verb == "dispatch":
            self.transfer_status = "dispatched"
        elif verb == "close":
            self.transfer_status = "received"
        steps = {"draft": ["edit", "dispatch", "cancel"], "received": []}
        return 200, {
            "id": 1, "number": TRANSFER, "status": self.transfer_status, "from_warehouse": "MAIN",
            "to_warehouse": "NORTH", "lines": self.asked_for, "items": self.items,
            "possible_steps": steps.get(self.transfer_status, ["receive", "close"]),
        }  # fmt: skip

    # --- the recall

    def _recall(self, verb: str, body: dict[str, Any]) -> tuple[int, Any]:
        if verb == "tell":
            self.told |= dict.fromkeys(body["customers"], body["how"])
        customers = [
            {"customer": code, "customer_name": name, "shipped": units,
             "told_at": "2026-11-22T10:00:00Z" if code in self.told else None, "told_how": self.told.get(code, "")}
            for code, name, units in (("C1", "The Old Duke", 48), ("C2", "Lamb & Flag", 96))
        ]  # fmt: skip
        lots = [{"product": "HPA-330", "lot": "L1", "lot_id": 7, "received": 240, "base_unit": "can",
                 "case_name": "case", "units_per_case": 24}]  # fmt: skip
        totals = {
            "received": 240,
            "blocked": 96,
            "with_customers": 144,
            "customers": 2,
            "told": len(self.told),
        }
        return 201 if not verb and body else 200, {
            "id": 1, "number": RECALL, "status": "closed" if verb == "close" else "open", "lots": lots,
            "customers": customers, "totals": totals,
        }  # fmt: skip


def traced(**balance: int) -> dict[str, Any]:
    """The way of ten cases of ale: six with two customers, three on hold, one scrapped."""
    amounts = {"received": 240, "shipped": 168, "returned": 24, "on_hand": 72, "scrapped": 24, "closes": True}
    return {
        "lot": {"id": 7, "lot_id": 7, "product": "HPA-330", "product_name": "Harrow Pale Ale", "lot": "L1"},
        "balance": amounts | balance,
        "origins": [{"supplier_name": "Harrow", "receipt": "GR-000001", "purchase_order": "PO-000002",
                     "quantity": 240, "received_at": "2026-10-12T08:00:00Z"}],
        "places": [{"location": "MAIN/QA-01", "kind": "quarantine", "warehouse": "MAIN", "on_hand": 72, "held": True}],
        "promised": [{"order": "SO-000009", "customer_name": "Quay Deli", "quantity": 24}],
        "customers": [
            {"customer": "C1", "customer_name": "The Old Duke", "shipped": 48, "returned": 0, "net": 48,
             "shipments": [{"shipment": "SH-1", "order": "SO-000001", "quantity": 48}]},
            {"customer": "C2", "customer_name": "Lamb & Flag", "shipped": 120, "returned": 24, "net": 96,
             "shipments": []},
        ],
        "scrapped": [{"at": "2026-11-20T08:00:00Z", "quantity": 24, "user": "mira"}],
        "units_per_case": 24, "case_name": "case", "base_unit": "can",
    }  # fmt: skip
