"""The transfer note and the count sheet, read back: every line, nothing outside the margins, and no amount where blind."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from stillage.documents import papers
from stillage.documents.content import CountSheet, LotQuantity, SheetLine, TransferNote, TravellingLine
from tests.rules import documents_samples as samples
from tests.rules.documents_reading import bare, boxes, page_texts, sizes_mm
from tests.rules.test_documents_papers import overlapping

DAY = dt.date(2027, 3, 31)


def transfer_note(count: int = 4, **more: Any) -> TransferNote:
    return TransferNote(
        **{
            "number": "TR-000042",
            "company": samples.COMPANY,
            "notes": "Two pallets, stacked.",
            "from_warehouse": "MAIN Main warehouse",
            "to_warehouse": "NORTH The north, behind the brewery",
            "dispatch_date": DAY,
            "expected_date": DAY + dt.timedelta(days=1),
            "carrier": "Smith & Sons",
            "lines": tuple(
                TravellingLine(
                    sku=samples.sku(n),
                    name=samples.NAMES[n % len(samples.NAMES)],
                    lot=LotQuantity(
                        lot=samples.lot(n),
                        quantity=samples.amount_of(n),
                        best_before_date=DAY + dt.timedelta(days=n),
                    ),
                    place=f"A-{n:02d}-01",
                )
                for n in range(count)
            ),
            **more,
        }
    )


def count_sheet(count: int = 4, *, blind: bool = True) -> CountSheet:
    lines: list[SheetLine] = []
    for n in range(count):
        lines.append(
            SheetLine(
                location=f"A-{n:02d}-01",
                sku=samples.sku(n),
                name=samples.NAMES[n % len(samples.NAMES)],
                lot=samples.lot(n),
                expiry_date=DAY,
                expected=None if blind else samples.amount_of(n),
            )
        )
        lines.append(SheetLine(location=""))
    return CountSheet(
        number="CT-000042", company=samples.COMPANY, warehouse="MAIN Main warehouse", lines=tuple(lines)
    )


MADE: dict[str, tuple[Any, Any]] = {
    "transfer note": (papers.transfer_note, transfer_note()),
    "long transfer note": (papers.transfer_note, transfer_note(120)),
    "count sheet": (papers.count_sheet, count_sheet()),
    "long count sheet": (papers.count_sheet, count_sheet(90)),
    "open count sheet": (papers.count_sheet, count_sheet(30, blind=False)),
}


@pytest.mark.parametrize("name", [*MADE])
def test_nothing_stands_outside_the_margins_or_over_other_text(name: str) -> None:
    make, content = MADE[name]
    pdf = make(content)
    for (width, height), page in zip(sizes_mm(pdf), boxes(pdf), strict=True):
        for _, (left, bottom, right, top) in page:
            assert left / 72 * 25.4 >= 17.5 and right / 72 * 25.4 <= width - 17.5
            assert bottom / 72 * 25.4 >= 9 and top / 72 * 25.4 <= height - 13
        assert overlapping(page) == []


@pytest.mark.parametrize("name", [*MADE])
def test_each_line_is_there_with_its_place_and_its_lot(name: str) -> None:
    make, content = MADE[name]
    text = bare("".join(page_texts(make(content))))
    for line in content.lines:
        if not line.sku:
            continue
        lot = line.lot if isinstance(line.lot, str) else line.lot.lot
        place = line.location if isinstance(line, SheetLine) else line.place
        for part in (line.sku, lot, place):
            assert bare(part) in text


def test_a_blind_sheet_names_no_amount() -> None:
    blind = bare("".join(page_texts(papers.count_sheet(count_sheet(3)))))
    shown = bare("".join(page_texts(papers.count_sheet(count_sheet(3, blind=False)))))
    assert bare("Book") in shown and bare("Book") not in blind


def test_both_speak_german_and_say_that_there_is_nothing() -> None:
    german = bare("".join(page_texts(papers.transfer_note(transfer_note(language="de", draft=True)))))
    assert bare("Umlagerungsschein (Entwurf)") in german
    assert bare("Zählliste") in bare(
        "".join(page_texts(papers.count_sheet(replace(count_sheet(), language="de"))))
    )
    for make, content in ((papers.transfer_note, transfer_note(0)), (papers.count_sheet, count_sheet(0))):
        assert bare("There are no lines.") in bare("".join(page_texts(make(content))))
