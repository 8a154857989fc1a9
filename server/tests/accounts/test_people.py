"""The people of the tests are real to the API."""

import pytest

from stillage.places.operations import open_warehouse
from tests.people import anonymous_client, signed_in_client

pytestmark = pytest.mark.django_db


def test_a_client_that_is_signed_in_sees_its_warehouses_alone() -> None:
    main = open_warehouse(code="MAIN", name="Main", timezone="UTC")
    open_warehouse(code="NORTH", name="North", timezone="UTC")
    assert anonymous_client().get("/api/v1/warehouses").status_code == 401
    codes = [row["code"] for row in signed_in_client("picker").get("/api/v1/warehouses").json()["results"]]
    assert codes == ["MAIN", "NORTH"]
    codes = [
        row["code"] for row in signed_in_client(warehouses=[main]).get("/api/v1/warehouses").json()["results"]
    ]
    assert codes == ["MAIN"]


def test_a_client_sends_json_with_the_version_it_read() -> None:
    client = signed_in_client("admin")
    answer = client.post("/api/v1/warehouses", {"code": "MAIN", "name": "Main"}, key="a" * 20)
    assert answer.status_code == 201, answer.content
    one = f"/api/v1/warehouses/{answer.json()['id']}"
    assert client.patch(one, {"name": "Hall"}).status_code == 428
    assert client.patch(one, {"name": "Hall"}, version=9).status_code == 412
    assert client.patch(one, {"name": "Hall"}, version=1).json()["name"] == "Hall"
