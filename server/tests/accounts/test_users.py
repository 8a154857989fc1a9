"""People: made, changed and dismissed by those who may, and never beyond their own rights."""

from typing import Any

import pytest

from stillage.accounts.models import User
from stillage.accounts.roles import ROLES
from stillage.audit.models import Entry
from stillage.places.models import Warehouse
from stillage.places.operations import open_warehouse
from tests.people import Client, anonymous_client, make_user, new_key, signed_in_client

pytestmark = pytest.mark.django_db
USERS = "/api/v1/users"
BODY = {"username": "piet", "role": "picker", "password": "a sentence nobody tries"}


def warehouse(code: str) -> Warehouse:
    return open_warehouse(code=code, name=code.title(), timezone="UTC")


def names(client: Client, **parameters: Any) -> list[str]:
    answer = client.get(USERS, parameters)
    assert answer.status_code == 200, answer.content
    return [row["username"] for row in answer.json()["results"]]


def test_somebody_new_can_sign_in_and_sees_the_warehouses_given() -> None:
    warehouse("MAIN"), warehouse("NORTH")
    admin = signed_in_client("admin")
    answer = admin.post(
        USERS, {**BODY, "full_name": "Piet Rowan", "email": "piet@example.org", "warehouses": ["MAIN"]}
    )
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert answer["ETag"] == '"1"'
    assert {name: made[name] for name in ("username", "full_name", "email", "role", "warehouses")} == {
        "username": "piet",
        "full_name": "Piet Rowan",
        "email": "piet@example.org",
        "role": "picker",
        "warehouses": ["MAIN"],
    }
    assert (made["all_warehouses"], made["is_active"], made["last_login"], made["version"]) == (
        False,
        True,
        None,
        1,
    )
    assert "password" not in made
    pair = (
        anonymous_client()
        .post("/api/v1/auth/token", {"username": "piet", "password": BODY["password"]})
        .json()
    )
    me = anonymous_client().get("/api/v1/auth/me", HTTP_AUTHORIZATION=f"Bearer {pair['access']}").json()
    assert [one["code"] for one in me["warehouses"]] == ["MAIN"]
    assert me["warehouse"] == "MAIN"
    entry = Entry.objects.get(action="user.create")
    assert entry.object_label == "piet"
    assert "argon2" not in (entry.after or "")
    assert "password" not in (entry.after or "")


@pytest.mark.parametrize("role", list(ROLES))
def test_only_those_who_may_see_or_change_people_do(role: str) -> None:
    client = signed_in_client(role)
    other = make_user()
    may_view, may_change = "users.view" in ROLES[role], "users.change" in ROLES[role]
    assert client.get(USERS).status_code == (200 if may_view else 403)
    assert client.get("/api/v1/roles").status_code == (200 if may_view else 403)
    assert client.get(f"{USERS}/{other.pk}").status_code == (200 if may_view else 403)
    assert client.post(USERS, BODY).status_code == (201 if may_change else 403)
    changed = client.patch(f"{USERS}/{other.pk}", {"full_name": "X"}, version=1)
    assert changed.status_code == (200 if may_change else 403)
    assert client.delete(f"{USERS}/{other.pk}", version=1).status_code == (409 if may_change else 403)
    assert anonymous_client().get(USERS).status_code == 401


def test_two_who_edit_the_same_person_do_not_overwrite_each_other() -> None:
    admin, piet = signed_in_client("admin"), make_user("picker", username="piet")
    one = f"{USERS}/piet"
    assert admin.patch(one, {"full_name": "A"}).status_code == 428
    assert admin.patch(one, {"full_name": "A"}, version=1).json()["version"] == 2
    stale = admin.patch(one, {"full_name": "B"}, version=1)
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    piet.refresh_from_db()
    assert piet.full_name == "A"


def test_nobody_changes_his_own_rights_but_may_correct_his_name() -> None:
    main = warehouse("MAIN")
    admin = signed_in_client("admin", warehouses=[main])
    assert admin.user is not None
    own = f"{USERS}/{admin.user.pk}"
    for change in (
        {"role": "manager"},
        {"all_warehouses": True},
        {"warehouses": []},
        {"is_active": False},
        {"password": "another long sentence"},
    ):
        answer = admin.patch(own, change, version=1)
        assert (answer.status_code, answer.json()["code"]) == (403, "beyond_own_rights"), change
    unchanged = {"full_name": "Ada", "role": "admin", "warehouses": ["MAIN"], "is_active": True}
    assert admin.patch(own, unchanged, version=1).status_code == 200


def test_the_last_administrator_of_all_warehouses_stays() -> None:
    main = warehouse("MAIN")
    first = signed_in_client("admin")
    second = make_user("admin")
    make_user("admin", warehouses=[main])
    assert first.user is not None
    one = f"{USERS}/{second.pk}"
    assert first.patch(one, {"is_active": False}, version=1).status_code == 200
    User.objects.filter(pk=second.pk).update(is_active=True)
    # The one who asks is dismissed in the very moment before; nobody would be left.
    first.user.groups.clear()
    third = signed_in_client("admin", warehouses=[main])
    User.objects.filter(pk=third.user.pk if third.user else 0).update(all_warehouses=True, is_active=True)
    assert third.patch(one, {"role": "picker"}, version=2).status_code == 200


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": "manager"}, {"all_warehouses": False}])
def test_a_service_cannot_remove_the_last_administrator_either(change: dict[str, Any]) -> None:
    from stillage.accounts.errors import LastAdmin
    from stillage.accounts.operations import update_user
    from stillage.core.actor import service
    from stillage.core.clock import now

    make_user("admin", is_active=False)
    make_user("admin", warehouses=[])
    last = make_user("admin")
    with pytest.raises(LastAdmin):
        update_user(actor=service("command line"), user=last, at=now(), **change)


def test_an_administrator_of_one_warehouse_gives_no_more_than_that() -> None:
    main, north = warehouse("MAIN"), warehouse("NORTH")
    admin = signed_in_client("admin", warehouses=[main])
    assert admin.post(USERS, {**BODY, "warehouses": ["MAIN"]}).status_code == 201
    everywhere = admin.post(USERS, {**BODY, "username": "puppet", "all_warehouses": True})
    assert (everywhere.status_code, everywhere.json()["code"]) == (403, "beyond_own_rights")
    for name in ("NORTH", north.pk, "NOWHERE"):
        answer = admin.post(USERS, {**BODY, "username": "puppet", "warehouses": [name]})
        assert answer.status_code == 422
        assert answer.json()["errors"] == [
            {"pointer": "/warehouses/0", "code": "unknown_warehouse", "detail": "There is no such warehouse."}
        ]
    assert not User.objects.filter(username="puppet").exists()


def test_nobody_takes_over_the_account_of_somebody_with_more() -> None:
    main, north = warehouse("MAIN"), warehouse("NORTH")
    admin = signed_in_client("admin", warehouses=[main])
    chief, both = make_user("admin"), make_user("picker", warehouses=[main, north])
    for target in (chief, both):
        for change in ({"password": "mine from now on!"}, {"is_active": False}, {"full_name": "X"}):
            answer = admin.patch(f"{USERS}/{target.pk}", change, version=1)
            assert (answer.status_code, answer.json()["code"]) == (403, "beyond_own_rights")


def test_a_manager_sees_the_people_of_his_warehouses_and_those_of_none() -> None:
    main, north = warehouse("MAIN"), warehouse("NORTH")
    make_user("picker", username="in-main", warehouses=[main])
    make_user("picker", username="in-both", warehouses=[main, north])
    hidden = make_user("picker", username="in-north", warehouses=[north])
    make_user("picker", username="in-none", warehouses=[])
    make_user("admin", username="in-all")
    manager = signed_in_client("manager", warehouses=[main], username="me")
    assert names(manager) == ["in-all", "in-both", "in-main", "in-none", "me"]
    assert manager.get(f"{USERS}/{hidden.pk}").status_code == 404
    assert manager.get(f"{USERS}/in-north").status_code == 404
    assert manager.get(f"{USERS}/in-both").json()["warehouses"] == ["MAIN"]


def test_people_are_found_by_name_role_and_state() -> None:
    make_user("picker", username="piet", full_name="Piet Rowan", is_active=False)
    make_user("buyer", username="bram", full_name="Bram Hollis", email="bram@example.org")
    admin = signed_in_client("admin", username="ada")
    assert names(admin, search="rowan") == ["piet"]
    assert names(admin, search="example.org") == ["bram"]
    assert names(admin, role="buyer") == ["bram"]
    assert names(admin, is_active="false") == ["piet"]
    assert names(admin, ordering="-username") == ["piet", "bram", "ada"]
    assert admin.get(USERS, {"rolle": "buyer"}).status_code == 400
    page = admin.get(USERS, {"limit": 2, "count": "true"}).json()
    assert (len(page["results"]), page["count"]) == (2, 3)


def test_the_list_costs_the_same_for_one_as_for_many(django_assert_num_queries: Any) -> None:
    admin, main = signed_in_client("admin"), warehouse("MAIN")
    for _ in range(10):
        make_user("picker", warehouses=[main])
    with django_assert_num_queries(4):
        admin.get(USERS)


def test_a_password_set_by_an_administrator_ends_every_session_and_is_written_down() -> None:
    admin, piet = signed_in_client("admin"), signed_in_client("picker", username="piet")
    answer = admin.patch(f"{USERS}/piet", {"password": "a quite new sentence"}, version=1)
    assert answer.status_code == 200, answer.content
    assert piet.get("/api/v1/auth/me").status_code == 401
    assert Entry.objects.get(action="user.set_password").object_label == "piet"
    body = {"username": "piet", "password": "a quite new sentence"}
    assert anonymous_client().post("/api/v1/auth/token", body).status_code == 200


def test_a_dismissed_person_who_comes_back_signs_in_anew() -> None:
    admin, piet = signed_in_client("admin"), signed_in_client("picker", username="piet")
    one = f"{USERS}/piet"
    assert admin.patch(one, {"is_active": False}, version=1).status_code == 200
    assert admin.patch(one, {"is_active": True}, version=2).status_code == 200
    assert piet.get("/api/v1/auth/me").status_code == 401


def test_the_warehouse_one_stands_in_goes_with_the_right_to_it() -> None:
    main, north = warehouse("MAIN"), warehouse("NORTH")
    admin = signed_in_client("admin")
    piet = signed_in_client("picker", username="piet", warehouses=[main, north], warehouse=main)
    assert piet.get("/api/v1/auth/me").json()["warehouse"] == "MAIN"
    assert admin.patch(f"{USERS}/piet", {"warehouses": ["NORTH"]}, version=1).status_code == 200
    assert piet.get("/api/v1/auth/me").json()["warehouse"] == "NORTH"
    assert User.objects.get(username="piet").warehouse is None


def test_a_name_is_taken_in_every_case_and_stays_as_it_is() -> None:
    admin = signed_in_client("admin")
    made = admin.post(USERS, BODY).json()
    again = admin.post(USERS, {**BODY, "username": "PIET"})
    assert (again.status_code, again.json()["code"]) == (409, "already_exists")
    renamed = admin.patch(f"{USERS}/{made['id']}", {"username": "peter"}, version=1)
    assert renamed.json()["errors"][0]["code"] == "fixed"
    assert admin.patch(f"{USERS}/{made['id']}", {"username": "Piet"}, version=1).status_code == 200


def test_all_roles_are_listed_with_what_they_may_do() -> None:
    rows = signed_in_client("auditor").get("/api/v1/roles").json()
    assert {row["name"]: set(row["permissions"]) for row in rows["results"]} == {
        name: set(permissions) for name, permissions in ROLES.items()
    }


def test_the_same_key_makes_one_person_also_after_a_refresh_and_tells_another_nothing() -> None:
    admin = signed_in_client("admin")
    key = new_key()
    first = admin.post(USERS, BODY, key=key)
    assert admin.pair is not None
    pair = admin.post("/api/v1/auth/token/refresh", {"refresh": admin.pair.refresh}).json()
    admin.credentials(HTTP_AUTHORIZATION=f"Bearer {pair['access']}")
    again = admin.post(USERS, BODY, key=key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again["Idempotent-Replay"] == "true"
    other_body = admin.post(USERS, {**BODY, "password": "a different sentence"}, key=key)
    assert (other_body.status_code, other_body.json()["code"]) == (409, "idempotency_conflict")
    somebody_else = signed_in_client("admin").post(USERS, BODY, key=key)
    assert (somebody_else.status_code, somebody_else.json()["code"]) == (409, "already_exists")
    assert "Idempotent-Replay" not in somebody_else
    assert User.objects.filter(username="piet").count() == 1
