"""The head of a paper's first page: who sends it, what it is, to whom it goes and the facts about it; and its notes."""

from collections.abc import Sequence

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Paragraph

from stillage.documents.barcodes import Symbol
from stillage.documents.content import Paper, Party
from stillage.documents.fonts import Weight
from stillage.documents.frame import inner_width, plain_table
from stillage.documents.pieces import (
    ACCENT,
    INK,
    Cell,
    Rule,
    SymbolMark,
    gap,
    lines,
    quiet,
    strong,
    text,
)
from stillage.documents.words import say

Fact = tuple[str, str]
_FACTS_WIDTH = 78 * mm
_LONG_FACT = 160  # a wave of many orders names them over the whole width, where they may go on over pages
SYMBOL_WIDTH = 100 * mm
SYMBOL_MOST_COLUMNS = 300  # a third of a millimetre each


def letterhead(
    paper: Paper,
    title: str,
    *,
    facts: Sequence[Fact],
    parties: Sequence[tuple[str, Party]] = (),
    symbol: Symbol | None = None,
) -> list[Flowable]:
    """Sender, title and number; below, the parties at the left and the facts at the right."""
    width = inner_width(paper)
    sender: list[Flowable] = [strong(paper.company.name, size=10), *_address_line(paper.company)]
    right: list[Flowable] = []
    if symbol is not None:
        module = min(0.4 * mm, SYMBOL_WIDTH / symbol.columns_with_quiet) if symbol.is_linear else 0.6 * mm
        right = [SymbolMark(symbol, module=module, height=13 * mm)]
    left_width = width - SYMBOL_WIDTH if right else width
    top = plain_table([[sender, right]], [left_width, width - left_width])
    known = [(label, value) for label, value in facts if value and len(value) <= _LONG_FACT]
    long = [(label, value) for label, value in facts if len(value) > _LONG_FACT]
    below = _parties_and_facts(paper, parties, known, width)
    return [
        top,
        gap(6),
        text(title, weight=Weight.HEAVY, size=21, leading=1.15),
        gap(1),
        text(paper.number, weight=Weight.STRONG, size=12, colour=ACCENT),
        gap(3.5),
        Rule(colour=INK, thickness=0.9),
        gap(4),
        below,
        *[piece for label, value in long for piece in (gap(3), quiet(label), text(value, size=9))],
        gap(7),
    ]


def notes(paper: Paper) -> list[Flowable]:
    """What the sender adds in words."""
    if not paper.notes.strip():
        return []
    first, *rest = lines(paper.notes, size=9)
    head = quiet(say("notes", paper.language), weight=Weight.STRONG)
    return [gap(6), KeepTogether([head, gap(1), first]), *rest]


def _address_line(party: Party) -> list[Paragraph]:
    line = "  ·  ".join(filter(None, (part.strip() for part in party.address)))
    return [quiet(line)] if line else []


def _parties_and_facts(
    paper: Paper, parties: Sequence[tuple[str, Party]], facts: Sequence[Fact], width: float
) -> Flowable:
    """Parties at the left, facts at the right; without parties the facts take both sides."""
    if parties:
        cells = [_parties(paper, parties), _facts(facts)]
    else:
        half = (len(facts) + 1) // 2
        cells = [_facts(facts[:half]), _facts(facts[half:])]
    return plain_table([cells], [width - _FACTS_WIDTH, _FACTS_WIDTH])


def _parties(paper: Paper, parties: Sequence[tuple[str, Party]]) -> list[Flowable]:
    out: list[Flowable] = []
    for label, party in parties:
        if out:
            out.append(gap(3.5))
        out += [quiet(label, size=7.5), strong(party.name, size=10.5)]
        out += [text(line, size=9.5) for line in party.address if line.strip()]
        if party.tax_number:
            out.append(quiet(f"{say('tax_number', paper.language)} {party.tax_number}"))
    return out or [gap(0)]


def _facts(facts: Sequence[Fact]) -> list[Flowable]:
    if not facts:
        return [gap(0)]
    rows: list[list[Cell]] = [[[quiet(label)], [text(value, size=9)]] for label, value in facts]
    widths = [30 * mm, _FACTS_WIDTH - 32 * mm]
    return [plain_table(rows, widths, commands=[("BOTTOMPADDING", (0, 0), (-1, -1), 2.2)])]
