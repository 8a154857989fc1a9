"""Looking products and packs up by whatever name a person or a scanner has for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast

from stillage.catalogue.models import Pack, Product

_MAX_ID = 2**63 - 1
_COLUMNS = (
    "id",
    "sku",
    "name",
    "base_unit",
    "lot_tracked",
    "shelf_life_days",
    "minimum_intake_days",
    "status",
)


@dataclass(frozen=True, slots=True)
class ProductReference:
    """What other rooms need of a product to work with it."""

    id: int
    sku: str
    name: str
    base_unit: str
    lot_tracked: bool
    shelf_life_days: int | None
    minimum_intake_days: int
    status: str


@dataclass(frozen=True, slots=True)
class PackReference:
    """A pack and its product, as a scanned GTIN names them."""

    id: int
    name: str
    units_per_pack: int
    gtin: str
    product: ProductReference


def _padded(reference: str) -> str | None:
    """A digit string as a GTIN would be stored, whether or not it is one."""
    digits = reference.isascii() and reference.isdigit() and 8 <= len(reference) <= 14
    return reference.zfill(14) if digits else None


def _matches(rows: QuerySet[Product, Any], rank: int, matched: Any) -> QuerySet[Product, Any]:
    return rows.annotate(rank=Value(rank), matched=matched).values_list("rank", "matched", *_COLUMNS)


def products_by_reference(refs: Iterable[int | str]) -> dict[int | str, ProductReference]:
    """The products behind ids (integers), SKUs and GTINs (strings), in one statement; the unknown are left out.

    A string is a SKU first; digits that are no SKU may be the GTIN of a pack.
    """
    wanted = set(refs)
    ids = [ref for ref in wanted if isinstance(ref, int) and 0 < ref <= _MAX_ID]
    names = [ref for ref in wanted if isinstance(ref, str)]
    gtins = {padded for name in names if (padded := _padded(name))}
    arms = []
    if ids:
        arms.append(_matches(Product.objects.filter(pk__in=ids), 0, Cast("id", CharField())))
    if names:
        arms.append(_matches(Product.objects.filter(sku__in=names), 1, F("sku")))
    if gtins:
        arms.append(_matches(Product.objects.filter(packs__gtin__in=gtins), 2, F("packs__gtin")))
    if not arms:
        return {}
    rows = arms[0] if len(arms) == 1 else arms[0].union(*arms[1:], all=True)
    found = {(rank, matched): ProductReference(*columns) for rank, matched, *columns in rows}
    answer: dict[int | str, ProductReference] = {}
    for ref in wanted:
        match = (
            found.get((0, str(ref)))
            if isinstance(ref, int)
            else found.get((1, ref)) or found.get((2, _padded(ref) or ""))
        )
        if match is not None:
            answer[ref] = match
    return answer


def packs_by_gtin(gtins: Iterable[str]) -> dict[str, PackReference]:
    """The packs that carry these 14-digit GTINs, in one statement."""
    rows = Pack.objects.filter(gtin__in=set(gtins)).values_list(
        "id", "name", "units_per_pack", "gtin", *(f"product__{column}" for column in _COLUMNS)
    )
    found: dict[str, PackReference] = {}
    for pack_id, name, units_per_pack, gtin, *product in rows:
        found[gtin] = PackReference(pack_id, name, units_per_pack, gtin, ProductReference(*product))
    return found


def pack_by_gtin(gtin14: str) -> PackReference | None:
    """The pack that carries this 14-digit GTIN, with its product, or None."""
    return packs_by_gtin([gtin14]).get(gtin14)
