"""Transfers between warehouses, and counts.

Every act takes `key`, the Idempotency-Key. A document is named by its number or its id.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from stillage_client.api.control_records import Accuracy, Count, Entered, Suggestions, Transfer
from stillage_client.api.records import Export, Page, read_page
from stillage_client.api.transport import Api, part

Ref = str | int
Body = Mapping[str, Any]


def _without_gaps(body: Body) -> dict[str, Any]:
    """The body without what was left empty."""
    return {name: value for name, value in body.items() if value is not None and value != ""}


# --- transfers ------------------------------------------------------------------------------------


async def transfers(api: Api, **filters: Any) -> Page[Transfer]:
    """Filters: status, from_warehouse, to_warehouse, direction (in, out; with warehouse), search."""
    return read_page(Transfer.read, await api.get("transfers", **filters))


async def transfer(api: Api, ref: Ref) -> Transfer:
    return Transfer.read(await api.get(f"transfers/{part(ref)}"))


async def make_transfer(api: Api, body: Body, *, key: str | None = None) -> Transfer:
    return Transfer.read(await api.post("transfers", _without_gaps(body), key=key))


async def transfer_step(
    api: Api, ref: Ref, verb: str, body: Body | None = None, *, key: str | None = None
) -> Transfer:
    """dispatch, undo-dispatch, receive, close or cancel."""
    return Transfer.read(await api.post(f"transfers/{part(ref)}/{verb}", dict(body or {}), key=key))


async def transfer_note(api: Api, ref: Ref) -> Export:
    """What travels with the goods, as PDF."""
    return await api.download(f"transfers/{part(ref)}/papers/transfer-note")


# --- counts ---------------------------------------------------------------------------------------


async def counts(api: Api, **filters: Any) -> Page[Count]:
    """Filters: status, warehouse, search."""
    return read_page(Count.read, await api.get("counts", **filters))


async def suggestions(api: Api, warehouse: str | None) -> Suggestions:
    """What should be counted: after a short pick, never counted, or due by its class."""
    answer = await api.get("counts/suggestions", warehouse=warehouse)
    by_class = {str(name).lower(): value for name, value in (answer.get("abc") or {}).items()}
    return Suggestions.read({"places": answer.get("places") or [], **by_class})


async def accuracy(api: Api, **filters: Any) -> tuple[Accuracy, ...]:
    """Filters: warehouse, since, until, by (month, person, class)."""
    answer = await api.get("counts/accuracy", **filters)
    rows = answer.get("results", answer.get("rows", [])) if isinstance(answer, dict) else answer
    return Accuracy.read_all(rows)


async def count(api: Api, ref: Ref) -> Count:
    return Count.read(await api.get(f"counts/{part(ref)}"))


async def make_count(api: Api, body: Body, *, key: str | None = None) -> Count:
    return Count.read(await api.post("counts", _without_gaps(body), key=key))


async def count_step(
    api: Api, ref: Ref, verb: str, body: Body | None = None, *, key: str | None = None
) -> Count:
    """submit, approve, reject or cancel."""
    return Count.read(await api.post(f"counts/{part(ref)}/{verb}", dict(body or {}), key=key))


async def claim_place(
    api: Api, ref: Ref, location: str, *, take_over: bool = False, key: str | None = None
) -> Entered:
    """This place is mine to count; what I entered there before, and what a later round asks for."""
    body: dict[str, Any] = {"location": location}
    if take_over:
        body["take_over"] = True
    return Entered.read(await api.post(f"counts/{part(ref)}/claim", body, key=key))


async def enter(
    api: Api, ref: Ref, location: str, lines: Sequence[Body], *, key: str | None = None
) -> Entered:
    """What lies there; without `mode: add` the number replaces what was entered before."""
    body = {"location": location, "lines": [_without_gaps(line) for line in lines]}
    return Entered.read(await api.post(f"counts/{part(ref)}/enter", body, key=key))


async def remove(api: Api, ref: Ref, line: Body, *, key: str | None = None) -> None:
    """Take an entry back: `line` names location, product and lot."""
    await api.post(f"counts/{part(ref)}/remove", _without_gaps(line), key=key)


async def place_done(
    api: Api, ref: Ref, location: str, *, not_seen: str | None = None, key: str | None = None
) -> None:
    """The place is counted. Refused with not_seen while expected lots were not entered."""
    body = _without_gaps({"location": location, "not_seen": not_seen})
    await api.post(f"counts/{part(ref)}/done", body, key=key)


async def count_sheet(api: Api, ref: Ref) -> Export:
    """For counting with pen and paper, as PDF."""
    return await api.download(f"counts/{part(ref)}/papers/count-sheet")
