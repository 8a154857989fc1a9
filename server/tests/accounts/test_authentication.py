"""Whatever changes about somebody bites at the next request, in one statement (SAFETY A3)."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stillage.accounts.models import Session, User
from stillage.accounts.operations import end_sessions, update_user
from stillage.core.actor import service
from stillage.core.clock import now
from stillage.places.models import Warehouse
from stillage.places.operations import open_warehouse
from tests.people import Client, make_user, signed_in_client

pytestmark = pytest.mark.django_db
ADDRESSES = [
    "/api/v1/auth/me",
    "/api/v1/warehouses",
    "/api/v1/locations",
    "/api/v1/users",
    "/api/v1/auth/sessions",
]


def warehouse(code: str) -> Warehouse:
    return open_warehouse(code=code, name=code.title(), timezone="UTC")


def statuses(client: Client) -> set[int]:
    return {client.get(address).status_code for address in ADDRESSES}


def row(client: Client) -> User:
    assert client.user is not None
    return client.user


def dismissed_by_hand(client: Client) -> None:
    User.objects.filter(pk=row(client).pk).update(is_active=False)


def dismissed(client: Client) -> None:
    update_user(actor=service("test"), user=row(client), is_active=False, at=now())


def password_set(client: Client) -> None:
    update_user(actor=service("test"), user=row(client), password="a quite new sentence", at=now())


def deleted(client: Client) -> None:
    row(client).delete()


def signed_out_elsewhere(client: Client) -> None:
    end_sessions(actor=service("test"), user=row(client), reason="test", at=now())


def past_the_absolute_lifetime(client: Client) -> None:
    Session.objects.filter(user=row(client)).update(expires_at=now() - dt.timedelta(seconds=1))


@pytest.mark.parametrize(
    "change",
    [dismissed_by_hand, dismissed, password_set, deleted, signed_out_elsewhere, past_the_absolute_lifetime],
    ids=lambda change: change.__name__,
)
def test_a_token_in_hand_is_worth_nothing_from_the_next_request_on(change: Callable[[Client], None]) -> None:
    make_user("admin")
    client = signed_in_client("admin")
    assert statuses(client) == {200}
    change(client)
    assert statuses(client) == {401}
    assert client.pair is not None
    refresh = client.post("/api/v1/auth/token/refresh", {"refresh": client.pair.refresh})
    assert (refresh.status_code, refresh.json()["code"]) == (401, "invalid_token")


def test_a_new_role_holds_from_the_next_request_on() -> None:
    client = signed_in_client("admin")
    assert client.get("/api/v1/users").status_code == 200
    row(client).groups.set([Group.objects.get_or_create(name="picker")[0]])
    assert client.get("/api/v1/users").status_code == 403
    row(client).groups.clear()
    assert client.get("/api/v1/warehouses").status_code == 403
    row(client).groups.set([Group.objects.get_or_create(name="auditor")[0]])
    assert client.get("/api/v1/users").status_code == 200


def test_a_group_that_is_no_role_gives_nothing() -> None:
    client = signed_in_client(None)
    row(client).groups.set([Group.objects.create(name="superheroes")])
    assert client.get("/api/v1/auth/me").json()["permissions"] == []
    assert client.get("/api/v1/warehouses").status_code == 403


def test_warehouses_given_and_taken_hold_from_the_next_request_on() -> None:
    main, north = warehouse("MAIN"), warehouse("NORTH")
    client = signed_in_client("picker", warehouses=[main])

    def seen() -> list[str]:
        return [one["code"] for one in client.get("/api/v1/warehouses").json()["results"]]

    assert seen() == ["MAIN"]
    row(client).warehouses.add(north)
    assert seen() == ["MAIN", "NORTH"]
    row(client).warehouses.set([])
    assert seen() == []
    User.objects.filter(pk=row(client).pk).update(all_warehouses=True)
    assert seen() == ["MAIN", "NORTH"]


def test_who_acts_is_known_after_one_statement() -> None:
    client = signed_in_client("picker", warehouses=[warehouse("MAIN"), warehouse("NORTH")])
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/api/v1/roles").status_code == 403
    assert len(queries) == 1
