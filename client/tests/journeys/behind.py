"""The running server as its API shows it, for looking behind the screens."""

import json
import urllib.request
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any


class Warehouse:
    """The running server as its API shows it, for looking behind the screens."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._access = self._call("POST", "auth/token", {"username": "manager", "password": "stillage"})[
            "access"
        ]

    def get(self, path: str) -> Any:
        return self._call("GET", path)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """A write by the manager, as any other client does it."""
        return self._call("POST", path, body)

    def change(self, path: str, body: dict[str, Any], *, version: int) -> Any:
        """A change of master data by the manager."""
        return self._call("PATCH", path, body, version=version)

    def sold(self, product: str, packs: int, *, customer: str = "C1001", allocate: bool = True) -> str:
        """An order of so many cases, confirmed and promised; its number."""
        day = (datetime.now(UTC).date() + timedelta(days=2)).isoformat()
        line = {"product": product, "pack": "case", "quantity_packs": packs}
        order = {"customer": customer, "warehouse": "MAIN", "delivery_date": day, "lines": [line]}
        number = str(self.post("sales-orders", order)["number"])
        for step in ("confirm", "allocate") if allocate else ("confirm",):
            self.post(f"sales-orders/{number}/{step}", {})
        return number

    def newest(self, documents: str, **filters: str) -> str:
        """The number of the newest document of a kind in Bristol; which one that is hangs on the day."""
        asked = "&".join(f"{name}={value}" for name, value in {"warehouse": "MAIN", **filters}.items())
        return str(self.get(f"{documents}?{asked}&limit=1")["results"][0]["number"])

    def on_hand(self, product: str, lot: str, location: str) -> int:
        rows = self.get(f"stock?product={product}&lot={lot}&location={location}")["results"]
        return sum(int(row["on_hand"]) for row in rows)

    def case_gtin(self, sku: str) -> str:
        packs = self.get(f"products/{sku}")["packs"]
        return str(next(p["gtin"] for p in packs if p["name"] == "case"))

    def empty_place(self) -> str:
        """A storage place where nothing stands."""
        places = self.get("locations?warehouse=MAIN&kind=storage&with_stock=true&limit=100")["results"]
        return str(next(p["code"] for p in places if p["lot_count"] == 0))

    def _call(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, version: int | None = None
    ) -> Any:
        request = urllib.request.Request(f"{self.url}/api/v1/{path}", method=method)
        if version is not None:
            request.add_header("If-Match", f'"{version}"')
        request.add_header("Content-Type", "application/json")
        if path != "auth/token":
            request.add_header("Authorization", f"Bearer {self._access}")
            request.add_header("Idempotency-Key", uuid.uuid4().hex)
        data = json.dumps(body).encode() if body is not None else None
        with urllib.request.urlopen(request, data, timeout=30) as answer:
            return json.load(answer)
