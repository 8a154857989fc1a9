"""JSON is read the same quickly and carefully, and what is ambiguous not at all."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillage.core.strict_json import MAX_DEPTH, BadJSON, loads, read_carefully

texts = st.text(max_size=6) | st.sampled_from(
    ['"', "\\", "a.b", "1.5", "\u2028", "\x7f", "{", "]", ":", "SKU-1", "\ud800"]
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**21), 10**21)
    | st.floats(allow_nan=True, allow_infinity=True)
    | texts
    | st.sampled_from([0, -1, 2**63 - 1, 2**63, -(2**63), 2**64, 10**19, 10**20])
)
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


def by(read: Any, raw: bytes) -> Any:
    try:
        return typed(read(raw))
    except BadJSON as error:
        return str(error)


def typed(value: Any) -> Any:
    if type(value) is dict:
        return [(name, typed(one)) for name, one in value.items()]
    if type(value) is list:
        return ["list", *map(typed, value)]
    return type(value), str(value).encode("utf-8", "surrogatepass")


@settings(max_examples=500, deadline=None, derandomize=True)
@given(document=documents, ascii_only=st.booleans(), spaced=st.booleans())
def test_both_ways_read_the_same(document: Any, ascii_only: bool, spaced: bool) -> None:
    text = json.dumps(document, ensure_ascii=ascii_only, indent=1 if spaced else None)
    raw = text.encode("utf-8", "surrogatepass")
    assert by(loads, raw) == by(read_carefully, raw)


@settings(max_examples=500, deadline=None, derandomize=True)
@given(
    raw=st.lists(
        st.sampled_from(
            [
                b"{",
                b"}",
                b"[",
                b"]",
                b":",
                b",",
                b'"a"',
                b'"b"',
                b'"',
                b"\\",
                b"-0",
                b"0",
                b"-",
                b"01",
                b"1e5",
                b"12",
                b"1.0",
                b"true",
                b"nul",
                b"null",
                b"NaN",
                b" ",
                b"\n",
                b"\xff",
                b"\xef\xbb\xbf",
                b'"a":1',
                b'{"a":1,"a":1}',
                b'{"a":[],"a":"x"}',
                b"\x00",
                b"99999999999999999",
                b"123456789012345678",
            ]
        ),
        max_size=9,
    )
)
def test_what_is_hardly_json_is_refused_in_the_same_words(raw: list[bytes]) -> None:
    assert by(loads, b"".join(raw)) == by(read_carefully, b"".join(raw))


@pytest.mark.parametrize("opening, closing", [("[", "]"), ('{"a":', "}")])
def test_depth_is_counted_the_same(opening: str, closing: str) -> None:
    for depth in (MAX_DEPTH - 1, MAX_DEPTH, MAX_DEPTH + 1, 900, 2000):
        raw = (opening * depth + "1" + closing * depth).encode()
        assert by(loads, raw) == by(read_carefully, raw)
        if depth > MAX_DEPTH:
            with pytest.raises(BadJSON, match="nests deeper"):
                loads(raw)


def test_a_key_that_stands_twice_and_a_fraction_are_told_of() -> None:
    with pytest.raises(BadJSON, match="stands twice"):
        loads(b'{"lines":[{"a":1,"b":2,"a":3}]}')
    assert loads(b'{"a":1.10}') == {"a": Decimal("1.10")}


def test_a_number_beyond_all_bounds_is_refused() -> None:
    with pytest.raises(BadJSON, match="too large"):
        loads(b'{"a":1e9999999999999999999}')
