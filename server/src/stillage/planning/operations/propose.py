"""What to buy is worked out again for a warehouse: open proposals are replaced, answered ones stay."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from django.db import transaction

from stillage.audit.record import Change, record_many
from stillage.core.actor import Actor
from stillage.core.bulk import chunks
from stillage.core.errors import NotFound
from stillage.core.finding import Reference
from stillage.core.locking import operation
from stillage.core.sql import execute, fetch, is_postgres, member, rows, table
from stillage.core.written_json import dumps
from stillage.places.models import Warehouse
from stillage.planning.buying import lines_of, worth_proposing
from stillage.planning.models import ForecastRun
from stillage.planning.queries.facts import Facts, gather
from stillage.planning.replenishing import Line, told
from stillage.purchasing import costing

# The first of two numbers that name the lock under which a warehouse's proposals are worked out (docs/locking.md).
WORKING_OUT: Final = 71_001
_COLUMNS: Final = {
    "warehouse_id": "bigint",
    "supplier_id": "bigint",
    "product_id": "bigint",
    "run_id": "bigint",
    "status": "text",
    "pack_name": "text",
    "units_per_pack": "integer",
    "pack_cost": "numeric",
    "quantity_packs": "integer",
    "quantity": "bigint",
    "net_amount": "numeric",
    "needed": "bigint",
    "on_hand": "bigint",
    "free": "bigint",
    "on_order": "bigint",
    "urgency": "integer",
    "runs_out_date": "date",
    "order_by_date": "date",
    "expected_date": "date",
    "why": "text",
    "troubles": "text",
    "made_at": "timestamptz",
}
_KEY = ("warehouse_id", "product_id", "status")
_NAMES = ", ".join(_COLUMNS)
_WRITE = (
    f"INSERT INTO planning_proposal ({_NAMES}, answered_by, reason) SELECT {_NAMES}, '', '' FROM "
    "{table} WHERE true ON CONFLICT (warehouse_id, product_id) WHERE status = 'open' DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name not in _KEY)
)


def propose_all(*, run: ForecastRun | None, at: dt.datetime) -> int:
    """Work out all warehouses, each in a transaction of its own. Returns how many proposals are open then."""
    count = 0
    for warehouse in Warehouse.objects.filter(is_active=True).order_by("pk"):
        with transaction.atomic():
            count += propose(warehouse=warehouse, run=run, at=at)
    return count


@operation
def work_out(*, actor: Actor, warehouse: Reference | None, at: dt.datetime) -> list[Warehouse]:
    """Work a warehouse's proposals out again (or those of all one sees), from the newest forecasts and the stock of
    this moment.

    Refuses: a warehouse that is not there for the actor. Locks: the working out of these warehouses in id order, and of
    each the open proposals in id order. Audits: proposal.work_out of each.
    """
    found = _warehouses(warehouse, actor)
    counts = [propose(warehouse=one, run=None, at=at) for one in found]
    record_many(
        actor=actor,
        changes=[
            Change(
                action="proposal.work_out",
                object_type="warehouse",
                object_id=one.pk,
                label=one.code,
                after={"proposals": count},
                warehouse_id=one.pk,
            )
            for one, count in zip(found, counts, strict=True)
        ],
        at=at,
    )
    return found


def _warehouses(reference: Reference | None, actor: Actor) -> list[Warehouse]:
    if reference is None:
        rows = Warehouse.objects.filter(is_active=True)
    else:
        rows = Warehouse.objects.filter(**{"pk" if isinstance(reference, int) else "code": reference})
    found = [one for one in rows.order_by("pk") if actor.sees(one.pk)]
    if not found:
        raise NotFound("There is nothing of that name.")
    return found


def propose(*, warehouse: Warehouse, run: ForecastRun | None, at: dt.datetime) -> int:
    """The open proposals of a warehouse, all at once. Looks only after the lock, so that no answer is overlooked."""
    _alone(warehouse.pk)
    facts = gather(warehouse, at=at)
    made = [
        line for line in lines_of(facts) if worth_proposing(line) and line.product_id not in facts.snoozed
    ]
    made.sort(key=lambda line: line.product_id)
    kept, parameters = member([line.product_id for line in made], "bigint")
    execute(
        "DELETE FROM planning_proposal WHERE warehouse_id = %s AND status = 'open'"
        f" AND NOT (product_id {kept})",
        [warehouse.pk, *parameters],
    )
    for some in chunks(made):
        _write(some, facts, run, at)
    return len(made)


def _alone(warehouse_id: int) -> None:
    """Nobody else works this warehouse out, and nobody answers its open proposals meanwhile."""
    if not is_postgres():
        return  # writers stand in single file
    fetch("SELECT pg_advisory_xact_lock(%s, %s)", [WORKING_OUT, warehouse_id])
    fetch(
        "SELECT id FROM planning_proposal WHERE warehouse_id = %s AND status = 'open' ORDER BY id"
        " FOR NO KEY UPDATE",
        [warehouse_id],
    )


def _write(lines: Sequence[Line], facts: Facts, run: ForecastRun | None, at: dt.datetime) -> None:
    execute(
        _WRITE.format(table=table("line", _COLUMNS)),
        [rows(_row(line, facts, run.pk if run else None, at) for line in lines)],
    )


def _row(line: Line, facts: Facts, run_id: int | None, at: dt.datetime) -> dict[str, Any]:
    offer, stock = line.offer, line.stock
    forecast = facts.forecasts.get(line.product_id)
    how = {"method": forecast.method, "demand_class": forecast.demand_class} if forecast else None
    return {
        "warehouse_id": facts.warehouse.pk,
        "supplier_id": offer.supplier_id if offer else None,
        "product_id": line.product_id,
        "run_id": run_id,
        "status": "open",
        "pack_name": offer.pack_name if offer else "",
        "units_per_pack": offer.units if offer else 1,
        "pack_cost": offer.cost.quantize(costing.PLACES) if offer else None,
        "quantity_packs": line.packs,
        "quantity": line.quantity,
        "net_amount": costing.net_amount(line.packs, offer.cost) if offer else None,
        "needed": line.needed,
        "on_hand": stock.on_hand,
        "free": stock.free,
        "on_order": stock.on_order,
        "urgency": line.urgency,
        "runs_out_date": line.runs_out_date,
        "order_by_date": line.order_by_date,
        "expected_date": line.expected_date,
        "why": dumps(told(line, forecast=how)).decode(),
        "troubles": dumps(line.troubles).decode(),
        "made_at": at,
    }
