"""Code 128 as code words: the shortest way through subsets B and C, and how ZPL writes it. Draws nothing."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final, Literal

Subset = Literal["B", "C"]

FNC1: Final = "\x1d"  # where the data has GS, the symbol has FNC1
_MODULES_A_WORD: Final = 11
_STOP_MODULES: Final = 13

_ZPL_START: Final[dict[Subset, str]] = {"B": ">:", "C": ">;"}
_ZPL_SWITCH: Final[dict[Subset, str]] = {"B": ">6", "C": ">5"}
_ZPL_FNC1: Final = ">8"
# These three mean something to ZPL; inside a bar code they have spellings of their own.
_ZPL_ESCAPED: Final = {"^": "><", ">": ">0", "~": ">="}


@dataclass(frozen=True, slots=True)
class Word:
    """One code word of data: FNC1, two digits in subset C or one character in subset B."""

    subset: Subset
    text: str


def plan(data: str, *, gs1: bool) -> tuple[Word, ...]:
    """The fewest code words for printable ASCII, GS for FNC1. `gs1` puts FNC1 first."""
    text = FNC1 + data if gs1 else data
    if not text or not all(" " <= char <= "~" or char == FNC1 for char in text):
        raise ValueError("Code 128 is written from printable ASCII and FNC1")
    return _shortest(text)


def modules(words: tuple[Word, ...]) -> int:
    """How many modules wide the symbol is, without quiet zones: start, words, switches, check, stop."""
    switches = sum(left.subset != right.subset for left, right in pairwise(words))
    return (1 + len(words) + switches + 1) * _MODULES_A_WORD + _STOP_MODULES


def zpl(words: tuple[Word, ...]) -> str:
    """The field data for ^BC in mode N: start, switches and FNC1 are spelled out."""
    subset = words[0].subset
    out = [_ZPL_START[subset]]
    for word in words:
        if word.subset != subset:
            subset = word.subset
            out.append(_ZPL_SWITCH[subset])
        out.append(_ZPL_FNC1 if word.text == FNC1 else _ZPL_ESCAPED.get(word.text, word.text))
    return "".join(out)


@lru_cache(maxsize=256)
def _shortest(text: str) -> tuple[Word, ...]:
    """From the end to the start: the cheapest rest in each subset, the price of a switch included."""
    best: dict[Subset, tuple[int, tuple[Word, ...]]] = {"C": (0, ()), "B": (0, ())}
    later = best
    for place in range(len(text) - 1, -1, -1):
        here: dict[Subset, tuple[int, tuple[Word, ...]]] = {}
        pair = text[place : place + 2]
        # Subset C comes first, so that it wins where both cost the same: GS1 symbols begin with it.
        if text[place] == FNC1:
            here["C"] = _cheapest(best, "C", FNC1)
        elif len(pair) == 2 and pair.isdigit():
            here["C"] = _cheapest(later, "C", pair)
        here["B"] = _cheapest(best, "B", text[place])
        best, later = here, best
    return min(best.values(), key=lambda way: way[0])[1]


def _cheapest(
    rest: dict[Subset, tuple[int, tuple[Word, ...]]], subset: Subset, text: str
) -> tuple[int, tuple[Word, ...]]:
    price, words = min(
        ((cost + (bool(words) and words[0].subset != subset), words) for cost, words in rest.values()),
        key=lambda way: way[0],
    )
    return price + 1, (Word(subset, text), *words)
