"""Where a lot came from and went, and recalling lots.

Every act takes `key`, the Idempotency-Key. A recall is named by its number or its id.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from stillage_client.api.records import Export, Page, read_page
from stillage_client.api.tracing_records import Recall, Trace
from stillage_client.api.transport import Api, part

Ref = str | int
Body = Mapping[str, Any]


async def trace(api: Api, lot: Ref) -> Trace:
    """The whole way of a lot, over all places one may see."""
    return Trace.read(await api.get(f"lots/{part(lot)}/trace"))


async def recalls(api: Api, **filters: Any) -> Page[Recall]:
    """Filters: status, search."""
    return read_page(Recall.read, await api.get("recalls", **filters))


async def recall(api: Api, ref: Ref) -> Recall:
    return Recall.read(await api.get(f"recalls/{part(ref)}"))


async def call_back(api: Api, body: Body, *, key: str | None = None) -> Recall:
    """Begin a recall: hold the stock, free the promises, list the customers."""
    said = {name: value for name, value in body.items() if value is not None and value != ""}
    return Recall.read(await api.post("recalls", said, key=key))


async def tell(
    api: Api, ref: Ref, customers: Sequence[Ref], how: str, note: str = "", *, key: str | None = None
) -> Recall:
    """These customers were told, in this way."""
    body: dict[str, Any] = {"customers": list(customers), "how": how}
    if note:
        body["note"] = note
    return Recall.read(await api.post(f"recalls/{part(ref)}/tell", body, key=key))


async def answer(
    api: Api,
    ref: Ref,
    customer: Ref,
    *,
    left_there: int | None = None,
    note: str = "",
    key: str | None = None,
) -> Recall:
    """What a customer says is still there."""
    body: dict[str, Any] = {"customer": customer}
    if left_there is not None:
        body["left_there"] = left_there
    if note:
        body["note"] = note
    return Recall.read(await api.post(f"recalls/{part(ref)}/answer", body, key=key))


async def close(api: Api, ref: Ref, outcome: str, *, release: bool = False, key: str | None = None) -> Recall:
    return Recall.read(
        await api.post(f"recalls/{part(ref)}/close", {"outcome": outcome, "release": release}, key=key)
    )


async def letters(api: Api, ref: Ref, customer: Ref | None = None) -> Export:
    """The letters to those who are still to be told, or to one customer, as PDF."""
    return await api.download(f"recalls/{part(ref)}/letters", customer=customer)


async def customers_csv(api: Api, ref: Ref) -> Export:
    return await api.download(f"recalls/{part(ref)}/customers.csv")


async def sheet(api: Api, ref: Ref, kind: str = "xlsx") -> Export:
    """The traceability sheet: every movement of every lot, to sort and filter."""
    return await api.download(f"recalls/{part(ref)}/sheet", format=kind)


async def report(api: Api, ref: Ref) -> Export:
    return await api.download(f"recalls/{part(ref)}/report")
