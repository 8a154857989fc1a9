"""
GS1 element strings as text: cut into AIs and data at the separators or brackets, and written again.

The data is not checked here; only what is needed to see where one element ends and the next begins.
"""

import datetime as dt
import re
from collections.abc import Sequence, Set
from functools import lru_cache
from typing import Final

from stillage.catalogue.gtin import is_digits
from stillage.scanning.ai_table import AiSpec, find
from stillage.scanning.element_values import ALPHABETS, read_short_date
from stillage.scanning.elements import Placed, ScanError, ScanWarning, is_element, separator_missing

GS: Final = "\x1d"
DEFAULT_SEPARATORS: Final = ("<GS>", "|", "~", "{GS}")
BLANKS: Final = " \t\r\n"
_DATES: Final = frozenset({"11", "12", "13", "15", "16", "17"})


def element_string(elements: Sequence[tuple[str, str]]) -> str:
    """The element string of (AI, data) pairs, with GS exactly where one is needed."""
    words = []
    for number, (ai, text) in enumerate(elements):
        spec = find(ai)
        separator = "" if number == len(elements) - 1 or (spec and spec.predefined_length) else GS
        words.append(ai + text + separator)
    return "".join(words)


def bracketed(elements: Sequence[tuple[str, str]]) -> str:
    """The (AI, data) pairs as people write them: `(01)…(10)…`, a bracket in the data as `\\(`."""
    return "".join(f"({ai})" + text.replace("(", "\\(") for ai, text in elements)


def split_element_string(text: str, base: int, separators: tuple[str, ...], today: dt.date) -> list[Placed]:
    """The AIs and their data. An empty run is a superfluous separator and says nothing."""
    placed: list[Placed] = []
    for run, run_base in _segments(text, base, separators):
        place = 0
        while place < len(run):
            one = _next_element(run, place, run_base, first=not placed)
            _require_not_too_long(one, today)
            _require_no_letters_of_the_next(one, today)
            placed.append(one)
            place += len(one.spec.ai) + len(one.text)
    if not placed:
        raise ScanError("empty", "The code is empty.", position=base)
    return placed


def split_brackets(text: str, base: int) -> list[Placed]:
    """`(01)…(10)…` cut up; `\\(` is a bracket of the data, blanks around data are dropped."""
    starts = [place for place, char in enumerate(text) if char == "(" and text[place - 1 : place] != "\\"]
    return [
        _bracket_element(text[start:end], base + start)
        for start, end in zip(starts, [*starts[1:], len(text)], strict=True)
    ]


def is_checked_key(spec: AiSpec) -> bool:
    """Whether the AI is a key whose check digit can prove it."""
    return any("csum" in component.checks for component in spec.components)


def doubtful_separators(all_placed: Sequence[Placed], today: dt.date) -> tuple[ScanWarning, ...]:
    """A warning for each lot or serial number whose tail looks like a date that lost its separator."""
    present = {placed.spec.ai for placed in all_placed}
    return tuple(
        warning
        for placed in all_placed
        if placed.spec.ai in ("10", "21")
        for warning in _doubtful_separator(placed, present, today)
    )


@lru_cache(maxsize=8)
def _separator_pattern(separators: tuple[str, ...]) -> re.Pattern[str]:
    if any(not word or word.isalnum() for word in separators):
        raise ValueError("a substitute for GS needs at least one character that is no letter or digit")
    return re.compile("|".join(re.escape(word) for word in sorted(separators, key=len, reverse=True)))


def _segments(text: str, base: int, separators: tuple[str, ...]) -> list[tuple[str, int]]:
    """The runs between separators. Where real GS are there, the substitutes are ordinary characters."""
    pattern = re.compile(GS) if GS in text or not separators else _separator_pattern(separators)
    runs, start = [], 0
    for found in pattern.finditer(text):
        runs.append((text[start : found.start()], base + start))
        start = found.end()
    runs.append((text[start:], base + start))
    return runs


def _next_element(run: str, place: int, base: int, *, first: bool) -> Placed:
    spec = find(run, place)
    if spec is None:
        raise _no_ai(run[place : place + 4], base + place, first=first)
    start = place + len(spec.ai)
    end = start + spec.longest if spec.predefined_length else len(run)
    return Placed(spec, run[start:end], base + start)


def _no_ai(here: str, position: int, *, first: bool) -> ScanError:
    if is_digits(here[:2]) and len(here) > 1:
        digits = re.match("[0-9]+", here)
        ai = digits[0] if digits else here
        detail = f"No AI starts with {ai} (character {position + 1})."
        return ScanError("unknown_ai", detail, position=position, ai=ai)
    if first:
        detail = f"A GS1 code starts with an AI, this one with {here[:2]!r} (character {position + 1})."
        return ScanError("unknown_ai", detail, position=position)
    detail = f"After the last element stands {here[:2]!r} (character {position + 1}), which is no AI."
    return ScanError("trailing_data", detail, position=position)


def _require_not_too_long(placed: Placed, today: dt.date) -> None:
    spec, text = placed.spec, placed.text
    if len(text) <= spec.longest:
        return
    if spec.shortest == spec.longest:
        following = find(text, spec.longest)
        if following:
            raise separator_missing(placed, spec.longest, following.ai)
    for cut in range(spec.shortest, spec.longest + 1):
        following = find(text, cut)
        start = cut + len(following.ai) if following else cut
        if following and _is_strong_evidence(following, text[start : start + following.longest], today):
            raise separator_missing(placed, cut, following.ai)
    wanted = f"at most {spec.longest} characters are allowed, the code has {len(text)}"
    raise placed.refuse("too_long", f"{wanted}; a separator may be missing", spec.longest)


def _require_no_letters_of_the_next(placed: Placed, today: dt.date) -> None:
    """A count that runs on into letters, as 37 does into a lot: more likely a lost separator than a typo."""
    spec, text = placed.spec, placed.text
    digits = re.match("[0-9]*", text)
    end = digits.end() if digits else 0
    if spec.predefined_length or spec.components[-1].alphabet != "N" or end == len(text):
        return
    for cut in range(spec.shortest, end):
        following = find(text, cut)
        if following and is_element(following, text[cut + len(following.ai) :], today=today):
            raise separator_missing(placed, cut, following.ai)


def _is_strong_evidence(spec: AiSpec, tail: str, today: dt.date) -> bool:
    """A date or a key with a right check digit: too unlikely to be part of a lot number by chance."""
    if not spec.predefined_length or not (spec.ai in _DATES or is_checked_key(spec)):
        return False
    return is_element(spec, tail, today=today)


def _bracket_element(word: str, position: int) -> Placed:
    ai, closing, data = word[1:].partition(")")
    if not closing or not is_digits(ai):
        wanted = f"At character {position + 1} an AI in brackets is wanted, such as (01)"
        detail = f"{wanted}; write a bracket of the data as \\(."
        raise ScanError("bad_brackets", detail, position=position)
    spec = find(ai)
    if spec is None or spec.ai != ai:
        raise ScanError(
            "unknown_ai", f"AI {ai} (character {position + 2}) does not exist.", position=position + 1, ai=ai
        )
    start = position + len(ai) + 2 + len(data) - len(data.lstrip(BLANKS))
    return Placed(spec, data.strip(BLANKS + GS).replace("\\(", "("), start)


def _doubtful_separator(placed: Placed, present: Set[str], today: dt.date) -> list[ScanWarning]:
    """A lot whose tail reads as a date the code does not otherwise carry: did the scanner drop a GS?"""
    text = placed.text
    for cut in range(1, len(text) - 7):
        spec = find(text, cut)
        if spec is None or spec.ai not in _DATES or spec.ai in present:
            continue
        day = read_short_date(text[cut + 2 : cut + 8], today=today)
        if day and _could_go_on(text[cut + 8 :]):
            detail = (
                f"{spec.title} {day.isoformat()} may be hidden in the end of {placed.spec.title} {text}; "
                f"is it {text[:cut]}? Check the label and the scanner's separator (GS) setting."
            )
            return [ScanWarning("separator_doubtful", detail, placed.spec.ai)]
    return []


def _could_go_on(rest: str) -> bool:
    spec = find(rest)
    if not rest or spec is None:
        return not rest
    data = rest[len(spec.ai) :]
    return bool(data) and all(char in ALPHABETS[spec.components[0].alphabet] for char in data[: spec.longest])
