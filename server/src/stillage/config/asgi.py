"""One ASGI app for a checkout: the API by Django, everything else by the client's hosting."""

import os
from pathlib import Path
from typing import Any

from django.core.asgi import get_asgi_application

SERVER_PATHS = ("/api/", "/health/", "/metrics", "/static/")


def create_application(*, port: int, cache_dir: Path, hosts: set[str]) -> Any:
    """Dispatch by path. The client talks to the API over loopback, as any other client would."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stillage.config.settings.dev")
    django = get_asgi_application()
    from stillage_client.hosting import create_app

    client = create_app(
        api_base=f"http://127.0.0.1:{port}", allowed_hosts=hosts, allowed_origins=set(), cache_dir=cache_dir
    )

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"].startswith(SERVER_PATHS):
            return await django(scope, receive, send)
        return await client(scope, receive, send)

    return application
