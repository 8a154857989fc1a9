"""How the client says numbers, dates and sentences, in English and in German."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from stillage_client import words
from stillage_client.locale import LANGUAGES, SOURCE, catalogue, language, read_po, speaking, t, tn
from stillage_client.locale.collect import PACKAGE, missing, spoken

TODAY = date(2025, 11, 22)
NOW = datetime(2025, 11, 22, 10, 42, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("quantity", "per_case", "unit", "english", "german"),
    [
        (336, 24, "bottle", "14 cases (336)", "14 Kisten (336)"),
        (341, 24, "bottle", "14 cases + 5 (341)", "14 Kisten + 5 (341)"),
        (24, 24, "can", "1 case", "1 Kiste"),
        (25, 24, "can", "1 case + 1 (25)", "1 Kiste + 1 (25)"),
        (5, 24, "bottle", "5 bottles", "5 Flaschen"),
        (1, 24, "bottle", "1 bottle", "1 Flasche"),
        (0, 24, "bottle", "0 bottles", "0 Flaschen"),
        (6, 1, "keg", "6 kegs", "6 Fässer"),
        (-29, 24, "bottle", "−1 case + 5 (29)", "−1 Kiste + 5 (29)"),
        (48_000, 24, "bottle", "2,000 cases (48,000)", "2.000 Kisten (48.000)"),
    ],
)
def test_quantities_are_said_in_whole_cases_first(
    quantity: int, per_case: int, unit: str, english: str, german: str
) -> None:
    assert words.cases(quantity, per_case, unit, "Case") == english
    with speaking("de"):
        assert words.cases(quantity, per_case, unit, "Case") == german


def test_units_are_put_into_the_plural() -> None:
    assert [words.unit(name, 2) for name in ("box", "keg", "pouch", "Tray of 24")] == [
        "boxes",
        "kegs",
        "pouches",
        "trays",
    ]
    with speaking("de"):
        assert words.unit("crate", 2) == "Kästen"
        assert words.unit("demijohn", 2) == "demijohn"  # not known: as it is written


@pytest.mark.parametrize(
    ("said", "english", "german"),
    [
        (lambda: words.number(1284), "1,284", "1.284"),
        (lambda: words.number(-5), "−5", "−5"),
        (lambda: words.number(Decimal("98.45"), 1), "98.5", "98,5"),
        (lambda: words.percent(98.4), "98.4%", "98,4\u202f%"),
        (lambda: words.money(Decimal("1176")), "€1,176.00", "1.176,00 €"),
        (lambda: words.money(Decimal("-12.5")), "−€12.50", "−12,50 €"),
        (lambda: words.money(Decimal("1176.49"), whole=True), "€1,176", "1.176 €"),
        (lambda: words.money(Decimal("-0.2"), whole=True), "€0", "0 €"),
        (lambda: words.span(3, 5), "3–5", "3–5"),
        (lambda: words.span(3, 3), "3", "3"),
        (lambda: words.volume(330), "330 ml", "330 ml"),
        (lambda: words.volume(1500), "1.5 l", "1,5 l"),
        (lambda: words.volume(30_000), "30 l", "30 l"),
    ],
)
def test_numbers_and_money(said: object, english: str, german: str) -> None:
    assert callable(said)
    assert said() == english
    with speaking("de"):
        assert said() == german


@pytest.mark.parametrize(
    ("said", "english", "german"),
    [
        (lambda: words.day(date(2025, 12, 3), today=TODAY), "3 Dec", "3. Dez."),
        (lambda: words.day(date(2026, 12, 3), today=TODAY), "3 Dec 2026", "3. Dez. 2026"),
        (lambda: words.day(date(2025, 12, 3), today=TODAY, year=True), "3 Dec 2025", "3. Dez. 2025"),
        (lambda: words.day(date(2025, 11, 26), today=TODAY, weekday=True), "Wed 26 Nov", "Mi. 26. Nov."),
        (lambda: words.days_left(TODAY + timedelta(23), today=TODAY), "23 days left", "noch 23 Tage"),
        (lambda: words.days_left(TODAY + timedelta(1), today=TODAY), "1 day left", "noch 1 Tag"),
        (lambda: words.days_left(TODAY, today=TODAY), "expires today", "läuft heute ab"),
        (
            lambda: words.days_left(TODAY - timedelta(2), today=TODAY),
            "expired 2 days ago",
            "seit 2 Tagen abgelaufen",
        ),
        (lambda: words.days_left(TODAY + timedelta(99), today=TODAY), "99 days left", "noch 99 Tage"),
        (lambda: words.days_left(TODAY + timedelta(119), today=TODAY), "4 months left", "noch 4 Monate"),
        (lambda: words.days_left(TODAY + timedelta(800), today=TODAY), "2 years left", "noch 2 Jahre"),
        (lambda: words.clock(NOW), "10:42", "10:42"),
        (lambda: words.clock(NOW, seconds=True, zone="Europe/Berlin"), "11:42:07", "11:42:07"),
        (lambda: words.moment(NOW, now=NOW), "22 Nov, 10:42", "22. Nov., 10:42"),
        (lambda: words.ago(NOW - timedelta(seconds=9), now=NOW), "Now", "Jetzt"),
        (lambda: words.ago(NOW - timedelta(minutes=3), now=NOW), "3 min", "3 min"),
        (lambda: words.ago(NOW - timedelta(hours=2), now=NOW), "2 h", "2 h"),
        (lambda: words.ago(NOW - timedelta(hours=20), now=NOW), "Yest.", "Gest."),
        (lambda: words.ago(NOW - timedelta(days=3), now=NOW), "19 Nov", "19. Nov."),
    ],
)
def test_dates_and_times(said: object, english: str, german: str) -> None:
    assert callable(said)
    assert said() == english
    with speaking("de"):
        assert said() == german


def test_outside_of_a_page_english_is_spoken() -> None:
    assert language() == SOURCE
    assert t("Sign in") == "Sign in"
    with speaking("de"):
        assert t("Sign in") == "Anmelden"
        assert t("a message nobody translated") == "a message nobody translated"
        assert tn("{n} day left", "{n} days left", 1) == "noch 1 Tag"
    assert tn("{n} day left", "{n} days left", 1) == "1 day left"


def test_an_unknown_language_falls_back_to_the_source() -> None:
    with speaking("xx"):
        assert t("Sign in") == "Sign in"
    assert catalogue("../../etc").gettext("Sign in") == "Sign in"


def test_a_po_file_is_read_with_its_plurals_escapes_and_long_lines() -> None:
    text = 'msgid ""\nmsgstr "head"\n\n#: a.py\nmsgid "one \\"x\\"\\n"\nmsgstr ""\n"ein"\n" \\"x\\""\n\n'
    text += 'msgid "{n} a"\nmsgid_plural "{n} b"\nmsgstr[0] "{n} c"\nmsgstr[1] "{n} d"\n\n'
    text += '#, fuzzy\nmsgid "doubtful"\nmsgstr "fraglich"\n'
    assert read_po(text) == {'one "x"\n': ('ein "x"',), "{n} a": ("{n} c", "{n} d")}


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != SOURCE])
def test_every_message_has_its_words_in_every_language(code: str) -> None:
    assert missing(code) == {}, "python -m stillage_client.locale.collect lists what to add to stillage.po"


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != SOURCE])
def test_translations_name_the_same_blanks(code: str) -> None:
    known = read_po((PACKAGE / "locale" / code / "LC_MESSAGES" / "stillage.po").read_text("utf-8"))
    blanks = re.compile(r"\{(\w+)\}")
    wrong = [
        one
        for one, forms in known.items()
        for form in forms
        if set(blanks.findall(form)) != set(blanks.findall(one))
    ]
    assert wrong == []


def test_messages_are_found_by_reading_the_code() -> None:
    assert spoken()[("{n} day left", "{n} days left")] == "words.py"
    assert len(spoken()) > 100
