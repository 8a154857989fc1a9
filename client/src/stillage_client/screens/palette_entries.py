"""What stands in the search: places to go, things found, things to do; as entries, without controls. Pure."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

import flet as ft

from stillage_client import words
from stillage_client.api.search_records import Found, Hit
from stillage_client.components.navigation import Destination
from stillage_client.locale import t
from stillage_client.screens.buying import names as buying
from stillage_client.screens.control import names as control
from stillage_client.screens.selling import names as selling

HELP, THEME = "do:help", "do:theme"
RECENT_KEPT = 8
NEAR_PLACES = 4
MOST_DEEDS = 5

_ICONS = {
    "lot": ft.Icons.TAG_ROUNDED,
    "sales_order": ft.Icons.RECEIPT_LONG_OUTLINED,
    "purchase_order": ft.Icons.SHOPPING_CART_OUTLINED,
    "customer": ft.Icons.STOREFRONT_OUTLINED,
    "supplier": ft.Icons.FACTORY_OUTLINED,
    "place": ft.Icons.SHELVES,
    "receipt": ft.Icons.MOVE_TO_INBOX_OUTLINED,
    "transfer": ft.Icons.SWAP_HORIZ_ROUNDED,
    "shipment": ft.Icons.LOCAL_SHIPPING_OUTLINED,
    "handling_unit": ft.Icons.PALLET,
    "announced_unit": ft.Icons.PALLET,
    "return": ft.Icons.KEYBOARD_RETURN_ROUNDED,
    "supplier_return": ft.Icons.KEYBOARD_RETURN_ROUNDED,
    "pick_list": ft.Icons.SHOPPING_BASKET_OUTLINED,
    "count": ft.Icons.FACT_CHECK_OUTLINED,
    "recall": ft.Icons.CAMPAIGN_OUTLINED,
}
_ROUTES = {
    "sales_order": "/orders/",
    "purchase_order": "/purchases/",
    "customer": "/customers/",
    "supplier": "/suppliers/",
    "place": "/locations/",
    "receipt": "/receive/",
    "transfer": "/transfers/",
    "shipment": "/shipments/",
    "return": "/returns/",
    "supplier_return": "/supplier-returns/",
    "pick_list": "/pick/",
    "count": "/counts/",
    "recall": "/recalls/",
}
_STATUS: dict[str, Callable[[str], str]] = {
    "sales_order": selling.order_status,
    "return": selling.return_status,
    "pick_list": selling.pick_status,
    "purchase_order": buying.purchase_status,
    "receipt": buying.receipt_status,
    "supplier_return": buying.return_status,
    "transfer": control.transfer_status,
    "count": control.count_status,
}


@dataclass(frozen=True)
class Entry:
    """A line of the search. `kind` chooses its picture, `category` that of a product."""

    group: str
    kind: str
    label: str
    detail: str
    path: str
    category: str = ""


def icon_of(kind: str, places: Mapping[str, ft.IconData]) -> ft.IconData:
    """The picture of a kind; places and deeds bring their own."""
    return places.get(kind) or _ICONS.get(kind, ft.Icons.ARROW_FORWARD_ROUNDED)


def group_name(kind: str) -> str:
    return {
        "product": t("Products"),
        "lot": t("Lots"),
        "sales_order": t("Orders"),
        "purchase_order": t("Purchases"),
        "customer": t("Customers"),
        "supplier": t("Suppliers"),
        "place": t("Places"),
        "receipt": t("Deliveries"),
        "transfer": t("Transfers"),
        "shipment": t("Shipments"),
        "handling_unit": t("Pallets"),
        "announced_unit": t("Announced pallets"),
        "return": t("Returns"),
        "supplier_return": t("Returns to suppliers"),
        "pick_list": t("Pick lists"),
        "count": t("Counts"),
        "recall": t("Recalls"),
    }.get(kind, kind.replace("_", " ").capitalize())


def found_entries(found: Found, *, traces: bool) -> list[Entry]:
    """What the server found, in its order."""
    return [
        Entry(
            group_name(group.kind),
            hit.kind,
            hit.label,
            detail_of(hit),
            path_of(hit, traces=traces),
            str(hit.facts.get("category") or ""),
        )
        for group in found.groups
        for hit in group.results
    ]


def path_of(hit: Hit, *, traces: bool) -> str:
    """The screen that shows a thing."""
    if hit.kind == "product":
        return "/products/" + quote(hit.key, safe="")
    if hit.kind == "lot":
        product = quote(str(hit.facts.get("product", "")), safe="")
        return f"/lots/{hit.id}/trace" if traces else f"/products/{product}"
    if hit.kind == "handling_unit":
        return f"/orders?show=all&q={hit.key}"
    if hit.kind == "announced_unit":
        return "/receiving"
    return _ROUTES.get(hit.kind, "/") + quote(hit.key, safe="/" if hit.kind == "place" else "")


def detail_of(hit: Hit, *, today: date | None = None) -> str:
    """What stands beside the name, in the reader's words."""
    facts = hit.facts
    said: list[str] = []
    if hit.kind == "product":
        said = [hit.key, _free(facts), t("Discontinued") if facts.get("status") == "discontinued" else ""]
    elif hit.kind == "lot":
        until = facts.get("last_sale_date")
        left = words.days_left(date.fromisoformat(until), today=today) if until else ""
        gone = "" if facts.get("on_hand") else t("nothing left")
        said = [hit.name, t("On hold") if facts.get("status") == "held" else "", gone or left]
    elif hit.kind in ("customer", "supplier"):
        said = [hit.key, str(facts.get("city") or "")]
    elif hit.kind == "place":
        said = []
    else:
        day = facts.get("date")
        status = str(facts.get("status") or "")
        said = [
            hit.name,
            _STATUS.get(hit.kind, str)(status) if status else "",
            words.day(date.fromisoformat(day), today=today) if day else "",
        ]
    return " · ".join(part for part in said if part)


def _free(facts: Mapping[str, Any]) -> str:
    if "available" not in facts:
        return ""
    per, name = int(facts.get("units_per_case") or 1), str(facts.get("case_name") or "case")
    units, base = int(facts["available"]), str(facts.get("base_unit") or "unit")
    if per > 1 and units >= per:
        said = f"{words.number(units // per)} {words.unit(name, units // per)}"
    else:
        said = words.units(units, base)
    return t("{amount} free", amount=said)


def fits(label: str, text: str) -> bool:
    """Whether each word typed begins a word of the label."""
    parts = label.casefold().replace("-", " ").split()
    return all(any(part.startswith(word) for part in parts) for word in text.casefold().split())


def places(destinations: Iterable[Destination], text: str) -> list[Entry]:
    """The screens one may open whose name fits."""
    return [
        Entry(t("Go to"), "go:" + one.path, one.label, "", one.path)
        for one in destinations
        if text and fits(one.label, text)
    ][:NEAR_PLACES]


def deeds(rights: frozenset[str] | set[str], *, everywhere: bool) -> list[tuple[Entry, ft.IconData]]:
    """What one may begin, with its picture."""
    icons = ft.Icons
    every = [
        ("sales.change", t("New order"), icons.ADD_ROUNDED, "/orders/new"),
        ("receipts.run", t("Receive a delivery"), icons.MOVE_TO_INBOX_OUTLINED, "/receiving"),
        ("stock.move", t("Move stock"), icons.SWAP_HORIZ_ROUNDED, "/scan/move"),
        ("buying.change", t("New purchase"), icons.ADD_SHOPPING_CART_ROUNDED, "/purchases/new"),
        ("transfers.change", t("New transfer"), icons.SYNC_ALT_ROUNDED, "/transfers/new"),
        ("counts.change", t("New count"), icons.FACT_CHECK_OUTLINED, "/counts/new"),
        ("sales.change", t("New return"), icons.KEYBOARD_RETURN_ROUNDED, "/returns/new"),
        ("recalls.run", t("New recall"), icons.CAMPAIGN_OUTLINED, "/recalls/new"),
        ("stock.receive", t("Receive without an order"), icons.ADD_BOX_OUTLINED, "/scan/receive"),
        ("scan.use", t("Look a code up"), icons.QR_CODE_SCANNER_ROUNDED, "/scan/lookup"),
        ("imports.run", t("Import a file"), icons.UPLOAD_FILE_OUTLINED, "/import"),
        ("", t("Switch between light and dark"), icons.DARK_MODE_OUTLINED, THEME),
        ("", t("Keyboard shortcuts"), icons.KEYBOARD_OUTLINED, HELP),
    ]
    return [
        (Entry(t("Do"), "do:" + path, label, "", path), icon)
        for right, label, icon, path in every
        if (not right or right in rights) and (everywhere or path != "/recalls/new")
    ]


def fitting_deeds(all_deeds: Iterable[Entry], text: str) -> list[Entry]:
    """The deeds to show: those whose name fits, all near ones when nothing is typed."""
    shown = [one for one in all_deeds if not text or fits(one.label, text)]
    return shown[:MOST_DEEDS]


def remembered_entries(kept: object) -> list[Entry]:
    """What was opened before, as the browser kept it; it may have kept anything."""
    try:
        rows = json.loads(kept) if isinstance(kept, str) else []
        return [
            Entry(
                t("Opened before"),
                row["kind"],
                row["label"],
                row["detail"],
                row["path"],
                row.get("category", ""),
            )
            for row in rows[:RECENT_KEPT]
            if all(isinstance(row[name], str) for name in ("kind", "label", "detail", "path"))
            and row["path"].startswith("/")
        ]
    except (ValueError, KeyError, TypeError):
        return []


def with_newest(entry: Entry, before: Iterable[Entry]) -> list[Entry]:
    """What was opened, the newest first, each once."""
    return [entry, *(one for one in before if one.path != entry.path)][:RECENT_KEPT]


def as_kept(entries: Iterable[Entry]) -> str:
    """For the browser."""
    return json.dumps([asdict(one) for one in entries])
