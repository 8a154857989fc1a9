"""The list of balances as one statement written by hand: names, cases and holds come with the rows.

`queries.balances` gives the same rows to those who ask for a few of them.
"""

import datetime as dt
import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from stillage.core.clock import today
from stillage.core.sql import as_date, fetch, is_postgres, member, probe, stored
from stillage.places.models import SALEABLE
from stillage.stock.expiry import SOON_DAYS, shown, status

# An order: its columns, and where their values stand in a row.
ORDERINGS = {
    "id": (("b.id", 0),),
    "expiry_date": (("l.last_sale_date", 9), ("b.id", 0)),
    "product": (("p.sku", 2), ("b.id", 0)),
    "location": (("x.full_code", 11), ("b.id", 0)),
    "on_hand": (("b.on_hand", 16), ("b.id", 0)),
}
KEYS = {
    "product": ("p.sku", "b.product_id"),
    "lot": ("l.number", "b.lot_id"),
    "location": ("x.full_code", "b.location_id"),
    "warehouse": ("w.code", "b.warehouse_id"),
}
_HELD = """EXISTS (SELECT 1 FROM stock_hold h WHERE h.lot_id = b.lot_id AND h.released_at IS NULL
    AND (h.location_id IS NULL OR h.location_id = b.location_id))"""
# People count in the smallest pack of more than one unit: the least of "0000000012case" and its like.
_CASE = """(SELECT MIN({padded} || k.name) FROM catalogue_pack k
    WHERE k.product_id = b.product_id AND k.units_per_pack > 1)"""
_PADDED = {True: "LPAD(CAST(k.units_per_pack AS text), 10, '0')", False: "printf('%%010d', k.units_per_pack)"}
_NAMES = {
    "p": ("catalogue_product", "p.id = b.product_id"),
    "l": ("stock_lot", "l.id = b.lot_id"),
    "x": ("places_location", "x.id = b.location_id"),
    "w": ("places_warehouse", "w.id = b.warehouse_id"),
}
_OWN = "b.id, b.product_id, b.lot_id, b.location_id, b.warehouse_id, b.on_hand, b.allocated"
_COLUMNS = f"""b.id, b.product_id, p.sku, p.name, p.base_unit, b.lot_id, l.number, l.expiry_date, l.best_before_date,
  l.last_sale_date, b.location_id, x.full_code, x.kind, x.zone, x.is_active, b.warehouse_id, b.on_hand, b.allocated,
  {_HELD}, {{case}}, w.timezone, {{then}}"""
# What is now, less what moved since.
_THEN = """CAST(b.on_hand
  - COALESCE((SELECT SUM(m.quantity) FROM stock_movement m
      WHERE m.lot_id = b.lot_id AND m.to_location_id = b.location_id AND m.moved_at > %s), 0)
  + COALESCE((SELECT SUM(m.quantity) FROM stock_movement m
      WHERE m.lot_id = b.lot_id AND m.from_location_id = b.location_id AND m.moved_at > %s), 0) AS bigint)"""


@cache
def _named() -> str:
    """The names of what few rows tell of, looked up one by one."""
    warehouse = " JOIN places_warehouse w ON w.id = b.warehouse_id"
    return " ".join(probe(_NAMES[one][0], one, _NAMES[one][1]) for one in ("p", "l", "x")) + warehouse


def _source(where: Sequence[str], *, every: bool = False) -> str:
    """FROM and WHERE, with only those tables that the conditions speak of, or with every one."""
    spoken = " ".join(where)
    joins = [
        f"JOIN {table} {alias} ON {same}"
        for alias, (table, same) in _NAMES.items()
        if every or re.search(rf"\b{alias}\.", spoken)
    ]
    condition = [f"WHERE {' AND '.join(where)}"] if where else []
    return " ".join(["FROM stock_balance b", *joins, *condition])


class Balances:
    """What a list of balances was asked for. Builds its statement from fixed parts."""

    def __init__(self, warehouse_ids: frozenset[int] | None) -> None:
        self._where: list[str] = []
        self._parameters: list[Any] = []
        self._then: list[Any] = []
        if warehouse_ids is not None:
            wanted, parameters = member(sorted(warehouse_ids), "bigint")
            self._also(f"b.warehouse_id {wanted}", *parameters)

    def _also(self, condition: str, *parameters: Any) -> None:
        self._where.append(condition)
        self._parameters += parameters

    def in_stock(self) -> None:
        self._also("b.on_hand > 0")

    def as_of(self, at: dt.datetime) -> None:
        """As they stood at an instant."""
        self._then = [stored(at), stored(at)]
        self._also(f"{_THEN} > 0", *self._then)

    def of(self, name: str, reference: str, pk: int | None) -> None:
        """A product, lot, location or warehouse by its natural key, or by its id where it could be one."""
        key, own_id = KEYS[name]
        if pk is None:
            self._also(f"{key} = %s", reference)
        else:
            self._also(f"({key} = %s OR {own_id} = %s)", reference, pk)

    def in_category(self, name: str) -> None:
        self._also("p.category_id IN (SELECT c.id FROM catalogue_category c WHERE c.name = %s)", name)

    def in_zone(self, zone: str) -> None:
        self._also("x.zone = %s", zone)

    def of_kind(self, kind: str) -> None:
        self._also("x.kind = %s", kind)

    def matching(self, words: Sequence[str]) -> None:
        like = "UPPER({}) LIKE UPPER(%s)" if is_postgres() else "{} LIKE %s ESCAPE '\\'"
        columns = ("p.name", "p.sku", "l.number", "x.full_code")
        for word in words:
            pattern = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
            self._also(f"({' OR '.join(like.format(column) for column in columns)})", *[pattern] * 4)

    def held(self) -> None:
        self._also(_HELD)

    def in_state(self, name: str, days: dict[int, dt.date]) -> None:
        """The expiry rule as a filter; the day differs by warehouse."""
        parts, parameters = ["1 = 0"], []
        for warehouse_id, day in days.items():
            first, last = stored(day), stored(day + dt.timedelta(days=SOON_DAYS))
            rule, dates = {
                "expired": ("l.last_sale_date < %s", [first]),
                "soon": ("l.last_sale_date >= %s AND l.last_sale_date <= %s", [first, last]),
                "ok": ("l.last_sale_date > %s", [last]),
            }[name]
            parts.append(f"(b.warehouse_id = %s AND {rule})")
            parameters += [warehouse_id, *dates]
        self._also(f"({' OR '.join(parts)}) AND NOT {_HELD}", *parameters)

    def page(
        self, *, ordering: str, descending: bool, after: Sequence[Any] | None, limit: int
    ) -> list[tuple[Any, ...]]:
        """Rows behind a key, in order."""
        columns = [column for column, _ in ORDERINGS[ordering]]
        direction, compare = ("DESC", "<") if descending else ("ASC", ">")
        where, parameters = list(self._where), list(self._parameters)
        if after is not None:
            key = [stored(value) for value in after]
            marks = ", ".join(["%s"] * len(columns))
            # The leading bound is stated by itself, so that an index serves it.
            where += [f"{columns[0]} {compare}= %s", f"({', '.join(columns)}) {compare} ({marks})"]
            parameters += [key[0], *key]
        shown_columns = _COLUMNS.format(
            case=_CASE.format(padded=_PADDED[is_postgres()]), then=_THEN if self._then else "b.on_hand"
        )
        order = ", ".join(f"{column} {direction}" for column in columns)
        tail = f"ORDER BY {order} LIMIT {int(limit)}"
        if all(column.startswith("b.") for column in columns):
            # The rows of the page are found first, and only they are given their names.
            found = f"FROM (SELECT {_OWN} {_source(where)} {tail}) b {_named()} ORDER BY {order}"
        else:
            # In the order of a name: with all of them in one join the planner walks along the index of that name.
            found = f"{_source(where, every=True)} {tail}"
        return fetch(f"SELECT {shown_columns} {found}", [*self._then, *parameters])

    def count(self, cap: int) -> int:
        """How many there are; beyond the cap nobody counts on."""
        found = fetch(
            f"SELECT COUNT(*) FROM (SELECT 1 {_source(self._where)} LIMIT {int(cap)}) AS found",
            self._parameters,
        )
        return int(found[0][0])


def key_of(row: tuple[Any, ...], ordering: str) -> list[Any]:
    """Where a row stands in an order."""
    return [as_date(row[place]) if place == 9 else row[place] for _, place in ORDERINGS[ordering]]


def shown_rows(rows: Sequence[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """Rows as the API answers them."""
    days: dict[str, dt.date] = {}
    answer = []
    for (
        pk, product_id, sku, name, base_unit, lot_id, number, expiry, best_before, last_sale, location_id, code, kind,
        zone, is_active, warehouse_id, _, allocated, held, case, timezone, on_hand,
    ) in rows:  # fmt: skip
        day = days.get(timezone) or days.setdefault(timezone, today(timezone))
        last = as_date(last_sale) or dt.date.max
        state = status(last, today=day, held=held)
        saleable = is_active and kind in SALEABLE and state in ("ok", "soon")
        answer.append(
            {
                "id": pk,
                "product": sku,
                "product_id": product_id,
                "product_name": name,
                "base_unit": base_unit,
                "case_name": case[10:] if case else "",
                "units_per_case": int(case[:10]) if case else 1,
                "lot": number,
                "lot_id": lot_id,
                "expiry_date": expiry,
                "best_before_date": best_before,
                "last_sale_date": shown(last),
                "location": code,
                "location_id": location_id,
                "location_kind": kind,
                "zone": zone,
                "warehouse": code.partition("/")[0],
                "warehouse_id": warehouse_id,
                "on_hand": on_hand,
                "allocated": allocated,
                "available": on_hand - allocated if saleable else 0,
                "held": bool(held),
                "status": state,
            }
        )
    return answer
