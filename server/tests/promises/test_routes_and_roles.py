"""Deny by default: every route, every method, every role, against the one table; a new route needs a row here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from stillage.accounts.roles import ROLES
from tests.builders import make_warehouse
from tests.people import signed_in_client

pytestmark = pytest.mark.django_db

# What each route asks of whom, said a second time by hand: the code's own declarations are what is tested.
# "-" anybody, "*" anybody signed in, else the permission.
MASTER = ("catalogue.view", "catalogue.change")
TABLE: dict[str, dict[str, str]] = {
    "sign-in": {"POST": "-"},
    "refresh": {"POST": "-"},
    "sign-out": {"POST": "*"},
    "password": {"POST": "*"},
    "me": {"GET": "*", "PATCH": "*"},
    "sessions": {"GET": "*"},
    "sessions-one": {"DELETE": "*"},
    "roles": {"GET": "users.view"},
    # an import's report is for its owner (and for those who see all); others find none
    "imports": {"GET": "catalogue.view", "POST": "imports.run"},
    "imports-one": {"GET": "catalogue.view"},
    "imports-retry": {"POST": "imports.run"},
    "exports": {"GET": "exports.run"},
    "stock": {"GET": "stock.view"},
    "lots": {"GET": "stock.view"},
    "lots-one": {"GET": "stock.view"},
    "movements": {"GET": "stock.view"},
    "availability": {"GET": "stock.view"},
    "availability-summary": {"GET": "stock.view"},
    "stock-receive": {"POST": "stock.receive"},
    "stock-move": {"POST": "stock.move"},
    "stock-adjust": {"POST": "stock.adjust"},
    "stock-scrap": {"POST": "stock.scrap"},
    "stock-hold": {"POST": "stock.hold"},
    "stock-release": {"POST": "stock.release"},
    "stock-reverse": {"POST": "stock.reverse"},
    "scan": {"POST": "scan.use"},
    "scan-image": {"POST": "scan.use"},
    # selling: orders
    "customers-summary": {"GET": "sales.view"},
    "sales-orders": {"GET": "sales.view", "POST": "sales.change"},
    "sales-orders-one": {"GET": "sales.view", "PATCH": "sales.change"},
    "sales-orders-summary": {"GET": "sales.view"},
    "sales-orders-preview": {"POST": "sales.change"},
    "sales-orders-allocation": {"GET": "sales.view"},
    "sales-orders-history": {"GET": "sales.view"},
    **{
        f"sales-orders-{step}": {"POST": "sales.change"}
        for step in ("confirm", "reopen", "allocate", "deallocate", "cancel", "close")
    },
    **{f"sales-orders-{step}": {"POST": "sales.pin"} for step in ("pin", "swap")},
    "atp": {"GET": "stock.view"},
    "analytics": {"GET": "analytics.view"},
    "analytics-one": {"GET": "analytics.view"},
    "audit": {"GET": "audit.view"},
    "events": {"GET": "*"},  # what is heard follows from the rights: tests/live
    "audit-choices": {"GET": "audit.view"},
    "audit-export": {"GET": "audit.view"},
    "ledger-health": {"GET": "audit.view"},
    "ledger-checks": {"POST": "audit.view"},
    # what comes is what the role and the warehouses let one see in each list
    "search": {"GET": "*"},
    "schema": {"GET": "-"},
    "docs": {"GET": "-"},
}
for _name, (_view, _change) in {
    "warehouses": ("places.view", "warehouses.change"),
    "locations": ("places.view", "places.change"),
    "categories": MASTER,
    "brands": MASTER,
    "products": MASTER,
    "packs": MASTER,
    "suppliers": ("parties.view", "parties.change"),
    "supplier-products": ("parties.view", "parties.change"),
    "customers": ("parties.view", "parties.change"),
    "customer-products": ("parties.view", "parties.change"),
    "policies": ("planning.view", "planning.change"),
    "demand-events": ("planning.view", "planning.change"),
    "supplier-plans": ("planning.view", "planning.change"),
    "users": ("users.view", "users.change"),
}.items():
    TABLE[_name] = {"GET": _view, "POST": _change}
    TABLE[f"{_name}-one"] = {"GET": _view, "PATCH": _change, "DELETE": _change}
TABLE["supplier-products"]["POST"] = "parties.change+cost.view"  # a supplier's product has a cost

# selling: from the shelf to the truck and back
TABLE |= {
    **{
        f"sales-orders-{step}": {"POST": needed}
        for step, needed in {
            "pick": "picking.run",
            "unpick": "picking.run",
            "pack": "shipping.run",
            "unpack": "shipping.run",
            "ship": "shipping.run",
        }.items()
    },
    "pick-lists": {"GET": "sales.view", "POST": "picking.run"},
    "pick-lists-one": {"GET": "sales.view"},
    **{
        f"pick-lists-{step}": {"POST": "picking.run"}
        for step in ("claim", "release", "pick", "short", "undo", "cancel")
    },
    "pick-lists-use-lot": {"POST": "sales.pin"},
    "shipments": {"GET": "sales.view"},
    "shipments-one": {"GET": "sales.view"},
    "handling-units": {"GET": "sales.view"},
    "handling-units-one": {"GET": "sales.view"},
    "returns": {"GET": "sales.view", "POST": "sales.change"},
    "returns-one": {"GET": "sales.view"},
    "returns-history": {"GET": "sales.view"},
    "returns-receive": {"POST": "returns.receive"},
    "returns-undo-receive": {"POST": "returns.receive"},
    "returns-dispose": {"POST": "returns.dispose"},
    "returns-credit": {"POST": "credit.issue"},
    "returns-cancel": {"POST": "sales.change"},
    "returns-close": {"POST": "returns.dispose"},
    # tracing and calling back; recalls besides ask for somebody who sees all warehouses
    "lots-trace": {"GET": "trace.view"},
    "recalls": {"GET": "recalls.view", "POST": "recalls.run"},
    "recalls-one": {"GET": "recalls.view"},
    "recalls-history": {"GET": "recalls.view"},
    **{f"recalls-{step}": {"POST": "recalls.run"} for step in ("tell", "answer", "close")},
    **{
        f"recalls-{paper}": {"GET": "recalls.view+parties.view"}
        for paper in ("letters", "customers-csv", "sheet", "report")
    },
    # goods in
    "advance-notices": {"GET": "buying.view", "POST": "buying.change"},
    "advance-notices-one": {"GET": "buying.view"},
    "advance-notices-history": {"GET": "buying.view"},
    "advance-notices-cancel": {"POST": "buying.change"},
    "receipts": {"GET": "buying.view", "POST": "receipts.run"},
    "receipts-one": {"GET": "buying.view"},
    "receipts-history": {"GET": "buying.view"},
    **{f"receipts-{step}": {"POST": "receipts.run"} for step in ("receive", "receive-unit", "undo", "close")},
    "purchase-orders-receive": {"POST": "receipts.run"},
    "receipts-papers-discrepancy-note": {"GET": "buying.view"},
    "receipts-papers-goods-received": {"GET": "buying.view"},
    "discrepancies": {"GET": "buying.view"},
    "discrepancies-settle": {"POST": "receipts.decide"},
    "put-away": {"GET": "buying.view"},
    # buying: papers; an order's names costs to those who may see them
    "purchase-orders-papers-order": {"GET": "buying.view"},
    "purchase-orders-papers-order-csv": {"GET": "buying.view"},
    "supplier-returns-papers-return-note": {"GET": "buying.view"},
    # buying: what goes back
    "supplier-returns": {"GET": "buying.view", "POST": "supplier_returns.run"},
    "supplier-returns-one": {"GET": "buying.view", "PATCH": "supplier_returns.run"},
    "supplier-returns-history": {"GET": "buying.view"},
    **{
        f"supplier-returns-{step}": {"POST": "supplier_returns.run"}
        for step in ("dispatch", "undo-dispatch", "close", "cancel")
    },
    # buying: orders
    "suppliers-summary": {"GET": "buying.view"},
    "purchase-orders": {"GET": "buying.view", "POST": "buying.change"},
    "purchase-orders-one": {"GET": "buying.view", "PATCH": "buying.change"},
    "purchase-orders-summary": {"GET": "buying.view"},
    "purchase-orders-history": {"GET": "buying.view"},
    **{
        f"purchase-orders-{step}": {"POST": "buying.change"}
        for step in ("place", "reopen", "close", "cancel")
    },
    # counts
    "counts": {"GET": "counts.view", "POST": "counts.change"},
    "counts-one": {"GET": "counts.view"},
    "counts-suggestions": {"GET": "counts.view"},
    "counts-accuracy": {"GET": "counts.view"},
    "counts-history": {"GET": "counts.view"},
    "counts-papers-count-sheet": {"GET": "counts.view"},
    **{f"counts-{step}": {"POST": "counts.run"} for step in ("claim", "enter", "remove", "done", "submit")},
    **{f"counts-{step}": {"POST": "counts.approve"} for step in ("approve", "reject")},
    "counts-cancel": {"POST": "counts.change"},
    # transfers between warehouses
    "transfers": {"GET": "transfers.view", "POST": "transfers.change"},
    "transfers-one": {"GET": "transfers.view", "PATCH": "transfers.change"},
    "transfers-history": {"GET": "transfers.view"},
    "transfers-papers-transfer-note": {"GET": "transfers.view"},
    **{f"transfers-{step}": {"POST": "transfers.run"} for step in ("dispatch", "undo-dispatch", "receive")},
    **{f"transfers-{step}": {"POST": "transfers.change"} for step in ("close", "cancel")},
    "credit-notes": {"GET": "sales.view"},
    "credit-notes-one": {"GET": "sales.view"},
    # papers; those that name prices are for who sees prices
    "sales-orders-papers-pick-list": {"GET": "sales.view"},
    "sales-orders-papers-packing-list": {"GET": "sales.view"},
    "sales-orders-papers-delivery-note": {"GET": "sales.view"},
    "sales-orders-papers-confirmation": {"GET": "sales.prices"},
    "pick-lists-papers-pick-list": {"GET": "sales.view"},
    "shipments-papers-delivery-note": {"GET": "sales.view"},
    "shipments-papers-packing-list": {"GET": "sales.view"},
    "credit-notes-paper": {"GET": "sales.prices"},
    "labels-pallet": {"GET": "sales.view"},
    "labels-lot": {"GET": "stock.view"},
    "labels-location": {"GET": "places.view"},
    # planning: what to buy; making orders of it besides asks for buying.change
    "demand": {"GET": "planning.view"},
    "holidays": {"GET": "planning.view"},
    "warehouse-plans-one": {"GET": "planning.view", "PATCH": "planning.change"},
    "forecast-runs": {"GET": "planning.view", "POST": "planning.change"},
    "forecast-runs-one": {"GET": "planning.view"},
    "forecasts": {"GET": "planning.view"},
    "forecasts-of": {"GET": "planning.view"},
    "forecasts-one": {"GET": "planning.view"},
    "forecast-accuracy": {"GET": "planning.view"},
    "policies-effective": {"GET": "planning.view"},
    "replenishment": {"GET": "planning.view"},
    "replenishment-one": {"GET": "planning.view"},
    "replenishment-suppliers": {"GET": "planning.view"},
    "replenishment-summary": {"GET": "planning.view"},
    "expiry-risk": {"GET": "planning.view"},
    "expiry-risk-summary": {"GET": "planning.view"},
    "replenishment-accept": {"POST": "planning.change+buying.change"},
    **{f"replenishment-{step}": {"POST": "planning.change"} for step in ("refuse", "reopen", "work-out")},
}

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
OUTSIDE_THE_API = {"health/live", "health/ready"}


def routes(patterns: Any = None, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every name and an address for it, with something that is not there for each argument."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        part = str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, prefix + part)
        elif isinstance(pattern, URLPattern):
            address = prefix + re.sub(r"\(\?P<\w+>(?:[^()]|\([^()]*\))*\)", "999999", part.lstrip("^"))
            plain = address.replace("/?$", "").rstrip("$").replace("\\.", ".")
            yield pattern.name or address, "/" + plain


def test_every_route_stands_in_the_table() -> None:
    names = {name for name, _ in routes()} - OUTSIDE_THE_API
    assert names == set(TABLE)


def expected(needed: str | None, role: str | None) -> set[int]:
    """The statuses that a right answer may have; 2xx and the 4xx of an empty request mean 'allowed in'."""
    allowed = {200, 201, 202, 204, 400, 404, 409, 415, 422, 428, 501}  # 501: no streams without ASGI
    if needed is None:
        return {401, 403, 405} if role is None else {403, 405}
    if needed == "-":
        return allowed | {401, 429}
    if role is None:
        return {401}
    if needed == "*" or ROLES[role].issuperset(needed.split("+")):
        return allowed
    return {403}


@pytest.mark.parametrize("role", [None, *ROLES])
def test_every_method_of_every_route_lets_in_whom_the_table_says(role: str | None) -> None:
    main = make_warehouse("MAIN")
    wrong = []
    for name, address in routes():
        if name in OUTSIDE_THE_API or name in ("sign-out", "password"):
            continue  # these two end the very session that walks; they have tests of their own
        client = signed_in_client(role, warehouses=[main]) if role else _stranger()
        for method in METHODS:
            answer = getattr(client, method.lower())(
                address, *([{}] if method in ("POST", "PUT", "PATCH") else [])
            )
            if answer.status_code == 403 and answer.json()["code"] == "all_warehouses_required":
                assert {200} & expected(TABLE[name].get(method), role), f"{role} {method} {address}"
                continue  # the role would do; this walker works in one warehouse
            if answer.status_code not in expected(TABLE[name].get(method), role):
                wrong.append(f"{role} {method} {address}: {answer.status_code}")
    assert not wrong


def _stranger() -> Any:
    from rest_framework.test import APIClient

    return APIClient()


def test_nobody_signed_in_without_a_role_is_let_in_anywhere() -> None:
    client = signed_in_client(None, warehouses=[])
    for name, address in routes():
        if name in OUTSIDE_THE_API:
            continue
        for method, needed in TABLE[name].items():
            if needed in ("-", "*"):
                continue
            answer = getattr(client, method.lower())(address, *([{}] if method != "GET" else []))
            assert answer.status_code == 403, f"{method} {address}: {answer.status_code}"
