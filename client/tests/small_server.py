"""A small real server with what the client leans on: tokens that expire and rotate, keys, versions.

It keeps no stock: what Stillage itself answers is tested against Stillage itself."""

import asyncio
import secrets
from collections import Counter
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

PEOPLE = {"manager": "stillage", "picker": "stillage"}


class SmallServer:
    """`asgi` is the app; the rest is what tests look at and turn."""

    def __init__(self) -> None:
        self.access: dict[str, str] = {}
        self.refresh: dict[str, str] = {}
        self.languages: dict[str, str] = {}
        self.seen: list[tuple[str, str, dict[str, str]]] = []
        self.calls: Counter[str] = Counter()
        self.effects: list[Any] = []
        self.answers: dict[str, Any] = {}
        self.lose_answers = 0  # work, then drop the line before answering
        self.refresh_seconds = 0.0
        base = "/api/v1"
        self.asgi = _Dropping(
            self,
            Starlette(
                routes=[
                    Route("/health/live", self.live),
                    Route(base + "/auth/token", self.token, methods=["POST"]),
                    Route(base + "/auth/token/refresh", self.renew, methods=["POST"]),
                    Route(base + "/auth/logout", self.logout, methods=["POST"]),
                    Route(base + "/auth/me", self.me, methods=["GET", "PATCH"]),
                    Route(base + "/products/{sku}", self.product, methods=["GET", "PATCH"]),
                    Route(base + "/stock/receive", self.receive, methods=["POST"]),
                    Route(base + "/stock/scrap", self.scrap, methods=["POST"]),
                    Route(base + "/exports/products", self.export),
                    Route(base + "/boom", self.boom),
                ]
            ),
        )

    def expire_all(self) -> None:
        """Every access token runs out; refresh tokens stay."""
        self.access.clear()

    def _pair(self, user: str) -> JSONResponse:
        access, refresh = secrets.token_hex(8), secrets.token_hex(8)
        self.access[access], self.refresh[refresh] = user, user
        return JSONResponse({"access": access, "refresh": refresh})

    def _user(self, request: Request) -> str | None:
        self.calls[f"{request.method} {request.url.path}"] += 1
        self.seen.append((request.method, request.url.path, dict(request.headers)))
        return self.access.get(request.headers.get("authorization", "").removeprefix("Bearer "))

    async def live(self, request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def token(self, request: Request) -> Response:
        self._user(request)
        body = await request.json()
        if PEOPLE.get(body["username"]) != body["password"]:
            return problem(401, "invalid_credentials", "No.")
        return self._pair(body["username"])

    async def renew(self, request: Request) -> Response:
        self._user(request)
        await asyncio.sleep(self.refresh_seconds)
        user = self.refresh.pop((await request.json())["refresh"], None)
        return self._pair(user) if user else problem(401, "invalid_token", "Used or expired.")

    async def logout(self, request: Request) -> Response:
        user = self._user(request)
        self.refresh = {token: who for token, who in self.refresh.items() if who != user}
        self.access = {token: who for token, who in self.access.items() if who != user}
        return Response(status_code=204)

    async def me(self, request: Request) -> Response:
        user = self._user(request)
        if user is None:
            return problem(401, "not_authenticated", "Sign in.")
        if request.method == "PATCH":
            self.languages[user] = (await request.json()).get("language", "en")
        return JSONResponse(
            {
                "id": 1,
                "username": user,
                "full_name": user.title(),
                "permissions": ["stock.view", "stock.receive"],
                "warehouses": [{"id": 1, "code": "MAIN", "name": "Bristol"}, {"id": 2, "code": "WEST"}],
                "warehouse": "MAIN",
                "language": self.languages.get(user, "en"),
                "shoe_size": 43,
            }
        )

    async def product(self, request: Request) -> Response:
        if self._user(request) is None:
            return problem(401, "not_authenticated", "Sign in.")
        if request.method == "PATCH" and request.headers.get("if-match") != '"3"':
            return problem(412, "stale", "Changed since.")
        return JSONResponse({"id": 12, "sku": request.path_params["sku"], "name": "Pale Ale", "version": 3})

    async def receive(self, request: Request) -> Response:
        if self._user(request) is None:
            return problem(401, "not_authenticated", "Sign in.")
        key = request.headers["idempotency-key"]
        if key not in self.answers:
            self.effects.append(await request.json())
            self.answers[key] = {"operation_id": f"op-{len(self.effects)}", "kind": "receive"}
        return JSONResponse(self.answers[key], 201)

    async def scrap(self, request: Request) -> Response:
        self._user(request)
        fault = {"pointer": "/lines/0/quantity", "code": "too_many", "detail": "Only 88 are free."}
        return problem(422, "insufficient_stock", "1 line was refused.", [fault])

    async def export(self, request: Request) -> Response:
        self._user(request)
        return Response(b"sku\n", headers={"content-disposition": 'attachment; filename="products.csv"'})

    async def boom(self, request: Request) -> Response:
        self._user(request)
        return Response("<h1>Server Error (500)</h1>", 500, media_type="text/html")


class _Dropping:
    """Loses as many answers as it was told to, after the work behind them is done."""

    def __init__(self, server: SmallServer, inner: Any) -> None:
        self._server, self._inner = server, inner

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and "/stock/" in scope["path"] and self._server.lose_answers:
            self._server.lose_answers -= 1

            async def nowhere(message: Any) -> None:
                return None

            await self._inner(scope, receive, nowhere)
            # A begun answer that never ends: uvicorn drops the line.
            await send(
                {"type": "http.response.start", "status": 201, "headers": [(b"content-length", b"100")]}
            )
            await send({"type": "http.response.body", "body": b"{", "more_body": False})
            return
        await self._inner(scope, receive, send)


def problem(status: int, code: str, detail: str, errors: list[Any] | None = None) -> Response:
    body = {"type": "about:blank", "title": code, "status": status, "code": code, "detail": detail}
    return JSONResponse(body | {"errors": errors or []}, status, media_type="application/problem+json")
