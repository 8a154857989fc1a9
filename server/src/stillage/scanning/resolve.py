"""What a scanned code means here: which product, pack, lot and place, and where the thing lies."""

import datetime as dt
from typing import Any

from django.db.models import Q

from stillage.catalogue.queries import PackReference, packs_by_gtin, products_by_reference
from stillage.core.actor import Actor
from stillage.core.clock import now, today
from stillage.core.text import fault_in, normalise
from stillage.places.models import Location, Warehouse
from stillage.scanning.commands import parse_command
from stillage.scanning.elements import ScanError
from stillage.scanning.gs1 import ParsedCode, parse, parse_label
from stillage.stock import queries as stock

MAX_BALANCES = 50


def scan(
    data: str, *, actor: Actor, warehouse: Warehouse | None, symbology_id: str | None = None
) -> dict[str, Any]:
    """Read a code and look up what it names. Raises ScanError for a code that is broken."""
    return meaning(
        parse(data, today=_day(warehouse), symbology_id=symbology_id), actor=actor, warehouse=warehouse
    )


def scan_label(
    codes: list[tuple[str, str | None]], *, actor: Actor, warehouse: Warehouse | None
) -> list[dict[str, Any] | ScanError]:
    """Read the symbols of one label together: an association may be met by the symbol beside."""
    found: list[dict[str, Any] | ScanError] = []
    for code in parse_label(codes, today=_day(warehouse)):
        if isinstance(code, ScanError):
            found.append(code)
            continue
        try:
            found.append(meaning(code, actor=actor, warehouse=warehouse))
        except ScanError as error:
            found.append(error)
    return found


def meaning(code: ParsedCode, *, actor: Actor, warehouse: Warehouse | None) -> dict[str, Any]:
    """What a code that was read means here."""
    if code.format != "plain":
        return _goods(code, actor=actor, warehouse=warehouse)
    command = parse_command(code.text)
    if command is not None:
        return _answer(
            format="command", kind="command", command=command.text, quantity=command.quantity, text=code.text
        )
    return _plain(code, actor=actor, warehouse=warehouse)


def refusal(error: ScanError) -> dict[str, Any]:
    """A broken code inside an answer that holds several (a photo)."""
    return {"code": error.code, "detail": error.detail, "position": error.position, "ai": error.ai}


def _day(warehouse: Warehouse | None) -> dt.date:
    return today(warehouse.timezone) if warehouse else now().date()


def _answer(**found: Any) -> dict[str, Any]:
    empty: dict[str, Any] = dict.fromkeys(
        (
            "gtin",
            "product",
            "product_id",
            "product_name",
            "lot_tracked",
            "pack",
            "pack_id",
            "units_per_pack",
            "base_unit",
            "lot",
            "lot_id",
            "expiry_date",
            "best_before_date",
            "production_date",
            "quantity",
            "count",
            "sscc",
            "serial",
            "location",
            "location_id",
            "location_kind",
            "command",
        )
    )
    return {
        "format": "plain",
        "kind": "unknown",
        "text": "",
        "elements": [],
        **empty,
        "balances": [],
        "warnings": [],
        **found,
    }


def _goods(code: ParsedCode, *, actor: Actor, warehouse: Warehouse | None) -> dict[str, Any]:
    warnings = [{"code": warning.code, "detail": warning.detail} for warning in code.warnings]
    content = code.gtin or code.content_gtin
    candidates = code.gtin_candidates or ((content,) if content else ())
    packs = packs_by_gtin(candidates)
    known = [packs[gtin] for gtin in candidates if gtin in packs]
    pack = known[0] if len(known) == 1 else None
    if len(known) > 1:
        names = " or ".join(f"{one.product.sku} ({one.gtin})" for one in known)
        warnings.append(
            {"code": "ambiguous", "detail": f"These digits can be read as {names}. Scan a longer code."}
        )
    elif candidates and pack is None:
        warnings.append(
            {"code": "unknown_product", "detail": f"No product has the GTIN {content or candidates[0]}."}
        )
    if code.sscc and not content:
        warnings.append({"code": "unknown_unit", "detail": f"No pallet is booked under {code.sscc}."})
    said: dict[str, Any] = {
        "format": code.format,
        "kind": "item" if candidates else "unit" if code.sscc else "unknown",
        "text": code.text,
        "elements": [
            {"ai": one.ai, "title": one.title, "value": one.value, "text": one.text} for one in code.elements
        ],
        "gtin": pack.gtin if pack else content or (candidates[0] if len(candidates) == 1 else None),
        "production_date": code.production_date,
        "quantity": code.quantity,
        "count": code.count,
        "sscc": code.sscc,
        "serial": code.serial,
        "expiry_date": code.expiry_date,
        "best_before_date": code.best_before_date,
        "lot": code.lot,
        "warnings": warnings,
    }
    if pack is not None:
        said |= _of_pack(pack, code, warnings, actor=actor, warehouse=warehouse)
    return _answer(**said)


def _of_pack(
    pack: PackReference,
    code: ParsedCode,
    warnings: list[dict[str, str]],
    *,
    actor: Actor,
    warehouse: Warehouse | None,
) -> dict[str, Any]:
    product = pack.product
    found: dict[str, Any] = {
        "product": product.sku,
        "product_id": product.id,
        "product_name": product.name,
        "base_unit": product.base_unit,
        "lot_tracked": product.lot_tracked,
        "pack": pack.name,
        "pack_id": pack.id,
        "units_per_pack": pack.units_per_pack,
    }
    lot_id = None
    if code.lot is not None:
        lot = stock.lot_dates(product.id, code.lot)
        if lot is None:
            found["lot_id"] = None
        else:
            lot_id = found["lot_id"] = lot["id"]
            for name, given in (
                ("expiry_date", code.expiry_date),
                ("best_before_date", code.best_before_date),
            ):
                if given and lot[name] and given != lot[name]:
                    warnings.append(
                        {
                            "code": "lot_date_differs",
                            "detail": f"Lot {code.lot} is known with {lot[name]}; the label says {given}.",
                        }
                    )
                found[name] = given or lot[name]
    found["balances"] = _balances(actor, warehouse, product_id=product.id, lot_id=lot_id, lot=code.lot)
    return found


def _balances(
    actor: Actor,
    warehouse: Warehouse | None,
    *,
    product_id: int,
    lot_id: int | None = None,
    lot: str | None = None,
) -> list[dict[str, Any]]:
    if lot is not None and lot_id is None:
        return []
    rows = stock.balances(actor).filter(product_id=product_id)
    if lot_id is not None:
        rows = rows.filter(lot_id=lot_id)
    if warehouse is not None:
        rows = rows.filter(warehouse=warehouse)
    found = list(rows.order_by("lot__last_sale_date", "location__pick_sequence", "id")[:MAX_BALANCES])
    return stock.shown_balances(found)


def _plain(code: ParsedCode, *, actor: Actor, warehouse: Warehouse | None) -> dict[str, Any]:
    text = normalise(code.text)
    if fault_in(text) or not text:
        return _unknown(code.text)
    location = _location(text, actor=actor, warehouse=warehouse)
    if location is not None:
        return _answer(
            kind="place",
            text=text,
            location=location.full_code,
            location_id=location.pk,
            location_kind=location.kind,
            balances=_lying_at(location, actor),
        )
    product = products_by_reference([text]).get(text)
    if product is None:
        return _unknown(text)
    return _answer(
        kind="item",
        text=text,
        product=product.sku,
        product_id=product.id,
        product_name=product.name,
        base_unit=product.base_unit,
        lot_tracked=product.lot_tracked,
        balances=_balances(actor, warehouse, product_id=product.id),
    )


def _unknown(text: str) -> dict[str, Any]:
    detail = f"{text[:60]!r} is no GS1 code, no place and no product here."
    return _answer(text=text, warnings=[{"code": "unknown_code", "detail": detail}])


def _location(text: str, *, actor: Actor, warehouse: Warehouse | None) -> Location | None:
    condition = Q(full_code=text.upper())
    if warehouse is not None:
        condition |= Q(warehouse=warehouse, code=text.upper())
    rows = Location.objects.filter(condition, is_virtual=False, is_active=True)
    if actor.warehouse_ids is not None:
        rows = rows.filter(warehouse__in=actor.warehouse_ids)
    return rows.order_by("id").first()


def _lying_at(location: Location, actor: Actor) -> list[dict[str, Any]]:
    rows = list(
        stock.balances(actor).filter(location=location).order_by("lot__last_sale_date", "id")[:MAX_BALANCES]
    )
    return stock.shown_balances(rows)
