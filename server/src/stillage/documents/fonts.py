"""
The typeface of papers and labels: Inter, cut from the packaged variable font when first used, kept in memory.

Figures are frozen to equal widths, since reportlab knows no font features and columns of figures should align.
"""

import io
import threading
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont as PdfFont

BOX: Final = "\u25a1"  # stands for a character that Inter has no drawing for
_PRIVATE: Final = range(0xE000, 0xF900)
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs"})
_LOCK: Final = threading.RLock()
# Held while a PDF is made: reportlab cuts each document's letters out of the one face in memory, reading it from a
# position that two documents would share.
ONE_AT_A_TIME: Final = threading.RLock()


class Weight(StrEnum):
    """The cuts we print with. The value is the font's name in the PDF."""

    REGULAR = "Inter-Regular"
    STRONG = "Inter-SemiBold"
    HEAVY = "InterDisplay-Bold"


# Weight axis and optical size; the large cut is for titles, places and quantities.
_AXES: Final = {
    Weight.REGULAR: {"wght": 400, "opsz": 14},
    Weight.STRONG: {"wght": 600, "opsz": 14},
    Weight.HEAVY: {"wght": 700, "opsz": 32},
}


def font_name(weight: Weight) -> str:
    """The name under which reportlab knows this cut; makes it on first use (about a second)."""
    _face(weight)
    return weight.value


def text_width(text: str, *, weight: Weight, size: float) -> float:
    """How wide a line is, in the unit of `size`."""
    return float(_face(weight).stringWidth(printable(text), size))


@lru_cache(maxsize=8192)
def printable(text: str) -> str:
    """One line of text as it can be printed: composed, without invisible characters, a box for unknown ones."""
    covered = _covered()
    out: list[str] = []
    for character in unicodedata.normalize("NFC", " ".join(text.split())):
        category = unicodedata.category(character)
        if category in _INVISIBLE:
            continue
        if ord(character) in covered:
            out.append(character)
        elif category != "Mn":
            out.append(BOX)
    return "".join(out)


@lru_cache(maxsize=1)
def _covered() -> frozenset[int]:
    return frozenset(code for code in _face(Weight.REGULAR).face.charToGlyph if _is_wanted(code))


@lru_cache(maxsize=len(Weight))
def _face(weight: Weight) -> Any:
    with _LOCK:
        if weight.value not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(PdfFont(weight.value, io.BytesIO(_instance(weight))))
        return pdfmetrics.getFont(weight.value)


def _instance(weight: Weight) -> bytes:
    """A static TrueType file of one cut."""
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer

    # Without a fixed date inside, the same paper would not be the same bytes tomorrow.
    font = TTFont(io.BytesIO(_subset()), lazy=True, recalcTimestamp=False)
    instancer.instantiateVariableFont(font, _AXES[weight], inplace=True)
    # reportlab tells fonts apart by this name and would take all cuts for one.
    for record in font["name"].names:
        if record.nameID in (4, 6):
            record.string = weight.value
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


@lru_cache(maxsize=1)
def _subset() -> bytes:
    """The variable font with the characters we print, tabular figures in place of proportional ones."""
    import fontpkg_inter
    from fontTools import subset
    from fontTools.ttLib import TTFont

    source = Path(fontpkg_inter.ROOT) / "files" / "Inter[opsz,wght].ttf"
    font = TTFont(source, lazy=True, recalcTimestamp=False)
    wanted = [code for code in font.getBestCmap() if _is_wanted(code)]
    options = subset.Options()
    options.layout_features = ["tnum"]
    options.notdef_outline = True
    options.drop_tables += ["DSIG", "MVAR", "STAT"]
    cut = subset.Subsetter(options)
    cut.populate(unicodes=wanted)
    cut.subset(font)
    _freeze_figures(font)
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def _freeze_figures(font: Any) -> None:
    """Make tabular figures the ones that digits get by themselves; then no feature is left to keep."""
    swaps: dict[str, str] = {}
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for part in lookup.SubTable:
            swaps |= getattr(getattr(part, "ExtSubTable", part), "mapping", {})
    for cmap in font["cmap"].tables:
        if cmap.isUnicode():
            cmap.cmap = {
                code: swaps.get(name, name) if chr(code) in "0123456789" else name
                for code, name in cmap.cmap.items()
            }
    for tag in _present(font, ("GSUB", "GPOS", "GDEF")):
        del font[tag]


def _present(font: Any, tags: Iterable[str]) -> list[str]:
    return [tag for tag in tags if tag in font]


def _is_wanted(code: int) -> bool:
    """Letters, figures and signs; not the icons of the private area."""
    return 0x20 <= code < 0xFFFF and code not in _PRIVATE and not 0x7F <= code < 0xA0
