"""Cells that several papers share: a lot's dates, money columns, the sums below a table."""

import datetime as dt
from collections.abc import Sequence

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Paragraph

from stillage.documents.content import Language, LotQuantity, PackedLine, Paper, Quantity, TaxLine
from stillage.documents.fonts import Weight
from stillage.documents.frame import inner_width, plain_table
from stillage.documents.pieces import INK, QUIET, Cell, quiet, text
from stillage.documents.words import date, money, number, percent, say, unit


def dates(
    best_before_date: dt.date | None, expiry_date: dt.date | None, language: Language
) -> list[Paragraph]:
    """A line for each date that a lot has."""
    return [quiet(said) for said in date_words(best_before_date, expiry_date, language)]


def date_words(
    best_before_date: dt.date | None, expiry_date: dt.date | None, language: Language
) -> list[str]:
    """Best before 31 Mar 2027; expires 30 Jun 2027."""
    known = (("best_before", best_before_date), ("expiry", expiry_date))
    return [f"{say(key, language)} {date(day, language)}" for key, day in known if day is not None]


def lot_words(lot: LotQuantity | PackedLine, language: Language) -> str:
    """Lot L2409 · best before 31 Mar 2027, in one line."""
    said = [f"{say('lot', language)} {lot.lot}"] if lot.lot else []
    return "  ·  ".join([*said, *date_words(lot.best_before_date, lot.expiry_date, language)])


def nothing(paper: Paper) -> Paragraph:
    """Says that a paper has no lines."""
    return quiet(say("nothing", paper.language), size=9)


def units_total(quantities: Sequence[Quantity], language: Language) -> str:
    """341 bottles, 20 kegs: sums over different base units are kept apart, in order of appearance."""
    sums: dict[str, int] = {}
    for one in quantities:
        sums[one.base_unit] = sums.get(one.base_unit, 0) + one.units
    return ", ".join(
        f"{number(total, language)}\u00a0{unit(name, total, language)}" for name, total in sums.items()
    )


def sums(
    paper: Paper,
    *,
    currency: str,
    taxes: Sequence[TaxLine],
    net_total: str,
    tax_total: str,
    total: tuple[str, str],
    before: Sequence[tuple[str, str]] = (),
) -> Flowable:
    """Net, tax by rate, tax together where there are several rates, and the amount that counts."""
    language = paper.language
    said: list[tuple[str, str]] = [
        *before,
        (say("net_total", language), money(net_total, currency, language)),
    ]
    for tax in taxes:
        words = say(
            "tax_of",
            language,
            rate=percent(tax.rate_percent, language),
            net=money(tax.net, currency, language),
        )
        said.append((words, money(tax.tax, currency, language)))
    if len(taxes) != 1:
        said.append((say("tax_total", language), money(tax_total, currency, language)))
    rows: list[list[Cell]] = [
        [[text(label, size=9, colour=QUIET)], [text(value, size=9, align="right")]] for label, value in said
    ]
    label, value = total
    rows.append(
        [
            [text(label, weight=Weight.STRONG, size=11)],
            [text(value, weight=Weight.STRONG, size=11, align="right")],
        ]
    )
    width = inner_width(paper)
    columns = [width - 108 * mm, 66 * mm, 42 * mm]
    block = plain_table(
        [[[], *row] for row in rows],
        columns,
        commands=[
            ("TOPPADDING", (1, 0), (-1, -1), 2.4),
            ("BOTTOMPADDING", (1, 0), (-1, -1), 2.4),
            ("BOTTOMPADDING", (1, -2), (-1, -2), 5),
            ("LINEABOVE", (1, -1), (-1, -1), 0.9, INK),
            ("TOPPADDING", (1, -1), (-1, -1), 5),
        ],
    )
    return KeepTogether([block])
