"""Products and lots by what somebody typed, with what is free to sell of them."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When

from stillage.accounts import roles
from stillage.catalogue.models import Pack, Product, Status
from stillage.catalogue.search import matching_products
from stillage.core.actor import Actor
from stillage.seeing.queries.asked import Asked
from stillage.seeing.queries.hits import CODE, PREFIX, WORDS, Hit
from stillage.seeing.queries.together import begins, together
from stillage.stock.expiry import shown, status
from stillage.stock.models import Balance, Lot
from stillage.stock.queries import FreeStock, case_packs, lots

_COLUMNS = ("id", "sku", "name", "base_unit", "category__name", "brand__name", "status")

MOST_LOTS = 200


def products(asked: Asked, *, actor: Actor, days: dict[int, dt.date], limit: int) -> list[Hit]:
    """Products by SKU, GTIN, name and brand; at most `limit` + 1. Three statements with the free stock, else one."""
    if not actor.can(roles.CATALOGUE_VIEW) or (asked.sscc and not asked.gtins):
        return []
    by_gtin = Pack.objects.filter(gtin__in=asked.gtins).values("product") if asked.gtins else None
    if by_gtin is not None and asked.is_label:
        found = Product.objects.filter(pk__in=by_gtin)
    else:
        found = Product.objects.all()
        for word in asked.words:
            found = found.filter(pk__in=matching_products(word))
    codes = Q(sku__iexact=asked.text)
    if by_gtin is not None:
        codes |= Q(pk__in=by_gtin)
        if not asked.is_label:
            found = found | Product.objects.filter(pk__in=by_gtin)
    order = Case(
        When(codes, then=Value(0)),
        When(sku__istartswith=asked.text, then=Value(1)),
        When(name__istartswith=asked.text, then=Value(2)),
        When(name__icontains=f" {asked.text}", then=Value(3)),
        default=Value(4),
    )
    active = Case(When(status=Status.ACTIVE, then=Value(0)), default=Value(1))
    rows = list(
        found.annotate(fits=order, sold=active)
        .order_by("fits", "sold", "name", "id")
        .values(*_COLUMNS, "fits")[: limit + 1]
    )
    free = _free(actor, days, [row["id"] for row in rows])
    cases = case_packs(row["id"] for row in rows) if free else {}
    return [_product(row, free, cases) for row in rows]


def _free(actor: Actor, days: dict[int, dt.date], ids: list[int]) -> dict[int, int]:
    """What is free to sell of some products. One statement, or none."""
    if not ids or not days or not actor.can(roles.STOCK_VIEW):
        return {}
    stock = FreeStock(days)
    stock.of_products(ids)
    lines = stock.page(ordering="name", descending=False, after=None, limit=len(ids))
    return {line["product_id"]: line["available"] for line in lines}


def _product(row: dict[str, Any], free: dict[int, int], cases: dict[int, tuple[str, int]]) -> Hit:
    case_name, units = cases.get(row["id"], ("", 1))
    facts: dict[str, Any] = {
        "code": row["sku"],
        "brand": row["brand__name"],
        "category": row["category__name"],
        "status": None if row["status"] == Status.ACTIVE else row["status"],
    }
    if row["id"] in free:
        facts |= {
            "available": free[row["id"]],
            "base_unit": row["base_unit"],
            "case_name": case_name,
            "units_per_case": units,
        }
    return Hit(
        kind="product",
        id=row["id"],
        key=row["sku"],
        label=row["name"],
        rank=CODE if row["fits"] == 0 else PREFIX if row["fits"] in (1, 2) else WORDS,
        address=("products", row["sku"]),
        facts=facts,
    )


def found_lots(
    asked: Asked, product_ids: list[int], *, actor: Actor, house: Actor, days: dict[int, dt.date], limit: int
) -> list[Hit]:
    """Lots by their number, and those in stock of the products found, what goes stale first on top. Two statements."""
    if not actor.can(roles.STOCK_VIEW) or (asked.sscc and not asked.lot):
        return []
    own = Balance.objects.filter(lot=OuterRef("pk"))
    if house.warehouse_ids is not None:
        own = own.filter(warehouse__in=house.warehouse_ids)
    stocked = Exists(own.filter(on_hand__gt=0))
    numbers = (asked.lot,) if asked.is_label and asked.lot else (asked.text, asked.code)
    arms = _candidates(
        asked, numbers, product_ids, stocked, None if house.warehouse_ids is None else Exists(own)
    )
    ids = {pk for _, (pk,) in together(arms)}
    if not ids:
        return []
    fits = Case(
        When(number__in=numbers, then=Value(CODE)),
        When(begins("number", numbers[0]) | begins("number", numbers[-1]), then=Value(PREFIX)),
        default=Value(WORDS),
    )
    order = Case(When(stocked, then=Value(0)), default=Value(1))
    found = lots(house).filter(pk__in=ids).annotate(fits=fits, gone=order)
    day = min(days.values(), default=dt.date.min)
    rows = found.order_by("fits", "gone", "last_sale_date", "-id")[: limit + 1]
    return [_lot(row, day) for row in rows]


def _candidates(
    asked: Asked, numbers: Sequence[str], product_ids: list[int], stocked: Exists, inside: Exists | None
) -> list[QuerySet[Lot, Any]]:
    """Lots that may be meant: each way of finding them ends after so many, since a short number begins thousands."""
    every = Lot.objects.order_by()
    if asked.is_label:
        found = every.filter(number=asked.lot)
        return [
            (found.filter(product__in=product_ids) if asked.gtins else found).values_list("pk")[:MOST_LOTS]
        ]
    arms = [every.filter(number__in=numbers)]
    for number in sorted(set(numbers)):
        prefixed = every.filter(begins("number", number))
        arms += [prefixed.filter(stocked), prefixed if inside is None else prefixed.filter(inside)]
    if len(asked.text) > 3 and len(asked.words) == 1:
        arms.append(every.filter(number__icontains=asked.text))
    if product_ids:
        arms.append(every.filter(stocked, product__in=product_ids).order_by("last_sale_date", "pk"))
    return [arm.values_list("pk")[:MOST_LOTS] for arm in arms]


def _lot(lot: Any, day: dt.date) -> Hit:
    state = status(lot.last_sale_date, today=day, held=lot.held)
    return Hit(
        kind="lot",
        id=lot.pk,
        key=str(lot.pk),
        label=lot.number,
        name=lot.product.name,
        rank=lot.fits,
        address=("lots", str(lot.pk)),
        facts={
            "product": lot.product.sku,
            "status": state,
            "last_sale_date": shown(lot.last_sale_date),
            "expiry_date": lot.expiry_date,
            "best_before_date": lot.best_before_date,
            "on_hand": lot.on_hand,
            "base_unit": lot.product.base_unit,
        },
    )
