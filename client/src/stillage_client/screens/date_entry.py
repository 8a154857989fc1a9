"""A date as it is printed on a case, typed in: many ways of writing it, one meaning. Pure."""

import calendar
import re
from datetime import date


def read_date(written: str) -> date | None:
    """2027-03-01, 1.3.2027, 01/03/27, 010327, 03/2027 (the end of that month); None when it is no date."""
    given = written.strip()
    if match := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", given):
        return _date(int(match[1]), int(match[2]), int(match[3]))
    if match := re.fullmatch(r"(\d{1,2})[./ -](\d{1,2})[./ -](\d{2}|\d{4})", given):
        return _date(_year(match[3]), int(match[2]), int(match[1]))
    if match := re.fullmatch(r"(\d{2})(\d{2})(\d{2}|\d{4})", given):
        return _date(_year(match[3]), int(match[2]), int(match[1]))
    if match := re.fullmatch(r"(\d{1,2})[./ -](\d{4})", given):
        year, month = int(match[2]), int(match[1])
        return _date(year, month, calendar.monthrange(year, month)[1]) if 1 <= month <= 12 else None
    return None


def _year(digits: str) -> int:
    return int(digits) + 2000 if len(digits) == 2 else int(digits)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
