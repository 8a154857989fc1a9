"""What somebody typed into the search, taken apart: words, the number of a document, a code on a label. No database."""

import datetime as dt
import re
from dataclasses import dataclass

from stillage.numbering.take import document_number
from stillage.scanning.elements import ScanError
from stillage.scanning.gs1 import GS, parse

MAX_WORDS = 5
SHORTEST = 2
_NUMBER = re.compile(r"([A-Z]{2})-?(\d{0,12})")
_CLAIMS_GS1 = re.compile(r"\]|\(\d{2,4}\)|https?://|\d{18,}")


@dataclass(frozen=True, slots=True)
class Numbers:
    """How a document of a series may be numbered: the one number that is meant, and how others begin."""

    exact: str = ""
    prefix: str = ""

    def __bool__(self) -> bool:
        return bool(self.exact or self.prefix)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question. `gtins`, `lot` and `sscc` are what a label says; then nothing is looked up by words."""

    text: str
    words: tuple[str, ...]
    gtins: tuple[str, ...] = ()
    lot: str | None = None
    sscc: str | None = None
    problem: ScanError | None = None

    @property
    def code(self) -> str:
        """The text as codes are written."""
        return self.text.upper()

    @property
    def is_label(self) -> bool:
        """Whether it was a code with more in it than a GTIN that may also be typed."""
        return bool(self.sscc or (self.gtins and self.lot))

    @property
    def enough(self) -> bool:
        """One letter fits everything."""
        return len(self.text) >= SHORTEST

    def numbers(self, series: str) -> Numbers:
        """What the text may mean in a series: "SO-42", "so42", "42", "SO-0104"."""
        if self.text.isascii() and self.text.isdecimal():
            return (
                Numbers(exact=document_number(series, int(self.text))) if len(self.text) <= 12 else Numbers()
            )
        found = _NUMBER.fullmatch(self.code)
        if found is None or found[1] != series:
            return Numbers()
        digits = found[2]
        exact = document_number(series, int(digits)) if digits and int(digits) else ""
        return Numbers(exact=exact, prefix=f"{series}-{digits}")


def read(text: str, *, today: dt.date) -> Asked:
    """Understand what was typed or scanned into the search. A broken label is looked up as text, and said to be one."""
    plain = text.replace(GS, " ")
    words = tuple(plain.split()[:MAX_WORDS])
    asked = " ".join(plain.split())
    try:
        code = parse(text, today=today)
    except ScanError as error:
        return Asked(asked, words, problem=error if _CLAIMS_GS1.match(text) else None)
    content = code.gtin or code.content_gtin
    gtins = code.gtin_candidates or ((content,) if content else ())
    return Asked(asked, words, gtins=gtins, lot=code.lot, sscc=code.sscc)
