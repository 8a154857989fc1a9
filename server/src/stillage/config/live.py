"""`stillage live`: the streams of changes alone, for a production whose API is served by Gunicorn's threads."""

from typing import Any

# Streams are long; a process of its own stops them when it is told to, and reads the trail once for all of them.
GRACEFUL_SECONDS = 10


def create_application() -> Any:
    """GET /api/v1/events, and whether it lives."""
    from stillage.config.asgi import refuse
    from stillage.live.hub import hub
    from stillage.live.stream import PATHS, Events

    events = Events(hub)

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await _live_on(receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
        elif scope["path"] in PATHS and scope["method"] == "GET":
            await events(scope, receive, send)
        elif scope["path"] in PATHS:
            await refuse(send, 405, "method_not_allowed", "Only GET here.", allow="GET")
        elif scope["path"] == "/health/live":
            headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": b'{"status":"live"}'})
        else:
            await refuse(send, 404, "not_found", "There is nothing at this address.")

    return application


async def _live_on(receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def serve(*, host: str, port: int) -> None:
    """Serve until stopped. One process takes thousands of listeners; any number may stand beside each other."""
    from stillage.config.serving import run_until_stopped

    run_until_stopped(
        create_application(),
        host=host,
        port=port,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=5_000,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
    )
