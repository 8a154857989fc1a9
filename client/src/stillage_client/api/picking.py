"""Pick lists: what is taken on one walk, claimed task by task, confirmed by scans."""

from collections.abc import Sequence
from typing import Any

from stillage_client.api.records import Page, read_page
from stillage_client.api.selling_records import Claim, PickList, PickTask, Short
from stillage_client.api.transport import Api, part

Ref = str | int


async def pick_lists(api: Api, **filters: Any) -> Page[PickList]:
    return read_page(PickList.read, await api.get("pick-lists", **filters))


async def pick_list(api: Api, ref: Ref) -> PickList:
    return PickList.read(await api.get(f"pick-lists/{part(ref)}"))


async def begin(
    api: Api, orders: Sequence[Ref], *, staging_location: Ref | None = None, key: str | None = None
) -> PickList:
    """One list for one order, or a wave for several."""
    body: dict[str, Any] = {"orders": list(orders)}
    if staging_location is not None:
        body["staging_location"] = staging_location
    return PickList.read(await api.post("pick-lists", body, key=key))


async def claim(api: Api, ref: Ref) -> Claim:
    """My task, or the next that nobody has."""
    return Claim.read(await api.post(f"pick-lists/{part(ref)}/claim", {}))


async def pick(
    api: Api,
    ref: Ref,
    *,
    task: int,
    location: Ref,
    product: Ref,
    quantity: int,
    lot: Ref | None = None,
    key: str | None = None,
) -> Claim:
    """Take so many units; refused in words with both sides when it is not what was wanted."""
    line = {"task": task, "location": location, "product": product, "lot": lot, "quantity": quantity}
    body = {"lines": [{name: value for name, value in line.items() if value is not None}]}
    return Claim.read(await api.post(f"pick-lists/{part(ref)}/pick", body, key=key))


async def short(
    api: Api, ref: Ref, *, task: int, quantity: int, reason: str, key: str | None = None
) -> Short:
    body = {"task": task, "quantity": quantity, "reason": reason}
    return Short.read(await api.post(f"pick-lists/{part(ref)}/short", body, key=key))


async def undo(
    api: Api, ref: Ref, *, task: int, quantity: int | None = None, key: str | None = None
) -> PickTask | None:
    """Put it back where it was taken from."""
    body = {"task": task} | ({"quantity": quantity} if quantity else {})
    answer = await api.post(f"pick-lists/{part(ref)}/undo", body, key=key)
    found = answer.get("task") if isinstance(answer, dict) else None
    return PickTask.read(found) if found else None


async def release(api: Api, ref: Ref, *, task: int, key: str | None = None) -> None:
    """Give a claim back: somebody else may take it."""
    await api.post(f"pick-lists/{part(ref)}/release", {"task": task}, key=key)


async def cancel(api: Api, ref: Ref, *, reason: str, key: str | None = None) -> None:
    await api.post(f"pick-lists/{part(ref)}/cancel", {"reason": reason}, key=key)


async def use_lot(
    api: Api, ref: Ref, *, task: int, lot: Ref, location: Ref | None, reason: str, key: str | None = None
) -> None:
    """The lot in hand instead of the one promised; needs a role of its own."""
    body: dict[str, Any] = {"task": task, "lot": lot, "reason": reason}
    if location is not None:
        body["location"] = location
    await api.post(f"pick-lists/{part(ref)}/use-lot", body, key=key)
