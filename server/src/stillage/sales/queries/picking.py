"""Pick lists as rows: the walk in its order, who walks for what, what comes next."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Case, Count, F, Q, QuerySet, Sum, Value, When

from stillage.core.actor import Actor
from stillage.core.finding import Reference, find, named, seen
from stillage.sales.models import PickList, PickListStatus, PickTask, SalesOrder
from stillage.stock.expiry import shown
from stillage.stock.queries import case_packs, open_hold

TASK = {
    "id": F("pk"),
    "pick_list_id": F("pick_list"),
    "order_id": F("order"),
    "order": F("order__number"),
    "customer_name": F("order__customer__name"),
    "line_id": F("line"),
    "demand_id": F("line__demand_id"),
    "minimum_remaining_days": F("line__minimum_remaining_days"),
    "delivery_date": F("order__delivery_date"),
    "product_id": F("line__product"),
    "product": F("line__product__sku"),
    "product_name": F("line__product__name"),
    "base_unit": F("line__product__base_unit"),
    "container_ml": F("line__product__container_ml"),
    "category": F("line__product__category__name"),
    "lot_tracked": F("line__product__lot_tracked"),
    "lot_id": F("lot"),
    "lot": F("lot__number"),
    "expiry_date": F("lot__expiry_date"),
    "best_before_date": F("lot__best_before_date"),
    "last_sale_date": F("lot__last_sale_date"),
    "location_id": F("location"),
    "location": F("location__full_code"),
    "location_code": F("location__code"),
    "zone": F("location__zone"),
    "pick_sequence": F("location__pick_sequence"),
    "units_per_pack": F("line__units_per_pack"),
}
_PLAIN = ("quantity", "picked", "short", "claimed_by", "claimed_name", "finished_at")
WALK = ("location__pick_sequence", "location__full_code", "pk")


def task_rows(
    found: QuerySet[PickTask, Any], *, after: dict[str, Any] | None = None, limit: int | None = None
) -> list[dict[str, Any]]:
    """Tasks in walking order, each with the names of what is to be fetched. One statement.

    With `after` the walk begins behind that task and goes on from the start when it has come to the end.
    """
    # Some names are also columns; those are read as they are and named afterwards.
    alias = {f"_{name}": source for name, source in TASK.items()}
    rows = found.annotate(**alias, held=open_hold("lot", "location")).order_by(*WALK)
    if after is not None:
        rows = rows.order_by(_behind(after), *WALK)
    return [
        {
            **{name: row[f"_{name}"] for name in TASK},
            **{name: row[name] for name in (*_PLAIN, "held")},
            "open": row["quantity"] - row["picked"] - row["short"],
        }
        for row in rows.values(*alias, *_PLAIN, "held")[:limit]
    ]


def _behind(task: dict[str, Any]) -> Case:
    """0 for what lies behind a task on the walk, 1 for what lies before it."""
    sequence, code, pk = WALK
    same_sequence = Q(**{sequence: task["pick_sequence"]})
    later = (
        Q(**{f"{sequence}__gt": task["pick_sequence"]})
        | same_sequence & Q(**{f"{code}__gt": task["location"]})
        | same_sequence & Q(**{code: task["location"], f"{pk}__gt": task["id"]})
    )
    return Case(When(later, then=Value(0)), default=Value(1))


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
