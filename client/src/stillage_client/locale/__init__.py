"""The client's languages: English is the source, the others are gettext catalogues read from their .po file.

The words themselves stay in the screens; how numbers and dates are said is in words.py.
"""

import ast
import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

import flet as ft

LANGUAGES = {"en": "English", "de": "Deutsch"}
SOURCE = "en"
_STORE_KEY = "stillage.language"

_spoken: ContextVar[str | None] = ContextVar("stillage_language", default=None)


def language() -> str:
    """The language of whoever is being answered: set for this task, else the page's own, else English."""
    spoken = _spoken.get()
    if spoken is not None:
        return spoken
    try:
        page = ft.context.page
    except RuntimeError:
        return SOURCE
    return page.session.store.get(_STORE_KEY) or SOURCE


def use_language(page: ft.Page, code: str) -> None:
    """From now on this page speaks `code` (English when it is unknown), its date pickers too."""
    known = code if code in LANGUAGES else SOURCE
    page.session.store.set(_STORE_KEY, known)
    page.locale_configuration = ft.LocaleConfiguration(
        supported_locales=[ft.Locale(name) for name in LANGUAGES], current_locale=ft.Locale(known)
    )


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Within the block, this task speaks `code`."""
    token = _spoken.set(code)
    try:
        yield
    finally:
        _spoken.reset(token)


def t(message: str, **values: object) -> str:
    """The message in the language spoken here; `{name}` is filled in afterwards: t("Move {it}", it=…)."""
    said = catalogue(language()).gettext(message)
    return said.format(**values) if values else said


def tn(one: str, many: str, number: int, **values: object) -> str:
    """One of two messages by number; `{n}` is the number itself."""
    return catalogue(language()).ngettext(one, many, number).format(n=number, **values)


@cache
def catalogue(code: str) -> gettext.NullTranslations:
    """The translations of one language; the source language answers with the message itself."""
    path = Path(__file__).parent / code / "LC_MESSAGES" / "stillage.po"
    if code not in LANGUAGES or not path.is_file():
        return gettext.NullTranslations()
    return _Catalogue(read_po(path.read_text("utf-8")))


class _Catalogue(gettext.NullTranslations):
    """Translations held in a dict. Two plural forms with one for n == 1: true of all languages we ship."""

    def __init__(self, messages: dict[str, tuple[str, ...]]) -> None:
        super().__init__()
        self._messages = messages

    def gettext(self, message: str) -> str:
        found = self._messages.get(message)
        return found[0] if found and found[0] else message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        found = self._messages.get(msgid1)
        if found and len(found) == 2 and all(found):
            return found[0 if n == 1 else 1]
        return msgid1 if n == 1 else msgid2


def read_po(text: str) -> dict[str, tuple[str, ...]]:
    """The messages of a .po file: msgid → its one or two strings. Fuzzy entries are not used."""
    messages: dict[str, tuple[str, ...]] = {}
    for block in text.split("\n\n"):
        parts, fuzzy = _po_block(block)
        if parts.get("msgid") and not fuzzy:
            forms = (parts.get("msgstr"), parts.get("msgstr[0]"), parts.get("msgstr[1]"))
            messages[parts["msgid"]] = tuple(form for form in forms if form is not None)
    return messages


def _po_block(block: str) -> tuple[dict[str, str], bool]:
    parts: dict[str, str] = {}
    word, fuzzy = "", False
    for line in block.splitlines():
        if line.startswith("#"):
            fuzzy = fuzzy or (line.startswith("#,") and "fuzzy" in line)
            continue
        if line and not line.startswith('"'):
            word, _, line = line.partition(" ")
        if line:
            parts[word] = parts.get(word, "") + ast.literal_eval(line)
    return parts, fuzzy
