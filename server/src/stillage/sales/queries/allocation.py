"""Why an order got the lots it got: what was considered for each line, and what can be done about what is missing."""

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from stillage.core.actor import Actor
from stillage.places.models import Warehouse
from stillage.sales.demands import demand_of
from stillage.sales.drafting import Draft, needed_on
from stillage.sales.models import SalesOrder, SalesOrderLine
from stillage.sales.queries.atp import atp_of
from stillage.stock.demand import Demand
from stillage.stock.expiry import shown
from stillage.stock.queries import warehouse_days
from stillage.stock.queries_promises import Considered, PromisedRow, considered, free_for, promised

MAX_CONSIDERED_IN_PREVIEW = 10


@dataclass(slots=True)
class _Seen:
    """A line with what it has, and what looking for the rest found."""

    line: SalesOrderLine
    demand: Demand
    own: list[PromisedRow]
    found: list[Considered]

    @property
    def allocated(self) -> int:
        return sum(one.quantity for one in self.own)

    @property
    def missing(self) -> int:
        return self.demand.quantity - sum(one.taken for one in self.found)


def order_allocation(order: SalesOrder, actor: Actor) -> dict[str, Any]:
    """What was considered for each line. Five statements, whatever the number of lines."""
    lines = list(SalesOrderLine.objects.filter(order=order).select_related("product").order_by("position"))
    by_demand: dict[uuid.UUID, list[PromisedRow]] = {}
    for one in promised([line.demand_id for line in lines]):
        by_demand.setdefault(one.demand_id, []).append(one)
    demands = [
        demand_of(order, line, _still_wanted(line, by_demand.get(line.demand_id, []))) for line in lines
    ]
    looked = considered(demands, actor=actor)
    seen = [
        _Seen(line, demand, by_demand.get(line.demand_id, []), found)
        for line, demand, found in zip(lines, demands, looked, strict=True)
    ]
    elsewhere = _elsewhere(seen, actor)
    return {
        "lines": [
            {
                "line": one.line.pk,
                "position": one.line.position,
                "product": one.line.product.sku,
                "product_id": one.line.product_id,
                "product_name": one.line.product.name,
                "base_unit": one.line.product.base_unit,
                "units_per_pack": one.line.units_per_pack,
                "quantity": one.line.quantity,
                "allocated": one.allocated,
                "missing": one.demand.quantity,
                "needed_on": one.demand.needed_on,
                "minimum_remaining_days": one.line.minimum_remaining_days,
                "considered": shown_considered(one.found, one.own),
                "ways_out": list(_ways_out(one, elsewhere, one.allocated)),
            }
            for one in seen
        ]
    }


def _still_wanted(line: SalesOrderLine, own: list[PromisedRow]) -> int:
    return max(0, line.quantity - line.shipped - line.cancelled - sum(one.quantity for one in own))


def shown_considered(found: Sequence[Considered], own: Sequence[PromisedRow] = ()) -> list[dict[str, Any]]:
    """Balances as the API answers them. What is promised to this very line is taken, whatever else is said of it."""
    mine = {(one.lot_id, one.location_id): one.quantity for one in own}
    return [
        {
            "lot": one.lot,
            "lot_id": one.lot_id,
            "expiry_date": one.expiry_date,
            "best_before_date": one.best_before_date,
            "last_sale_date": shown(one.last_sale_date),
            "location": one.location,
            "location_id": one.location_id,
            "location_kind": one.location_kind,
            "on_hand": one.on_hand,
            "available": one.available,
            "taken": units or one.taken,
            "verdict": "taken" if units else one.verdict,
            "detail": f"{units} promised to this line" if units else one.detail,
        }
        for one in found
        for units in (mine.get((one.lot_id, one.location_id), 0),)
    ]


def _elsewhere(seen: Sequence[_Seen], actor: Actor) -> dict[int, list[tuple[str, int]]]:
    """What other warehouses of the actor have, by line position. Two statements, when anything is missing."""
    short = [one for one in seen if one.missing > 0]
    if not short:
        return {}
    home = short[0].demand.warehouse_id
    codes = {
        pk: code
        for pk, code in Warehouse.objects.filter(is_active=True).exclude(pk=home).values_list("pk", "code")
        if actor.sees(pk)
    }
    asked = [(one, pk) for one in short for pk in codes]
    demands = [
        Demand(
            id=one.demand.id,
            reference="",
            product_id=one.demand.product_id,
            warehouse_id=pk,
            quantity=one.missing,
            needed_on=one.demand.needed_on,
            minimum_remaining_days=one.demand.minimum_remaining_days,
        )
        for one, pk in asked
    ]
    answer: dict[int, list[tuple[str, int]]] = {}
    for (one, pk), found in zip(asked, considered(demands, actor=actor) if demands else [], strict=True):
        units = sum(free_for(row) for row in found)
        if units:
            answer.setdefault(one.line.position, []).append((codes[pk], units))
    return answer


def _ways_out(
    one: _Seen, elsewhere: dict[int, list[tuple[str, int]]], already: int
) -> Iterator[dict[str, Any]]:
    """What can be done about what is missing, the nearest first."""
    missing, unit = one.missing, one.line.product.base_unit
    if missing <= 0:
        return
    there = already + sum(row.taken for row in one.found)
    if there:
        yield {
            "kind": "part",
            "quantity": there,
            "detail": f"Send {there} now; {missing} follow.",
        }
    for code, units in elsewhere.get(one.line.position, []):
        yield {
            "kind": "other_warehouse",
            "warehouse": code,
            "quantity": min(units, missing),
            "detail": f"{code} has {units} that would do.",
        }
    short_dated = [row for row in one.found if row.verdict == "short_dated" and row.available]
    if short_dated:
        units = sum(row.available for row in short_dated)
        last = min(row.last_sale_date for row in short_dated)
        days = max(0, (last - one.demand.needed_on).days)
        yield {
            "kind": "shorter_life",
            "quantity": min(units, missing),
            "days": days,
            "detail": f"{units} more would do if {days} days after delivery were enough for the customer.",
        }
    yield {
        "kind": "wait",
        "quantity": missing,
        "detail": f"Allocate and wait: {missing} ({unit}) are promised by themselves when stock comes.",
    }


def preview(made: Draft, actor: Actor) -> dict[str, Any]:
    """An order that nobody has written down: prices, and what is there for it. Writes nothing."""
    order = made.order
    seen: dict[int, _Seen] = {}
    atp: dict[int, dict[str, Any]] = {}
    elsewhere: dict[int, list[tuple[str, int]]] = {}
    if order.warehouse_id is not None and made.lines:
        day: dt.date = needed_on(order)
        demands = [demand_of(order, line, line.quantity) for line in made.lines]
        looked = considered(demands, actor=actor)
        for line, product, demand, found in zip(made.lines, made.products, demands, looked, strict=True):
            line.product = product.row()
            seen[line.position] = _Seen(line, demand, [], found)
        elsewhere = _elsewhere(list(seen.values()), actor)
        ids = [product.id for product in made.products]
        atp = atp_of(ids, warehouse_days(actor, [order.warehouse_id]), day)
    return {
        "lines": [
            _previewed(line, made.products[index], seen.get(line.position), atp, elsewhere)
            for index, line in enumerate(made.lines)
        ],
        "net_total": order.net_total,
        "tax_total": order.tax_total,
        "gross_total": order.gross_total,
        "currency": order.currency,
        "taxes": [{"rate_percent": tax.rate_percent, "net": tax.net, "tax": tax.tax} for tax in made.taxes],
        "errors": [
            {"pointer": fault.pointer, "code": fault.code, "detail": fault.detail, **fault.meta}
            for fault in made.faults
        ],
    }


def _previewed(
    line: SalesOrderLine,
    product: Any,
    seen: _Seen | None,
    atp: dict[int, dict[str, Any]],
    elsewhere: dict[int, list[tuple[str, int]]],
) -> dict[str, Any]:
    row = atp.get(product.id, {})
    answer = {
        "position": line.position,
        "product": product.sku,
        "product_id": product.id,
        "product_name": product.name,
        "base_unit": product.base_unit,
        "pack_name": line.pack_name,
        "units_per_pack": line.units_per_pack,
        "quantity_packs": line.quantity_packs,
        "quantity": line.quantity,
        "pack_price": line.pack_price,
        "discount_percent": line.discount_percent,
        "tax_rate_percent": line.tax_rate_percent,
        "net_amount": line.net_amount,
        "minimum_remaining_days": line.minimum_remaining_days,
        "available": row.get("available", 0),
        "atp": row.get("atp", 0),
        "available_for_customer": 0,
        "missing": 0,
        "ways_out": [],
        "considered": [],
    }
    if seen is not None:
        answer["available_for_customer"] = sum(free_for(one) for one in seen.found)
        answer["missing"] = seen.missing
        answer["ways_out"] = list(_ways_out(seen, elsewhere, 0))
        answer["considered"] = shown_considered(seen.found)[:MAX_CONSIDERED_IN_PREVIEW]
    return answer
