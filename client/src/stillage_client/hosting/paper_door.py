"""Where a browser fetches a paper its session asked for: GET /client/papers/<ticket>, once."""

import re

from starlette.types import Receive, Scope, Send

from stillage_client.api.outgoing import PATH, PaperDesk
from stillage_client.hosting.answers import answer

SHOWN = {"application/pdf": "inline"}  # everything else is only saved


async def hand_out(desk: PaperDesk, scope: Scope, receive: Receive, send: Send) -> None:
    """Give the file to whoever has its ticket."""
    if scope["method"] != "GET":
        return await answer(send, 405, "Papers are fetched.", headers=[(b"allow", b"GET")])
    file = desk.take(scope["path"].removeprefix(PATH))
    if file is None:
        return await answer(send, 404, "This paper was fetched already. Ask for it again.")
    kind = file.content_type.split(";")[0].strip().lower()
    name = re.sub(r"[^A-Za-z0-9._-]", "_", file.file_name) or "paper"
    way = SHOWN.get(kind, "attachment")
    about = [
        (b"content-type", (kind if way == "inline" else "application/octet-stream").encode()),
        (b"content-disposition", f'{way}; filename="{name}"'.encode()),
        (b"cache-control", b"no-store"),
    ]
    return await answer(send, 200, file.content, headers=about)
