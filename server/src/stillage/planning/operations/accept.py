"""Proposals become purchase orders: one for each supplier and warehouse."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from stillage.core.actor import Actor
from stillage.core.errors import Fault, refuse_all
from stillage.core.locking import operation
from stillage.core.sql import execute, rows, stored, table
from stillage.planning.models import Proposal, ProposalStatus
from stillage.planning.operations.answering import lock_open, record_answers
from stillage.purchasing import operations as buying
from stillage.purchasing.drafting import COST, AskedLine, AskedOrder, draft, refuse_warnings, warnings
from stillage.purchasing.models import PurchaseOrder

_ANSWER = {"id": "bigint", "chosen_packs": "integer", "purchase_order_id": "bigint"}


@dataclass(frozen=True, slots=True)
class AcceptedLine:
    """A proposal that is accepted, with the packs that somebody rather wants."""

    id: int
    quantity_packs: int | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The orders that were made, and how many lines each has."""

    orders: list[PurchaseOrder]
    lines: dict[int, int]


@dataclass(frozen=True, slots=True)
class _Group:
    asked: AskedOrder
    proposals: list[Proposal]
    indexes: list[int]  # of its lines in the request


@operation
def accept(
    *,
    actor: Actor,
    lines: Sequence[AcceptedLine],
    at: dt.datetime,
    place: bool = False,
    ignore_warnings: bool = False,
) -> Accepted:
    """Order what is proposed, as drafts or, with `place`, as orders that go out at once.

    Refuses: proposals that are not there for the actor, twice the same, without a supplier or of nothing (all lines at
    once); answered ones (409 already_answered); with `place` what a supplier would not deliver, unless
    `ignore_warnings`. Locks: the proposals in id order, then the series of order numbers.
    Audits: proposal.accept of each, purchase_order.create (and place).
    """
    found = lock_open([one.id for one in lines], actor=actor)
    packs = {one.id: one.quantity_packs for one in lines}
    groups = _groups(found, packs, at)
    _refuse_faults(groups, actor=actor, place=place and not ignore_warnings)
    orders: list[PurchaseOrder] = []
    for group in groups:
        order = buying.create_order(
            actor=actor, asked=group.asked, at=at, place=place, ignore_warnings=ignore_warnings
        )
        orders.append(order)
        for proposal, line in zip(group.proposals, group.asked.lines, strict=True):
            proposal.status, proposal.purchase_order = ProposalStatus.ACCEPTED, order
            proposal.chosen_packs = line.quantity_packs
    _write(found, actor, at)
    record_answers("accept", found, actor=actor, at=at, after=_told)
    return Accepted(
        orders, {order.pk: len(group.proposals) for order, group in zip(orders, groups, strict=True)}
    )


def _groups(found: Sequence[Proposal], packs: dict[int, int | None], at: dt.datetime) -> list[_Group]:
    """An order for each supplier and warehouse, in the order of the request."""
    faults: list[Fault] = []
    by_order: dict[tuple[int, int], list[tuple[int, Proposal, int]]] = {}
    for index, one in enumerate(found):
        chosen = packs[one.pk]
        wanted = one.quantity_packs if chosen is None else chosen
        if one.supplier_id is None:
            detail = f"Nobody is known to sell {one.product.sku}; add it to a supplier's catalogue first."
            faults.append(Fault(f"/lines/{index}/id", "no_supplier", detail))
        elif wanted < 1:
            detail = f"Nothing is proposed of {one.product.sku}; say how many packs are wanted."
            faults.append(Fault(f"/lines/{index}/quantity_packs", "required", detail))
        else:
            by_order.setdefault((one.supplier_id, one.warehouse_id), []).append((index, one, wanted))
    refuse_all(faults, summary=f"{len(faults)} lines cannot be ordered, so nothing was.")
    return [_group(own, at) for own in by_order.values()]


def _group(own: Sequence[tuple[int, Proposal, int]], at: dt.datetime) -> _Group:
    first = own[0][1]
    today = at.astimezone(ZoneInfo(first.warehouse.timezone)).date()
    dates = [max(one.expected_date or today, today) for _, one, _ in own]
    latest = max(dates)
    lines = [
        AskedLine(
            product=one.product_id,
            pack=one.pack_name,
            quantity_packs=packs,
            expected_date=None if date == latest else date,
        )
        for (_, one, packs), date in zip(own, dates, strict=True)
    ]
    asked = AskedOrder(
        supplier=first.supplier_id or 0, warehouse=first.warehouse_id, expected_date=latest, lines=lines
    )
    return _Group(asked, [one for _, one, _ in own], [index for index, _, _ in own])


def _refuse_faults(groups: Sequence[_Group], *, actor: Actor, place: bool) -> None:
    """What is wrong with any of the orders, told by the lines of the request."""
    faults: list[Fault] = []
    for group in groups:
        made = draft(group.asked, actor=actor)
        own = list(made.faults)
        if place and not own:
            skus = [product.sku for product in made.products]
            cautions = warnings(made.order, made.lines, skus, made.offers, with_costs=actor.can(COST))
            own = refuse_warnings(cautions)
        faults += [Fault(_pointer(one.pointer, group.indexes), one.code, one.detail) for one in own]
    refuse_all(faults, summary=f"{len(faults)} things are wrong, so nothing was ordered.")


def _pointer(pointer: str, indexes: Sequence[int]) -> str:
    """A line of an order as the line of the request that it came from; else of the order's first."""
    parts = pointer.split("/")
    if len(parts) > 2 and parts[1] == "lines" and parts[2].isdecimal():
        index = indexes[min(int(parts[2]), len(indexes) - 1)]
        return "/".join(
            ["/lines", str(index), *("quantity_packs" if one == "quantity" else one for one in parts[3:])]
        )
    return f"/lines/{indexes[0]}"


def _write(found: Sequence[Proposal], actor: Actor, at: dt.datetime) -> None:
    execute(
        "UPDATE planning_proposal SET status = 'accepted', answered_at = %s, answered_by = %s,"
        " chosen_packs = line.chosen_packs, purchase_order_id = line.purchase_order_id FROM "
        + table("line", _ANSWER)
        + " WHERE planning_proposal.id = line.id",
        [
            stored(at),
            actor.username[:150],
            rows(
                {
                    "id": one.pk,
                    "chosen_packs": one.chosen_packs,
                    "purchase_order_id": one.purchase_order_id,
                }
                for one in found
            ),
        ],
    )


def _told(one: Proposal) -> dict[str, object]:
    return {
        "status": "accepted",
        "quantity_packs": one.chosen_packs,
        "proposed_packs": one.quantity_packs,
        "purchase_order": one.purchase_order.number if one.purchase_order else None,
    }
