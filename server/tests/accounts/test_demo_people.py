"""The people of the demonstration, and the question a start asks before it lets others in (SAFETY A13)."""

import pytest

from stillage.accounts.models import User
from stillage.accounts.operations import create_demo_people, demo_accounts_exist, update_user
from stillage.accounts.roles import role_of
from stillage.core.actor import service
from stillage.core.clock import now
from stillage.places.operations import open_warehouse
from tests.people import anonymous_client, make_user

pytestmark = pytest.mark.django_db
NAMES = ["admin", "manager", "buyer", "sales", "picker", "auditor"]


def made() -> list[User]:
    codes = ("MAIN", "NORTH")
    return create_demo_people([open_warehouse(code=code, name=code, timezone="UTC") for code in codes])


def test_one_of_each_role_can_sign_in() -> None:
    people = made()
    assert [user.username for user in people] == NAMES
    assert [role_of(group.name for group in user.groups.all()) for user in people] == NAMES
    for name in NAMES:
        answer = anonymous_client().post("/api/v1/auth/token", {"username": name, "password": "stillage"})
        assert answer.status_code == 200, name


def test_the_picker_works_in_the_first_warehouse_only() -> None:
    people = {user.username: user for user in made()}
    assert [one.code for one in people["picker"].warehouses.all()] == ["MAIN"]
    assert {name for name in NAMES if people[name].all_warehouses} == set(NAMES) - {"picker"}


def test_making_them_twice_changes_nothing() -> None:
    first = made()
    again = create_demo_people([])
    assert [user.pk for user in again] == [user.pk for user in first]
    assert User.objects.count() == 6


def test_they_are_known_to_exist_until_each_has_another_password_or_is_dismissed() -> None:
    make_user("admin")
    assert not demo_accounts_exist()
    people = made()
    for number, user in enumerate(people):
        assert demo_accounts_exist()
        if number % 2:
            update_user(actor=service("test"), user=user, is_active=False, at=now())
        else:
            update_user(actor=service("test"), user=user, password="a password of one's own", at=now())
    assert not demo_accounts_exist()


def test_a_change_of_ones_own_password_makes_an_account_a_real_one() -> None:
    made()
    User.objects.exclude(username="buyer").delete()
    pair = anonymous_client().post("/api/v1/auth/token", {"username": "buyer", "password": "stillage"}).json()
    changed = anonymous_client().post(
        "/api/v1/auth/password",
        {"current_password": "stillage", "new_password": "an entirely new sentence"},
        HTTP_AUTHORIZATION=f"Bearer {pair['access']}",
    )
    assert changed.status_code == 200
    assert not demo_accounts_exist()
