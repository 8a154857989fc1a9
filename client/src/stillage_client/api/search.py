"""One question over everything."""

from stillage_client.api.search_records import Found, read_found
from stillage_client.api.transport import Api


async def everywhere(api: Api, text: str, *, limit: int = 5) -> Found:
    """Whatever is meant by a text, as far as one may see it."""
    return read_found(await api.get("search", q=text, limit=limit))
