"""What is typed into an order's entry line: how many of what. Pure: no lookup, no controls."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

PACKS_MAX = 99_999
_TIMES = r"\s*[x×*]\s*"
_PACK_WORDS = {
    "case": "case", "cases": "case", "kiste": "case", "kisten": "case", "cs": "case",
    "bottle": "base", "bottles": "base", "flasche": "base", "flaschen": "base",
    "can": "base", "cans": "base", "dose": "base", "dosen": "base",
    "keg": "base", "kegs": "base", "fass": "base", "fässer": "base",
    "pallet": "pallet", "pallets": "pallet", "palette": "pallet", "paletten": "pallet",
    "layer": "layer", "layers": "layer", "lage": "layer", "lagen": "layer",
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """So many of a code or of words to search for. Without a number one is meant, and none was said."""

    wanted: str
    packs: int | None = None
    pack: str = ""  # case, base, pallet, layer; empty when it was not said

    @property
    def count(self) -> int:
        return self.packs if self.packs is not None else 1


def read_entry(written: str) -> Entry | None:
    """12 x HPA-330 · 12x 05060… · HPA-330 x 12 · 12 cases HPA-330 · 5 bottles of cider · pale ale; None when empty.

    A number alone is a code, and so is one that a code's length follows: only x, × or a pack's name makes it a count.
    """
    said = " ".join(written.split())
    if not said:
        return None
    if match := re.fullmatch(rf"(\d{{1,5}}){_TIMES}(\S.*)", said, re.IGNORECASE):
        return _counted(match[1], match[2])
    if match := re.fullmatch(r"(\S.*?)\s+[x×*]\s*(\d{1,5})", said, re.IGNORECASE):
        return _counted(match[2], match[1])
    if match := re.fullmatch(r"(\d{1,5})\s+([^\W\d_]+)\s+(?:of\s+|von\s+)?(\S.*)", said, re.IGNORECASE):
        pack = _PACK_WORDS.get(match[2].lower())
        if pack is not None:
            return _counted(match[1], match[3], pack)
    return Entry(said)


def _counted(number: str, wanted: str, pack: str = "") -> Entry | None:
    packs = int(number)
    if not pack:
        first, _, rest = wanted.partition(" ")
        named = _PACK_WORDS.get(first.lower())
        if named is not None and rest.strip():
            pack, wanted = named, re.sub(r"^(?:of|von)\s+", "", rest.strip(), flags=re.IGNORECASE)
    return Entry(wanted.strip(), packs, pack) if packs > 0 else None


def is_code(wanted: str) -> bool:
    """Digits enough for a GTIN: asked of the scanner's tables, not of the search."""
    return wanted.isdigit() and len(wanted) in (8, 12, 13, 14)


def read_decimal(written: str, *, places: int, most: Decimal) -> str | None:
    """A price or a percentage as the server takes it, from 12,50 or 12.50; None when it is neither or too large."""
    said = written.strip().replace(" ", "").removesuffix("%").removeprefix("€").removesuffix("€").strip()
    if not said:
        return ""
    if "," in said and "." in said:  # the last of the two is the decimal sign
        said = said.replace("." if said.rfind(",") > said.rfind(".") else ",", "")
    if not re.fullmatch(r"\d{1,9}(?:[.,]\d+)?", said):
        return None
    try:
        value = Decimal(said.replace(",", "."))
    except InvalidOperation:
        return None
    if value > most or value != round(value, places):
        return None
    return str(value)
