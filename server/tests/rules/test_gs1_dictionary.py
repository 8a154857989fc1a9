"""Our AI table against the official GS1 Barcode Syntax Dictionary, line by line."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from stillage.scanning import ai_table
from stillage.scanning.element_values import CHECKS

WHERE = Path("shared") / "gs1" / "gs1-syntax-dictionary.txt"


@dataclass(frozen=True)
class Entry:
    """One AI of the dictionary, as the dictionary writes it."""

    ai: str
    flags: str
    components: tuple[str, ...]
    requires: tuple[str, ...]
    excludes: tuple[str, ...]
    key: str | None
    title: str


def dictionary_path() -> Path | None:
    """The dictionary beside the checkout, or beside a folder that holds it."""
    return next((up / WHERE for up in Path(__file__).resolve().parents if (up / WHERE).is_file()), None)


@pytest.fixture(scope="module")
def entries() -> dict[str, Entry]:
    path = dictionary_path()
    if path is None:
        pytest.skip(f"NOT CHECKED: no {WHERE} above this checkout, so the AI table was not compared with it")
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line and not line.startswith("#")]
    return {entry.ai: entry for row in rows for entry in read_row(row)}


def read_row(row: str) -> list[Entry]:
    facts, _, title = row.partition("#")
    ais, *words = facts.split()
    flags = words.pop(0) if words and set(words[0]) <= {"*", "?"} else ""
    first, _, last = ais.partition("-")
    attributes = [word for word in words if word.startswith(("req=", "ex=", "dlpkey"))]
    return [
        Entry(
            ai=str(number).zfill(len(first)),
            flags=flags,
            components=tuple(word for word in words if word not in attributes),
            requires=tuple(word[4:] for word in attributes if word.startswith("req=")),
            excludes=tuple(ai for word in attributes if word.startswith("ex=") for ai in word[3:].split(",")),
            key=next((word for word in attributes if word.startswith("dlpkey")), None),
            title=title.strip(),
        )
        for number in range(int(first), int(last or first) + 1)
    ]


def shape(component: ai_table.Component) -> str:
    dots = ".." if component.shortest != component.longest else ""
    word = f"{component.alphabet}{dots}{component.longest}"
    word = f"[{word}]" if component.optional else word
    return ",".join((word, *component.checks))


def test_the_release_we_wrote_down_is_the_one_beside_us(entries: dict[str, Entry]) -> None:
    path = dictionary_path()
    assert path is not None
    assert f"# Release: {ai_table.RELEASE}" in path.read_text(encoding="utf-8")


def test_every_ai_of_the_dictionary_is_ours_and_no_other(entries: dict[str, Entry]) -> None:
    assert set(ai_table.TABLE) == set(entries)
    assert len(entries) > 500


def test_components_lengths_and_checks_agree(entries: dict[str, Entry]) -> None:
    ours = {ai: tuple(shape(part) for part in spec.components) for ai, spec in ai_table.TABLE.items()}
    assert ours == {ai: entry.components for ai, entry in entries.items()}


def test_separator_and_link_flags_agree(entries: dict[str, Entry]) -> None:
    ours = {ai: (spec.predefined_length, spec.link_attribute) for ai, spec in ai_table.TABLE.items()}
    assert ours == {ai: ("*" in entry.flags, "?" in entry.flags) for ai, entry in entries.items()}


def test_every_req_and_ex_line_agrees(entries: dict[str, Entry]) -> None:
    ours = {ai: (spec.requires, spec.excludes) for ai, spec in ai_table.TABLE.items()}
    assert ours == {ai: (entry.requires, entry.excludes) for ai, entry in entries.items()}


def test_digital_link_keys_and_their_qualifiers_agree(entries: dict[str, Entry]) -> None:
    def written(spec: ai_table.AiSpec) -> str | None:
        if spec.link_qualifiers is None:
            return None
        sequences = "|".join(",".join(sequence) for sequence in spec.link_qualifiers)
        return f"dlpkey={sequences}" if sequences else "dlpkey"

    assert {ai: written(spec) for ai, spec in ai_table.TABLE.items()} == {
        ai: entry.key for ai, entry in entries.items()
    }


def test_titles_agree(entries: dict[str, Entry]) -> None:
    assert {ai: spec.title for ai, spec in ai_table.TABLE.items()} == {
        ai: entry.title for ai, entry in entries.items()
    }


def test_every_check_the_dictionary_names_is_one_we_make(entries: dict[str, Entry]) -> None:
    named = {
        check for entry in entries.values() for part in entry.components for check in part.split(",")[1:]
    }
    assert named <= set(CHECKS) | {"yymmd0", "yymmdd"}


def test_the_first_two_digits_tell_the_length_of_an_ai() -> None:
    lengths: dict[str, set[int]] = {}
    for ai in ai_table.TABLE:
        lengths.setdefault(ai[:2], set()).add(len(ai))
    assert all(len(found) == 1 for found in lengths.values())


def test_patterns_spell_out_to_real_ais() -> None:
    for spec in ai_table.TABLE.values():
        assert all(ai in ai_table.TABLE for ai in spec.forbids)
        for needed in spec.needs:
            assert all(ais and ais <= set(ai_table.TABLE) for group in needed for ais in group)
    assert ai_table.matching("310n") == {f"310{digit}" for digit in range(6)}


def test_only_the_predefined_ais_of_the_general_specifications_need_no_separator() -> None:
    prefixes = {ai[:2] for ai, spec in ai_table.TABLE.items() if spec.predefined_length}
    assert sorted(prefixes) == "00 01 02 03 11 12 13 15 16 17 20 31 32 33 34 35 36 41".split()  # noqa: SIM905
