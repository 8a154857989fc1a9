"""The documents say what is so: every test and file that they name exists, and every link leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def all_tests() -> set[str]:
    files = [*(ROOT / "server" / "tests").rglob("test_*.py"), *(ROOT / "client" / "tests").rglob("test_*.py")]
    return {name for file in files for name in re.findall(r"def (test_\w+)", file.read_text())}


def test_every_test_that_a_page_names_exists() -> None:
    known = all_tests()
    files = {path.name for path in ROOT.glob("*/tests/**/test_*.py")}
    for page in PAGES:
        named = set(re.findall(r"`(test_\w+)`", page.read_text()))
        assert named <= known, f"{page.name}: {sorted(named - known)}"
        for file in re.findall(r"`(?:[\w/]+/)?(test_\w+\.py)`", page.read_text()):
            assert file in files, f"{page.name}: {file}"


def test_every_link_within_the_documents_leads_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_module_says_what_lives_in_it() -> None:
    for root in ("server/src", "client/src"):
        for file in (ROOT / root).rglob("*.py"):
            if "migrations" in file.parts and file.name != "__init__.py":
                continue
            assert file.read_text().lstrip().startswith(('"""', 'r"""')), file


def test_only_the_ledger_writes_the_ledgers_tables() -> None:
    """Raw SQL and the ORM alike: nobody else names these tables after a verb that writes."""
    allowed = {"stock/ledger.py", "stock/operations/load_history.py"}
    writes = re.compile(
        r"(INSERT INTO|UPDATE|DELETE FROM) stock_(movement|balance|allocation)"
        r"|(Movement|Balance|Allocation)\.objects\.(create|bulk_create|update|bulk_update|filter\([^)]*\)\.(update|delete))"
    )
    source = ROOT / "server" / "src" / "stillage"
    guilty = {
        str(file.relative_to(source))
        for file in source.rglob("*.py")
        if "migrations" not in file.parts and writes.search(file.read_text())
    }
    assert guilty <= allowed
