"""
SSCCs, the numbers of pallets and other logistic units: built from a serial, checked, taken apart.

Who hands out serials, and that none is given twice, is not decided here: that needs a database.
"""

import re
from typing import Final

from stillage.catalogue.gtin import SSCC_LENGTH, check_digit, is_digits, normalise_sscc
from stillage.core.errors import Refusal

PREFIX_LENGTHS: Final = range(7, 11)
# Extension digit, company prefix and serial together; the check digit comes after them.
_BODY_LENGTH: Final = SSCC_LENGTH - 1
_WRITTEN: Final = re.compile(r"(?:\(00\)|00(?=[0-9]{18}$))?(?P<number>[0-9]*)")


class SsccError(Refusal):
    """Parts that make no SSCC, or a text that is none, and why."""

    code = "sscc"


def build(*, extension_digit: int, company_prefix: str, serial: int) -> str:
    """
    The 18 digits: extension digit, GS1 company prefix, serial filled up with zeros, check digit.

    Refuses: an extension digit that is none, a prefix of other than 7 to 10 digits, a serial too large for it.
    """
    if not 0 <= extension_digit <= 9:
        raise SsccError("The extension digit of an SSCC is one of 0 to 9.", code="bad_extension_digit")
    room = capacity(company_prefix)
    if not 0 <= serial < room:
        detail = (
            f"With the company prefix {company_prefix} a serial is 0 to {room - 1:,}; this one is {serial:,}."
        )
        raise SsccError(detail, code="serial_out_of_range")
    body = f"{extension_digit}{company_prefix}{serial:0{_serial_length(company_prefix)}}"
    return body + check_digit(body)


def capacity(company_prefix: str) -> int:
    """How many serials there are for one extension digit of this prefix."""
    if not is_digits(company_prefix) or len(company_prefix) not in PREFIX_LENGTHS:
        detail = f"A GS1 company prefix has {PREFIX_LENGTHS[0]} to {PREFIX_LENGTHS[-1]} digits."
        raise SsccError(detail, code="bad_company_prefix")
    return int(10 ** _serial_length(company_prefix))


def parse(text: str) -> str:
    """
    The 18 digits of an SSCC as people write it: with blanks, with (00) or 00 in front.

    Refuses (also as `GtinError`): what has not 18 digits, or another check digit than it should.
    """
    written = _WRITTEN.fullmatch("".join(text.split()))
    if written is None:
        raise SsccError("An SSCC has digits only.", code="bad_character")
    return normalise_sscc(written["number"])


def serial_of(sscc: str, *, company_prefix: str) -> int:
    """The serial within an SSCC of our own prefix; an SSCC of another company is refused."""
    number = parse(sscc)
    capacity(company_prefix)
    if not number.startswith(company_prefix, 1):
        detail = f"{number} does not bear the company prefix {company_prefix}."
        raise SsccError(detail, code="other_company_prefix")
    return int(number[1 + len(company_prefix) : _BODY_LENGTH])


def _serial_length(company_prefix: str) -> int:
    return _BODY_LENGTH - 1 - len(company_prefix)
