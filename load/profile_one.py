"""Where the microseconds of one movement go: CPU of this thread by function and by room, waiting left out.

make bench prints none of this; run it by hand: python load/bench.py --profile
"""

from __future__ import annotations

import cProfile
import io
import json
import pstats
import time
import uuid
from typing import Any

from fill import sign_in
from scenarios.movement import line


def caller(token: str, path: str) -> Any:
    """Requests through the WSGI application, without Gunicorn: a movement, or the page that `path` names."""
    from stillage.config.wsgi import application

    def call(k: int) -> None:
        body = b"" if path else json.dumps({"lines": [line(k)], "reference": "bench"}).encode()
        address, _, asked = (path or "/api/v1/stock/move").partition("?")
        environ = {
            "REQUEST_METHOD": "GET" if path else "POST",
            "PATH_INFO": address,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "127.0.0.1",
            "HTTP_AUTHORIZATION": f"Bearer {token}",
            "HTTP_IDEMPOTENCY_KEY": uuid.uuid4().hex,
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(body)),
            "QUERY_STRING": asked,
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.url_scheme": "http",
            "wsgi.version": (1, 0),
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        said: list[str] = []
        answer = application(environ, lambda status, headers, exc=None: said.append(status))
        b"".join(answer)
        getattr(answer, "close", lambda: None)()
        assert said[0].startswith("20"), said

    return call


def profile(path: str, times: int = 400) -> str:
    """The functions that use most, for a movement (`path` empty) or a page."""
    call = caller(sign_in(), path)
    for k in range(1, 30):
        call(k)
    began = time.thread_time()
    for k in range(1, times):
        call(k)
    each = (time.thread_time() - began) / times * 1e6
    profiler = cProfile.Profile(time.thread_time)
    profiler.enable()
    for k in range(1, times):
        call(k)
    profiler.disable()
    out = io.StringIO()
    stats = pstats.Stats(profiler, stream=out)
    total = stats.total_tt
    lines = [f"one request, CPU of its thread: {each:,.0f} µs", ""]
    for (path, number, name), (_, calls, own, whole, _) in sorted(
        stats.stats.items(), key=lambda item: -item[1][3]
    ):
        if whole / total < 0.008:
            break
        short = path.split("site-packages/")[-1].split("/src/")[-1].split("python3.11/")[-1]
        lines.append(
            f"{whole / total * each:7,.0f} µs with all it calls, {own / total * each:6,.0f} own,"
            f" {calls / times:5.1f} calls  {short}:{number} {name}"
        )
    return "\n".join(lines)
