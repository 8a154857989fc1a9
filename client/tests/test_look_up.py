"""A scan on any screen opens what it names: a document, a count that goes on, a product; it never changes anything."""

import asyncio
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from fake_control import COUNT, Control
from fakes import api_for, label

from stillage_client.scans import Answer, Scan
from stillage_client.screens.shell import TAKE_SCANS, look_up
from stillage_client.session import Session


class Visitor:
    """Somebody who may see counts, as far as looking up asks."""

    warehouse = "MAIN"

    def __init__(self, server: Control, *rights: str) -> None:
        self.api, self.rights, self.went = api_for(server), rights, list[str]()

    def can(self, right: str) -> bool:
        return right in self.rights

    def scan(self, code: str) -> Answer:
        scan = Scan(code=code, id="one", at=datetime.now(UTC), user="manager")
        return asyncio.run(look_up(cast(Session, self), self.went.append, scan))


class Counting(Control):
    """So many counts go on."""

    going = 1

    def _answer(self, request: Any, path: str) -> tuple[int, Any]:
        if path == "counts":
            one = self._whole_count()
            return 200, {
                "results": [one | {"number": f"CT-00000{n + 1}"} for n in range(self.going)],
                "next": None,
            }
        return super()._answer(request, path)


@pytest.fixture
def server() -> Counting:
    made = Counting()
    made.product("HPA-330", "Harrow Pale Ale")
    return made


@pytest.mark.parametrize(
    ("code", "route"),
    [
        ("TR-000012", "/transfers/TR-000012"),
        ("rc-000001", "/recalls/RC-000001"),
        ("CT-000003", "/count/CT-000003"),
    ],
)
def test_a_documents_number_opens_it_without_asking_the_server(
    server: Counting, code: str, route: str
) -> None:
    visitor = Visitor(server)
    assert visitor.scan(code).kind == "ready"
    assert (visitor.went, server.asked) == ([route], [])


@pytest.mark.parametrize(("going", "route"), [(1, f"/count/{COUNT}"), (0, "/counts"), (2, "/counts")])
def test_the_command_to_count_opens_the_one_count_that_goes_on(
    server: Counting, going: int, route: str
) -> None:
    server.going = going
    visitor = Visitor(server, "counts.view")
    visitor.scan("STL-CMD-COUNT")
    assert visitor.went == [route]


def test_who_may_see_no_counts_is_led_nowhere(server: Counting) -> None:
    visitor = Visitor(server)
    assert visitor.scan("STL-CMD-COUNT").kind == "error"
    assert visitor.went == []


def test_goods_open_their_product(server: Counting) -> None:
    visitor = Visitor(server)
    visitor.scan(label(server.products["HPA-330"], "L1"))
    assert visitor.went == ["/products/HPA-330"]


@pytest.mark.parametrize(
    ("address", "takes"),
    [
        ("/count/CT-000001", True),
        ("/counts/CT-000001", False),
        ("/recalls/new", True),
        ("/recalls/RC-000001", False),
    ],
)
def test_only_screens_with_a_use_for_scans_keep_them(address: str, takes: bool) -> None:
    assert address.startswith(TAKE_SCANS) is takes
