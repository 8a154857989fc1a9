"""docs/settings.md names every variable that the code and the deployment read, and no other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.serving.processes import ROOT

NAME = re.compile(r"\b(?:STILLAGE_[A-Z][A-Z_]*[A-Z]|DATABASE_URL)\b")
FOLDERS = ("server/src", "client/src", "deploy")
FILES = ("compose.yaml", ".env.example", "Dockerfile")
ENDINGS = {".py", ".sql", ".sh", ".template", ".conf"}


def sources() -> Iterator[Path]:
    for folder in FOLDERS:
        yield from (path for path in (ROOT / folder).rglob("*") if path.suffix in ENDINGS)
    yield from (ROOT / name for name in FILES)


def named_in(text: str) -> set[str]:
    return {name.removesuffix("_FILE") for name in NAME.findall(text)}


def test_the_page_and_the_code_name_the_same_variables() -> None:
    page = named_in((ROOT / "docs" / "settings.md").read_text())
    read = set().union(*(named_in(path.read_text()) for path in sources()))
    assert read - page == set(), "read but not on the page"
    assert page - read == set(), "on the page but read by nobody"


def test_what_compose_demands_is_in_the_example_and_empty_there() -> None:
    demanded = set(re.findall(r"\$\{(\w+):\?", (ROOT / "compose.yaml").read_text()))
    example = dict(re.findall(r"^(\w+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert demanded == set(example)
    assert set(example.values()) == {""}
