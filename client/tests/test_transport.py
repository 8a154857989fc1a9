"""The transport against a small real server on loopback: tokens, keys, retries, refusals."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from loopback import Server, free_port, serving
from small_server import SmallServer

from stillage_client.api import auth, catalogue, imports, stock
from stillage_client.api.records import Me, Operation, Product
from stillage_client.api.transport import Api, Refused, Tokens, Unauthorized, Unreachable, Unreadable, new_key

LINE = stock.ReceiveLine(
    product="ALE-330", lot="L1", location="MAIN/RECV", quantity=24, unit_cost=Decimal("0.49")
)


@pytest.fixture
def small() -> SmallServer:
    return SmallServer()


@pytest.fixture
def server(small: SmallServer) -> Iterator[Server]:
    with serving(small.asgi) as running:
        yield running


def talk(server: Server, story: Callable[[Api], Awaitable[Any]], **more: Any) -> Any:
    """Run one story with a signed-in Api."""

    async def run() -> Any:
        api = Api(server.url, **more)
        try:
            await api.sign_in("manager", "stillage")
            return await story(api)
        finally:
            await api.close()

    return asyncio.run(run())


def test_a_wrong_password_is_said_in_plain_words(server: Server) -> None:
    async def story() -> None:
        api = Api(server.url)
        with pytest.raises(Unauthorized) as refused:
            await api.sign_in("manager", "wrong")
        assert refused.value.sentence == "That name and password do not match."
        await api.close()

    asyncio.run(story())


def test_answers_become_records_and_unknown_fields_are_passed_over(server: Server) -> None:
    me = talk(server, auth.me)
    assert isinstance(me, Me)
    assert [place.code for place in me.warehouses] == ["MAIN", "WEST"]


def test_five_parallel_calls_after_expiry_refresh_once(server: Server, small: SmallServer) -> None:
    small.refresh_seconds = 0.2

    async def story(api: Api) -> None:
        small.expire_all()
        names = await asyncio.gather(*(auth.me(api) for _ in range(5)))
        assert {me.username for me in names} == {"manager"}

    talk(server, story)
    assert small.calls["POST /api/v1/auth/token/refresh"] == 1


def test_two_tabs_with_the_same_tokens_refresh_once_and_both_go_on(
    server: Server, small: SmallServer
) -> None:
    async def story(api: Api) -> None:
        assert api.tokens is not None
        other = Api(server.url)
        await other.adopt(Tokens.of(api.tokens.access, api.tokens.refresh))
        small.expire_all()
        await asyncio.gather(auth.me(api), auth.me(other))
        small.expire_all()
        await auth.me(other)
        await auth.me(api)
        await other.close()

    talk(server, story)
    assert small.calls["POST /api/v1/auth/token/refresh"] == 2


def test_a_spent_refresh_token_ends_the_sign_in_everywhere(server: Server, small: SmallServer) -> None:
    heard: list[Any] = []

    async def note(tokens: Tokens | None) -> None:
        heard.append(tokens)

    async def story(api: Api) -> None:
        assert api.tokens is not None
        other = Api(server.url, on_tokens=note)
        await other.adopt(Tokens.of(api.tokens.access, api.tokens.refresh))
        small.expire_all()
        small.refresh.clear()
        with pytest.raises(Unauthorized):
            await auth.me(api)
        with pytest.raises(Unauthorized):
            await auth.me(other)
        await other.close()

    talk(server, story)
    assert heard[-1] is None


def test_signing_out_in_one_tab_signs_out_the_other(server: Server, small: SmallServer) -> None:
    async def story(api: Api) -> None:
        assert api.tokens is not None
        other = Api(server.url)
        await other.adopt(Tokens.of(api.tokens.access, api.tokens.refresh))
        await auth.sign_out(api)
        assert other.tokens is None
        await other.close()

    talk(server, story)
    assert not small.refresh


def test_a_lost_answer_to_a_write_is_asked_for_again_with_the_same_key(
    server: Server, small: SmallServer
) -> None:
    async def story(api: Api) -> Operation:
        small.lose_answers = 2
        return await stock.receive(api, [LINE])

    done = talk(server, story)
    assert done.operation_id == "op-1"
    assert small.calls["POST /api/v1/stock/receive"] == 3
    assert small.effects == [
        {
            "lines": [
                {
                    "product": "ALE-330",
                    "lot": "L1",
                    "location": "MAIN/RECV",
                    "quantity": 24,
                    "unit_cost": "0.49",
                }
            ]
        }
    ]


def test_the_callers_key_survives_a_second_try_by_hand(server: Server, small: SmallServer) -> None:
    async def story(api: Api) -> None:
        key = new_key()
        small.lose_answers = 3
        with pytest.raises(Unreachable):
            await stock.receive(api, [LINE], key=key)
        assert (await stock.receive(api, [LINE], key=key)).operation_id == "op-1"

    talk(server, story)
    assert len(small.effects) == 1


def test_a_write_after_expiry_keeps_its_key(server: Server, small: SmallServer) -> None:
    async def story(api: Api) -> None:
        small.expire_all()
        await stock.receive(api, [LINE])

    talk(server, story)
    keys = [headers["idempotency-key"] for method, path, headers in small.seen if path.endswith("/receive")]
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_a_refusal_names_every_fault(server: Server) -> None:
    async def story(api: Api) -> None:
        line = stock.ScrapLine(product=1, lot=1, location=1, quantity=100, reason="broken")
        with pytest.raises(Refused) as refused:
            await stock.scrap(api, [line])
        assert (refused.value.status, refused.value.code) == (422, "insufficient_stock")
        assert refused.value.errors[0].pointer == "/lines/0/quantity"
        assert refused.value.sentence == "1 line was refused. Only 88 are free."

    talk(server, story)


def test_a_stale_change_is_refused_by_version(server: Server) -> None:
    async def story(api: Api) -> None:
        product = await catalogue.product(api, "ALE 330")
        assert product.sku == "ALE 330"
        assert (await catalogue.change_product(api, product, name="Ale")).version == 3
        with pytest.raises(Refused) as refused:
            await catalogue.change_product(api, Product(id=12, sku="x", name="x", version=2), name="Ale")
        assert "Somebody changed this" in refused.value.sentence

    talk(server, story)


def test_a_fault_of_the_server_is_not_shown_raw(server: Server) -> None:
    async def story(api: Api) -> None:
        with pytest.raises(Refused) as refused:
            await api.get("boom")
        assert "<" not in refused.value.sentence

    talk(server, story)


def test_a_file_comes_down_with_its_name(server: Server) -> None:
    export = talk(server, lambda api: imports.export(api, "products"))
    assert (export.file_name, export.content) == ("products.csv", b"sku\n")


def test_silence_is_told_and_so_is_the_first_answer_after_it(small: SmallServer) -> None:
    reached: list[bool] = []
    port = free_port()

    async def story() -> None:
        api = Api(f"http://127.0.0.1:{port}", on_reach=reached.append)
        assert not await api.alive()
        with pytest.raises(Unreachable) as lost:
            await api.sign_in("manager", "stillage")
        assert "Nothing you did is lost" in lost.value.sentence
        with serving(small.asgi, port):
            assert await api.alive()
        await api.close()

    asyncio.run(story())
    assert reached == [False, False, True]


def test_the_server_hears_the_persons_address_and_language(server: Server, small: SmallServer) -> None:
    talk(server, auth.me, address="192.0.2.7", user_agent="Handheld 9")
    headers = small.seen[-1][2]
    assert headers["x-forwarded-for"] == "192.0.2.7"
    assert headers["user-agent"] == "Handheld 9"
    assert headers["accept-language"] == "en"


def test_a_record_without_what_it_needs_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        Product.read({"sku": "ALE-330"})
    with pytest.raises(Unreadable):
        Product.read({"id": "twelve", "sku": "ALE-330", "name": "Ale"})


def test_no_key_is_made_twice() -> None:
    keys = {new_key() for _ in range(1000)}
    assert len(keys) == 1000
    assert all(16 <= len(key) <= 128 for key in keys)
