"""The audit page: its filters in the address, what an entry changed, where it leads, and what the ledger's card says."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from stillage_client.api.audit_records import LedgerHealth
from stillage_client.api.records import AuditEntry
from stillage_client.screens.audit_state import AuditQuery, differences, said, thing_route
from stillage_client.screens.ledger_card import verdict


def entry(**given: Any) -> AuditEntry:
    return AuditEntry.read({"id": 1, "at": "2026-11-22T10:00:00Z", "action": "product.update", **given})


def test_filters_stand_in_the_address_and_come_back_from_it() -> None:
    query = AuditQuery(q="pale ale", user="7", kind="product", thing="12", period="week", warehouse="MAIN")
    assert AuditQuery.from_route(query.route()) == query
    assert AuditQuery.from_route("/audit") == AuditQuery()
    assert AuditQuery().route() == "/audit"


def test_days_are_asked_for_whole() -> None:
    today = date(2026, 11, 22)
    week = AuditQuery(period="week").asked(today=today)
    assert (week["since"], week["until"]) == ("2026-11-16T00:00:00+00:00", None)
    own = AuditQuery(period="own", since="2026-11-01", until="2026-11-03").asked(today=today)
    assert (own["since"], own["until"]) == ("2026-11-01T00:00:00+00:00", "2026-11-04T00:00:00+00:00")
    bad = AuditQuery(since="soon", until="x", user="ann").asked(today=today)
    assert (bad["since"], bad["until"], bad["user_id"]) == (None, None, None)


def test_only_what_changed_is_shown_and_nothing_has_braces() -> None:
    found = differences(
        entry(
            before={"name": "Pale", "price": "1.00", "packs": [{"name": "case", "units": 24}], "tags": ["a"]},
            after={
                "name": "Pale Ale",
                "price": "1.00",
                "packs": [{"name": "case", "units": 12}],
                "tags": ["a", "b"],
            },
        )
    )
    assert [(one.name, one.before, one.after) for one in found] == [
        ("name", "Pale", "Pale Ale"),
        ("packs 1 units", "24", "12"),
        ("tags", "a", "a, b"),
    ]
    assert not found[0].new
    made = differences(entry(before=None, after={"sku": "A", "note": ""}))
    assert [(one.name, one.after, one.new) for one in made] == [("sku", "A", True), ("note", "–", True)]
    gone = differences(entry(before={"sku": "A"}, after=None))
    assert [(one.before, one.after) for one in gone] == [("A", "–")]


def test_values_are_said_plainly() -> None:
    assert [said(one) for one in (None, "", [], True, 5, [1, 2])] == ["–", "–", "–", "yes", "5", "1, 2"]
    assert len(said("x" * 1000)) < 410


@pytest.mark.parametrize(
    ("kind", "pk", "label", "route"),
    [
        ("product", "3", "ALE-330", "/products/ALE-330"),
        ("customer", "3", "C/1", "/customers/C%2F1"),
        ("location", "3", "MAIN/A-01", "/locations/MAIN/A-01"),
        ("lot", "9", "HRD-330 L1: held everywhere", "/lots/9/trace"),
        ("allocation", "SO-000042", "5 of 5 units promised", "/orders/SO-000042"),
        ("sales_order", "4", "SO-000042 The Pub", "/orders/SO-000042"),
        ("count", "1", "CT-000001 MAIN", "/counts/CT-000001"),
        ("operation", "x", "1 x ALE-330", ""),
        ("database", "demo", "", ""),
    ],
)
def test_an_entry_leads_to_its_thing(kind: str, pk: str, label: str, route: str) -> None:
    assert thing_route(entry(object_type=kind, object_id=pk, object=label)) == route


def health(**last: Any) -> LedgerHealth:
    return LedgerHealth.read({"last": {"id": 1, **last}} if last else {})


def test_the_card_says_first_whether_the_books_agree() -> None:
    assert verdict(health())[:2] == ("mute", "Not checked yet")
    assert verdict(health(status="done"))[:2] == ("ok", "The books agree")
    assert verdict(health(status="done", finding_count=2))[:2] == ("expired", "2 things do not agree")
    assert verdict(health(status="failed"))[:2] == ("expired", "The check broke off")
