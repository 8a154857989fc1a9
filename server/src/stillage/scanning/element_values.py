"""
What one part of an element may contain: check digits, dates, numbers in range.

Each check looks at one component's characters and returns a complaint or None. Code lists that age
(countries, currencies, package types, coupons) are checked for their form only.
"""

import calendar
import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Final, NamedTuple

from stillage.catalogue.gtin import check_digit, is_digits
from stillage.scanning.ai_table import AiSpec

ElementValue = str | int | Decimal | dt.date | dt.datetime

DIGITS: Final = "0123456789"
_UPPER: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CSET_82: Final = "!\"%&'()*+,-./" + DIGITS + ":;<=>?" + _UPPER + "_" + _UPPER.lower()
CSET_39: Final = "#-/" + DIGITS + _UPPER
CSET_64: Final = "-" + DIGITS + "=" + _UPPER + "_" + _UPPER.lower()
ALPHABETS: Final[dict[str, frozenset[str]]] = {
    "N": frozenset(DIGITS),
    "X": frozenset(CSET_82),
    "Y": frozenset(CSET_39),
    "Z": frozenset(CSET_64),
}
ALPHABET_NAMES: Final[dict[str, str]] = {
    "N": "only digits",
    "X": "only the 82 characters GS1 allows",
    "Y": "only digits, capital letters and # - /",
    "Z": "only base64url characters",
}
_CSET_32: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_COUNTS: Final = frozenset({"30", "37"})
_TEMPERATURES: Final = frozenset({"4330", "4331", "4332", "4333"})


class Complaint(NamedTuple):
    """Why a component is refused; `offset` counts from its first character."""

    code: str
    detail: str
    offset: int = 0


Check = Callable[[str], Complaint | None]


def read_short_date(text: str, *, today: dt.date) -> dt.date | None:
    """
    YYMMDD as a date, or None when the calendar has no such day. Day 00 is the last day of the month.

    The century is the one that puts the year between 49 years back and 50 years ahead of today's.
    """
    if len(text) != 6 or not is_digits(text):
        return None
    return _date(_full_year(int(text[:2]), today.year), int(text[2:4]), int(text[4:]))


def element_value(spec: AiSpec, text: str, *, today: dt.date) -> ElementValue:
    """The meaning of checked data: a date, a decimal measure, a count, or the text itself."""
    first = spec.components[0].checks
    if spec.ai in _COUNTS:
        return int(text)
    if spec.ai in _TEMPERATURES:
        degrees = Decimal(text[:6]).scaleb(-2)
        return -degrees if text.endswith("-") else degrees
    if spec.decimals is not None:
        return Decimal(text).scaleb(-spec.decimals)
    if first[:1] in (("yymmd0",), ("yymmdd",)) and spec.ai != "7007":
        return _moment(_day(text[:6], today), text[6:])
    if first == ("yyyymmdd",):
        return _moment(dt.date(int(text[:4]), int(text[4:6]), int(text[6:8])), text[8:])
    return text


def _full_year(two_digits: int, this_year: int) -> int:
    difference = two_digits - this_year % 100
    century = this_year - this_year % 100
    if difference >= 51:
        century -= 100
    elif difference <= -50:
        century += 100
    return century + two_digits


def _date(year: int, month: int, day: int) -> dt.date | None:
    if not (1 <= month <= 12 and dt.MINYEAR <= year <= dt.MAXYEAR):
        return None
    last = calendar.monthrange(year, month)[1]
    return dt.date(year, month, day or last) if day <= last else None


def _day(text: str, today: dt.date) -> dt.date:
    day = read_short_date(text, today=today)
    if day is None:  # the checks ran first, so only a leap day in another century comes here
        raise ValueError(f"{text} is no date")
    return day


def _moment(day: dt.date, time: str) -> dt.date | dt.datetime:
    if not time:
        return day
    hour, minute, second = (int(time[place : place + 2] or 0) for place in (0, 2, 4))
    return dt.datetime(day.year, day.month, day.day, hour, minute, second)  # noqa: DTZ001 - labels carry local time


def date_complaint(text: str, *, day_zero: bool, today: dt.date) -> Complaint | None:
    """Why YYMMDD is no date here, saying which part of it is wrong."""
    month, day = int(text[2:4]), int(text[4:6])
    if not 1 <= month <= 12:
        return Complaint("bad_date", f"there is no month {text[2:4]}", 2)
    if day == 0 and not day_zero:
        return Complaint("bad_date", "day 00 is not allowed here", 4)
    if read_short_date(text, today=today) is None:
        return Complaint("bad_date", f"month {text[2:4]} has no day {text[4:6]} in that year", 4)
    return None


def check_characters(text: str, alphabet: str) -> Complaint | None:
    """The first character that is not of the component's alphabet."""
    allowed = ALPHABETS[alphabet]
    for place, char in enumerate(text):
        if char not in allowed:
            return Complaint("bad_character", f"{char!r} is not allowed, {ALPHABET_NAMES[alphabet]}", place)
    if alphabet == "Z" and "=" in text.rstrip("="):
        return Complaint("bad_character", "'=' may only stand at the end", text.index("="))
    return None


def alpha_check_pair(body: str) -> str:
    """The two GS1 check characters of an alphanumeric key: prime weights from the right, modulo 1021."""
    total = sum(CSET_82.index(char) * prime for char, prime in zip(reversed(body), _primes(), strict=False))
    return _CSET_32[total % 1021 >> 5] + _CSET_32[total % 1021 & 31]


def _primes() -> list[int]:
    return [n for n in range(2, 510) if all(n % d for d in range(2, int(n**0.5) + 1))]


def _csum(text: str) -> Complaint | None:
    want = check_digit(text[:-1])
    if text[-1] == want:
        return None
    return Complaint(
        "check_digit", f"the last digit should be {want}, the code has {text[-1]}", len(text) - 1
    )


def _csum_alpha(text: str) -> Complaint | None:
    if len(text) < 3:
        return Complaint("too_short", "its two check characters are missing")
    want = alpha_check_pair(text[:-2])
    if text[-2:] == want:
        return None
    return Complaint("check_digit", f"it should end with {want}, the code has {text[-2:]}", len(text) - 2)


def _iban(text: str) -> Complaint | None:
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[0-9A-Z]+", text):
        return Complaint("bad_value", "this is no IBAN")
    number = "".join(str(int(char, 36)) for char in text[4:] + text[:4])
    return None if int(number) % 97 == 1 else Complaint("check_digit", "the IBAN's check digits are wrong", 2)


def _piece_of_total(text: str) -> Complaint | None:
    good = 1 <= int(text[:2]) <= int(text[2:])
    return None if good else Complaint("bad_value", f"piece {text[:2]} of {text[2:]} cannot be")


def _position_in_sequence(text: str) -> Complaint | None:
    found = re.fullmatch(r"([1-9][0-9]*)/([1-9][0-9]*)", text)
    good = found is not None and int(found[1]) <= int(found[2])
    return None if good else Complaint("bad_value", "a position such as 1/3 is wanted")


def _percent_encoding(text: str) -> Complaint | None:
    for place, char in enumerate(text):
        if char == "%" and not re.fullmatch("[0-9A-Fa-f]{2}", text[place + 1 : place + 3]):
            return Complaint("bad_value", "'%' must be followed by two hexadecimal digits", place)
    return None


def _full_date(text: str) -> Complaint | None:
    good = int(text[6:]) > 0 and _date(int(text[:4]), int(text[4:6]), int(text[6:])) is not None
    return (
        None if good else Complaint("bad_date", f"{text[:4]}-{text[4:6]}-{text[6:]} is not in the calendar")
    )


def _hours_minutes(text: str) -> Complaint | None:
    good = int(text[:2]) < 24 and int(text[2:]) < 60
    return None if good else Complaint("bad_date", f"{text[:2]}:{text[2:]} is not on the clock")


def _prefix_at(offset: int) -> Check:
    def check(text: str) -> Complaint | None:
        if is_digits(text[offset : offset + 4]) and len(text) >= offset + 4:
            return None
        return Complaint("bad_value", "it must start with a company prefix of at least four digits")

    return check


def _at_most(limit: int, what: str) -> Check:
    return lambda text: None if int(text) <= limit else Complaint("bad_value", f"{what} ends at {limit}")


def _one_of(values: str, what: str) -> Check:
    allowed = values.split()
    return lambda text: (
        None if text in allowed else Complaint("bad_value", f"{what} must be one of {', '.join(allowed)}")
    )


def _matches(pattern: str, what: str) -> Check:
    return lambda text: None if re.fullmatch(pattern, text) else Complaint("bad_value", what)


def _form_only(text: str) -> Complaint | None:
    return None


# The dictionary's `yymmd0` and `yymmdd` are not here: they need today's date, see `date_complaint`.
CHECKS: Final[dict[str, Check]] = {
    "csum": _csum,
    "csumalpha": _csum_alpha,
    "gcppos1": _prefix_at(0),
    "gcppos2": _prefix_at(1),
    "hasnondigit": _matches(r".*[^0-9].*", "at least one character must not be a digit"),
    "hh": _at_most(23, "the hour"),
    "hhmi": _hours_minutes,
    "mi": _at_most(59, "the minute"),
    "ss": _at_most(59, "the second"),
    "hyphen": _one_of("-", "the sign"),
    "iban": _iban,
    "importeridx": _matches(r"[-0-9A-Z_a-z]", "the importer index is a letter, a digit, - or _"),
    "iso3166": _matches(r"(?!000|999)[0-9]{3}", "this is no country code"),
    "iso3166999": _matches(r"(?!000)[0-9]{3}", "this is no country code"),
    "iso3166alpha2": _matches(r"[A-Z]{2}", "this is no country code"),
    "iso4217": _matches(r"(?!000)[0-9]{3}", "this is no currency code"),
    "iso5218": _one_of("0 1 2 9", "the code"),
    "latitude": _at_most(1_800_000_000, "the latitude"),
    "longitude": _at_most(3_600_000_000, "the longitude"),
    "mediatype": _matches(r"0[1-9]|10|[89][0-9]", "this is no media type"),
    "nonzero": _matches(r"[0-9]*[1-9][0-9]*", "it must not be zero"),
    "nozeroprefix": _matches(r"[1-9][0-9]*", "it must not start with zero"),
    "packagetype": _matches(r"[0-9A-Z]{1,3}", "this is no package type"),
    "pcenc": _percent_encoding,
    "pieceoftotal": _piece_of_total,
    "posinseqslash": _position_in_sequence,
    "winding": _one_of("0 1 9", "the winding direction"),
    "yesno": _one_of("0 1", "the answer"),
    "yyyymmdd": _full_date,
    "zero": _matches(r"0+", "the first digit must be 0"),
    "couponcode": _form_only,
    "couponposoffer": _form_only,
}
