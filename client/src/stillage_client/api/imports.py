"""Files in (checked as a whole before anything is written) and files out."""

import json
from collections.abc import Mapping
from typing import Any, Literal

from stillage_client.api.records import Export, Import, Page, read_page
from stillage_client.api.transport import Api, part

Kind = Literal["products", "customers", "suppliers", "locations"]


async def start(
    api: Api,
    *,
    kind: str,
    file_name: str,
    content: bytes,
    dry_run: bool,
    mapping: Mapping[str, str] | None = None,
    key: str | None = None,
) -> Import:
    """Hand in a file; the answer is queued, ask `one` until it is finished."""
    fields = {"kind": kind, "dry_run": "true" if dry_run else "false"}
    if mapping:
        fields["mapping"] = json.dumps(mapping)
    files = {"file": (file_name, content, "application/octet-stream")}
    return Import.read(await api.upload("imports", files, fields, key=key))


async def one(api: Api, import_id: int) -> Import:
    return Import.read(await api.get(f"imports/{part(import_id)}"))


async def recent(api: Api, **filters: Any) -> Page[Import]:
    return read_page(Import.read, await api.get("imports", **filters))


async def export(api: Api, kind: str, *, format: Literal["csv", "xlsx"] = "csv", **filters: Any) -> Export:
    return await api.download(f"exports/{part(kind)}", format=format, **filters)
