"""Bodies read quickly are read as their serializers read them, whatever is in them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rest_framework import serializers

from stillage.config import urls  # so that every body there is has been made
from stillage.rest.fields import MAX_ID, MAX_INTEGER, Date, Integer, Money, Reference, Strict, Text
from stillage.rest.reading import Reader


def bodies(kind: type[Strict] = Strict) -> list[type[Strict]]:
    found = []
    for one in kind.__subclasses__():
        found += [one, *bodies(one)]
    return sorted(set(found), key=lambda one: (one.__module__, one.__qualname__))


class Line(Strict):
    product = Reference(max_length=5)
    lot = Reference(max_length=5, required=False, allow_null=True)
    quantity = Integer(min_value=1)
    note = Text(max_length=5, required=False, allow_blank=True, default="none")
    reason = Text(max_length=5, min_length=2, required=False)
    on = Date(required=False, allow_null=True)
    cost = Money(required=False)


class Whole(Strict):
    lines = Line(many=True, min_length=1, max_length=3)
    reference = Text(max_length=5)
    number = Integer(required=False, allow_null=True)
    kinds = serializers.ListField(child=Text(), required=False)


odd = st.sampled_from(
    [
        None,
        True,
        False,
        0,
        1,
        -1,
        1.0,
        Decimal("1.5"),
        MAX_INTEGER,
        MAX_INTEGER + 1,
        MAX_ID,
        MAX_ID + 1,
        "",
        " ",
        "a",
        " a ",
        "abcde",
        "abcdef",
        " abcde ",
        "\u00e4",
        "a\u0308bcde",
        "a\u200bb",
        "\0",
        "a\nb",
        "\t",
        "\ud800",
        "x" * 1001,
        "2026-01-31",
        "2026-13-31",
        "1.25",
        "-1",
        "1",
        [],
        {},
        ["a"],
        [{}],
    ]
)
line = st.fixed_dictionaries(
    {},
    optional={
        "product": st.sampled_from(["ALE", 7]) | odd,
        "lot": st.sampled_from(["L1", None]) | odd,
        "quantity": st.just(3) | odd,
        "note": odd,
        "reason": odd,
        "on": odd,
        "cost": odd,
        "other": odd,
    },
)
right = st.fixed_dictionaries({"product": st.just("ALE"), "quantity": st.just(1)})
whole = st.fixed_dictionaries(
    {},
    optional={
        "lines": st.lists(right | line, max_size=4) | odd,
        "reference": st.just("SO") | odd,
        "number": odd,
        "kinds": odd,
        "else": odd,
    },
)


def by(read: Any, data: Any) -> Any:
    try:
        found = dict(read(data))
    except serializers.ValidationError as error:
        return repr(error.detail)
    return [(name, value, type(value)) for name, value in found.items()]


@settings(max_examples=600, deadline=None, derandomize=True)
@given(data=whole | odd)
def test_both_ways_read_the_same(data: Any) -> None:
    assert by(Reader(Whole).run_validation, data) == by(Whole().run_validation, data)


def test_what_is_right_goes_the_quick_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(Strict, "to_internal_value")
    lines = [{"product": " ALE ", "quantity": 1, "on": "2026-01-31"}]
    assert Reader(Whole).run_validation({"lines": lines, "reference": "SO"}) == {
        "lines": [{"product": "ALE", "quantity": 1, "note": "none", "on": dt.date(2026, 1, 31)}],
        "reference": "SO",
    }


QUICK = [one for one in bodies() if Reader(one)._take is not None]


def test_only_those_that_ask_who_acts_are_read_by_their_serializers_alone() -> None:
    assert {one.__name__ for one in bodies()} - {one.__name__ for one in QUICK} <= {
        "UserSerializer",
        "ProfileChanges",
    }


@pytest.mark.parametrize("body", QUICK, ids=lambda one: f"{one.__module__}.{one.__qualname__}")
def test_every_body_there_is_refuses_and_takes_the_same_both_ways(body: type[Strict]) -> None:
    assert urls.api
    samples: list[Any] = [None, {}, [], {"no such field": 1}]
    names = [field.field_name for field in body()._writable_fields]
    for value in (
        "a",
        1,
        None,
        "2026-01-31",
        "1.25",
        [],
        [{}],
        True,
        ["a"],
        "00000000-0000-0000-0000-000000000001",
    ):
        samples.append(dict.fromkeys(names, value))
        samples += [{name: value} for name in names]
    for data in samples:
        assert by(Reader(body).run_validation, data) == by(body().run_validation, data), data
