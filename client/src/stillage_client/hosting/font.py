"""Builds the one font file the client draws with: Inter, cut down to what screens say.

Flet's text styles know no font features, so tabular figures are frozen in; the optical size is pinned at 14.
"""

import os
from pathlib import Path
from typing import Any

FILE_NAME = "InterVar.woff2"
OPTICAL_SIZE = 14
WEIGHTS = (400, 700)
# Latin, its accents and Extended-A, Romanian's commas, dashes, quotes, currency, arrows, minus, ≤ ≥ ≠.
CHARACTERS = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    *range(0x218, 0x21C),
    *range(0x2010, 0x2028),
    0x202F,
    *range(0x2030, 0x203B),
    0x20AC,
    0x2116,
    0x2122,
    *range(0x2190, 0x219A),
    0x2212,
    *range(0x2215, 0x221B),
    0x2248,
    0x2260,
    0x2264,
    0x2265,
    0x25CF,
    0x2713,
    0x2318,
]


def build_font(folder: Path) -> Path:
    """The font file in `folder`, made on first call (a second or two) and reused afterwards."""
    target = folder / FILE_NAME
    if target.is_file():
        return target
    from fontTools import subset
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer

    options = subset.Options()
    options.layout_features = ["kern", "mark", "mkmk", "ccmp", "locl", "calt", "tnum"]
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]  # the licence stays in the file
    options.notdef_outline = True
    options.drop_tables += ["DSIG", "MVAR"]
    font = TTFont(_source(), lazy=True)
    cut = subset.Subsetter(options)
    cut.populate(unicodes=CHARACTERS)
    cut.subset(font)
    font = instancer.instantiateVariableFont(font, {"opsz": OPTICAL_SIZE, "wght": WEIGHTS})
    _freeze(font, "tnum")
    font.flavor = "woff2"
    folder.mkdir(parents=True, exist_ok=True)
    half = folder / f".{FILE_NAME}.{os.getpid()}"
    font.save(half)
    half.replace(target)
    return target


def _source() -> Path:
    import fontpkg_inter

    return Path(fontpkg_inter.ROOT) / "files" / "Inter[opsz,wght].ttf"


def _freeze(font: Any, feature: str) -> None:
    """Make the glyphs of a one-to-one feature the ones that characters get by themselves."""
    table = font["GSUB"].table
    swaps: dict[str, str] = {}
    for record in table.FeatureList.FeatureRecord:
        if record.FeatureTag == feature:
            for index in record.Feature.LookupListIndex:
                for part in table.LookupList.Lookup[index].SubTable:
                    swaps |= getattr(getattr(part, "ExtSubTable", part), "mapping", {})
    for cmap in font["cmap"].tables:
        if cmap.isUnicode():
            cmap.cmap = {code: swaps.get(name, name) for code, name in cmap.cmap.items()}
