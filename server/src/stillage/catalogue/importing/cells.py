"""From the text of a cell to a value, or what is wrong with it. Pure."""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from stillage.catalogue.gtin import GtinError
from stillage.catalogue.rules import code_fault, packed_gtin
from stillage.core import text as rules

Reader = Callable[[str], Any]
RISKY: Final = ("=", "+", "-", "@", "\t", "\r", "'")
ERROR_VALUES: Final = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"})
_INTEGER = re.compile(r"[+-]?\d{1,15}(?:[.,]0{1,6})?\Z", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d{1,15}(?:[.,]\d{1,12})?\Z", re.ASCII)
YES: Final = frozenset({"true", "yes", "y", "1", "x", "ja", "j", "wahr", "a", "active", "aktiv"})
NO: Final = frozenset({"false", "no", "n", "0", "nein", "falsch", "i", "inactive", "inaktiv"})


class BadCell(ValueError):
    """A cell that cannot be taken: a code and what to do about it."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


class DoubtfulCell(Exception):
    """A cell that was taken, but not as it stands: a code, what was done, and the value taken (None: none)."""

    def __init__(self, code: str, detail: str, value: Any = None) -> None:
        super().__init__(detail)
        self.code, self.detail, self.value = code, detail, value


def neutralised(value: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe before what could begin one."""
    return f"'{value}" if value.startswith(RISKY) else value


def restored(value: str) -> str:
    """What `neutralised` was given."""
    return value[1:] if value[:1] == "'" and value[1:].startswith(RISKY) else value


def text(max_length: int) -> Reader:
    def read(cell: str) -> str:
        fault = rules.fault_in(cell)
        if fault:
            raise BadCell("bad_character", f"This text {fault}.")
        value = rules.normalise(cell)
        if len(value) > max_length:
            raise BadCell("max_length", f"At most {max_length} characters; this has {len(value)}.")
        if value in ERROR_VALUES:
            raise BadCell("error_value", "The spreadsheet shows an error here; mend it there.")
        if "\ufffd" in value:
            detail = (
                "Some letters were lost before this file came here (they read as \ufffd); taken as it stands."
            )
            raise DoubtfulCell("damaged_text", detail, value)
        return value

    return read


def code(max_length: int = 40) -> Reader:
    plain = text(max_length)

    def read(cell: str) -> str:
        try:
            value = plain(cell)
        except DoubtfulCell as doubt:
            raise BadCell(doubt.code, "Letters of this code were lost before the file came here.") from None
        fault = code_fault(value)
        if fault:
            raise BadCell("bad_code", fault)
        return str(value)

    return read


def integer(low: int, high: int, *, zero_is_none: bool = False) -> Reader:
    def read(cell: str) -> int:
        if not _INTEGER.match(cell):
            raise BadCell("not_a_number", "A whole number is wanted here.")
        value = int(re.split("[.,]", cell)[0])
        if value == 0 and zero_is_none and low > 0:
            raise DoubtfulCell("zero_left_blank", "0 was read as: not known.")
        if not low <= value <= high:
            raise BadCell("out_of_range", f"The number must lie between {low} and {high}.")
        return value

    return read


def decimal(low: Decimal, high: Decimal, *, places: int, divided_by: int = 1) -> Reader:
    def read(cell: str) -> Decimal:
        plain = cell.removesuffix("%").strip()
        if not _DECIMAL.match(plain):
            raise BadCell("not_a_number", "A number is wanted here, such as 5.2.")
        try:
            value = Decimal(plain.replace(",", ".")) / divided_by
        except InvalidOperation:
            raise BadCell("not_a_number", "A number is wanted here, such as 5.2.") from None
        if not low <= value <= high:
            raise BadCell(
                "out_of_range", f"The number must lie between {low * divided_by} and {high * divided_by}."
            )
        rounded = value.quantize(Decimal(1).scaleb(-places))
        if rounded != value:
            raise BadCell("too_precise", f"At most {places} places after the point.")
        return rounded

    return read


_DAY = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00)?)?\Z|(\d{1,2})\.(\d{1,2})\.(\d{4})\Z", re.ASCII
)


def day(cell: str) -> dt.date:
    """A date as 2026-11-22 or 22.11.2026. With slashes nobody can tell day from month, so those are refused."""
    match = _DAY.match(cell.strip())
    if match is None:
        raise BadCell("not_a_date", "A date such as 2026-11-22 or 22.11.2026 is wanted here.")
    parts = [int(part) for part in match.groups() if part is not None]
    year, month, number = parts if match[1] else reversed(parts)
    try:
        value = dt.date(year, month, number)
    except ValueError:
        raise BadCell("not_a_date", "There is no such day.") from None
    if not 1970 <= year <= 2199:
        raise BadCell("out_of_range", "The year must lie between 1970 and 2199.")
    return value


def boolean(cell: str) -> bool:
    word = rules.key(cell)
    if word in YES:
        return True
    if word in NO:
        return False
    raise BadCell("not_yes_or_no", "Yes or no is wanted here.")


def choice(values: dict[str, tuple[str, ...]]) -> Reader:
    """One of some words; each has synonyms."""
    known = {rules.key(word): value for value, words in values.items() for word in (value, *words)}

    def read(cell: str) -> str:
        value = known.get(rules.key(cell))
        if value is None:
            raise BadCell("unknown_choice", f"One of {', '.join(values)} is wanted here.")
        return value

    return read


def email(cell: str) -> str:
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    value = text(254)(cell)
    try:
        validate_email(value)
    except ValidationError:
        raise BadCell("bad_email", "An address such as someone@example.org is wanted here.") from None
    return str(value)


def gtin(cell: str) -> str:
    """A GTIN; leading zeros that a spreadsheet took away are put back, and that is said.

    Zeros in front change no check digit, so a number whose check digit is right has one reading only.
    """
    digits = cell.replace(" ", "").replace("-", "").removesuffix(".0")
    if re.match(r"\d(?:[.,]\d+)?[eE]\+?\d+\Z", digits):
        raise BadCell("digits_lost", "A spreadsheet rounded this number away; format the column as text.")
    short = digits.isascii() and digits.isdigit() and len(digits) in (9, 10, 11)
    try:
        value = packed_gtin(digits.zfill(12) if short else digits)
    except GtinError as error:
        raise BadCell(error.code, error.detail) from None
    if short:
        detail = f"Leading zeros were missing and were put back: {value}."
        raise DoubtfulCell("zeros_restored", detail, value)
    return value
