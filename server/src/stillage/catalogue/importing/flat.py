"""Kinds whose rows are one table each, found again by one key: customers, suppliers, locations."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet

from stillage.audit.record import Change
from stillage.catalogue.importing.kinds import CHUNK, Plan, Row, Run

Writer = Callable[[list[Any], list[Any]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatTable:
    """How rows of one table are matched, made and written."""

    noun: str
    rows: Callable[[], QuerySet[Any, Any]]
    key_column: str
    key_of: Callable[[dict[str, Any]], str]
    make: Callable[[dict[str, Any]], Model]
    columns: tuple[str, ...]
    needed: tuple[str, ...]
    write: Writer
    fixed: tuple[str, ...] = ()


def plan_flat(table: FlatTable, rows: list[Row], run: Run) -> Plan:
    """Compare rows with what is there, a thousand at a time."""
    plan = Plan()
    for start in range(0, len(rows), CHUNK):
        _plan_chunk(table, rows[start : start + CHUNK], run, plan)
    return plan


def _plan_chunk(table: FlatTable, rows: list[Row], run: Run, plan: Plan) -> None:
    found = table.rows().filter(**{f"{table.key_column}__in": [table.key_of(row.values) for row in rows]})
    if run.locking:
        found = found.select_for_update(of=("self",), no_key=True).order_by("pk")
    there = {getattr(row, table.key_column): row for row in found}
    create: list[Any] = []
    update: list[Any] = []
    before: dict[Any, dict[str, Any]] = {}
    for row in rows:
        thing = there.get(table.key_of(row.values))
        if thing is None:
            missing = [name for name in table.needed if name not in row.values]
            for name in missing:
                run.refuse(row, name, "required", f"{name} is needed for a new one.")
            if not missing:
                create.append(table.make(row.values))
            continue
        changed = {
            name: row.values[name]
            for name in table.columns
            if name in row.values and row.values[name] != getattr(thing, name)
        }
        if not changed:
            plan.unchanged += 1
            continue
        before[thing.pk] = {name: getattr(thing, name) for name in changed}
        for name, value in changed.items():
            setattr(thing, name, value)
        thing.version += 1
        update.append(thing)
    plan.created += len(create)
    plan.updated += len(update)
    if create or update:
        plan.steps.append(lambda: _write(table, create, update, before))


def _write(
    table: FlatTable, create: list[Any], update: list[Any], before: dict[Any, dict[str, Any]]
) -> list[Change]:
    table.write(create, update)
    return [*_changes(table, create, "create", {}), *_changes(table, update, "update", before)]


def _changes(
    table: FlatTable, things: Iterable[Any], verb: str, before: dict[Any, dict[str, Any]]
) -> Iterable[Change]:
    for thing in things:
        old = before.get(thing.pk)
        shown = old if old is not None else (table.key_column, *table.columns)
        yield Change(
            action=f"{table.noun}.{verb}",
            object_type=table.noun,
            object_id=thing.pk,
            label=getattr(thing, table.key_column),
            before=old,
            after={name: getattr(thing, name) for name in shown},
            warehouse_id=getattr(thing, "warehouse_id", None),
        )
