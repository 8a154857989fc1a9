"""H50: what is served is what is listed here, in a checkout and in production; nothing opens by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings
from django.urls import URLPattern, URLResolver

from stillage.config import urls
from stillage.config.asgi import SERVER_PATHS, bounded, create_application
from tests.people import anonymous_client

# A new address is a decision: write it here, and say in accounts/roles.py who may call it.
ADDRESSES = """
/health/live
/health/ready
/api/v1/advance-notices
/api/v1/advance-notices/<pk>
/api/v1/advance-notices/<pk>/cancel
/api/v1/advance-notices/<pk>/history
/api/v1/analytics
/api/v1/analytics/<name>
/api/v1/atp
/api/v1/audit
/api/v1/audit/choices
/api/v1/audit/export
/api/v1/auth/logout
/api/v1/auth/me
/api/v1/auth/password
/api/v1/auth/sessions
/api/v1/auth/sessions/<pk>
/api/v1/auth/token
/api/v1/auth/token/refresh
/api/v1/availability
/api/v1/availability/summary
/api/v1/brands
/api/v1/brands/<pk>
/api/v1/categories
/api/v1/categories/<pk>
/api/v1/counts
/api/v1/counts/<pk>
/api/v1/counts/<pk>/approve
/api/v1/counts/<pk>/cancel
/api/v1/counts/<pk>/claim
/api/v1/counts/<pk>/done
/api/v1/counts/<pk>/enter
/api/v1/counts/<pk>/history
/api/v1/counts/<pk>/papers/count-sheet
/api/v1/counts/<pk>/reject
/api/v1/counts/<pk>/remove
/api/v1/counts/<pk>/submit
/api/v1/counts/accuracy
/api/v1/counts/suggestions
/api/v1/credit-notes
/api/v1/credit-notes/<pk>
/api/v1/credit-notes/<pk>/paper
/api/v1/customer-products
/api/v1/customer-products/<pk>
/api/v1/customers
/api/v1/customers/<pk>
/api/v1/customers/<pk>/summary
/api/v1/demand
/api/v1/demand-events
/api/v1/demand-events/<pk>
/api/v1/discrepancies
/api/v1/discrepancies/<pk>/settle
/api/v1/docs
/api/v1/events
/api/v1/expiry-risk
/api/v1/expiry-risk/summary
/api/v1/exports/<kind>
/api/v1/forecast-accuracy
/api/v1/forecast-runs
/api/v1/forecast-runs/<pk>
/api/v1/forecasts
/api/v1/forecasts/<pk>
/api/v1/forecasts/of
/api/v1/handling-units
/api/v1/handling-units/<pk>
/api/v1/holidays
/api/v1/imports
/api/v1/imports/<pk>
/api/v1/imports/<pk>/retry
/api/v1/labels/location
/api/v1/labels/lot
/api/v1/labels/pallet
/api/v1/ledger-checks
/api/v1/ledger-health
/api/v1/locations
/api/v1/locations/<pk>
/api/v1/lots
/api/v1/lots/<pk>
/api/v1/lots/<pk>/trace
/api/v1/movements
/api/v1/packs
/api/v1/packs/<pk>
/api/v1/pick-lists
/api/v1/pick-lists/<pk>
/api/v1/pick-lists/<pk>/cancel
/api/v1/pick-lists/<pk>/claim
/api/v1/pick-lists/<pk>/papers/pick-list
/api/v1/pick-lists/<pk>/pick
/api/v1/pick-lists/<pk>/release
/api/v1/pick-lists/<pk>/short
/api/v1/pick-lists/<pk>/undo
/api/v1/pick-lists/<pk>/use-lot
/api/v1/policies
/api/v1/policies/<pk>
/api/v1/policies/effective
/api/v1/products
/api/v1/products/<pk>
/api/v1/purchase-orders
/api/v1/purchase-orders/<pk>
/api/v1/purchase-orders/<pk>/cancel
/api/v1/purchase-orders/<pk>/close
/api/v1/purchase-orders/<pk>/history
/api/v1/purchase-orders/<pk>/papers/order
/api/v1/purchase-orders/<pk>/papers/order.csv
/api/v1/purchase-orders/<pk>/place
/api/v1/purchase-orders/<pk>/receive
/api/v1/purchase-orders/<pk>/reopen
/api/v1/purchase-orders/summary
/api/v1/put-away
/api/v1/recalls
/api/v1/recalls/<pk>
/api/v1/recalls/<pk>/answer
/api/v1/recalls/<pk>/close
/api/v1/recalls/<pk>/customers.csv
/api/v1/recalls/<pk>/history
/api/v1/recalls/<pk>/letters
/api/v1/recalls/<pk>/report
/api/v1/recalls/<pk>/sheet
/api/v1/recalls/<pk>/tell
/api/v1/receipts
/api/v1/receipts/<pk>
/api/v1/receipts/<pk>/close
/api/v1/receipts/<pk>/history
/api/v1/receipts/<pk>/papers/discrepancy-note
/api/v1/receipts/<pk>/papers/goods-received
/api/v1/receipts/<pk>/receive
/api/v1/receipts/<pk>/receive-unit
/api/v1/receipts/<pk>/undo
/api/v1/replenishment
/api/v1/replenishment/<pk>
/api/v1/replenishment/accept
/api/v1/replenishment/refuse
/api/v1/replenishment/reopen
/api/v1/replenishment/summary
/api/v1/replenishment/suppliers
/api/v1/replenishment/work-out
/api/v1/returns
/api/v1/returns/<pk>
/api/v1/returns/<pk>/cancel
/api/v1/returns/<pk>/close
/api/v1/returns/<pk>/credit
/api/v1/returns/<pk>/dispose
/api/v1/returns/<pk>/history
/api/v1/returns/<pk>/receive
/api/v1/returns/<pk>/undo-receive
/api/v1/roles
/api/v1/sales-orders
/api/v1/sales-orders/<pk>
/api/v1/sales-orders/<pk>/allocate
/api/v1/sales-orders/<pk>/allocation
/api/v1/sales-orders/<pk>/cancel
/api/v1/sales-orders/<pk>/close
/api/v1/sales-orders/<pk>/confirm
/api/v1/sales-orders/<pk>/deallocate
/api/v1/sales-orders/<pk>/history
/api/v1/sales-orders/<pk>/pack
/api/v1/sales-orders/<pk>/papers/confirmation
/api/v1/sales-orders/<pk>/papers/delivery-note
/api/v1/sales-orders/<pk>/papers/packing-list
/api/v1/sales-orders/<pk>/papers/pick-list
/api/v1/sales-orders/<pk>/pick
/api/v1/sales-orders/<pk>/pin
/api/v1/sales-orders/<pk>/reopen
/api/v1/sales-orders/<pk>/ship
/api/v1/sales-orders/<pk>/swap
/api/v1/sales-orders/<pk>/unpack
/api/v1/sales-orders/<pk>/unpick
/api/v1/sales-orders/preview
/api/v1/sales-orders/summary
/api/v1/scan
/api/v1/scan/image
/api/v1/schema
/api/v1/search
/api/v1/shipments
/api/v1/shipments/<pk>
/api/v1/shipments/<pk>/papers/delivery-note
/api/v1/shipments/<pk>/papers/packing-list
/api/v1/stock
/api/v1/stock/adjust
/api/v1/stock/hold
/api/v1/stock/move
/api/v1/stock/receive
/api/v1/stock/release
/api/v1/stock/reverse
/api/v1/stock/scrap
/api/v1/supplier-plans
/api/v1/supplier-plans/<pk>
/api/v1/supplier-products
/api/v1/supplier-products/<pk>
/api/v1/supplier-returns
/api/v1/supplier-returns/<pk>
/api/v1/supplier-returns/<pk>/cancel
/api/v1/supplier-returns/<pk>/close
/api/v1/supplier-returns/<pk>/dispatch
/api/v1/supplier-returns/<pk>/history
/api/v1/supplier-returns/<pk>/papers/return-note
/api/v1/supplier-returns/<pk>/undo-dispatch
/api/v1/suppliers
/api/v1/suppliers/<pk>
/api/v1/suppliers/<pk>/summary
/api/v1/transfers
/api/v1/transfers/<pk>
/api/v1/transfers/<pk>/cancel
/api/v1/transfers/<pk>/close
/api/v1/transfers/<pk>/dispatch
/api/v1/transfers/<pk>/history
/api/v1/transfers/<pk>/papers/transfer-note
/api/v1/transfers/<pk>/receive
/api/v1/transfers/<pk>/undo-dispatch
/api/v1/users
/api/v1/users/<pk>
/api/v1/warehouse-plans/<pk>
/api/v1/warehouses
/api/v1/warehouses/<pk>
"""
SHUT = [
    "/docs",
    "/docs/oauth2-redirect",
    "/redoc",
    "/openapi.json",
    "/oauth_callback",
    "/upload",
    "/admin",
    "/admin/",
    "/metrics",
    "/static/",
    "/static/../settings.py",
    "/api",
    "/api/",
    "/api/v1",
    "/api/v1/",
    "/api/v2/stock",
    "/health",
    "/health/",
    "/health/details",
    "/api-auth/login/",
    "/.env",
    "/.git/config",
    "/debug",
    "/__debug__/",
]


def served(patterns: list[URLPattern | URLResolver], before: str = "/") -> Iterator[str]:
    for pattern in patterns:
        address = before + _plain(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from served(pattern.url_patterns, address)
        else:
            yield address


def _plain(pattern: str) -> str:
    """^users/(?P<pk>[^/]+?)/?$ as users/<pk>: a named group with whatever it holds becomes its name."""
    out, rest = "", pattern.removeprefix("^").removesuffix("$").removesuffix("/?")
    while "(?P<" in rest:
        head, _, rest = rest.partition("(?P<")
        name, _, rest = rest.partition(">")
        depth = 1
        while depth:
            depth += {"(": 1, ")": -1}.get(rest[0], 0)
            rest = rest[1:]
        out += f"{head}<{name}>"
    return (out + rest).replace("\\.", ".")


def test_the_server_has_the_listed_addresses_and_no_others() -> None:
    listed, found = set(ADDRESSES.split()), set(served(urls.urlpatterns))
    assert found - listed == set(), "served but not listed in ADDRESSES"
    assert listed - found == set(), "listed but no longer served"


@pytest.mark.django_db
@pytest.mark.parametrize("path", SHUT)
def test_the_server_knows_nothing_of_what_others_leave_open(path: str) -> None:
    said = anonymous_client().get(path)
    assert said.status_code == 404
    assert said["Content-Type"] == "application/problem+json"


def ask(
    application: Any, path: str, *, method: str = "GET", **more: Any
) -> tuple[int, dict[str, str], bytes]:
    """One request through ASGI."""
    sent: list[dict[str, Any]] = []
    parts = list(more.get("parts", [b""]))
    headers = {"host": "127.0.0.1", **more.get("headers", {})}

    async def receive() -> dict[str, Any]:
        if not parts:  # the connection stays open
            await asyncio.Event().wait()
        body = parts.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(parts)}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 40000),
        "server": ("127.0.0.1", 80),
    }
    asyncio.run(application(scope, receive, send))
    start = next(message for message in sent if message["type"] == "http.response.start")
    body = b"".join(message.get("body", b"") for message in sent if message["type"] == "http.response.body")
    return start["status"], {k.decode().lower(): v.decode() for k, v in start["headers"]}, body


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """API and client in one, as `stillage run` serves them."""
    with override_settings(ALLOWED_HOSTS=["127.0.0.1"]):
        yield create_application(
            port=9, cache_dir=tmp_path_factory.mktemp("client"), hosts={"127.0.0.1", "localhost"}
        )


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/oauth_callback", "/upload"])
def test_a_checkout_has_none_of_the_doors_that_flet_opens(checkout: Any, path: str) -> None:
    status, _, body = ask(checkout, path)
    assert (status, body) == (404, b"Not found.")


@pytest.mark.parametrize("path", ["/metrics", "/static/x.js", "/api/v1/nothing", "/health/nothing"])
def test_the_servers_paths_never_fall_through_to_the_client(checkout: Any, path: str) -> None:
    assert path.startswith(SERVER_PATHS)
    status, about, _ = ask(checkout, path)
    assert (status, about["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(
    ("status", "path", "headers", "method"),
    [
        (200, "/", {}, "GET"),
        (404, "/missing.png", {}, "GET"),
        (405, "/", {}, "POST"),
        (400, "/", {"host": "evil.example"}, "GET"),
        (403, "/", {"origin": "https://evil.example"}, "GET"),
        (405, "/client/scans", {}, "GET"),
        (403, "/client/scans", {}, "POST"),
    ],
)
def test_every_answer_of_the_client_carries_the_protecting_headers(
    checkout: Any, status: int, path: str, headers: dict[str, str], method: str
) -> None:
    got, about, _ = ask(checkout, path, headers=headers, method=method)
    assert got == status
    assert "frame-ancestors 'none'" in about["content-security-policy"]
    assert about["x-content-type-options"] == "nosniff"
    assert about["referrer-policy"] == "same-origin"
    assert about["cross-origin-opener-policy"] == "same-origin"
    assert "server" not in about


@pytest.mark.parametrize("declared", [True, False], ids=["declared", "in chunks"])
def test_a_checkout_refuses_a_flood_before_it_reaches_the_disk(declared: bool) -> None:
    taken: list[int] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            taken.append(len(message["body"]))
            if not message["more_body"]:
                return

    headers = {"content-length": "5000"} if declared else {"transfer-encoding": "chunked"}
    status, about, body = ask(
        bounded(inner, 1000), "/api/v1/stock", method="POST", headers=headers, parts=[b"x" * 400] * 9
    )
    assert (status, about["content-type"]) == (413, "application/problem+json")
    assert about["content-security-policy"].startswith("default-src 'none'")
    assert b'"too_large"' in body
    assert sum(taken) <= 1000


def test_debugging_is_off_everywhere_and_production_says_so_of_itself() -> None:
    assert settings.DEBUG is False
    folder = Path(__file__).resolve().parents[2] / "src" / "stillage" / "config" / "settings"
    for file in folder.glob("*.py"):
        assert "DEBUG = True" not in file.read_text()
