"""The examples of docs/gs1.md are run: what the page says is accepted or refused is just that."""

import datetime as dt
import re
from pathlib import Path

import pytest

from stillage.scanning.gs1 import ScanError, parse

PAGE = Path(__file__).resolve().parents[3] / "docs" / "gs1.md"
TODAY = dt.date(2026, 6, 1)


def rows(heading: str) -> list[tuple[str, str, str]]:
    section = PAGE.read_text(encoding="utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    found = re.findall(r"^\| `(.+?)` \| (\S+) \| (.+) \|$", section, re.MULTILINE)
    return [(code.replace("␝", "\x1d"), second, third) for code, second, third in found]


@pytest.mark.parametrize(("code", "kind", "says"), rows("Accepted"))
def test_the_page_is_right_about_what_is_accepted(code: str, kind: str, says: str) -> None:
    parsed = parse(code, today=TODAY)
    assert parsed.format == kind
    for fact in says.split():
        name, _, value = fact.partition("=")
        assert str(getattr(parsed, name)) == value


@pytest.mark.parametrize(("code", "rule", "why"), rows("Refused"))
def test_the_page_is_right_about_what_is_refused(code: str, rule: str, why: str) -> None:
    with pytest.raises(ScanError) as refused:
        parse(code, today=TODAY)
    assert refused.value.code == rule
    if why.endswith("."):
        assert refused.value.detail == why


def test_the_page_has_its_examples() -> None:
    assert len(rows("Accepted")) >= 13
    assert len(rows("Refused")) >= 20
