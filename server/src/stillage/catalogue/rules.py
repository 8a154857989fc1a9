"""What a SKU, a code, a GTIN and a pack may be. Pure; the endpoints and the imports both ask here."""

from typing import Final

from stillage.catalogue.gtin import GtinError, normalise_gtin

MAX_DAYS: Final = 36_500
MAX_UNITS: Final = 1_000_000
MAX_MILLILITRES: Final = 10_000_000
MAX_PACKS: Final = 20
RESERVED_PREFIX: Final = "STL-"


def code_fault(value: str) -> str | None:
    """What is wrong with a SKU or a code, or None. A slash would end it in an address."""
    if "/" in value:
        return "A code may not contain a slash."
    if value.upper().startswith(RESERVED_PREFIX):
        return f"{RESERVED_PREFIX} begins command codes."
    return None


def pack_name_fault(value: str) -> str | None:
    """What is wrong with a pack's name, or None. Colon and semicolon part packs in a file."""
    return "A pack's name may contain neither : nor ;." if ":" in value or ";" in value else None


def packed_gtin(value: str) -> str:
    """The 14 digits of a GTIN as people type it, with spaces or dashes. Raises GtinError."""
    gtin = normalise_gtin(value.replace(" ", "").replace("-", ""))
    if not gtin.strip("0"):
        raise GtinError("zero_gtin", "Nothing but zeros is no GTIN; leave it empty.")
    return gtin
