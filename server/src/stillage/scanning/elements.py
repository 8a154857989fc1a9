"""One element of a GS1 code: its data checked and given a meaning, and which elements go together."""

import datetime as dt
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

from stillage.core.errors import Refusal
from stillage.scanning.ai_table import AiSpec, Component, find
from stillage.scanning.element_values import (
    CHECKS,
    Complaint,
    ElementValue,
    check_characters,
    date_complaint,
    element_value,
)


class ScanError(Refusal):
    """A code that is refused: which rule, what is wrong, at which character (from 0) and in which AI."""

    code = "scan"

    def __init__(self, code: str, detail: str, *, position: int | None = None, ai: str | None = None) -> None:
        super().__init__(detail, code=code)
        self.position = position
        self.ai = ai


@dataclass(frozen=True, slots=True)
class ScanWarning:
    """Something to look at; the code was read all the same."""

    code: str
    detail: str
    ai: str | None = None


@dataclass(frozen=True, slots=True)
class Element:
    """One AI and its data: as printed (`text`) and as meant (`value`)."""

    ai: str
    title: str
    value: ElementValue
    text: str


@dataclass(frozen=True, slots=True)
class Placed:
    """An AI's raw data and where it stands in what was scanned; nothing of it is checked yet."""

    spec: AiSpec
    text: str
    position: int

    def refuse(self, code: str, detail: str, offset: int = 0) -> ScanError:
        """A refusal that names this AI and the character."""
        place = self.position + offset
        words = f"AI {self.spec.ai} ({self.spec.title}), character {place + 1}: {detail}."
        return ScanError(code, words, position=place, ai=self.spec.ai)


def read_element(placed: Placed, *, today: dt.date) -> Element:
    """Check one AI's data against its components, or refuse it."""
    for offset, part, component in _parts(placed):
        complaint = _complaint(part, component, today)
        if complaint:
            raise placed.refuse(complaint.code, complaint.detail, offset + complaint.offset)
    spec = placed.spec
    return Element(spec.ai, spec.title, element_value(spec, placed.text, today=today), placed.text)


def is_element(spec: AiSpec, text: str, *, today: dt.date) -> bool:
    """Whether `text` would be good data for that AI."""
    try:
        read_element(Placed(spec, text, 0), today=today)
    except ScanError:
        return False
    return True


def require_same_when_repeated(all_placed: Iterable[Placed]) -> list[Placed]:
    """Each AI once. The same AI twice must carry the same data, else the code contradicts itself."""
    first: dict[str, Placed] = {}
    for placed in all_placed:
        known = first.setdefault(placed.spec.ai, placed)
        if known.text != placed.text:
            raise placed.refuse("repeated_ai", f"it says {placed.text}, but before it said {known.text}")
    return list(first.values())


def require_associations(
    all_placed: Sequence[Placed], *, alongside: Set[str], today: dt.date, may_have_swallowed: bool
) -> None:
    """
    Refuse elements that lack the ones they need or stand beside ones they exclude.

    `alongside` are the AIs of the same label, this code's own among them. Where the missing AI seems to
    hide in the tail of a variable-length element, the separator was lost, and the refusal says so.
    """
    for placed in all_placed:
        clash = sorted(placed.spec.forbids & alongside)
        if clash:
            raise placed.refuse("broken_association", f"it cannot stand together with AI {', '.join(clash)}")
    for placed in all_placed:
        for line, needed in zip(placed.spec.requires, placed.spec.needs, strict=True):
            if any(all(ais & alongside for ais in group) for group in needed):
                continue
            if may_have_swallowed:
                wanted = frozenset[str]().union(*(ais for group in needed for ais in group))
                _refuse_swallowed(all_placed, wanted, today)
            raise placed.refuse("broken_association", f"it needs {_alternatives(line)}")


def separator_missing(placed: Placed, cut: int, hidden: str) -> ScanError:
    """The refusal for data that seems to run into the next element."""
    detail = (
        f"the separator after it is missing, AI {hidden} seems to follow in the same data; "
        "check that the scanner sends the group separator (GS)"
    )
    return placed.refuse("separator_missing", detail, cut)


def _refuse_swallowed(all_placed: Sequence[Placed], wanted: Set[str], today: dt.date) -> None:
    for placed in all_placed:
        if placed.spec.predefined_length:
            continue
        for cut in range(1, len(placed.text)):
            spec = find(placed.text, cut)
            if (
                spec
                and spec.ai in wanted
                and is_element(spec, placed.text[cut + len(spec.ai) :], today=today)
            ):
                raise separator_missing(placed, cut, spec.ai)


def _parts(placed: Placed) -> list[tuple[int, str, Component]]:
    spec, text = placed.spec, placed.text
    if len(text) < spec.shortest:
        raise placed.refuse("too_short", f"{_wanted(spec)}, the code has {len(text)}")
    if len(text) > spec.longest:
        raise placed.refuse("too_long", f"{_wanted(spec)}, the code has {len(text)}", spec.longest)
    parts, offset = [], 0
    for component in spec.components:
        part = text[offset : offset + component.longest]
        if not part and component.optional:
            break
        if len(part) < component.shortest:
            raise placed.refuse("too_short", "its last part is cut off", offset)
        parts.append((offset, part, component))
        offset += len(part)
    return parts


def _complaint(part: str, component: Component, today: dt.date) -> Complaint | None:
    complaint = check_characters(part, component.alphabet)
    for name in component.checks:
        if complaint:
            break
        if name in ("yymmd0", "yymmdd"):
            complaint = date_complaint(part, day_zero=name == "yymmd0", today=today)
        else:
            complaint = CHECKS[name](part)
    return complaint


def _wanted(spec: AiSpec) -> str:
    if spec.shortest == spec.longest:
        return f"{spec.longest} characters are wanted"
    return f"{spec.shortest} to {spec.longest} characters are wanted"


def _alternatives(line: str) -> str:
    return "AI " + " or ".join(group.replace("+", " with ") for group in line.split(","))
