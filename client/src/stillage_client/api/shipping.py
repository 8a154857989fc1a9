"""What left the house and what comes back: shipments, handling units, returns and credit notes."""

from collections.abc import Mapping, Sequence
from typing import Any

from stillage_client.api.records import Export, Page, read_page
from stillage_client.api.selling_records import HandlingUnit, Happened, Return, Shipment
from stillage_client.api.transport import Api, part

Ref = str | int
Body = Mapping[str, Any]


async def shipments(api: Api, **filters: Any) -> Page[Shipment]:
    """Filters: customer, order, lot, product, search, since, until."""
    return read_page(Shipment.read, await api.get("shipments", **filters))


async def shipment(api: Api, ref: Ref) -> Shipment:
    return Shipment.read(await api.get(f"shipments/{part(ref)}"))


async def shipment_paper(api: Api, ref: Ref, kind: str) -> Export:
    return await api.download(f"shipments/{part(ref)}/papers/{kind}")


async def handling_units(api: Api, order: Ref) -> tuple[HandlingUnit, ...]:
    """The pallets and cartons of an order, with what stands on them."""
    return read_page(HandlingUnit.read, await api.get("handling-units", order=order, limit=100)).results


async def pallet_label(api: Api, sscc: str) -> Export:
    return await api.download("labels/pallet", sscc=sscc, format="pdf")


async def returns(api: Api, **filters: Any) -> Page[Return]:
    """Filters: status, customer, shipment, search."""
    return read_page(Return.read, await api.get("returns", **filters))


async def one_return(api: Api, ref: Ref) -> Return:
    return Return.read(await api.get(f"returns/{part(ref)}"))


async def announce(api: Api, body: Body, *, key: str | None = None) -> Return:
    return Return.read(await api.post("returns", dict(body), key=key))


async def receive(api: Api, ref: Ref, lines: Sequence[Body], *, key: str | None = None) -> Return:
    return await _act(api, ref, "receive", {"lines": list(lines)}, key)


async def dispose(api: Api, ref: Ref, lines: Sequence[Body], *, key: str | None = None) -> Return:
    """Each line with its outcome: restock, quarantine or scrap."""
    return await _act(api, ref, "dispose", {"lines": list(lines)}, key)


async def return_step(api: Api, ref: Ref, verb: str, *, key: str | None = None) -> Return:
    """cancel, undo-receive or close."""
    return await _act(api, ref, verb, {}, key)


async def credit(api: Api, ref: Ref, *, key: str | None = None) -> str:
    """A credit note for all that was received; its number."""
    answer = await api.post(f"returns/{part(ref)}/credit", {}, key=key)
    note = answer.get("credit_note", answer) if isinstance(answer, dict) else {}
    return str(note.get("number", "")) if isinstance(note, dict) else ""


async def credit_paper(api: Api, ref: Ref) -> Export:
    return await api.download(f"credit-notes/{part(ref)}/paper")


async def history(api: Api, ref: Ref) -> tuple[Happened, ...]:
    answer = await api.get(f"returns/{part(ref)}/history")
    return Happened.read_all(answer["results"] if isinstance(answer, dict) else answer)


async def _act(api: Api, ref: Ref, verb: str, body: dict[str, Any], key: str | None) -> Return:
    return Return.read(await api.post(f"returns/{part(ref)}/{verb}", body, key=key))
