"""Pick lists as rows: the walk in its order, who walks for what, what comes next."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db.models import Count, Q, QuerySet, Sum

from stillage.core.actor import Actor
from stillage.core.sql import as_date, as_instant, fetch
from stillage.sales.finding import find, named, seen
from stillage.sales.locking import Reference
from stillage.sales.models import PickList, PickListStatus, PickTask, SalesOrder
from stillage.stock.expiry import shown
from stillage.stock.queries import case_packs

_COLUMNS = {
    "id": "t.id",
    "pick_list_id": "t.pick_list_id",
    "order_id": "t.order_id",
    "order": "o.number",
    "customer_name": "c.name",
    "line_id": "t.line_id",
    "demand_id": "m.demand_id",
    "minimum_remaining_days": "m.minimum_remaining_days",
    "delivery_date": "o.delivery_date",
    "product_id": "m.product_id",
    "product": "p.sku",
    "product_name": "p.name",
    "base_unit": "p.base_unit",
    "container_ml": "p.container_ml",
    "category": "g.name",
    "lot_tracked": "p.lot_tracked",
    "lot_id": "t.lot_id",
    "lot": "l.number",
    "expiry_date": "l.expiry_date",
    "best_before_date": "l.best_before_date",
    "last_sale_date": "l.last_sale_date",
    "location_id": "t.location_id",
    "location": "x.full_code",
    "location_code": "x.code",
    "zone": "x.zone",
    "pick_sequence": "x.pick_sequence",
    "units_per_pack": "m.units_per_pack",
    "quantity": "t.quantity",
    "picked": "t.picked",
    "short": "t.short",
    "claimed_by": "t.claimed_by",
    "claimed_name": "t.claimed_name",
    "finished_at": "t.finished_at",
    "held": "EXISTS (SELECT 1 FROM stock_hold h WHERE h.lot_id = t.lot_id AND h.released_at IS NULL"
    " AND (h.location_id IS NULL OR h.location_id = t.location_id))",
}
# What the engines hold differently.
_READ: dict[str, Callable[[Any], Any]] = {
    "demand_id": lambda value: value if isinstance(value, UUID) else UUID(value),
    "delivery_date": as_date,
    "expiry_date": as_date,
    "best_before_date": as_date,
    "last_sale_date": as_date,
    "finished_at": as_instant,
    "lot_tracked": bool,
    "held": bool,
}
# Every pick reads tasks three times, and the ORM writes this statement ten times slower than it is answered.
_TASKS = f"""
SELECT {", ".join(_COLUMNS.values())}
FROM sales_picktask t
JOIN sales_salesorder o ON o.id = t.order_id
JOIN sales_customer c ON c.id = o.customer_id
JOIN sales_salesorderline m ON m.id = t.line_id
JOIN catalogue_product p ON p.id = m.product_id
LEFT JOIN catalogue_category g ON g.id = p.category_id
JOIN stock_lot l ON l.id = t.lot_id
JOIN places_location x ON x.id = t.location_id
WHERE t.id IN ({{wanted}})
ORDER BY {{first}}x.pick_sequence, x.full_code, t.id
"""
# 0 for what lies behind a task on the walk, 1 for what lies before it.
_BEHIND = (
    "CASE WHEN x.pick_sequence > %s OR x.pick_sequence = %s AND (x.full_code > %s OR x.full_code = %s AND t.id > %s)"
    " THEN 0 ELSE 1 END, "
)


def task_rows(
    found: QuerySet[PickTask, Any], *, after: dict[str, Any] | None = None, limit: int | None = None
) -> list[dict[str, Any]]:
    """Tasks in walking order, each with the names of what is to be fetched. One statement.

    With `after` the walk begins behind that task and goes on from the start when it has come to the end.
    """
    try:
        wanted, parameters = found.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return []
    values, first = list(parameters), ""
    if after is not None:
        first, place = _BEHIND, (after["pick_sequence"], after["location"])
        values += [place[0], place[0], place[1], place[1], after["id"]]
    sql = _TASKS.format(wanted=wanted, first=first)
    if limit is not None:
        sql, values = f"{sql} LIMIT %s", [*values, limit]
    return [_task(row) for row in fetch(sql, values)]


def _task(row: Sequence[Any]) -> dict[str, Any]:
    task = dict(zip(_COLUMNS, row, strict=True))
    for name, read in _READ.items():
        task[name] = read(task[name])
    task["open"] = task["quantity"] - task["picked"] - task["short"]
    return task


def shown_tasks(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of `task_rows` as the API answers them. One statement, for the cases."""
    cases = case_packs(row["product_id"] for row in rows) if rows else {}
    return [_shown(row, *cases.get(row["product_id"], ("", 1))) for row in rows]


def _shown(row: dict[str, Any], case_name: str, units_per_case: int) -> dict[str, Any]:
    return {
        "id": row["id"],
        "order": row["order"],
        "order_id": row["order_id"],
        "customer_name": row["customer_name"],
        "line_id": row["line_id"],
        "product": row["product"],
        "product_id": row["product_id"],
        "product_name": row["product_name"],
        "base_unit": row["base_unit"],
        "container_ml": row["container_ml"],
        "category": row["category"],
        "case_name": case_name,
        "units_per_case": units_per_case,
        "units_per_pack": row["units_per_pack"],
        "lot": row["lot"],
        "lot_id": row["lot_id"],
        "expiry_date": row["expiry_date"],
        "best_before_date": row["best_before_date"],
        "last_sale_date": shown(row["last_sale_date"]),
        "held": row["held"],
        "location": row["location"],
        "location_id": row["location_id"],
        "zone": row["zone"],
        "pick_sequence": row["pick_sequence"],
        "quantity": row["quantity"],
        "picked": row["picked"],
        "short": row["short"],
        "open": row["open"],
        "claimed_by": row["claimed_name"],
        "finished_at": row["finished_at"],
    }


# ---- lists --------------------------------------------------------------------------------------
def pick_lists(actor: Actor) -> QuerySet[PickList, Any]:
    """Lists of the actor's warehouses, with how far they are."""
    found = PickList.objects.select_related("warehouse", "staging_location").annotate(
        task_count=Count("tasks"),
        open_task_count=Count("tasks", filter=Q(tasks__finished_at__isnull=True)),
        quantity=Sum("tasks__quantity", default=0),
        picked=Sum("tasks__picked", default=0),
        short=Sum("tasks__short", default=0),
    )
    return seen(found, actor)


def find_list(reference: Reference, *, actor: Actor) -> PickList:
    """One list by id or number. 404 when it is not there for the actor."""
    return find(PickList.objects.select_related("warehouse", "staging_location"), reference, actor=actor)


def shown_lists(found: Iterable[PickList]) -> list[dict[str, Any]]:
    """Rows of `pick_lists` as the API answers them. One statement, for the orders' numbers."""
    lists = list(found)
    orders: dict[int, dict[str, None]] = {}
    pairs = PickTask.objects.filter(pick_list__in=[one.pk for one in lists])
    for list_id, number in pairs.order_by("order_id").values_list("pick_list_id", "order__number").distinct():
        orders.setdefault(list_id, {})[number] = None
    return [_shown_list(one, list(orders.get(one.pk, {}))) for one in lists]


def _shown_list(one: Any, orders: list[str]) -> dict[str, Any]:
    return {
        "id": one.pk,
        "number": one.number,
        "status": one.status,
        "warehouse": one.warehouse.code,
        "warehouse_id": one.warehouse_id,
        "staging_location": one.staging_location.full_code,
        "staging_location_id": one.staging_location_id,
        "orders": orders,
        "task_count": one.task_count,
        "open_task_count": one.open_task_count,
        "quantity": one.quantity,
        "picked": one.picked,
        "short": one.short,
        "user": one.username,
        "created_at": one.created_at,
        "closed_at": one.closed_at,
    }


def pick_list_answer(pk: int, *, actor: Actor) -> dict[str, Any]:
    """A list with its tasks in walking order. Four statements."""
    (shown_list,) = shown_lists(pick_lists(actor).filter(pk=pk))
    return {**shown_list, "tasks": shown_tasks(task_rows(PickTask.objects.filter(pick_list=pk)))}


def place_of(one: PickList, task_ids: Sequence[int], *, actor: Actor) -> dict[str, Any]:
    """Where somebody stands on a walk: the tasks he just worked on, what comes next for him, what is left.

    Four statements, whatever the length of the walk.
    """
    on_list = PickTask.objects.filter(pick_list=one.pk)
    worked = task_rows(on_list.filter(pk__in=list(task_ids)))
    waiting = on_list.filter(finished_at__isnull=True)
    counts = waiting.aggregate(remaining=Count("pk"), mine=Count("pk", filter=Q(claimed_by=actor.user_id)))
    free = waiting.filter(Q(claimed_by__isnull=True) | Q(claimed_by=actor.user_id))
    following = task_rows(free.exclude(pk__in=list(task_ids)), after=worked[-1] if worked else None, limit=1)
    shown_rows = shown_tasks([*worked, *following])
    return {
        "tasks": shown_rows[: len(worked)],
        "task": shown_rows[len(worked) - 1] if worked else None,
        "next": shown_rows[-1] if following else None,
        "remaining": counts["remaining"],
        "mine": counts["mine"],
        "status": PickListStatus.OPEN.value if counts["remaining"] else PickListStatus.DONE.value,
    }


def shown_by_id(task_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Some tasks as the API answers them. Two statements, none for none."""
    return shown_tasks(task_rows(PickTask.objects.filter(pk__in=list(task_ids)))) if task_ids else []


def lists_of(order: str) -> Any:
    """The lists on which something of an order stands or stood."""
    return PickTask.objects.filter(Q(order__in=_orders_named(order))).values("pick_list")


def _orders_named(order: str) -> Any:
    return SalesOrder.objects.filter(named(order)).values("pk")


def with_word(word: str) -> Q:
    """A search by the list's number, or the number or customer of an order on it."""
    orders = PickTask.objects.filter(
        Q(order__number__icontains=word)
        | Q(order__customer__name__icontains=word)
        | Q(order__customer__code__icontains=word)
    ).values("pick_list")
    return Q(number__icontains=word) | Q(pk__in=orders)
