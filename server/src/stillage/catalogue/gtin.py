"""GTINs, SSCCs and GLNs as numbers: check digits, 14-digit form, UPC-E. No scanning, no database."""

from typing import Final

from stillage.core.errors import Refusal

GTIN_LENGTHS: Final = (8, 12, 13, 14)
SSCC_LENGTH: Final = 18
GLN_LENGTH: Final = 13


class GtinError(Refusal):
    """A number that is no GTIN, SSCC or GLN, and why."""

    code = "gtin"

    def __init__(self, code: str, detail: str, *, position: int | None = None) -> None:
        super().__init__(detail, code=code)
        self.position = position


def is_digits(text: str) -> bool:
    """True for one or more of 0-9; other scripts' digits are not digits in a bar code."""
    return text.isascii() and text.isdigit()


def check_digit(body: str) -> str:
    """The GS1 check digit (modulo 10, weights 3, 1, 3, … from the right) that belongs after `body`."""
    _require_digits(body)
    total = 0
    for place, digit in enumerate(reversed(body)):
        total += int(digit) * (1 if place % 2 else 3)
    return str(-total % 10)


def has_check_digit(number: str) -> bool:
    """Whether the last digit of `number` is the check digit of those before it."""
    return len(number) > 1 and is_digits(number) and check_digit(number[:-1]) == number[-1]


def require_check_digit(number: str) -> None:
    """Refuse a number whose last digit is not its check digit, naming the digit it should be."""
    _require_digits(number)
    want = check_digit(number[:-1])
    if number[-1] != want:
        raise GtinError(
            "check_digit",
            f"The last digit should be {want}, the code has {number[-1]}.",
            position=len(number) - 1,
        )


def normalise_gtin(number: str) -> str:
    """A GTIN-8, -12, -13 or -14 as its 14 digits. Eight digits are read as GTIN-8, never as UPC-E."""
    _require_digits(number)
    if len(number) not in GTIN_LENGTHS:
        raise GtinError("bad_length", f"A GTIN has 8, 12, 13 or 14 digits, this one has {len(number)}.")
    require_check_digit(number)
    return number.zfill(14)


def normalise_sscc(number: str) -> str:
    """An SSCC: 18 digits, the last of them the check digit."""
    return _fixed(number, length=SSCC_LENGTH, name="An SSCC")


def normalise_gln(number: str) -> str:
    """A GLN: 13 digits, the last of them the check digit."""
    return _fixed(number, length=GLN_LENGTH, name="A GLN")


def expand_upc_e(number: str) -> str:
    """
    The 12 digits of the UPC-A that a UPC-E stands for.

    Eight digits are number system, six digits and check digit; the check digit is that of the expanded
    number and is tested there. Seven digits lack the check digit, six the number system (then 0) too.
    """
    _require_digits(number)
    if len(number) not in (6, 7, 8):
        raise GtinError("bad_length", f"A UPC-E has 6, 7 or 8 digits, this one has {len(number)}.")
    system, six = ("0", number) if len(number) == 6 else (number[0], number[1:7])
    if system not in "01":
        raise GtinError(
            "bad_number_system", f"A UPC-E starts with 0 or 1, this one with {system}.", position=0
        )
    body = system + _expand_six(six)
    if len(number) == 8 and number[7] != check_digit(body):
        raise GtinError(
            "check_digit",
            f"The last digit should be {check_digit(body)}, the code has {number[7]}.",
            position=7,
        )
    return body + check_digit(body)


def read_eight_digits(number: str) -> tuple[str, ...]:
    """
    What a bare 8-digit code can be, as 14 digits each: its EAN-8 reading, its UPC-E reading, or both.

    Refused when neither reading has a right check digit. Two answers are a conflict for people to see,
    not for us to settle.
    """
    _require_digits(number)
    if len(number) != 8:
        raise GtinError("bad_length", f"Eight digits are wanted, this code has {len(number)}.")
    readings: list[str] = [number.zfill(14)] if has_check_digit(number) else []
    try:
        readings.append(expand_upc_e(number).zfill(14))
    except GtinError:
        if not readings:
            raise GtinError("check_digit", _neither_reading(number), position=7) from None
    return tuple(dict.fromkeys(readings))


def pack_indicator(gtin: str) -> int:
    """The first of the 14 digits: 0 padding, 1-8 a level of packaging, 9 variable measure."""
    return int(normalise_gtin(gtin)[0])


def _expand_six(six: str) -> str:
    last = six[5]
    if last in "012":
        return six[:2] + last + "0000" + six[2:5]
    if last == "3":
        return six[:3] + "00000" + six[3:5]
    if last == "4":
        return six[:4] + "00000" + six[4]
    return six[:5] + "0000" + last


def _neither_reading(number: str) -> str:
    ean = check_digit(number[:7])
    if number[0] not in "01":
        return f"The last digit should be {ean}, the code has {number[7]}."
    upc = expand_upc_e(number[:7])[-1]
    return f"The last digit should be {ean} (EAN-8) or {upc} (UPC-E), the code has {number[7]}."


def _fixed(number: str, *, length: int, name: str) -> str:
    _require_digits(number)
    if len(number) != length:
        raise GtinError("bad_length", f"{name} has {length} digits, this one has {len(number)}.")
    require_check_digit(number)
    return number


def _require_digits(number: str) -> None:
    if is_digits(number):
        return
    if not number:
        raise GtinError("empty", "There is no number.")
    place = next(i for i, char in enumerate(number) if char not in "0123456789")
    raise GtinError("bad_character", f"Character {place + 1} is not a digit.", position=place)
