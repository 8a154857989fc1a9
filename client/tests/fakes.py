"""A warehouse in memory that answers HTTP as the server's contract says, for testing states without a server.

It is a transport, not a mock: the client's own Api, records and resending run on top of it unchanged.
"""

import itertools
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import httpx

from stillage_client.api.transport import Api, Tokens

TODAY = date(2026, 11, 22)
VIRTUAL = {"supplier", "adjustment", "scrap"}
MANAGER_RIGHTS = [
    "catalogue.view", "catalogue.change", "places.view", "stock.view", "stock.receive", "stock.move", "stock.adjust",
    "stock.scrap", "stock.hold", "stock.release", "stock.reverse", "scan.use", "imports.run", "audit.view", "users.view",
]  # fmt: skip


def check_digit(digits: str) -> str:
    """The GS1 check digit of a number that lacks it."""
    return str(-sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits))) % 10)


def gtin(body: str) -> str:
    """A GTIN-14 of 13 digits and their check digit."""
    return body + check_digit(body)


@dataclass
class FakeProduct:
    """A product as the fake keeps it."""

    id: int
    sku: str
    name: str
    category: str = "Ale"
    base_unit: str = "can"
    container_ml: int = 330
    per_case: int = 24
    case: str = "Case"
    brand: str = "Harrow Brewing Co."

    @property
    def each_gtin(self) -> str:
        return gtin(f"05060{self.id:08d}")

    @property
    def case_gtin(self) -> str:
        return gtin(f"15060{self.id:08d}")


@dataclass
class FakeOperation:
    """One posted operation; its movements are the only truth, balances are sums of them."""

    id: str
    kind: str
    user: str
    at: datetime
    lines: list[tuple[str, str, str, str, int]]  # sku, lot, from, to, quantity
    reverses: str | None = None
    reversed_by: str | None = None
    reference: str = ""
    reason: str = ""


@dataclass
class FakeServer(httpx.AsyncBaseTransport):
    """The server's side of the contract, as far as the screens use it."""

    rights: list[str] = field(default_factory=lambda: list(MANAGER_RIGHTS))
    products: dict[str, FakeProduct] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)  # MAIN/A-01-01 → kind
    dates: dict[tuple[str, str], date | None] = field(default_factory=dict)
    operations: list[FakeOperation] = field(default_factory=list)
    held: dict[tuple[str, str], str] = field(default_factory=dict)  # wherever it lies
    held_at: dict[tuple[str, str, str], str] = field(default_factory=dict)  # at one place
    all_warehouses: bool = True
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)  # by Idempotency-Key
    asked: list[str] = field(default_factory=list)
    holds_done: list[str] = field(default_factory=list)
    offline: bool = False
    lose_answers: int = 0  # so many writes are done, but their answer never arrives

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)
        self._clock = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)

    # --- filling it

    def product(self, sku: str, name: str, **more: Any) -> FakeProduct:
        made = FakeProduct(len(self.products) + 1, sku, name, **more)
        self.products[sku] = made
        return made

    def place(self, code: str, kind: str = "storage") -> str:
        self.places[f"MAIN/{code}"] = kind
        return f"MAIN/{code}"

    def stock(self, sku: str, lot: str, place: str, units: int, best_before: date | None = None) -> None:
        self.dates[sku, lot] = best_before
        self.post("receive", [(sku, lot, "supplier", place, units)], user="ada")

    def post(
        self, kind: str, lines: list[tuple[str, str, str, str, int]], *, user: str = "manager", **more: Any
    ) -> FakeOperation:
        self._clock += timedelta(seconds=7)
        made = FakeOperation(f"op-{next(self._numbers)}", kind, user, self._clock, lines, **more)
        self.operations.append(made)
        return made

    # --- reading it

    def on_hand(self, sku: str, lot: str, place: str) -> int:
        return self.balances().get((sku, lot, place), 0)

    def balances(self) -> dict[tuple[str, str, str], int]:
        sums: dict[tuple[str, str, str], int] = {}
        for operation in self.operations:
            for sku, lot, source, target, units in operation.lines:
                for place, change in ((source, -units), (target, units)):
                    if place not in VIRTUAL:
                        sums[sku, lot, place] = sums.get((sku, lot, place), 0) + change
        return {key: units for key, units in sums.items() if units}

    # --- the transport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.offline:
            raise httpx.ConnectError("no network", request=request)
        path = unquote(request.url.path).removeprefix("/api/v1/")
        self.asked.append(f"{request.method} {path}")
        key = request.headers.get("Idempotency-Key")
        known = self.answers.get(key or "")
        status, body = known or self._answer(request, path)
        if key and request.method == "POST" and status < 500:
            self.answers[key] = (status, body)
        if self.lose_answers and request.method == "POST" and path.startswith("stock/"):
            self.lose_answers -= 1
            raise httpx.ReadTimeout("lost", request=request)
        return self._say(status, body)

    @staticmethod
    def _say(status: int, body: Any) -> httpx.Response:
        return httpx.Response(status, json=body) if body is not None else httpx.Response(status)

    def _answer(self, request: httpx.Request, path: str) -> tuple[int, Any]:
        params = dict(request.url.params)
        if request.method == "POST":
            content = request.headers.get("Content-Type", "")
            body = json.loads(request.content) if "json" in content and request.content else {}
            acts: dict[str, Callable[[dict[str, Any]], tuple[int, Any]]] = {
                "auth/token": self._sign_in,
                "auth/logout": lambda _: (204, None),
                "stock/receive": self._receive,
                "stock/move": self._move,
                "stock/adjust": self._adjust,
                "stock/reverse": self._reverse,
                "stock/hold": self._hold,
                "stock/release": self._release,
                "scan": self._scan,
            }
            return acts[path](body) if path in acts else self._problem(404, "not_found", "No such address.")
        reads: dict[str, Callable[[dict[str, str]], tuple[int, Any]]] = {
            "auth/me": lambda _: (200, self._me()),
            "availability": self._availability,
            "availability/summary": lambda _: (200, self._summary()),
            "stock": self._stock,
            "movements": self._movements,
            "lots": self._lots,
            "locations": self._locations,
            "products": lambda _: (
                200,
                {"results": [self._product(p) for p in self.products.values()], "next": None},
            ),
            "warehouses": lambda _: (
                200,
                {"results": [{"id": 1, "code": "MAIN", "name": "Bristol"}], "next": None},
            ),
            "audit": lambda _: (200, {"results": [], "next": None}),
            "users": lambda _: (200, {"results": [], "next": None}),
        }
        if path in reads:
            return reads[path](params)
        if path.startswith("products/") and path.split("/")[1] in self.products:
            return 200, self._product(self.products[path.split("/")[1]])
        return self._problem(404, "not_found", "No such thing here.")

    @staticmethod
    def _problem(
        status: int, code: str, detail: str, errors: Iterable[dict[str, str]] = ()
    ) -> tuple[int, Any]:
        return status, {
            "status": status,
            "code": code,
            "title": code,
            "detail": detail,
            "errors": list(errors),
        }

    # --- who

    def _sign_in(self, body: dict[str, Any]) -> tuple[int, Any]:
        if body.get("password") != "stillage":
            return self._problem(401, "invalid_credentials", "That name and password do not match.")
        return 200, {"access": "a", "refresh": "r"}

    def _me(self) -> dict[str, Any]:
        return {
            "id": 1,
            "username": "manager",
            "full_name": "Mira Okafor",
            "role": "manager",
            "roles": ["manager"],
            "permissions": self.rights,
            "all_warehouses": self.all_warehouses,
            "warehouses": [{"id": 1, "code": "MAIN", "name": "Bristol warehouse"}],
            "warehouse": "MAIN",
            "language": "en",
        }

    # --- reads

    def _product(self, p: FakeProduct) -> dict[str, Any]:
        packs = [
            {"id": p.id * 10, "name": p.base_unit.capitalize(), "units_per_pack": 1, "gtin": p.each_gtin}
        ]
        if p.per_case > 1:
            packs.append(
                {"id": p.id * 10 + 1, "name": p.case, "units_per_pack": p.per_case, "gtin": p.case_gtin}
            )
        return {
            "id": p.id,
            "sku": p.sku,
            "name": p.name,
            "brand": p.brand,
            "category": p.category,
            "container_ml": p.container_ml,
            "base_unit": p.base_unit,
            "abv_percent": "4.60",
            "status": "active",
            "packs": packs,
            "version": 1,
        }

    def _availability(self, params: dict[str, str]) -> tuple[int, Any]:
        rows = [self._available(p) for p in self.products.values()]
        if params.get("in_stock") == "true":
            rows = [r for r in rows if r["on_hand"]]
        wanted = params.get("search", "").lower()
        rows = [r for r in rows if wanted in f"{r['product']} {r['product_name']}".lower()]
        status = params.get("status", "")
        rows = [r for r in rows if self._has_status(r, status)]
        order = params.get("ordering", "name")
        name = {"name": "product_name", "sku": "product"}.get(order.lstrip("-"), order.lstrip("-"))
        rows.sort(key=lambda r: (r[name] is None, r[name] or 0, r["product"]), reverse=order.startswith("-"))
        start, limit = int(params.get("cursor") or 0), int(params.get("limit") or 50)
        more = str(start + limit) if start + limit < len(rows) else None
        return 200, {"results": rows[start : start + limit], "next": more}

    @staticmethod
    def _has_status(row: dict[str, Any], status: str) -> bool:
        due = row["next_expiry_date"]
        return {
            "": True,
            "expiring": bool(due)
            and TODAY <= date.fromisoformat(due or "2999-01-01") <= TODAY + timedelta(30),
            "expired": row["expired"] > 0,
            "held": row["held"] > 0,
            "out": row["on_hand"] == 0,
        }[status]

    def _available(self, p: FakeProduct) -> dict[str, Any]:
        parts = [(lot, place, n) for (sku, lot, place), n in self.balances().items() if sku == p.sku]
        dated = [(d, lot) for lot, _, _ in parts if (d := self.dates.get((p.sku, lot)))]
        first = min(dated, default=(None, None))
        on_hand = sum(n for _, _, n in parts)
        held = sum(n for lot, _, n in parts if (p.sku, lot) in self.held)
        expired = sum(n for lot, _, n in parts if (self.dates.get((p.sku, lot)) or date.max) < TODAY)
        return {
            "product": p.sku,
            "product_id": p.id,
            "product_name": p.name,
            "brand": p.brand,
            "category": p.category,
            "container_ml": p.container_ml,
            "base_unit": p.base_unit,
            "case_name": p.case if p.per_case > 1 else "",
            "units_per_case": p.per_case,
            "on_hand": on_hand,
            "allocated": on_hand // p.per_case // 4 * p.per_case,
            "held": held,
            "expired": expired,
            "available": on_hand - held - expired - on_hand // p.per_case // 4 * p.per_case,
            "next_expiry_date": first[0].isoformat() if first[0] else None,
            "next_lot": first[1],
            "location_count": len({place for _, place, _ in parts}),
            "lot_count": len({lot for lot, _, _ in parts}),
        }

    def _summary(self) -> dict[str, int]:
        rows = [self._available(p) for p in self.products.values()]
        count = {s: sum(self._has_status(r, s) for r in rows) for s in ("expiring", "expired", "held", "out")}
        return {"all": len(rows), **count}

    def _stock(self, params: dict[str, str]) -> tuple[int, Any]:
        rows = [
            self._balance(sku, lot, place, units)
            for (sku, lot, place), units in sorted(self.balances().items())
            if params.get("product", sku) == sku
            and params.get("lot", lot) == lot
            and params.get("location", place) == place
        ]
        if params.get("status"):
            rows = [r for r in rows if r["status"] == params["status"]]
        if params.get("ordering") == "expiry_date":
            rows.sort(
                key=lambda r: (r["best_before_date"] is None, r["best_before_date"] or "", r["product"])
            )
        start, limit = int(params.get("cursor") or 0), int(params.get("limit") or 50)
        more = str(start + limit) if start + limit < len(rows) else None
        return 200, {"results": rows[start : start + limit], "next": more}

    def _balance(self, sku: str, lot: str, place: str, units: int) -> dict[str, Any]:
        p, due = self.products[sku], self.dates.get((sku, lot))
        held = (sku, lot) in self.held or (sku, lot, place) in self.held_at
        status = "held" if held else "ok"
        if due and not held:
            status = "expired" if due < TODAY else "soon" if due <= TODAY + timedelta(30) else "ok"
        return {
            "id": abs(hash((sku, lot, place))) % 10**6,
            "product": sku,
            "product_id": p.id,
            "product_name": p.name,
            "lot": lot,
            "lot_id": abs(hash((sku, lot))) % 10**6,
            "best_before_date": due.isoformat() if due else None,
            "location": place,
            "location_kind": self.places.get(place, "storage"),
            "warehouse": "MAIN",
            "on_hand": units,
            "allocated": 0,
            "available": units,
            "held": held,
            "status": status,
            "units_per_case": p.per_case,
            "case_name": p.case if p.per_case > 1 else "",
            "base_unit": p.base_unit,
        }

    def _movements(self, params: dict[str, str]) -> tuple[int, Any]:
        rows = [m for o in reversed(self.operations) for m in self._operation(o)["movements"]]
        if params.get("user") == "me":
            params["user"] = "manager"
        for name in ("product", "lot", "user", "operation_id"):
            if params.get(name):
                rows = [r for r in rows if str(r[name]) == params[name]]
        return 200, {"results": rows[: int(params.get("limit", 50))], "next": None}

    def _locations(self, params: dict[str, str]) -> tuple[int, Any]:
        rows = []
        for number, (location, kind) in enumerate(sorted(self.places.items()), 1):
            parts = [n for (_, _, place), n in self.balances().items() if place == location]
            rows.append(
                {
                    "id": number,
                    "location": location,
                    "code": location.split("/")[1],
                    "warehouse": "MAIN",
                    "kind": kind,
                    "zone": location.split("/")[1][:1],
                    "on_hand": sum(parts),
                    "lot_count": len(parts),
                }
            )
        rows = [r for r in rows if params.get("kind", r["kind"]) == r["kind"]]
        rows = [r for r in rows if params.get("search", "").lower() in str(r["code"]).lower()]
        return 200, {"results": rows, "next": None}

    # --- acts

    def _operation(self, o: FakeOperation) -> dict[str, Any]:
        movements = [
            {
                "id": int(o.id.removeprefix("op-")) * 100 + i,
                "operation_id": o.id,
                "kind": o.kind,
                "product": sku,
                "product_id": self.products[sku].id,
                "product_name": self.products[sku].name,
                "lot": lot,
                "from_location": source,
                "to_location": target,
                "quantity": units,
                "user": o.user,
                "reference": o.reference,
                "reason": o.reason,
                "moved_at": o.at.isoformat(),
                "reverses_id": o.reverses,
                "reversed_by_id": o.reversed_by,
            }
            for i, (sku, lot, source, target, units) in enumerate(o.lines)
        ]
        return {"operation_id": o.id, "kind": o.kind, "movements": movements, "balances": []}

    def _receive(self, body: dict[str, Any]) -> tuple[int, Any]:
        lines = []
        for line in body["lines"]:
            if line["product"] not in self.products:
                return self._problem(422, "unknown_product", f"There is no product {line['product']}.")
            given = line.get("best_before_date") or line.get("expiry_date")
            known = self.dates.get((line["product"], line["lot"]))
            if given and known and date.fromisoformat(given) != known:
                detail = f"Lot {line['lot']} is dated {known}, this label says {given}."
                return self._problem(409, "lot_date_differs", detail)
            if given:
                self.dates[line["product"], line["lot"]] = date.fromisoformat(given)
            lines.append((line["product"], line["lot"], "supplier", line["location"], line["quantity"]))
        return 201, self._operation(self.post("receive", lines, reference=body.get("reference", "")))

    def _move(self, body: dict[str, Any]) -> tuple[int, Any]:
        lines = []
        for line in body["lines"]:
            have = self.on_hand(line["product"], line["lot"], line["from_location"])
            if have < line["quantity"]:
                return self._short(line, have, line["from_location"])
            lines.append(
                (line["product"], line["lot"], line["from_location"], line["to_location"], line["quantity"])
            )
        return 201, self._operation(self.post("move", lines))

    def _short(self, line: dict[str, Any], have: int, place: str) -> tuple[int, Any]:
        detail = f"Only {have} of lot {line['lot']} are free at {place}, you asked for {line['quantity']}."
        return self._problem(409, "insufficient_stock", detail)

    def _adjust(self, body: dict[str, Any]) -> tuple[int, Any]:
        lines = []
        for line in body["lines"]:
            delta, place = line["quantity_delta"], line["location"]
            have = self.on_hand(line["product"], line["lot"], place)
            if have + delta < 0:
                return self._short(line | {"quantity": -delta}, have, place)
            ends = ("adjustment", place) if delta > 0 else (place, "adjustment")
            lines.append((line["product"], line["lot"], *ends, abs(delta)))
        return 201, self._operation(self.post("adjust", lines, reason=body["lines"][0]["reason"]))

    def _reverse(self, body: dict[str, Any]) -> tuple[int, Any]:
        found = next((o for o in self.operations if o.id == body["operation_id"]), None)
        if found is None:
            return self._problem(404, "not_found", "There is no such operation.")
        if found.reversed_by:
            return self._problem(409, "already_reversed", "This was taken back already.")
        lines = [(sku, lot, target, source, units) for sku, lot, source, target, units in found.lines]
        for sku, lot, source, _, units in lines:
            if source not in VIRTUAL and self.on_hand(sku, lot, source) < units:
                have = self.on_hand(sku, lot, source)
                detail = f"Lot {lot} has moved on: only {have} of {units} are still at {source}."
                return self._problem(409, "insufficient_stock", detail)
        made = self.post("reverse", lines, reverses=found.id)
        found.reversed_by = made.id
        return 201, self._operation(made)

    def _hold(self, body: dict[str, Any]) -> tuple[int, Any]:
        return self._turn_holds(body, "hold")

    def _release(self, body: dict[str, Any]) -> tuple[int, Any]:
        return self._turn_holds(body, "release")

    def _turn_holds(self, body: dict[str, Any], verb: str) -> tuple[int, Any]:
        for line in body["lines"]:
            key, place = (line["product"], line["lot"]), line.get("location")
            if place is None and not self.all_warehouses:
                return self._problem(422, "location_required", "You work in some warehouses only.")
            there = (*key, place) in self.held_at if place else key in self.held
            if there == (verb == "hold"):
                code = "held_already" if there else "not_held"
                return self._problem(409, code, f"Lot {line['lot']}: {code}.")
        for line in body["lines"]:
            key, place = (line["product"], line["lot"]), line.get("location")
            if verb == "hold" and place:
                self.held_at[*key, place] = line["reason"]
            elif verb == "hold":
                self.held[key] = line["reason"]
            elif place:
                del self.held_at[*key, place]
            else:
                del self.held[key]
        self.holds_done.append(verb)
        return 201, {"operation_id": f"hold-{len(self.holds_done)}", "kind": verb, "holds": body["lines"]}

    def _lots(self, params: dict[str, str]) -> tuple[int, Any]:
        reasons = {key[:2]: reason for key, reason in self.held_at.items()} | self.held
        rows = [
            {"id": n, "lot": lot, "product": sku, "held": (sku, lot) in reasons,
             "hold_reason": reasons.get((sku, lot), "")}
            for n, (sku, lot) in enumerate(self.dates, 1)
            if sku == params.get("product", sku)
        ]  # fmt: skip
        if params.get("held") == "true":
            rows = [row for row in rows if row["held"]]
        return 200, {"results": rows, "next": None}

    # --- what a code means

    def _scan(self, body: dict[str, Any]) -> tuple[int, Any]:
        data = body["data"]
        if data.startswith("STL-CMD-"):
            return 200, {"kind": "command", "command": data.removeprefix("STL-CMD-")}
        location = data if data in self.places else f"MAIN/{data}"
        if location in self.places:
            return 200, {"kind": "place", "location": location, "location_id": 1}
        found: dict[str, str] = {}
        rest = data
        while rest:
            ai, rest = rest[:2], rest[2:]
            length = {"01": 14, "15": 6, "17": 6}.get(ai)
            if ai not in ("01", "10", "15", "17", "30"):
                return 200, {"kind": "unknown", "format": "text"}
            if length:
                found[ai], rest = rest[:length], rest[length:]
            else:
                found[ai], _, rest = rest.partition("\x1d")
        code = found.get("01", "")
        if not code:
            return 200, {"kind": "unknown"}
        if check_digit(code[:13]) != code[13]:
            detail = f"The last digit of {code} should be {check_digit(code[:13])}, it reads {code[13]}."
            return self._problem(422, "check_digit", detail)
        return 200, self._item(code, found)

    def _item(self, code: str, found: dict[str, str]) -> dict[str, Any]:
        p = next((p for p in self.products.values() if code in (p.each_gtin, p.case_gtin)), None)
        if p is None:
            return {"kind": "item", "gtin": code, "product": None, "lot": found.get("10")}
        is_case = code == p.case_gtin
        lot, due = found.get("10"), found.get("15") or found.get("17")
        balances = [
            self._balance(sku, known, place, units)
            for (sku, known, place), units in sorted(self.balances().items())
            if sku == p.sku and (lot is None or known == lot)
        ]
        return {
            "kind": "item",
            "format": "gs1",
            "gtin": code,
            "product": p.sku,
            "product_id": p.id,
            "product_name": p.name,
            "pack": p.case if is_case else p.base_unit.capitalize(),
            "units_per_pack": p.per_case if is_case else 1,
            "base_unit": p.base_unit,
            "lot": lot,
            "lot_id": 1 if lot and (p.sku, lot) in self.dates else None,
            "best_before_date": f"20{due[:2]}-{due[2:4]}-{due[4:]}" if due else None,
            "quantity": int(found["30"]) if "30" in found else None,
            "balances": balances,
        }


def small_warehouse() -> FakeServer:
    """Three products, a receiving bay and two bins: enough for every story."""
    server = FakeServer()
    server.place("RECV-01", "receiving")
    server.place("A-01-01", "picking")
    server.place("A-01-02", "storage")
    server.place("QA-01", "quarantine")
    server.product("HPA-330", "Harrow Pale Ale")
    server.product("MSW-750", "Mirabel Sparkling Water", category="Water", base_unit="bottle", per_case=12)
    server.product(
        "KLP-30K", "Keller Pils", category="Pils", base_unit="keg", container_ml=30_000, per_case=1
    )
    return server


def api_for(server: FakeServer) -> Api:
    """The client's own Api, signed in at the fake."""
    api = Api("http://fake", transport=server)
    api.tokens = Tokens("a", "r")
    return api


def label(product: FakeProduct, lot: str = "", best_before: str = "", *, each: bool = False) -> str:
    """What a scanner reads off a case: GTIN, best before (YYMMDD) and lot."""
    code = f"01{product.each_gtin if each else product.case_gtin}"
    if best_before:
        code += f"15{best_before}"
    return code + (f"10{lot}" if lot else "")
