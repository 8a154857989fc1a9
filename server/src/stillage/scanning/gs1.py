"""
Reads what a scanner, a camera or a person enters, strictly: GS1 element strings, Digital Links, GTINs, SSCCs.

Pure: no database, no clock (today is passed in). What a code means in this warehouse is `resolve.py`'s work.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeVar

from stillage.catalogue.gtin import (
    GTIN_LENGTHS,
    SSCC_LENGTH,
    GtinError,
    expand_upc_e,
    has_check_digit,
    is_digits,
    normalise_gtin,
    normalise_sscc,
    read_eight_digits,
)
from stillage.scanning.ai_table import find
from stillage.scanning.digital_link import is_web_address, read_link
from stillage.scanning.element_strings import (
    BLANKS,
    DEFAULT_SEPARATORS,
    GS,
    bracketed,
    doubtful_separators,
    element_string,
    is_checked_key,
    split_brackets,
    split_element_string,
)
from stillage.scanning.elements import (
    Element,
    Placed,
    ScanError,
    ScanWarning,
    read_element,
    require_associations,
    require_same_when_repeated,
)

__all__ = ["DEFAULT_SEPARATORS", "GS", "MAX_LENGTH", "Element", "ParsedCode", "ScanError", "ScanWarning"]
__all__ += ["bracketed", "element_string", "parse", "parse_label"]

MAX_LENGTH: Final = 512

# The identifiers with which a reader says that a symbol carries GS1 element strings.
GS1_SYMBOLOGIES: Final = frozenset({"]C1", "]d2", "]Q3", "]J1", "]e0"})
EAN_UPC: Final = "]E0"
EAN_8: Final = "]E4"

Format = Literal["gs1_element_string", "gs1_digital_link", "gtin", "sscc", "plain"]
_IDENTIFIER: Final = re.compile(r"\][A-Za-z][0-9A-Za-z]")
# Of these three a raw code that fails only its check digit is still refused as GS1, not looked up as text.
_LEADING_KEYS: Final = frozenset({"00", "01", "02"})
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class ParsedCode:
    """What a code says. `text` is what was scanned, without identifier and line end."""

    format: Format
    text: str
    symbology_id: str | None = None
    elements: tuple[Element, ...] = ()
    gtin: str | None = None
    gtin_candidates: tuple[str, ...] = ()
    content_gtin: str | None = None
    lot: str | None = None
    serial: str | None = None
    expiry_date: dt.date | None = None
    expiry_at: dt.datetime | None = None
    best_before_date: dt.date | None = None
    sell_by_date: dt.date | None = None
    production_date: dt.date | None = None
    packaging_date: dt.date | None = None
    quantity: int | None = None
    count: int | None = None
    sscc: str | None = None
    gln: str | None = None
    gln_extension: str | None = None
    warnings: tuple[ScanWarning, ...] = ()

    def element(self, ai: str) -> Element | None:
        """The element with that AI."""
        return next((element for element in self.elements if element.ai == ai), None)


@dataclass(frozen=True, slots=True)
class _Reading:
    """A code taken apart. `placed` waits for the judgement of its associations."""

    code: ParsedCode
    placed: tuple[Placed, ...] = ()
    raw: bool = False


def parse(
    data: str,
    *,
    today: dt.date,
    symbology_id: str | None = None,
    separators: Sequence[str] = DEFAULT_SEPARATORS,
) -> ParsedCode:
    """
    Read one code, or refuse it with a `ScanError` that says what is wrong and where.

    Text that neither is nor claims to be GS1 comes back as `plain`, to be looked up among places and SKUs.
    """
    reading = _read(data, today, symbology_id, separators)
    return _judge(reading, {placed.spec.ai for placed in reading.placed}, today)


def parse_label(
    codes: Sequence[tuple[str, str | None]],
    *,
    today: dt.date,
    separators: Sequence[str] = DEFAULT_SEPARATORS,
) -> list[ParsedCode | ScanError]:
    """
    Read the codes (data, symbology identifier) of one label; what one of them needs, another may carry.

    A logistic label often prints 02, 37 and the lot in one symbol and the SSCC in the next. When the codes
    contradict each other they are not of one item, and each is judged alone.
    """
    readings: list[_Reading | ScanError] = []
    for data, symbology_id in codes:
        try:
            readings.append(_read(data, today, symbology_id, separators))
        except ScanError as error:
            readings.append(error)
    together = _label_ais(readings)
    return [
        reading if isinstance(reading, ScanError) else _judged_or_refused(reading, together, today)
        for reading in readings
    ]


# --- From text to elements -------------------------------------------------------------------------


def _read(data: str, today: dt.date, symbology_id: str | None, separators: Sequence[str]) -> _Reading:
    if len(data) > MAX_LENGTH:
        raise ScanError("too_long", f"A code has at most {MAX_LENGTH} characters, this one has {len(data)}.")
    text = data.lstrip(BLANKS)
    base = len(data) - len(text)
    identifier = _checked_identifier(symbology_id)
    if _IDENTIFIER.match(text):
        if identifier and identifier != text[:3]:
            detail = f"The reader says {identifier}, but the data starts with {text[:3]}."
            raise ScanError("symbology_conflict", detail, position=base)
        identifier, text, base = text[:3], text[3:], base + 3
    text = text.rstrip(BLANKS)
    if not text.strip(GS):
        raise ScanError("empty", "The code is empty.", position=base)
    return _taken_apart(text, base, today, identifier, tuple(separators))


def _checked_identifier(symbology_id: str | None) -> str | None:
    if not symbology_id:
        return None
    identifier = symbology_id if symbology_id.startswith("]") else "]" + symbology_id
    if not _IDENTIFIER.fullmatch(identifier):
        raise ScanError("bad_symbology_id", "A symbology identifier is three characters, such as ]C1.")
    return identifier


def _taken_apart(
    text: str, base: int, today: dt.date, identifier: str | None, separators: tuple[str, ...]
) -> _Reading:
    if identifier in GS1_SYMBOLOGIES:
        placed = split_element_string(text, base, separators, today)
        return _gs1_reading("gs1_element_string", text, identifier, placed, today, raw=True)
    if text.startswith("(") and is_digits(text[1:2]):
        return _gs1_reading("gs1_element_string", text, identifier, split_brackets(text, base), today)
    if is_web_address(text):
        link = read_link(text, base=base)
        if link is not None:
            return _gs1_reading("gs1_digital_link", text, identifier, link, today)
    number = _number(text, base, identifier)
    if number is not None:
        return _Reading(number)
    if identifier is None:
        found = _raw_element_string(text, base, separators, today)
        return found or _Reading(_plain(text, base, None))
    plain = _plain(text, base, identifier)
    if _silent_raw(text, base, separators, today):
        detail = (
            "This reads like a GS1 code, but the symbol does not say that it is one, so it is plain text."
        )
        plain = replace(plain, warnings=(ScanWarning("not_gs1_symbol", detail),))
    return _Reading(plain)


def _gs1_reading(
    kind: Format,
    text: str,
    identifier: str | None,
    placed: list[Placed],
    today: dt.date,
    *,
    raw: bool = False,
) -> _Reading:
    once = require_same_when_repeated(placed)
    elements = tuple(read_element(one, today=today) for one in once)
    code = _summary(ParsedCode(format=kind, text=text, symbology_id=identifier, elements=elements))
    if raw:
        code = replace(code, warnings=code.warnings + doubtful_separators(once, today))
    return _Reading(code, tuple(once), raw)


def _raw_element_string(text: str, base: int, separators: tuple[str, ...], today: dt.date) -> _Reading | None:
    """
    An element string that nothing announces: recognised when it is right, refused when it is almost right.

    It counts as announced when it has a GS in it, or starts with a key whose check digit is right. Without
    that it must be right in every respect, hold such a key, and be longer than a GTIN.
    """
    announced = GS in text or _starts_with_sound_key(text)
    if not announced and len(text) <= max(GTIN_LENGTHS):
        return None
    try:
        placed = split_element_string(text, base, separators, today)
        reading = _gs1_reading("gs1_element_string", text, None, placed, today, raw=True)
        if announced:
            return reading
        _judge(reading, {one.spec.ai for one in reading.placed}, today)
        return reading if any(is_checked_key(one.spec) for one in reading.placed) else None
    except ScanError as error:
        if announced or (error.code == "check_digit" and find(text) and text[:2] in _LEADING_KEYS):
            raise
        return None


def _silent_raw(text: str, base: int, separators: tuple[str, ...], today: dt.date) -> bool:
    try:
        return _raw_element_string(text, base, separators, today) is not None
    except ScanError:
        return False


def _starts_with_sound_key(text: str) -> bool:
    spec = find(text)
    if spec is None or not is_checked_key(spec):
        return False
    start = len(spec.ai)
    for component in spec.components:
        part = text[start : start + component.longest]
        if "csum" in component.checks:
            return len(part) == component.longest and has_check_digit(part)
        start += component.longest
    return False


# --- Numbers and plain text ------------------------------------------------------------------------


def _number(text: str, base: int, identifier: str | None) -> ParsedCode | None:
    """A bare GTIN or SSCC, or None where the text is neither in length nor by its symbol."""
    retail = identifier in (EAN_UPC, EAN_8)
    if not retail and not (is_digits(text) and len(text) in (*GTIN_LENGTHS, SSCC_LENGTH)):
        return None
    try:
        if len(text) == SSCC_LENGTH and not retail:
            return ParsedCode(format="sscc", text=text, symbology_id=identifier, sscc=normalise_sscc(text))
        readings = _gtin_readings(text, identifier)
    except GtinError as error:
        position = None if error.position is None else base + error.position
        raise ScanError(error.code, error.detail, position=position) from None
    code = ParsedCode(format="gtin", text=text, symbology_id=identifier, gtin=readings[0])
    if len(readings) == 1:
        return code
    detail = f"As EAN-8 this is {readings[0]}, as UPC-E it is {readings[1]}; the reader did not say which."
    return replace(
        code, gtin=None, gtin_candidates=readings, warnings=(ScanWarning("ambiguous_gtin", detail),)
    )


def _gtin_readings(text: str, identifier: str | None) -> tuple[str, ...]:
    if identifier == EAN_8 and len(text) != 8:
        raise GtinError("bad_length", f"An EAN-8 has 8 digits, this code has {len(text)} characters.")
    if identifier == EAN_UPC and len(text) not in (8, 12, 13):
        raise GtinError(
            "bad_length", f"An EAN-13, UPC-A or UPC-E has 13, 12 or 8 digits, this code {len(text)}."
        )
    if len(text) != 8 or identifier == EAN_8:
        return (normalise_gtin(text),)
    if identifier == EAN_UPC:
        return (expand_upc_e(text).zfill(14),)
    return read_eight_digits(text)


def _plain(text: str, base: int, identifier: str | None) -> ParsedCode:
    for place, char in enumerate(text):
        if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            detail = f"Character {base + place + 1} (U+{ord(char):04X}) cannot be part of a code."
            raise ScanError("bad_character", detail, position=base + place)
    return ParsedCode(format="plain", text=text, symbology_id=identifier)


# --- From elements to a judgement ------------------------------------------------------------------


def _judge(reading: _Reading, alongside: Set[str], today: dt.date) -> ParsedCode:
    require_associations(reading.placed, alongside=alongside, today=today, may_have_swallowed=reading.raw)
    return reading.code


def _judged_or_refused(reading: _Reading, together: Set[str], today: dt.date) -> ParsedCode | ScanError:
    own = {placed.spec.ai for placed in reading.placed}
    try:
        return _judge(reading, own | together, today)
    except ScanError as error:
        return error


def _label_ais(readings: Sequence[_Reading | ScanError]) -> Set[str]:
    everything = [one for reading in readings if isinstance(reading, _Reading) for one in reading.placed]
    try:
        return {one.spec.ai for one in require_same_when_repeated(everything)}
    except ScanError:
        return frozenset()


def _summary(code: ParsedCode) -> ParsedCode:
    values = {element.ai: element.value for element in code.elements}
    expiry_at = _typed(values.get("7003"), dt.datetime)
    expiry_date = _typed(values.get("17"), dt.date)
    warnings: tuple[ScanWarning, ...] = ()
    if expiry_at and expiry_date and expiry_at.date() != expiry_date:
        detail = f"AI 17 says {expiry_date.isoformat()}, AI 7003 says {expiry_at.date().isoformat()}."
        warnings = (ScanWarning("dates_disagree", detail, "7003"),)
    return replace(
        code,
        gtin=_typed(values.get("01"), str),
        content_gtin=_typed(values.get("02"), str),
        lot=_typed(values.get("10"), str),
        serial=_typed(values.get("21"), str),
        expiry_date=expiry_date or (expiry_at.date() if expiry_at else None),
        expiry_at=expiry_at,
        best_before_date=_typed(values.get("15"), dt.date),
        sell_by_date=_typed(values.get("16"), dt.date),
        production_date=_typed(values.get("11"), dt.date),
        packaging_date=_typed(values.get("13"), dt.date),
        quantity=_typed(values.get("30"), int),
        count=_typed(values.get("37"), int),
        sscc=_typed(values.get("00"), str),
        gln=_typed(values.get("414"), str),
        gln_extension=_typed(values.get("254"), str),
        warnings=warnings,
    )


def _typed(value: object, wanted: type[_T]) -> _T | None:
    return value if isinstance(value, wanted) else None
