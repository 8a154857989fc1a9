"""
How papers and labels speak: their fixed words in English and German, quantities, dates, money and weights.

Names, notes and reasons are the users' own words and are never translated.
"""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from stillage.documents.content import Language, Quantity

MINUS: Final = "\u2212"
NARROW: Final = "\u00a0"  # no-break space, so that a figure keeps its unit

_SAID: Final[dict[str, tuple[str, str]]] = {
    # Titles
    "pick_list": ("Pick list", "Kommissionierliste"),
    "packing_list": ("Packing list", "Packliste"),
    "delivery_note": ("Delivery note", "Lieferschein"),
    "credit_note": ("Credit note", "Gutschrift"),
    "order_confirmation": ("Order confirmation", "Auftragsbestätigung"),
    "purchase_order": ("Purchase order", "Bestellung"),
    "purchase_order_draft": ("Purchase order (draft)", "Bestellung (Entwurf)"),
    "supplier_return": ("Return to supplier", "Rücklieferschein"),
    "supplier_return_draft": ("Return to supplier (draft)", "Rücklieferschein (Entwurf)"),
    "recall_letter": ("Product recall", "Produktrückruf"),
    "recall_report": ("Recall report", "Rückrufbericht"),
    "drill_report": ("Recall drill", "Rückrufübung"),
    "discrepancy_note": ("Discrepancy note", "Mängelanzeige"),
    "goods_received": ("Goods received note", "Wareneingangsschein"),
    "goods_received_open": ("Goods received so far", "Wareneingang, Zwischenstand"),
    # Heads
    "received_date": ("Received", "Eingang"),
    "despatch": ("Despatch", "Lieferavis"),
    "purchase": ("Purchase order", "Bestellung"),
    "received_by": ("Received by", "Angenommen von"),
    "difference": ("What was wrong", "Abweichung"),
    "over": ("More than ordered", "Mehr als bestellt"),
    "short": ("Missing", "Fehlt"),
    "damaged": ("Damaged", "Beschädigt"),
    "short_dated": ("Too short-dated", "Zu kurze Restlaufzeit"),
    "not_ordered": ("Not ordered", "Nicht bestellt"),
    "accepted": ("taken", "angenommen"),
    "quarantined": ("set aside", "gesperrt abgestellt"),
    "refused": ("refused", "zurückgewiesen"),
    "missing": ("did not come", "nicht geliefert"),
    "set_aside": ("set aside", "gesperrt abgestellt"),
    "customer": ("Customer", "Kunde"),
    "ship_to": ("Deliver to", "Lieferadresse"),
    "customer_number": ("Customer no.", "Kundennummer"),
    "order": ("Order", "Auftrag"),
    "orders": ("Orders", "Aufträge"),
    "order_date": ("Order date", "Auftragsdatum"),
    "reference": ("Your reference", "Ihr Zeichen"),
    "ship_date": ("Ship date", "Versanddatum"),
    "shipped_date": ("Shipped", "Versandt"),
    "delivery_date": ("Delivery date", "Lieferdatum"),
    "requested_date": ("Requested for", "Gewünscht zum"),
    "carrier": ("Carrier", "Spedition"),
    "warehouse": ("Warehouse", "Lager"),
    "picker": ("Picker", "Bearbeitet von"),
    "date": ("Date", "Datum"),
    "shipment": ("Shipment", "Lieferung"),
    "invoice": ("Invoice", "Rechnung"),
    "return": ("Return", "Retoure"),
    "tax_number": ("VAT no.", "USt-IdNr."),
    "payment": ("Payment", "Zahlung"),
    "notes": ("Notes", "Hinweise"),
    "supplier": ("Supplier", "Lieferant"),
    "supplier_number": ("Supplier no.", "Lieferantennummer"),
    "expected_date": ("Wanted by", "Gewünscht bis"),
    "ordered_by": ("Ordered by", "Bestellt von"),
    "return_date": ("Date of return", "Rücklieferdatum"),
    "delivery": ("Delivery", "Wareneingang"),
    "reason": ("Reason", "Grund"),
    "transfer_note": ("Transfer note", "Umlagerungsschein"),
    "transfer_note_draft": ("Transfer note (draft)", "Umlagerungsschein (Entwurf)"),
    "count_sheet": ("Count sheet", "Zählliste"),
    "from_warehouse": ("From", "Aus"),
    "to_warehouse": ("To", "Nach"),
    "dispatch_date": ("Dispatched", "Abgegangen"),
    "expected_on": ("Expected", "Erwartet"),
    "round": ("Round", "Durchgang"),
    "counted": ("Counted", "Gezählt"),
    "counted_by": ("Counted by, at", "Gezählt von, um"),
    "book_says": ("Book", "Bestand"),
    "write_here": ("What else lies here", "Was hier sonst liegt"),
    "recall": ("Recall", "Rückruf"),
    "opened": ("Begun", "Begonnen"),
    "closed": ("Closed", "Beendet"),
    "outcome": ("Outcome", "Ergebnis"),
    "back_percent": ("Came back", "Zurückgekommen"),
    "customers": ("Customers", "Kunden"),
    "what_happened": ("What happened", "Verlauf"),
    # Columns
    "came_in": ("Came in", "Eingang"),
    "here": ("Here", "Hier"),
    "with_customers": ("With customers", "Bei Kunden"),
    "came_back": ("Came back", "Zurück"),
    "scrapped": ("Scrapped", "Entsorgt"),
    "told": ("Told", "Benachrichtigt"),
    "left_there": ("Left there", "Noch dort"),
    "when": ("When", "Wann"),
    "after_start": ("After", "Nach"),
    "by_whom": ("By", "Von"),
    "your_sku": ("Your no.", "Ihre Nr."),
    "cost": ("Cost", "Preis"),
    "wanted_by": ("by {date}", "bis {date}"),
    "place": ("Place", "Platz"),
    "product": ("Product", "Artikel"),
    "sku": ("SKU", "Art.-Nr."),
    "lot": ("Lot", "Charge"),
    "best_before": ("Best before", "MHD"),
    "expiry": ("Expires", "Verfällt"),
    "lot_and_date": ("Lot · date", "Charge · Datum"),
    "quantity": ("Quantity", "Menge"),
    "ordered": ("Ordered", "Bestellt"),
    "delivered": ("Delivered", "Geliefert"),
    "price": ("Price", "Preis"),
    "discount": ("Discount", "Rabatt"),
    "net": ("Net", "Netto"),
    "tax": ("Tax", "USt."),
    "pallet": ("Pallet", "Palette"),
    "pallets": ("Pallets", "Paletten"),
    "weight": ("Gross weight", "Bruttogewicht"),
    "sscc": ("SSCC", "SSCC"),
    # Sentences and sums
    "total": ("Total", "Gesamt"),
    "total_of": ("Total of {count} lines", "Summe aus {count} Positionen"),
    "total_of_one": ("Total of 1 line", "Summe aus 1 Position"),
    "net_total": ("Net total", "Summe netto"),
    "tax_of": ("Tax {rate} on {net}", "USt. {rate} auf {net}"),
    "tax_total": ("Total tax", "Summe USt."),
    "credited_total": ("Amount credited", "Gutschriftsbetrag"),
    "discount_total": ("Discount included", "Enthaltener Rabatt"),
    "per": ("per {unit}", "je {unit}"),
    "arrives": ("{quantity} on {date}", "{quantity} am {date}"),
    "follows": ("{quantity} follows later, date open", "{quantity} folgt später, Termin offen"),
    "page": ("Page {page} of {pages}", "Seite {page} von {pages}"),
    "received": ("Goods received in full and undamaged", "Ware vollständig und unbeschädigt erhalten"),
    "remarks": ("Remarks", "Bemerkungen"),
    "signature": ("Name and signature", "Name und Unterschrift"),
    "nothing": ("There are no lines.", "Keine Positionen."),
    "nothing_delivered": ("not delivered", "nicht geliefert"),
    "drill_only": (
        "This is an exercise. Nothing is wrong with the goods; nothing has to be done.",
        "Dies ist eine Übung. Die Ware ist in Ordnung; es ist nichts zu tun.",
    ),
    "recall_said": (
        "We are calling back the goods below, which we delivered to you.",
        "Wir rufen die unten genannte Ware zurück, die wir Ihnen geliefert haben.",
    ),
    "recall_do": ("What to do", "Was zu tun ist"),
    "recall_instructions": (
        "Do not sell, serve or drink these goods. Set them apart, count them, and tell us how much is there.",
        "Verkaufen, servieren und trinken Sie diese Ware nicht. Stellen Sie sie beiseite, zählen Sie sie und nennen Sie uns"
        " die Menge.",
    ),
    "recall_answer": (
        "Still there: ______________    Name and signature: ____________________________",
        "Noch vorhanden: ______________    Name und Unterschrift: ____________________________",
    ),
    "does_not_close": ("The sum does not close.", "Die Summe geht nicht auf."),
    # Labels
    "from": ("From", "Von"),
    "to": ("To", "An"),
    "mixed": ("Mixed pallet", "Mischpalette"),
    "count": ("Count", "Anzahl"),
    "gtin": ("GTIN", "GTIN"),
}

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SYMBOLS: Final = {"EUR": "€", "GBP": "£", "USD": "$"}
_GERMAN_UNITS: Final = {
    "bottle": ("Flasche", "Flaschen"),
    "can": ("Dose", "Dosen"),
    "keg": ("Fass", "Fässer"),
    "cask": ("Fass", "Fässer"),
    "unit": ("Stück", "Stück"),
    "case": ("Kiste", "Kisten"),
    "crate": ("Kasten", "Kästen"),
    "box": ("Karton", "Kartons"),
    "carton": ("Karton", "Kartons"),
    "pack": ("Pack", "Packs"),
    "pallet": ("Palette", "Paletten"),
    "layer": ("Lage", "Lagen"),
    "tray": ("Tray", "Trays"),
    "bag": ("Beutel", "Beutel"),
    "pouch": ("Beutel", "Beutel"),
}


def say(key: str, language: Language, **values: object) -> str:
    """A fixed word or sentence, its gaps filled."""
    english, german = _SAID[key]
    return (german if language == "de" else english).format(**values)


def number(value: int | Decimal, language: Language, *, places: int = 0) -> str:
    """1,284 · 1.284; a true minus sign before negative ones."""
    exact = Decimal(value).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    said = f"{abs(exact):,.{places}f}"
    if language == "de":
        said = said.translate(str.maketrans(",.", ".,"))
    return MINUS + said if exact < 0 else said


def amount(decimal: str, language: Language) -> str:
    """A money amount without its currency, with all the places it was given, at least two."""
    exact = Decimal(decimal)
    exponent = exact.as_tuple().exponent
    if not isinstance(exponent, int):
        raise ValueError(f"{decimal!r} is no amount of money")
    return number(exact, language, places=max(2, -exponent))


def money(decimal: str, currency: str, language: Language) -> str:
    """€1,176.00 · 1.176,00 € · CHF 1,176.00."""
    said = amount(decimal, language)
    symbol = _SYMBOLS.get(currency, currency)
    if language == "de":
        return f"{said}{NARROW}{symbol}"
    gap = "" if symbol in _SYMBOLS.values() else NARROW
    return f"{MINUS if said.startswith(MINUS) else ''}{symbol}{gap}{said.removeprefix(MINUS)}"


def percent(decimal: str, language: Language) -> str:
    """19% · 7.7% · 19 %; zeros that say nothing are left out."""
    exact = Decimal(decimal).normalize()
    exponent = exact.as_tuple().exponent
    if not isinstance(exponent, int):
        raise ValueError(f"{decimal!r} is no percentage")
    said = number(exact, language, places=max(0, -exponent))
    return f"{said}{NARROW}%" if language == "de" else f"{said}%"


def date(day: dt.date, language: Language) -> str:
    """3 Dec 2027 · 03.12.2027. The year always stands: papers are kept."""
    if language == "de":
        return f"{day.day:02}.{day.month:02}.{day.year:04}"
    return f"{day.day}{NARROW}{_MONTHS[day.month - 1]}{NARROW}{day.year:04}"


def weight(grams: int, language: Language) -> str:
    """612.5 kg."""
    tenths = Decimal(grams) / 1000
    whole = tenths == tenths.to_integral_value()
    return f"{number(tenths, language, places=0 if whole else 1)}{NARROW}kg"


def unit(name: str, count: int, language: Language) -> str:
    """The word for so many of a unit: bottle, 5 → bottles."""
    one = (name.split() or ["unit"])[0].lower()
    if language == "de":
        return _GERMAN_UNITS.get(one, (name, name))[0 if abs(count) == 1 else 1]
    if abs(count) == 1:
        return one
    return one + ("es" if one.endswith(("x", "s", "ch", "sh")) else "s")


def quantity(said: Quantity, language: Language) -> str:
    """Whole cases first: 14 cases + 5 (341) · 14 cases (336) · 1 case · 5 bottles."""
    units, per_case = abs(said.units), said.units_per_case
    sign = MINUS if said.units < 0 else ""
    if per_case <= 1 or units < per_case:
        return f"{sign}{number(units, language)}{NARROW}{unit(said.base_unit, units, language)}"
    whole, rest = divmod(units, per_case)
    words = f"{sign}{number(whole, language)}{NARROW}{unit(said.case_name or 'case', whole, language)}"
    if whole == 1 and not rest:
        return f"{words} ({number(units, language)})"
    plus = f" + {number(rest, language)}" if rest else ""
    return f"{words}{plus} ({number(units, language)})"
