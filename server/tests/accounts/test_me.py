"""Oneself: who I am, what I may, where I stand."""

from typing import Any

import pytest

from stillage.accounts.roles import ROLES
from stillage.audit.models import Entry
from stillage.places.models import Warehouse
from stillage.places.operations import open_warehouse
from tests.people import Client, anonymous_client, new_key, signed_in_client

pytestmark = pytest.mark.django_db
ME = "/api/v1/auth/me"


def warehouse(code: str) -> Warehouse:
    return open_warehouse(code=code, name=code.title(), timezone="UTC")


def me(client: Client) -> dict[str, Any]:
    return dict(client.get(ME).json())


def test_it_says_everything_the_screens_need() -> None:
    main = warehouse("MAIN")
    client = signed_in_client("picker", warehouses=[main], username="piet", full_name="Piet Rowan")
    assert client.user is not None
    assert me(client) == {
        "id": client.user.pk,
        "username": "piet",
        "full_name": "Piet Rowan",
        "email": "",
        "role": "picker",
        "roles": ["picker"],
        "permissions": sorted(ROLES["picker"]),
        "all_warehouses": False,
        "warehouses": [{"id": main.pk, "code": "MAIN", "name": "Main"}],
        "warehouse": "MAIN",
        "language": "en",
    }
    assert anonymous_client().get(ME).status_code == 401


def test_who_works_everywhere_sees_all_open_warehouses_and_chooses_where_he_stands() -> None:
    main, north = warehouse("MAIN"), warehouse("NORTH")
    Warehouse.objects.create(code="SHUT", name="Shut", is_active=False)
    client = signed_in_client("manager")
    assert [one["code"] for one in me(client)["warehouses"]] == ["MAIN", "NORTH"]
    assert me(client)["warehouse"] is None
    assert client.patch(ME, {"warehouse": "NORTH"}).json()["warehouse"] == "NORTH"
    assert client.patch(ME, {"warehouse": main.pk}).json()["warehouse"] == "MAIN"
    assert client.patch(ME, {"warehouse": None}).json()["warehouse"] is None
    assert north.code == "NORTH"


def test_name_and_language_change_and_are_written_down() -> None:
    client = signed_in_client("picker")
    answer = client.patch(ME, {"full_name": "Piet  Rowan", "language": "de"}, key=new_key())
    assert (answer.status_code, answer.json()["language"]) == (200, "de")
    entry = Entry.objects.get(action="user.update_profile")
    assert '"language":"de"' in (entry.after or "")
    client.patch(ME, {"language": "de"})
    assert Entry.objects.filter(action="user.update_profile").count() == 1
    assert client.user is not None
    client.user.refresh_from_db()
    assert client.user.version == 2


def test_a_warehouse_of_others_is_as_unknown_as_none() -> None:
    north = warehouse("NORTH")
    client = signed_in_client("picker", warehouses=[warehouse("MAIN")])
    answers = [client.patch(ME, {"warehouse": name}) for name in ("NORTH", north.pk, "NOWHERE", 999_999)]
    assert {answer.status_code for answer in answers} == {422}
    assert len({answer.content for answer in answers}) == 1


@pytest.mark.parametrize(
    "field", ["role", "roles", "permissions", "all_warehouses", "warehouses", "is_active", "id"]
)
def test_nothing_else_about_oneself_can_be_set(field: str) -> None:
    answer = signed_in_client("picker").patch(ME, {field: "admin"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "unknown_field"
