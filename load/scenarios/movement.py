"""One movement through REST, against the same SQL, against the least SQL, and against the usual way."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
from fill import Numbers, sign_in
from harness import ROOT, Run, World, free_port, gunicorn, hammer, interleave, keys, middle, pgbench, process
from results import Result
from statements import captured, minimal, script

NAME = "movement"
PRODUCTS = 20_000  # of the 50,000: as many lots as the comparison has


def line(k: int, quantity: int = 1) -> dict[str, Any]:
    """A line of a move of product k, by the names that people and scanners use."""
    n = Numbers(k)
    return {
        "product": n.sku,
        "lot": n.lot,
        "from_location": n.source,
        "to_location": n.target,
        "quantity": quantity,
    }


def move(ks: list[int], *, key: str, token: str) -> Any:
    """The request inside this process, for its SQL."""
    from rest_framework.test import APIClient

    answer = APIClient().post(
        "/api/v1/stock/move",
        {"lines": [line(k) for k in ks], "reference": "bench"},
        format="json",
        HTTP_HOST="127.0.0.1",
        HTTP_AUTHORIZATION=f"Bearer {token}",
        HTTP_IDEMPOTENCY_KEY=key,
    )
    if answer.status_code != 201:
        raise RuntimeError(answer.content.decode())
    return answer


def same_sql(ks: list[int]) -> tuple[Any, int]:
    """The pgbench script of a move of these products, and how many statements it holds."""
    token, found = sign_in(), []
    keys_ = [uuid.uuid4().hex for _ in range(3)]
    move(ks, key=keys_[0], token=token)  # the first request of a process asks for more
    for key in keys_[1:]:
        found.append(captured(lambda key=key: move(ks, key=key, token=token)))
    made = script(
        found[0],
        found[1],
        ks=ks,
        key=keys_[1],
        products=PRODUCTS,
        health=False,  # the session's statement finds out by itself whether the line still stands
    )
    return made, len(found[0])


@contextlib.contextmanager
def usual(world: World) -> Iterator[tuple[Any, str, str]]:
    """The comparison, filled and served the same way; its token and its database."""
    name = f"usual_{uuid.uuid4().hex[:6]}"
    with psycopg.connect(world.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    url = world.url.rsplit("/", 1)[0] + f"/{name}"
    environment = {
        **keys(),
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "usual_drf.settings",
        "PYTHONPATH": str(ROOT / "load"),
    }
    import os

    token = subprocess.run(
        [sys.executable, str(ROOT / "load/usual_drf/fill.py")],
        env={**os.environ, **environment},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout.strip()
    port = free_port()
    with process(
        gunicorn("usual_drf.wsgi:application", port=port),
        environment=environment,
        port=port,
        log=world.folder / "usual.log",
        ready="/api/movements/",
    ) as served:
        yield served, token, url


def usual_requests() -> list[tuple[str, str, Any]]:
    import random

    return [
        (
            "POST",
            "/api/movements/",
            {
                "product": k,
                "lot": k,
                "from_location": 1 + k % 5000,
                "to_location": 5001 + k % 5000,
                "quantity": 1,
                "reference": "bench",
            },
        )
        for k in random.sample(range(1, PRODUCTS + 1), 2000)
    ]


def requests() -> list[tuple[str, str, Any]]:
    import random

    return [
        ("POST", "/api/v1/stock/move", {"lines": [line(k)], "reference": "bench"})
        for k in random.sample(range(1, PRODUCTS + 1), 2000)
    ]


def run(world: World) -> list[Result]:
    made, statements = same_sql([1234])
    token, sent = sign_in(), requests()
    assert world.served

    def by_rest() -> Run:
        return hammer(
            world.served,
            token=token,
            requests=sent,
            seconds=world.seconds,
            also=[world.postmaster],
            expect=201,
        )

    def by_pgbench() -> Run:
        return pgbench(
            world.url, made.text, seconds=world.seconds, postmaster=world.postmaster, constants=made.constants
        )

    def least() -> Run:
        return pgbench(world.url, minimal(PRODUCTS), seconds=world.seconds, postmaster=world.postmaster)

    with usual(world) as (other, other_token, _):

        def by_usual() -> Run:
            return hammer(
                other,
                token=other_token,
                requests=usual_requests(),
                seconds=world.seconds,
                also=[world.postmaster],
                expect=201,
            )

        hammer(world.served, token=token, requests=sent, seconds=1, expect=201)
        hammer(other, token=other_token, requests=usual_requests(), seconds=1, expect=201)
        same, rest, small, usual_ = interleave(world.rounds, by_pgbench, by_rest, least, by_usual)
    for name, runs in (("same SQL", same), ("REST", rest), ("least SQL", small), ("usual DRF", usual_)):
        world.say(
            f"{name:10} {middle(runs, 'rate'):8,.0f}/s {middle(runs, 'cpu_each'):8,.0f} µs CPU each"
            f" (server {middle(runs, 'server_each'):,.0f})"
        )
    cpu, rate = middle(rest, "cpu_each"), middle(rest, "rate")
    return [
        Result(
            "one movement by REST ÷ pgbench sending the same SQL, CPU",
            middle(same, "cpu_each") / cpu,
            must=0.20,
            aim=0.40,
            note=f"{statements} statements of {cpu:,.0f} µs",
        ),
        Result("the same, rate", rate / middle(same, "rate"), note=f"{rate:,.0f}/s"),
        Result("one movement by REST ÷ pgbench with the least SQL, CPU", middle(small, "cpu_each") / cpu),
        Result("the same, rate", rate / middle(small, "rate")),
        Result(
            "one movement against the usual DRF way, CPU",
            middle(usual_, "cpu_each") / cpu,
            "×",
            must=5,
            aim=10,
            note=f"the usual way: {middle(usual_, 'cpu_each'):,.0f} µs, and without idempotency",
        ),
        Result("the same, rate", rate / middle(usual_, "rate"), "×"),
    ]
