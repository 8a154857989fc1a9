"""Where wedge.js delivers scans: POST /client/scans, answered with what became of the scan.

An answer other than 2xx or one of REFUSED_FOR_GOOD tells the browser to keep the scan and come again.
"""

import json
import logging
import math
import re
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.types import Receive, Scope, Send

from stillage_client.api.errors import Unreachable
from stillage_client.hosting.answers import TooLarge, answer, answer_json, read_body
from stillage_client.scans import CODE_LENGTH_MAX, FeedFull, Scan, ScanDesk, ScanFeed

log = logging.getLogger("stillage_client.scan_door")

PATH = "/client/scans"
BODY_MAX = 8 * 1024
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
KEEP_MAX = timedelta(days=7)


async def take_scan(desk: ScanDesk, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one posted scan; the answer comes when it has been judged."""
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    if scope["method"] != "POST":
        return await answer(send, 405, "Scans are posted.", headers=[(b"allow", b"POST")])
    if not headers.get(b"origin") or headers.get(b"sec-fetch-site", "same-origin") != "same-origin":
        return await answer(send, 403, "Scans come from the page itself.")
    holder = desk.find(headers.get(b"x-scan-ticket", ""))
    if holder is None:
        return await answer_json(send, 409, {"reason": "ticket"})
    feed, user = holder
    try:
        word = json.loads(await read_body(receive, BODY_MAX))
        scan, whose = read_scan(word, user), word["user"]
    except TooLarge:
        return await answer_json(send, 413, {"reason": "too long"})
    except (ValueError, TypeError, KeyError):
        return await answer_json(send, 422, {"reason": "not a scan"})
    except ConnectionError:
        return None  # it will come again
    if whose != user:
        return await answer_json(send, 403, {"reason": "another user"})
    _count(feed, word)
    try:
        said = await desk.submit(feed, scan)
    except (Unreachable, FeedFull):
        _count(feed, word, more=1)  # this one waits, too
        return await answer_json(send, 503, {"reason": "not judged"}, headers=[(b"retry-after", b"1")])
    return await answer_json(send, 200, asdict(said))


def read_scan(word: dict[str, Any], user: str) -> Scan:
    """What was posted, checked. The device's clock may be wrong: what counts is how long ago it scanned."""
    scan_id, code = word["id"], word["code"]
    if not isinstance(scan_id, str) or not ID.fullmatch(scan_id):
        raise ValueError("id")
    if not isinstance(code, str) or not 0 < len(code) <= CODE_LENGTH_MAX:
        raise ValueError("code")
    age = (float(word["sent"]) - float(word["at"])) / 1000
    if not math.isfinite(age):
        raise ValueError("at")
    ago = min(max(timedelta(seconds=min(age, KEEP_MAX.total_seconds())), timedelta()), KEEP_MAX)
    at, device_ms = datetime.now(UTC) - ago, float(word["at"])
    return Scan(code=code, id=scan_id, at=at, user=user, source="wedge", device_ms=device_ms)


def _count(feed: ScanFeed, word: dict[str, Any], more: int = 0) -> None:
    waiting, foreign = (word.get(name) for name in ("waiting", "foreign"))
    if isinstance(waiting, int) and isinstance(foreign, int):
        feed.tell(waiting=min(max(waiting, 0), 9_999) + more, foreign=min(max(foreign, 0), 9_999))
