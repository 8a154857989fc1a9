"""What comes in and where it goes: advance notices, deliveries, putting away, and what goes back to the supplier.

Every act takes `key`, the Idempotency-Key; for a scan it is the scan's own id.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from stillage_client.api.buying_records import AtDock, Intake, Notice, Receipt, SupplierReturn
from stillage_client.api.records import Export, Page, read_page
from stillage_client.api.selling_records import Happened
from stillage_client.api.transport import Api, part

Ref = str | int
Body = Mapping[str, Any]


async def notices(api: Api, **filters: Any) -> Page[Notice]:
    """Filters: supplier, warehouse, status, search (also an SSCC)."""
    return read_page(Notice.read, await api.get("advance-notices", **filters))


async def receipts(api: Api, **filters: Any) -> Page[Receipt]:
    """Filters: status, supplier, warehouse, purchase_order, search."""
    return read_page(Receipt.read, await api.get("receipts", **filters))


async def receipt(api: Api, ref: Ref) -> Receipt:
    return Receipt.read(await api.get(f"receipts/{part(ref)}"))


async def open_receipt(api: Api, body: Body, *, key: str | None = None) -> Receipt:
    """A delivery is here: of an order, a notice or a supplier."""
    return Receipt.read(await api.post("receipts", dict(body), key=key))


async def receive(
    api: Api, ref: Ref, lines: Sequence[Body], *, location: str = "", key: str | None = None
) -> Intake:
    """Book in; refused with both sides and `possible_outcomes` when it is not what was asked for."""
    body = {"lines": list(lines)} | ({"location": location} if location else {})
    return Intake.read(await api.post(f"receipts/{part(ref)}/receive", body, key=key))


async def receive_unit(api: Api, ref: Ref, body: Body, *, key: str | None = None) -> Intake:
    """A whole pallet of the notice, by its SSCC."""
    return Intake.read(await api.post(f"receipts/{part(ref)}/receive-unit", dict(body), key=key))


async def undo(api: Api, ref: Ref, operation_id: str, *, key: str | None = None) -> Any:
    """Books back what one scan booked in."""
    return await api.post(f"receipts/{part(ref)}/undo", {"operation_id": operation_id}, key=key)


async def close_receipt(api: Api, ref: Ref, rest: str = "", *, key: str | None = None) -> Receipt:
    """Finished; `rest` says whether what is missing is waited for (wait) or written down as short (short)."""
    body = {"rest": rest} if rest else {}
    return Receipt.read(await api.post(f"receipts/{part(ref)}/close", body, key=key))


async def receipt_paper(api: Api, ref: Ref, kind: str) -> Export:
    """discrepancy-note or goods-received."""
    return await api.download(f"receipts/{part(ref)}/papers/{kind}")


async def at_dock(api: Api, **filters: Any) -> Page[AtDock]:
    """What lies in receiving places, and where it should go."""
    return read_page(AtDock.read, await api.get("put-away", **filters))


async def supplier_returns(api: Api, **filters: Any) -> Page[SupplierReturn]:
    return read_page(SupplierReturn.read, await api.get("supplier-returns", **filters))


async def supplier_return(api: Api, ref: Ref) -> SupplierReturn:
    return SupplierReturn.read(await api.get(f"supplier-returns/{part(ref)}"))


async def send_back(api: Api, body: Body, *, key: str | None = None) -> SupplierReturn:
    """A draft: nothing is booked yet."""
    return SupplierReturn.read(await api.post("supplier-returns", dict(body), key=key))


async def change_return(
    api: Api, known: SupplierReturn, body: Body, *, key: str | None = None
) -> SupplierReturn:
    return SupplierReturn.read(
        await api.patch(f"supplier-returns/{part(known.number)}", dict(body), version=known.version, key=key)
    )


async def return_step(
    api: Api, ref: Ref, verb: str, body: Body | None = None, *, key: str | None = None
) -> SupplierReturn:
    """dispatch, close, cancel, undo-dispatch."""
    answer = await api.post(f"supplier-returns/{part(ref)}/{verb}", dict(body or {}), key=key)
    return SupplierReturn.read(answer)


async def return_history(api: Api, ref: Ref) -> tuple[Happened, ...]:
    answer = await api.get(f"supplier-returns/{part(ref)}/history")
    return Happened.read_all(answer["results"] if isinstance(answer, dict) else answer)


async def return_paper(api: Api, ref: Ref) -> Export:
    return await api.download(f"supplier-returns/{part(ref)}/papers/return-note")
