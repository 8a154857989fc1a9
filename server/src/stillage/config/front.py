"""`stillage front`: the client alone, behind Nginx. It holds no key and knows no database; it asks the API."""

import logging.config
import os
from pathlib import Path

from stillage.config import sentry
from stillage.config.watching import logging_config


class CannotServe(Exception):
    """What the environment lacks, in words."""


def names_in(variable: str) -> set[str]:
    """A list out of the environment: separated by commas, empty ones left out."""
    return {name.strip() for name in os.environ.get(variable, "").split(",") if name.strip()}


def serve(*, host: str, port: int) -> None:
    """Serve until stopped. Several of these stand beside each other, each visitor staying with one."""
    import uvicorn

    from stillage_client.hosting import create_app

    hosts, api = names_in("STILLAGE_ALLOWED_HOSTS"), os.environ.get("STILLAGE_API_URL", "")
    if not hosts or "*" in hosts:
        raise CannotServe("STILLAGE_ALLOWED_HOSTS must name the hosts that people type, and not be `*`.")
    if not api.startswith(("http://", "https://")):
        raise CannotServe("STILLAGE_API_URL must say where the API answers, as http://api:8000.")
    logging.config.dictConfig(logging_config())
    sentry.start(os.environ.get("STILLAGE_SENTRY_DSN", ""))
    home = Path(os.environ.get("STILLAGE_HOME", ".stillage")).resolve()
    application = create_app(
        api_base=api,
        allowed_hosts=hosts,
        allowed_origins=names_in("STILLAGE_ALLOWED_ORIGINS"),
        cache_dir=home / "client",
        live_base=os.environ.get("STILLAGE_LIVE_URL", ""),
    )
    uvicorn.run(
        application,
        host=host,
        port=port,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=True,
        # Only these may say who the visitor is and whether he came by https.
        forwarded_allow_ips=os.environ.get("STILLAGE_TRUSTED_PROXIES", "127.0.0.1"),
        ws_max_size=1024 * 1024,
        ws_max_queue=8,
        limit_concurrency=2_500,
        timeout_graceful_shutdown=20,
    )
