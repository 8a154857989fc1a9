"""Stock is promised to an order."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from stillage.core.actor import Actor
from stillage.core.errors import Fault, Kind, refuse_all
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.places.models import Warehouse
from stillage.sales.demands import demand_of, lock_balances
from stillage.sales.locking import lines_of, lock_order, touch
from stillage.sales.models import OrderStatus, SalesOrder, SalesOrderLine
from stillage.sales.queries.orders import line_facts
from stillage.sales.states import Facts, Step, check
from stillage.sales.trail import record_step
from stillage.stock import operations as stock


@operation
def allocate(
    *,
    actor: Actor,
    order: Reference,
    at: dt.datetime,
    whole: bool = False,
    warehouses: Sequence[Reference] = (),
    lines: Sequence[int] = (),
) -> SalesOrder:
    """Promise what is missing, first expired first; what cannot be promised now waits, in the order of promise.

    With `whole` all or nothing. `warehouses`: where to take from when the order's own has not enough.
    `lines`: these only. Asking again promises nothing twice.
    Refuses: an impossible step, unknown lines or warehouses, with `whole` any shortage (all lines at once).
    Locks: the order; then the balances that could serve, by id. Audits: sales_order.allocate.
    """
    found = lock_order(order, actor=actor)
    every = lines_of(found)
    facts = line_facts([found.pk])
    check(found.number, found.status, Step.ALLOCATE, added(facts.values()))
    chosen = named_lines(every, lines)
    others = _warehouses(warehouses, actor, found)
    missing = {line.pk: facts[line.pk].missing for line in chosen if facts[line.pk].missing}
    if others:
        lock_balances((line.product_id for line in chosen), [found.warehouse_id, *others])
    promised: dict[int, int] = {}
    for warehouse_id in (found.warehouse_id, *others):
        wanted = [line for line in chosen if missing.get(line.pk)]
        if not wanted:
            break
        demands = [demand_of(found, line, missing[line.pk], warehouse_id=warehouse_id) for line in wanted]
        given = stock.allocate(actor=actor, demands=demands, at=at, whole=False)
        for line in wanted:
            units = sum(one.quantity for one in given[line.demand_id])
            missing[line.pk] -= units
            promised[line.pk] = promised.get(line.pk, 0) + units
    if whole:
        refuse_all(_short(every, missing, promised), kind=Kind.CONFLICT)
    before = found.status
    status = OrderStatus.ALLOCATED if before == OrderStatus.CONFIRMED else before
    touch(found, status=status)
    record_step(
        found,
        "allocate",
        actor=actor,
        at=at,
        before={"status": before},
        after={"status": status, "promised": sum(promised.values()), "missing": sum(missing.values())},
    )
    return found


def added(facts: Any) -> Facts:
    """Lines' facts as those of their order."""
    every = list(facts)
    return Facts(
        owed=sum(one.owed for one in every),
        allocated=sum(one.allocated for one in every),
        picked=sum(one.picked for one in every),
        shipped=sum(one.shipped for one in every),
    )


def named_lines(every: list[SalesOrderLine], named: Sequence[int]) -> list[SalesOrderLine]:
    """The lines of these ids, or all; a fault for each that is not the order's."""
    by_id = {line.pk: line for line in every}
    refuse_all(
        [
            Fault(f"/lines/{index}", "unknown_line", f"This order has no line with the id {pk}.")
            for index, pk in enumerate(named)
            if pk not in by_id
        ]
    )
    return [by_id[pk] for pk in dict.fromkeys(named)] if named else every


def _warehouses(named: Sequence[Reference], actor: Actor, order: SalesOrder) -> list[int]:
    """The other warehouses, in the order in which they are to be asked."""
    if not named:
        return []
    rows = Warehouse.objects.filter(is_active=True)
    if actor.warehouse_ids is not None:
        rows = rows.filter(pk__in=actor.warehouse_ids)
    there: dict[Reference, int] = {}
    for pk, code in rows.values_list("pk", "code"):
        there[pk] = there[code] = pk
    refuse_all(
        [
            Fault(
                f"/warehouses/{index}", "unknown_warehouse", f"There is no warehouse {str(one)[:60]!r} here."
            )
            for index, one in enumerate(named)
            if one not in there
        ]
    )
    return [pk for pk in dict.fromkeys(there[one] for one in named) if pk != order.warehouse_id]


def _short(lines: list[SalesOrderLine], missing: dict[int, int], promised: dict[int, int]) -> list[Fault]:
    return [
        Fault(
            f"/lines/{line.position - 1}",
            "insufficient_stock",
            f"Only {promised.get(line.pk, 0)} more of {line.product.sku} can be promised; {missing[line.pk]} are missing.",
            {"line": line.pk, "available": promised.get(line.pk, 0), "missing": missing[line.pk]},
        )
        for line in lines
        if missing.get(line.pk)
    ]
