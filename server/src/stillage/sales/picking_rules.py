"""What a picker is told when what was scanned is not what was wanted: both sides, and the way out. Pure."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from stillage.core.errors import Fault
from stillage.stock.expiry import may_be_sold, shown

SCAN = frozenset({"wrong_location", "wrong_product", "wrong_lot", "lot_required"})


@dataclass(frozen=True, slots=True)
class Scanned:
    """What was said to be in hand, as found; None where there is nothing of that name here."""

    location_id: int | None
    location: str
    product_id: int | None
    product: str
    lot_id: int | None
    lot: str | None
    best_before_date: dt.date | None
    expiry_date: dt.date | None
    quantity: int


def faults_of(
    index: int,
    task: dict[str, Any],
    have: Scanned,
    *,
    user_id: int | None,
    open_units: int,
    lots_there: int,
    on: dt.date,
) -> list[Fault]:
    """Everything that is wrong with one line of a pick."""
    at = f"/lines/{index}"
    if task["claimed_by"] not in (None, user_id):
        name = task["claimed_name"]
        return [
            Fault(
                f"{at}/task",
                "not_yours",
                f"{name} is on the way to {task['location_code']} for this.",
                {"claimed_by": name},
            )
        ]
    if open_units == 0:
        return [
            Fault(
                f"{at}/task",
                "already_picked",
                f"{task['product']} at {task['location_code']} is done: {task['picked']} of"
                f" {task['quantity']} are picked.",
            )
        ]
    found = [*_place(at, task, have), *_item(at, task, have, lots_there=lots_there)]
    if have.quantity > open_units:
        found.append(
            Fault(
                f"{at}/quantity",
                "too_many",
                f"Want {open_units} of {task['product']} here. You have {have.quantity}.",
                {"want": open_units, "have": have.quantity},
            )
        )
    return [*found, *_sellable(at, task, on=on)]


def _place(at: str, task: dict[str, Any], have: Scanned) -> list[Fault]:
    if have.location_id == task["location_id"]:
        return []
    there = have.location if have.location_id else f"{have.location}, which is no place here"
    return [
        Fault(
            f"{at}/location",
            "wrong_location",
            f"Want {task['location_code']}. You are at {there}.",
            {"want": {"location": task["location"]}, "have": {"location": have.location}},
        )
    ]


def _item(at: str, task: dict[str, Any], have: Scanned, *, lots_there: int) -> list[Fault]:
    if have.product_id != task["product_id"]:
        there = have.product if have.product_id else f"{have.product}, which is no product here"
        return [
            Fault(
                f"{at}/product",
                "wrong_product",
                f"Want {task['product']} {task['product_name']}. You have {there}.",
                {"want": {"product": task["product"]}, "have": {"product": have.product}},
            )
        ]
    if not task["lot_tracked"]:
        return []
    want = _lot(task["lot"], task["best_before_date"], task["expiry_date"])
    if have.lot is None:
        if lots_there <= 1:
            return []
        return [
            Fault(
                f"{at}/lot",
                "lot_required",
                f"{lots_there} lots of {task['product']} lie at {task['location_code']}. Want lot {want}:"
                " scan or type the lot.",
            )
        ]
    if have.lot_id == task["lot_id"]:
        return []
    if have.lot_id is None:
        mine = f"{have.lot}, which is not known here"
    else:
        mine = _lot(have.lot, have.best_before_date, have.expiry_date)
    return [
        Fault(
            f"{at}/lot",
            "wrong_lot",
            f"Want lot {want}. You have {mine}.",
            {
                "want": {"lot": task["lot"], "best_before_date": task["best_before_date"]},
                "have": {"lot": have.lot, "best_before_date": have.best_before_date},
                "ways_out": ["put_back", "use_lot"],
            },
        )
    ]


def _lot(number: str, best_before_date: dt.date | None, expiry_date: dt.date | None) -> str:
    if best_before_date:
        return f"{number} (best before {best_before_date.isoformat()})"
    if expiry_date:
        return f"{number} (expires {expiry_date.isoformat()})"
    return number


def _sellable(at: str, task: dict[str, Any], *, on: dt.date) -> list[Fault]:
    out = {"ways_out": ["short"]}
    name = f"Lot {task['lot']}" if task["lot"] else task["product"]
    if task["held"]:
        detail = f"{name} was put on hold. Leave it there and say that it is short."
        return [Fault(f"{at}/lot", "lot_held", detail, out)]
    last_sale, days = task["last_sale_date"], task["minimum_remaining_days"]
    if may_be_sold(last_sale, on=on, minimum_remaining_days=days):
        return []
    needed = f" and {days} days after it" if days else ""
    detail = (
        f"{name} may be sold until {shown(last_sale)}; {task['order']} is delivered on {on.isoformat()}"
        f" and needs it until then{needed}. Leave it there and say that it is short."
    )
    return [Fault(f"{at}/lot", "lot_expired", detail, out)]
