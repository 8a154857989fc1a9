"""Where a browser delivers a chosen file: PUT /client/files/<ticket>. The name it has is never a path here."""

from starlette.types import Receive, Scope, Send

from stillage_client.api.incoming import FileDesk
from stillage_client.hosting.answers import TooLarge, answer, read_body

PATH = "/client/files/"


async def take_file(desk: FileDesk, scope: Scope, receive: Receive, send: Send) -> None:
    """Hand the content to the session that expects it."""
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    if scope["method"] not in ("PUT", "POST"):
        return await answer(send, 405, "Files are put.", headers=[(b"allow", b"PUT, POST")])
    if not headers.get(b"origin") or headers.get(b"sec-fetch-site", "same-origin") != "same-origin":
        return await answer(send, 403, "Files come from the page itself.")
    expected = desk.take(scope["path"].removeprefix(PATH))
    if expected is None:
        return await answer(send, 404, "Nothing is expected here.")
    try:
        content = await read_body(receive, expected.limit)
    except TooLarge:
        expected.content.cancel()
        return await answer(send, 413, "Larger than it was said to be.")
    except ConnectionError:
        expected.content.cancel()
        return None
    if not expected.content.done():
        expected.content.set_result(content)
    return await answer(send, 204)
