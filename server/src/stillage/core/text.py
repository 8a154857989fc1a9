"""What text may be: normalised to NFC, without control, surrogate or direction-changing characters."""

import unicodedata

# Characters that hide or reorder what a person reads: zero-width and bidirectional controls.
_HIDDEN = frozenset("​‎‏‪‫‬‭‮⁠⁦⁧⁨⁩﻿")


def fault_in(text: str, *, multiline: bool = False) -> str | None:
    """Say what is wrong with a text, or None. Linear in its length."""
    for position, character in enumerate(text):
        if character in _HIDDEN:
            return (
                f"has an invisible character (U+{ord(character):04X}) at position {position + 1}; remove it"
            )
        category = unicodedata.category(character)
        if category == "Cs":
            return f"has half a character (a lone surrogate) at position {position + 1}; remove it"
        if category == "Cc" and not (multiline and character in "\n\r\t"):
            name = "NUL" if character == "\0" else f"U+{ord(character):04X}"
            return f"has a control character ({name}) at position {position + 1}; remove it"
    return None


def normalise(text: str) -> str:
    """The one stored form: NFC, without leading and trailing spaces."""
    return unicodedata.normalize("NFC", text).strip()


def key(text: str) -> str:
    """The form under which names are compared: case and width folded."""
    return unicodedata.normalize("NFKC", text).casefold().strip()
