"""Changing what is stocked where more than one row is concerned: packs of a product, and what stock forbids."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import F, ProtectedError

from stillage.catalogue.models import Pack, Product
from stillage.core.clock import now
from stillage.core.errors import Conflict, Fault, refuse_all
from stillage.core.locking import operation


@dataclass(frozen=True, slots=True, kw_only=True)
class PackLine:
    """A pack as it should be. `id` names one that is there, so that it can be renamed."""

    name: str
    units_per_pack: int
    gtin: str | None = None
    id: int | None = None


def check_pack_lines(lines: list[PackLine]) -> None:
    """Refuse what contradicts itself within the list."""
    names = Counter(line.name for line in lines)
    gtins = Counter(line.gtin for line in lines if line.gtin)
    faults = [
        Fault(f"/packs/{index}/name", "repeated", f"The pack {line.name} stands here twice.")
        for index, line in enumerate(lines)
        if names[line.name] > 1
    ] + [
        Fault(f"/packs/{index}/gtin", "repeated", f"The GTIN {line.gtin} stands here twice.")
        for index, line in enumerate(lines)
        if line.gtin and gtins[line.gtin] > 1
    ]
    refuse_all(faults)


def check_gtins_free(gtins: list[str], *, product_id: int | None) -> None:
    """Refuse GTINs that another product's packs carry, naming the product."""
    if not gtins:
        return
    holders = Pack.objects.filter(gtin__in=gtins).select_related("product")
    if product_id is not None:
        holders = holders.exclude(product_id=product_id)
    taken = [
        Fault("/packs", "gtin_taken", f"The GTIN {pack.gtin} is on {pack.product.sku} ({pack.name}) already.")
        for pack in holders[:100]
    ]
    if taken:
        raise Conflict(taken[0].detail, code="gtin_taken", faults=taken)


@operation
def replace_packs(*, product: Product, lines: list[PackLine]) -> None:
    """Make a product's packs what the list says: by id where given, else by name; those not named go.

    Refuses: a pack that suppliers sell, another product's pack, a GTIN on another product.
    The caller holds the product's lock.
    """
    check_pack_lines(lines)
    check_gtins_free([line.gtin for line in lines if line.gtin], product_id=product.pk)
    there = {pack.pk: pack for pack in product.packs.all()}
    matched = _matched(there, lines)
    kept = {pack.pk for pack in matched if pack is not None}
    for pack in there.values():
        if pack.pk not in kept:
            delete_pack(pack=pack)
    changed = [
        (pack, line) for pack, line in zip(matched, lines, strict=True) if pack and _differs(pack, line)
    ]
    # Names and GTINs may change places among the packs; free them first, so that no two meet on the way.
    for pack, _ in changed:
        Pack.objects.filter(pk=pack.pk).update(name=f"~{pack.pk}", gtin=None)
    for pack, line in changed:
        pack.name, pack.units_per_pack, pack.gtin = line.name, line.units_per_pack, line.gtin
        pack.version += 1
        pack.save()
    for found, line in zip(matched, lines, strict=True):
        if found is None:
            Pack.objects.create(
                product=product, name=line.name, units_per_pack=line.units_per_pack, gtin=line.gtin
            )


def _matched(there: dict[int, Pack], lines: list[PackLine]) -> list[Pack | None]:
    unknown = [
        Fault(f"/packs/{index}/id", "unknown_pack", "This product has no such pack.")
        for index, line in enumerate(lines)
        if line.id is not None and line.id not in there
    ]
    refuse_all(unknown)
    by_id = {line.id for line in lines if line.id is not None}
    by_name = {pack.name: pack for pack in there.values() if pack.pk not in by_id}
    return [there[line.id] if line.id is not None else by_name.get(line.name) for line in lines]


def _differs(pack: Pack, line: PackLine) -> bool:
    return (pack.name, pack.units_per_pack, pack.gtin) != (line.name, line.units_per_pack, line.gtin)


@operation
def delete_pack(*, pack: Pack) -> None:
    """Take a pack away, unless something refers to it."""
    try:
        pack.delete()
    except ProtectedError:
        raise Conflict(
            f"The pack {pack.name} is still in use, so nothing was changed.", code="in_use"
        ) from None


@operation
def touch_product(*, product_id: int) -> None:
    """A pack changed by itself: the product that shows it has a new version too."""
    Product.objects.filter(pk=product_id).update(version=F("version") + 1, updated_at=now())


def lock_product(*, product_id: int) -> None:
    """Products are locked before their packs."""
    Product.objects.select_for_update(of=("self",), no_key=True).filter(pk=product_id).values("pk").first()


def has_stock(product: Product) -> bool:
    """Whether units of it lie anywhere. The stock room lies above this one; it is met through its relation."""
    lots: Any = getattr(product, "lots", None)
    return lots is not None and bool(lots.filter(balances__on_hand__gt=0).exists())


def stock_faults(product: Product, changes: dict[str, Any]) -> dict[str, str]:
    """Which changes the stock on hand forbids, by field."""
    fixed = {
        "lot_tracked": "Lots are on the shelf: lot tracking can be switched only when nothing is in stock.",
        "base_unit": "Stock is counted in this unit: it can be changed only when nothing is in stock.",
    }
    asked = [name for name in fixed if name in changes and changes[name] != getattr(product, name)]
    return {name: fixed[name] for name in asked} if asked and has_stock(product) else {}
