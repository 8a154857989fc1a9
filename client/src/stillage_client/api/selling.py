"""Orders: what is asked for, what is promised, and the steps from draft to closed.

Every act takes `key`, the Idempotency-Key. An order is named by its number or its id.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from stillage_client.api.records import Export, Page, read_page
from stillage_client.api.selling_records import (
    CustomerSummary,
    Happened,
    LineAllocation,
    Order,
    OrderSummary,
    Preview,
)
from stillage_client.api.transport import Api, part

Ref = str | int
Body = Mapping[str, Any]


async def orders(api: Api, **filters: Any) -> Page[Order]:
    """Filters: status, customer, warehouse, product, lot, search (number, customer, lot, SSCC), due_before,
    due_after, allocation, open; ordering by id, number, delivery_date, status, customer, gross_total."""
    return read_page(Order.read, await api.get("sales-orders", **filters))


async def summary(api: Api, *, warehouse: str | None = None) -> OrderSummary:
    return OrderSummary.read(await api.get("sales-orders/summary", warehouse=warehouse))


async def order(api: Api, ref: Ref) -> Order:
    return Order.read(await api.get(f"sales-orders/{part(ref)}"))


async def preview(api: Api, body: Body) -> Preview:
    """What an order would cost and where it would come from; nothing is written."""
    return Preview.read(await api.post("sales-orders/preview", body))


async def create(api: Api, body: Body, *, key: str | None = None) -> Order:
    return Order.read(await api.post("sales-orders", body, key=key))


async def change(api: Api, order: Order, body: Body, *, key: str | None = None) -> Order:
    """Replace what is named; in a draft the lines as a whole."""
    return Order.read(
        await api.patch(f"sales-orders/{part(order.number)}", body, version=order.version, key=key)
    )


async def step(api: Api, ref: Ref, verb: str, body: Body | None = None, *, key: str | None = None) -> Order:
    """confirm, allocate, deallocate, cancel, close, reopen, pin, swap, pick, unpick, pack, unpack."""
    answer = await api.post(f"sales-orders/{part(ref)}/{verb}", dict(body or {}), key=key)
    return Order.read(answer)


async def ship(api: Api, ref: Ref, body: Body | None = None, *, key: str | None = None) -> str:
    """Ship what is picked; the number of the shipment."""
    answer = await api.post(f"sales-orders/{part(ref)}/ship", dict(body or {}), key=key)
    made = answer.get("shipment") if isinstance(answer, dict) else None
    return str(made.get("number", "")) if isinstance(made, dict) else ""


async def allocation(api: Api, ref: Ref) -> tuple[LineAllocation, ...]:
    answer = await api.get(f"sales-orders/{part(ref)}/allocation")
    return LineAllocation.read_all(answer["lines"])


async def history(api: Api, ref: Ref) -> tuple[Happened, ...]:
    answer = await api.get(f"sales-orders/{part(ref)}/history")
    return Happened.read_all(answer["results"] if isinstance(answer, dict) else answer)


async def paper(api: Api, ref: Ref, kind: str) -> Export:
    """pick-list, packing-list, delivery-note or confirmation, as PDF."""
    return await api.download(f"sales-orders/{part(ref)}/papers/{kind}")


async def customer_summary(api: Api, customer_id: int) -> CustomerSummary:
    return CustomerSummary.read(await api.get(f"customers/{part(customer_id)}/summary"))


def lines_body(lines: Sequence[Body]) -> list[dict[str, Any]]:
    """Lines without what was left empty."""
    return [{k: v for k, v in line.items() if v is not None and v != ""} for line in lines]
