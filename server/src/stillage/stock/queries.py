"""Reads of the stock room, as plain rows: balances, lots, movements, and what is free to sell."""

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from django.db.models import BigIntegerField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from stillage.catalogue.models import Product
from stillage.core.actor import Actor
from stillage.core.clock import today
from stillage.core.sql import as_date, fetch, member, rows, stored, table
from stillage.places.models import SALEABLE, Warehouse
from stillage.stock.expiry import FOREVER, SOON_DAYS, shown, status
from stillage.stock.models import Balance, Hold, Lot, Movement

ZERO = 0


def named_warehouse_days(actor: Actor, reference: str) -> dict[int, dt.date]:
    """The same for a warehouse by its code or id; empty when there is none. One statement."""
    found = fetch("SELECT id, timezone, code FROM places_warehouse", [])
    return {pk: today(zone) for pk, zone, code in found if reference in (code, str(pk)) and actor.sees(pk)}


def warehouse_days(actor: Actor, warehouse_ids: Iterable[int] | None = None) -> dict[int, dt.date]:
    """The calendar day in each warehouse the actor sees (or in those named)."""
    if warehouse_ids is None:
        found = fetch("SELECT id, timezone FROM places_warehouse", [])
    else:
        wanted, parameters = member(list(warehouse_ids), "bigint")
        found = fetch(f"SELECT id, timezone FROM places_warehouse WHERE id {wanted}", parameters)
    return {pk: today(zone) for pk, zone in found if actor.sees(pk)}


def open_hold(lot: str, location: str | None) -> Exists:
    """Whether a hold is open on a lot, anywhere it counts for this location."""
    where = Q(lot=OuterRef(lot), released_at__isnull=True)
    if location is not None:
        where &= Q(location__isnull=True) | Q(location=OuterRef(location))
    return Exists(Hold.objects.filter(where))


# ---- balances -----------------------------------------------------------------------------------
BALANCE = (
    "id",
    "product_id",
    "product__sku",
    "product__name",
    "product__base_unit",
    "lot_id",
    "lot__number",
    "lot__expiry_date",
    "lot__best_before_date",
    "lot__last_sale_date",
    "location_id",
    "location__full_code",
    "location__kind",
    "location__zone",
    "location__is_active",
    "warehouse_id",
    "warehouse__timezone",
    "on_hand",
    "allocated",
    "held",
)


@cache
def _every_balance() -> QuerySet[Balance, dict[str, Any]]:
    """All of them as rows of `BALANCE`; built once, for a third of a page's time went into building it."""
    return Balance.objects.annotate(held=open_hold("lot", "location")).values(*BALANCE)


def balances(actor: Actor, *, with_empty: bool = False) -> QuerySet[Balance, dict[str, Any]]:
    """Balances the actor may see, as rows of `BALANCE`."""
    found = _every_balance().all()
    if not with_empty:
        found = found.filter(on_hand__gt=0)
    if actor.warehouse_ids is not None:
        found = found.filter(warehouse__in=actor.warehouse_ids)
    return found


def as_of(found: QuerySet[Balance, dict[str, Any]], at: dt.datetime) -> QuerySet[Balance, dict[str, Any]]:
    """The same balances as they stood at an instant: what is now, less what moved since."""

    def moved(end: str) -> Any:
        return Coalesce(
            Subquery(
                Movement.objects.filter(lot=OuterRef("lot"), moved_at__gt=at, **{end: OuterRef("location")})
                .order_by()
                .values(end)
                .annotate(units=Sum("quantity"))
                .values("units"),
                output_field=BigIntegerField(),
            ),
            ZERO,
        )

    then = F("on_hand") - moved("to_location") + moved("from_location")
    return found.annotate(then=then).filter(then__gt=0)


def shown_balances(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of `balances` as the API answers them. One statement, for the packs."""
    cases = case_packs(row["product_id"] for row in found)
    days: dict[str, dt.date] = {}
    return [_shown_balance(row, days, cases) for row in found]


def _shown_balance(
    row: dict[str, Any], days: dict[str, dt.date], cases: dict[int, tuple[str, int]]
) -> dict[str, Any]:
    """A row of `balances` as the API answers it. `days` remembers which day it is in each time zone."""
    zone = row["warehouse__timezone"]
    day = days.get(zone) or days.setdefault(zone, today(zone))
    state = status(row["lot__last_sale_date"], today=day, held=row["held"])
    saleable = state in ("ok", "soon") and row["location__kind"] in SALEABLE and row["location__is_active"]
    case_name, units = cases.get(row["product_id"], ("", 1))
    on_hand = row.get("then", row["on_hand"])
    return {
        "id": row["id"],
        "product": row["product__sku"],
        "product_id": row["product_id"],
        "product_name": row["product__name"],
        "base_unit": row["product__base_unit"],
        "case_name": case_name,
        "units_per_case": units,
        "lot": row["lot__number"],
        "lot_id": row["lot_id"],
        "expiry_date": row["lot__expiry_date"],
        "best_before_date": row["lot__best_before_date"],
        "last_sale_date": shown(row["lot__last_sale_date"]),
        "location": row["location__full_code"],
        "location_id": row["location_id"],
        "location_kind": row["location__kind"],
        "zone": row["location__zone"],
        "warehouse": row["location__full_code"].partition("/")[0],
        "warehouse_id": row["warehouse_id"],
        "on_hand": on_hand,
        "allocated": row["allocated"],
        "available": on_hand - row["allocated"] if saleable else 0,
        "held": row["held"],
        "status": state,
    }


def case_packs(product_ids: Iterable[int]) -> dict[int, tuple[str, int]]:
    """The pack people count a product in: the smallest that holds more than one unit. One statement."""
    wanted, parameters = member(sorted(set(product_ids)), "bigint")
    found = fetch(
        "SELECT product_id, name, units_per_pack FROM catalogue_pack"
        f" WHERE product_id {wanted} AND units_per_pack > 1 ORDER BY product_id, units_per_pack DESC",
        parameters,
    )
    return {product_id: (name, units) for product_id, name, units in found}


# ---- lots ---------------------------------------------------------------------------------------
def lots(actor: Actor) -> QuerySet[Lot, Any]:
    """Lots that lie, or lay, in a warehouse the actor sees; with what is left of them there, and why they are held."""
    own = Balance.objects.filter(lot=OuterRef("pk"))
    if actor.warehouse_ids is not None:
        own = own.filter(warehouse__in=actor.warehouse_ids)

    def total(column: str) -> Any:
        sums = own.order_by().values("lot").annotate(units=Sum(column)).values("units")
        return Coalesce(Subquery(sums, output_field=BigIntegerField()), ZERO)

    places = own.filter(on_hand__gt=0).order_by().values("lot").annotate(places=Count("pk")).values("places")
    reasons = (
        Hold.objects.filter(lot=OuterRef("pk"), released_at__isnull=True).order_by("-id").values("reason")
    )
    found = Lot.objects.annotate(
        on_hand=total("on_hand"),
        allocated=total("allocated"),
        held=open_hold("pk", None),
        hold_reason=Coalesce(Subquery(reasons[:1]), Value("")),
        location_count=Coalesce(Subquery(places, output_field=BigIntegerField()), ZERO),
    ).select_related("product")
    if actor.warehouse_ids is not None:
        found = found.filter(Exists(own))
    return found


# ---- movements ----------------------------------------------------------------------------------
MOVEMENT = (
    "id",
    "operation_id",
    "kind",
    "product_id",
    "product__sku",
    "product__name",
    "product__base_unit",
    "lot_id",
    "lot__number",
    "lot__expiry_date",
    "lot__best_before_date",
    "from_location_id",
    "from_location__full_code",
    "from_location__kind",
    "from_location__is_virtual",
    "from_location__warehouse_id",
    "to_location_id",
    "to_location__full_code",
    "to_location__kind",
    "to_location__is_virtual",
    "to_location__warehouse_id",
    "quantity",
    "reason",
    "reference",
    "unit_cost",
    "user_id",
    "username",
    "moved_at",
    "reverses_id",
    "reversed_by__id",
)


@cache
def _every_movement() -> QuerySet[Movement, dict[str, Any]]:
    """All of them as rows of `MOVEMENT`; built once."""
    return Movement.objects.values(*MOVEMENT)


def movements(actor: Actor) -> QuerySet[Movement, dict[str, Any]]:
    """Movements with at least one end in a warehouse the actor sees."""
    found = _every_movement().all()
    if actor.warehouse_ids is not None:
        found = found.filter(
            Q(from_location__warehouse__in=actor.warehouse_ids)
            | Q(to_location__warehouse__in=actor.warehouse_ids)
        )
    return found


def shown_movement(row: dict[str, Any], actor: Actor, cases: dict[int, tuple[str, int]]) -> dict[str, Any]:
    """A row of `movements` as the API answers it. An end in a warehouse that is not the actor's has no name."""
    ends: dict[str, Any] = {}
    for end in ("from_location", "to_location"):
        if not actor.sees(row[f"{end}__warehouse_id"]):
            ends[end], ends[f"{end}_id"] = "another warehouse", None
        elif row[f"{end}__is_virtual"]:
            ends[end], ends[f"{end}_id"] = row[f"{end}__kind"], None
        else:
            ends[end], ends[f"{end}_id"] = row[f"{end}__full_code"], row[f"{end}_id"]
    case_name, units = cases.get(row["product_id"], ("", 1))
    answer = {
        "id": row["id"],
        "operation_id": row["operation_id"],
        "kind": row["kind"],
        "product": row["product__sku"],
        "product_id": row["product_id"],
        "product_name": row["product__name"],
        "base_unit": row["product__base_unit"],
        "case_name": case_name,
        "units_per_case": units,
        "lot": row["lot__number"],
        "lot_id": row["lot_id"],
        "expiry_date": row["lot__expiry_date"],
        "best_before_date": row["lot__best_before_date"],
        **ends,
        "quantity": row["quantity"],
        "reason": row["reason"],
        "reference": row["reference"],
        "user": row["username"],
        "user_id": row["user_id"],
        "moved_at": row["moved_at"],
        "reverses_id": row["reverses_id"],
        "reversed_by_id": row["reversed_by__id"],
    }
    if actor.can("cost.view"):
        answer["unit_cost"] = row["unit_cost"]
    return answer


# ---- availability -------------------------------------------------------------------------------
_SALEABLE = ", ".join(f"'{kind.value}'" for kind in SALEABLE)
# Held lots are few: a set to look into, not a question to ask for each of many thousand balances.
_HELD = """(b.lot_id IN (SELECT lot_id FROM stock_hold WHERE released_at IS NULL AND location_id IS NULL)
      OR (b.lot_id, b.location_id) IN (SELECT lot_id, location_id FROM stock_hold
        WHERE released_at IS NULL AND location_id IS NOT NULL))"""
_FREE = f"""
WITH day AS (SELECT * FROM {{days}}),
{{chosen}}
own AS (
  SELECT b.product_id, b.lot_id, b.location_id, b.on_hand, b.allocated, l.last_sale_date, day.today, day.soon,
    x.kind, x.is_active, x.zone, {_HELD} AS held
  FROM stock_balance b
  JOIN day ON day.warehouse_id = b.warehouse_id
  JOIN stock_lot l ON l.id = b.lot_id
  JOIN places_location x ON x.id = b.location_id
  WHERE b.on_hand > 0 {{zone}} {{only}}
),
total AS (
  SELECT product_id,
    SUM(on_hand) AS on_hand, SUM(allocated) AS allocated,
    SUM(CASE WHEN held THEN on_hand ELSE 0 END) AS held,
    SUM(CASE WHEN NOT held AND last_sale_date < today THEN on_hand ELSE 0 END) AS expired,
    SUM(CASE WHEN NOT held AND last_sale_date >= today AND last_sale_date <= soon THEN on_hand ELSE 0 END) AS expiring,
    SUM(CASE WHEN NOT held AND last_sale_date >= today AND is_active AND kind IN ({_SALEABLE})
      THEN on_hand - allocated ELSE 0 END) AS available,
    MIN(last_sale_date) AS next_expiry_date,
    {{distinct}}
  FROM own GROUP BY product_id
),
line AS (
  SELECT p.id AS product_id, p.sku, p.name, p.base_unit, p.container, p.container_ml, p.category_id, c.name AS category,
    r.name AS brand, COALESCE(t.on_hand, 0) AS on_hand, COALESCE(t.allocated, 0) AS allocated,
    COALESCE(t.held, 0) AS held, COALESCE(t.expired, 0) AS expired, COALESCE(t.expiring, 0) AS expiring,
    COALESCE(t.available, 0) AS available, COALESCE(t.next_expiry_date, %s) AS next_expiry_date,
    COALESCE(t.location_count, 0) AS location_count, COALESCE(t.lot_count, 0) AS lot_count
  FROM catalogue_product p
  LEFT JOIN total t ON t.product_id = p.id
  LEFT JOIN catalogue_category c ON c.id = p.category_id
  LEFT JOIN catalogue_brand r ON r.id = p.brand_id
  WHERE (p.status = 'active' OR t.on_hand > 0) {{products}}
)
"""
# Where the order does not depend on what lies there, the page's products are found first and only they are added up.
_CHOSEN = """
chosen AS (
  SELECT p.id FROM catalogue_product p
  LEFT JOIN catalogue_category c ON c.id = p.category_id
  LEFT JOIN catalogue_brand r ON r.id = p.brand_id
  WHERE ({active} EXISTS (SELECT 1 FROM stock_present b
      JOIN day ON day.warehouse_id = b.warehouse_id
      JOIN places_location x ON x.id = b.location_id
      WHERE b.product_id = p.id {zone}))
    {products} {tail}
),
"""
# What lies in the warehouses of `day`, and whether it is held there.
_HELD_PRESENT = _HELD.replace("b.", "s.")
# Their ids stand in the text, so that the planner knows what it is asked: there are few warehouses.
_HERE = "s.warehouse_id IN ({here})"
_DATED = f"""SELECT s.product_id FROM day JOIN stock_present s ON s.warehouse_id = day.warehouse_id
  AND s.last_sale_date {{when}} WHERE NOT {_HELD_PRESENT}"""
_WITH_STATUS = {
    "expiring": _DATED.format(when=">= day.today AND s.last_sale_date <= day.soon"),
    "expired": _DATED.format(when="< day.today"),
    "held": f"""SELECT s.product_id FROM stock_hold h JOIN stock_lot l ON l.id = h.lot_id
  JOIN stock_present s ON s.product_id = l.product_id AND s.lot_id = l.id
    AND (h.location_id IS NULL OR h.location_id = s.location_id)
  WHERE h.released_at IS NULL AND {_HERE}""",
}
_LIES_HERE = f"SELECT 1 FROM stock_present s WHERE s.product_id = p.id AND {_HERE}"
_COUNTS = f"""
WITH day AS (SELECT * FROM {{days}}),
stocked AS (SELECT DISTINCT s.product_id FROM stock_present s WHERE {_HERE}),
known AS (
  SELECT COUNT(*) AS stocked, SUM(CASE WHEN p.status = 'active' THEN 1 ELSE 0 END) AS active
  FROM stocked JOIN catalogue_product p ON p.id = stocked.product_id
),
active AS (SELECT COUNT(*) AS all_of_them FROM catalogue_product WHERE status = 'active')
SELECT active.all_of_them + known.stocked - COALESCE(known.active, 0),
  {", ".join(f"(SELECT COUNT(*) FROM (SELECT DISTINCT product_id FROM ({sql}) a) b)" for sql in _WITH_STATUS.values())},
  active.all_of_them - COALESCE(known.active, 0)
FROM active, known
"""
# The products in the order of the first date among what lies there. Those without a date come after all others.
_BY_DATE = """
chosen AS (
  SELECT s.product_id AS id FROM stock_present s
  WHERE s.warehouse_id {warehouses} AND s.last_sale_date < %s {after}
    AND NOT EXISTS (SELECT 1 FROM stock_present e WHERE e.product_id = s.product_id AND e.warehouse_id {warehouses}
      AND e.last_sale_date < s.last_sale_date)
  GROUP BY s.last_sale_date, s.product_id
  ORDER BY s.last_sale_date {direction}, s.product_id {direction} LIMIT {limit}
),
"""
_DATELESS = f"""
chosen AS (
  SELECT p.id FROM catalogue_product p
  WHERE NOT EXISTS ({_LIES_HERE} AND s.last_sale_date < %s) AND ({{active}} EXISTS ({_LIES_HERE})) {{after}}
  ORDER BY p.id {{direction}} LIMIT {{limit}}
),
"""
_FIRST_DATE = f"(SELECT MIN(s.last_sale_date) FROM stock_present s WHERE s.product_id = p.id AND {_HERE})"
_DISTINCT = "COUNT(DISTINCT location_id) AS location_count, COUNT(DISTINCT lot_id) AS lot_count"
_UNCOUNTED = "0 AS location_count, 0 AS lot_count"
# One word of a search: what each arm finds by its own index, taken together.
_MATCHING = """ AND p.id IN (
  SELECT id FROM catalogue_product WHERE UPPER(name) {like}
  UNION ALL SELECT id FROM catalogue_product WHERE UPPER(sku) {like}
  UNION ALL SELECT m.id FROM catalogue_product m JOIN catalogue_brand n ON n.id = m.brand_id WHERE UPPER(n.name) {like}
  UNION ALL SELECT product_id FROM catalogue_pack WHERE UPPER(gtin) {like}
  UNION ALL SELECT product_id FROM stock_lot WHERE UPPER(number) {like}
  UNION ALL SELECT y.product_id FROM stock_balance y JOIN places_location z ON z.id = y.location_id
    JOIN day ON day.warehouse_id = y.warehouse_id WHERE y.on_hand > 0 AND z.full_code {like})"""
LINE = (
    "product_id",
    "sku",
    "name",
    "base_unit",
    "container",
    "container_ml",
    "category_id",
    "category",
    "brand",
    "on_hand",
    "allocated",
    "held",
    "expired",
    "expiring",
    "available",
    "next_expiry_date",
    "location_count",
    "lot_count",
)
STATUSES = {
    "expiring": "expiring > 0",
    "expired": "expired > 0",
    "held": "held > 0",
    "out": "on_hand = 0",
}
ORDERINGS = {
    "name": "name",
    "sku": "sku",
    "next_expiry_date": "next_expiry_date",
    "on_hand": "on_hand",
    "available": "available",
    "allocated": "allocated",
}
_FOREVER = f"'{FOREVER.isoformat()}'"  # both engines take it for what stands beside it
# Orders that the product alone decides.
OWN_COLUMNS = ("name", "sku")


_DAY = {"warehouse_id": "bigint", "today": "date", "soon": "date"}


class FreeStock:
    """What is free to sell, a line a product, over some warehouses. Builds one SQL statement from fixed parts."""

    def __init__(self, days: dict[int, dt.date]) -> None:
        self._days = days
        self._zone = self._only = self._products = ""
        self._zone_parameters: list[Any] = []
        self._only_parameters: list[Any] = []
        self._product_parameters: list[Any] = []
        self._where: list[str] = []
        self._stocked = False
        self._here = ", ".join(map(str, sorted(days))) or "NULL"
        # Whether only some products are asked for, too few to be met on a walk along an index.
        self._few = False

    def in_zone(self, zone: str) -> None:
        self._zone = "AND x.zone = %s"
        self._zone_parameters = [zone]
        self._stocked = True

    def of_products(self, product_ids: Iterable[int]) -> None:
        wanted, parameters = member(sorted(set(product_ids)), "bigint")
        self._only = f"AND b.product_id {wanted}"
        self._only_parameters = parameters
        self._products += f" AND p.id {wanted}"
        self._product_parameters += parameters

    def in_category(self, name: str) -> None:
        self._products += " AND (c.name = %s OR CAST(c.id AS text) = %s)"
        self._product_parameters += [name, name]

    def matching(self, words: list[str]) -> None:
        for word in words:
            pattern = "%" + word.upper().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
            self._products += _MATCHING.format(like="LIKE %s ESCAPE '\\'")
            self._product_parameters += [pattern] * 6

    def only_status(self, name: str) -> None:
        if self._zone:
            self._where.append(STATUSES[name])
            return
        found = f"NOT EXISTS ({_LIES_HERE})" if name == "out" else f"p.id IN ({_WITH_STATUS[name]})"
        self._products += f" AND {found}".format(here=self._here)
        self._few = True

    def in_stock(self) -> None:
        self._stocked = True

    def _sql(
        self,
        tail: str,
        parameters: list[Any],
        *,
        chosen: str = "",
        chosen_parameters: Sequence[Any] = (),
        distinct: str = _DISTINCT,
    ) -> list[tuple[Any, ...]]:
        head = _FREE.format(
            days=table("d", _DAY),
            chosen=chosen,
            zone=self._zone,
            only="AND b.product_id IN (SELECT id FROM chosen)" if chosen else self._only,
            products="AND p.id IN (SELECT id FROM chosen)" if chosen else self._products,
            distinct=distinct,
        )
        own = [] if chosen else self._only_parameters
        products = [] if chosen else self._product_parameters
        return fetch(
            head + tail,
            [
                self._day_rows(),
                *chosen_parameters,
                *self._zone_parameters,
                *own,
                stored(FOREVER),
                *products,
                *parameters,
            ],
        )

    def _day_rows(self) -> str:
        return rows(
            {"warehouse_id": pk, "today": day, "soon": day + dt.timedelta(days=SOON_DAYS)}
            for pk, day in self._days.items()
        )

    def _conditions(self) -> list[str]:
        return [*self._where, *(["on_hand > 0"] if self._stocked else [])]

    def _chosen(self, tail: str) -> tuple[str, list[Any]]:
        """The products to add up, found first: only their balances are then looked at."""
        chosen = _CHOSEN.format(
            active="" if self._stocked else "p.status = 'active' OR",
            zone=self._zone,
            products=self._products,
            tail=tail,
        )
        return chosen, [*self._zone_parameters, *self._product_parameters]

    def _searched(self) -> tuple[str, list[Any]]:
        """The same for a search or a category, whatever the order; nothing where all products are asked for."""
        return self._chosen("") if self._products else ("", [])

    def page(
        self, *, ordering: str, descending: bool, after: list[Any] | None, limit: int
    ) -> list[dict[str, Any]]:
        """Lines behind a key `[value, product_id]`, in order."""
        if ordering == "next_expiry_date" and not (self._zone or self._products):
            return self._by_date(descending=descending, after=after, limit=limit)
        column, direction, compare = (
            ORDERINGS[ordering],
            "DESC" if descending else "ASC",
            "<" if descending else ">",
        )
        key = [] if after is None else [stored(after[0]), after[1]]
        order = f"ORDER BY {column} {direction}, product_id {direction} LIMIT {int(limit)}"
        own = f"p.{column}" if column in OWN_COLUMNS else ""
        if column == "next_expiry_date" and not self._zone:
            own = f"COALESCE({_FIRST_DATE.format(here=self._here)}, {_FOREVER})"
        if own and not self._where:
            by_hand = " || ''" if self._few and column in OWN_COLUMNS else ""
            after_key = f"AND ({own}, p.id) {compare} (%s, %s)" if key else ""
            chosen, parameters = self._chosen(
                f"{after_key} ORDER BY {own}{by_hand} {direction}, p.id {direction} LIMIT {int(limit)}"
            )
            found = self._sql(
                f"SELECT {', '.join(LINE)} FROM line {order}",
                [],
                chosen=chosen,
                chosen_parameters=[*parameters, *key],
            )
        else:
            where = self._conditions() + ([f"({column}, product_id) {compare} (%s, %s)"] if key else [])
            condition = f"WHERE {' AND '.join(where)}" if where else ""
            chosen, parameters = self._searched()
            found = self._sql(
                f"SELECT {', '.join(LINE)} FROM line {condition} {order}",
                key,
                chosen=chosen,
                chosen_parameters=parameters,
            )
        return _lines(found)

    def _by_date(self, *, descending: bool, after: list[Any] | None, limit: int) -> list[dict[str, Any]]:
        """All products by the first date of what lies there: a walk along an index. Those without one come last."""
        dateless = after is not None and after[0] >= FOREVER
        lines: list[dict[str, Any]] = []
        for part in ("dateless", "dated") if descending else ("dated", "dateless"):
            behind = after if (part == "dateless") == dateless else None
            if after is None or behind is not None or descending == dateless:
                lines += self._part(part, descending=descending, after=behind, limit=limit - len(lines))
            if len(lines) == limit:
                break
        return lines

    def _part(
        self, part: str, *, descending: bool, after: list[Any] | None, limit: int
    ) -> list[dict[str, Any]]:
        direction, compare = ("DESC", "<") if descending else ("ASC", ">")
        parts: dict[str, Any] = {"direction": direction, "limit": int(limit), "after": ""}
        forever, parameters = stored(FOREVER), []
        if part == "dated":
            wanted, ids = member(sorted(self._days), "bigint")
            if after is not None:
                parts["after"] = f"AND (s.last_sale_date, s.product_id) {compare} (%s, %s)"
                parameters = [stored(after[0]), after[1]]
            chosen = _BY_DATE.format(warehouses=wanted, **parts)
            parameters = [*ids, forever, *parameters, *ids]
        else:
            if after is not None:
                parts["after"] = f"AND p.id {compare} %s"
                parameters = [after[1]]
            active = "" if self._stocked else "p.status = 'active' OR"
            chosen = _DATELESS.format(active=active, here=self._here, **parts)
            parameters = [forever, *parameters]
        found = self._sql(
            f"SELECT {', '.join(LINE)} FROM line ORDER BY next_expiry_date {direction}, product_id {direction}",
            [],
            chosen=chosen,
            chosen_parameters=parameters,
        )
        return _lines(found)

    def counts(self) -> dict[str, int]:
        """How many products there are in all, and in each kind of trouble."""
        if not (self._zone or self._products or self._stocked):
            row = fetch(_COUNTS.format(days=table("d", _DAY), here=self._here), [self._day_rows()])[0]
            return {name: int(row[index]) for index, name in enumerate(("all", *STATUSES))}
        parts = ", ".join(f"SUM(CASE WHEN {rule} THEN 1 ELSE 0 END)" for rule in STATUSES.values())
        chosen, parameters = self._searched()
        row = self._sql(
            f"SELECT COUNT(*), {parts} FROM line",
            [],
            chosen=chosen,
            chosen_parameters=parameters,
            distinct=_UNCOUNTED,
        )[0]
        return {"all": int(row[0]), **{name: int(row[i + 1] or 0) for i, name in enumerate(STATUSES)}}


def _lines(found: Sequence[tuple[Any, ...]]) -> list[dict[str, Any]]:
    lines = [dict(zip(LINE, row, strict=True)) for row in found]
    for line in lines:
        line["next_expiry_date"] = as_date(line["next_expiry_date"])
        for name in ORDERINGS.keys() & {"on_hand", "allocated", "available"}:
            line[name] = int(line[name])  # PostgreSQL sums into numeric
    return lines


def packs_and_next_lots(
    product_ids: Iterable[int], warehouse_ids: Iterable[int]
) -> tuple[dict[int, tuple[str, int]], dict[int, str]]:
    """The case of each product (as `case_packs`), and its lot that must go first. One statement."""
    ids = sorted(set(product_ids))
    wanted, parameters = member(ids, "bigint")
    warehouses, more = member(sorted(set(warehouse_ids)), "bigint")
    found = fetch(
        "SELECT 1, product_id, name, units_per_pack, NULL, 0 FROM catalogue_pack"
        f" WHERE product_id {wanted} AND units_per_pack > 1"
        " UNION ALL SELECT DISTINCT 2, b.product_id, l.number, 0, l.last_sale_date, l.id"
        " FROM stock_balance b JOIN stock_lot l ON l.id = b.lot_id"
        f" WHERE b.product_id {wanted} AND b.warehouse_id {warehouses} AND b.on_hand > 0",
        [*parameters, *parameters, *more],
    )
    packs = sorted((row for row in found if row[0] == 1), key=lambda row: row[3], reverse=True)
    lots = sorted((row for row in found if row[0] == 2), key=lambda row: (str(row[4]), row[5]), reverse=True)
    return {row[1]: (row[2], row[3]) for row in packs}, {row[1]: row[2] for row in lots}


def warehouse_ids(reference: str) -> list[int]:
    """A warehouse by code or id; empty when there is none."""
    condition = Q(code=reference)
    if reference.isascii() and reference.isdecimal() and len(reference) < 19:
        condition |= Q(pk=int(reference))
    return list(Warehouse.objects.filter(condition).values_list("pk", flat=True))


def product_ids(reference: str) -> list[int]:
    """A product by SKU or id; empty when there is none."""
    condition = Q(sku=reference)
    if reference.isascii() and reference.isdecimal() and len(reference) < 19:
        condition |= Q(pk=int(reference))
    return list(Product.objects.filter(condition).values_list("pk", flat=True))


def with_stock(locations: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """Locations with how much lies there, and of how many lots."""
    here = Balance.objects.filter(location=OuterRef("pk"), on_hand__gt=0).order_by().values("location")
    return locations.annotate(
        on_hand=Coalesce(
            Subquery(here.annotate(units=Sum("on_hand")).values("units"), output_field=BigIntegerField()),
            ZERO,
        ),
        lot_count=Coalesce(
            Subquery(
                here.annotate(lots=Count("lot", distinct=True)).values("lots"), output_field=BigIntegerField()
            ),
            ZERO,
        ),
    )


def lot_dates(product_id: int, number: str) -> dict[str, Any] | None:
    """A lot's id and dates by its number, or None."""
    rows = Lot.objects.filter(product_id=product_id, number=number)
    found = rows.values("id", "expiry_date", "best_before_date").first()
    return dict(found) if found else None
