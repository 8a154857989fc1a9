"""Searching products by name, SKU, brand and GTIN: an index where the database has one, a scan where it has none."""

from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from stillage.catalogue.models import Brand, Pack, Product

MIN_TRIGRAM = 3
_TABLE = "catalogue_product_search"
_known: dict[str, bool] = {}


def has_full_text() -> bool:
    """Whether this SQLite made the trigram table (migration 0002); asked once for each database."""
    if connection.vendor != "sqlite":
        return False
    name = str(connection.settings_dict["NAME"])
    if name not in _known:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM sqlite_master WHERE name = %s", [_TABLE])
            _known[name] = cursor.fetchone() is not None
    return _known[name]


def matching_products(word: str) -> QuerySet[Product, Any]:
    """The ids of products that one word fits: one subquery, each of its arms served by its own index."""
    arms = [*_by_text(word), Product.objects.filter(brand__in=_brands(word)).values("id")]
    digits = word.replace("-", "")
    if digits.isascii() and digits.isdigit() and 4 <= len(digits) <= 14:
        arms.append(
            Product.objects.filter(
                pk__in=Pack.objects.filter(gtin__icontains=digits).values("product")
            ).values("id")
        )
    return arms[0].union(*arms[1:], all=True)


def _brands(word: str) -> QuerySet[Brand, Brand]:
    return Brand.objects.filter(name__icontains=word)


def _by_text(word: str) -> list[QuerySet[Product, Any]]:
    if has_full_text() and len(word) >= MIN_TRIGRAM:
        quoted = '"' + word.replace('"', '""') + '"'
        found = RawSQL(f"SELECT rowid FROM {_TABLE} WHERE {_TABLE} MATCH %s", [quoted])  # noqa: S608, S611 - our own name, bound value
        return [Product.objects.filter(pk__in=found).values("id")]
    return [
        Product.objects.filter(**{f"{column}__icontains": word}).values("id") for column in ("name", "sku")
    ]
