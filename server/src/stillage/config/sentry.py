"""Errors to Sentry, by a switch: nothing is sent, and nothing is patched, unless STILLAGE_SENTRY_DSN is set.

An event says where the code broke, at which address and in which request; never what somebody typed.
"""

from typing import Any, cast
from urllib.parse import urlsplit, urlunsplit

from stillage.rest import logs

LEFT_OUT = "(words left out)"


def start(dsn: str, *, environment: str = "production", release: str = "", transport: Any = None) -> bool:
    """Switch it on; answers whether it is."""
    if not dsn:
        return False
    import sentry_sdk

    sentry_sdk.init(
        dsn=dsn,
        environment=environment,
        release=release or None,
        transport=transport,
        send_default_pii=False,
        max_request_body_size="never",
        include_local_variables=False,
        max_breadcrumbs=0,
        auto_session_tracking=False,
        send_client_reports=False,
        server_name="stillage",
        before_send=cast(Any, scrub),
        before_send_transaction=lambda event, hint: None,
    )
    return True


def scrub(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any]:
    """Keep what finds a bug; drop whatever a person may have put in."""
    for name in ("user", "extra", "breadcrumbs", "modules", "transaction_info"):
        event.pop(name, None)
    request = event.get("request")
    if request is not None:
        address = urlsplit(request.get("url", ""))
        event["request"] = {
            "method": request.get("method", ""),
            "url": urlunsplit((address.scheme, address.netloc, address.path, "", "")),
        }
    if "logentry" in event:  # the sentence as written in the code, without what was put into it
        event["logentry"] = {"message": event["logentry"].get("message", "")}
    for exception in event.get("exception", {}).get("values", []):
        exception["value"] = LEFT_OUT
        for frame in exception.get("stacktrace", {}).get("frames", []):
            frame.pop("vars", None)
    event["tags"] = {**event.get("tags", {}), "request_id": logs.request_id.get() or "none"}
    event["contexts"] = {
        name: about for name, about in event.get("contexts", {}).items() if name in ("runtime", "trace")
    }
    return event
