"""A move of 100 lines, against single movements by pgbench and against the same bulk SQL."""

from __future__ import annotations

import random
import uuid

from fill import sign_in
from harness import Run, World, hammer, interleave, middle, pgbench
from results import Result
from statements import captured, documents, minimal

from scenarios.movement import PRODUCTS, line, move

NAME = "bulk"
LINES = 100


def run(world: World) -> list[Result]:
    assert world.served
    token = sign_in()
    numbers = random.sample(range(1, PRODUCTS + 1), LINES * (20 if world.quick else 60))
    groups = [numbers[start : start + LINES] for start in range(0, len(numbers), LINES)]
    keys = [uuid.uuid4().hex for _ in groups]
    captures = [
        captured(lambda ks=ks, key=key: move(ks, key=key, token=token))
        for ks, key in zip(groups, keys, strict=True)
    ]
    bulk = documents(world.url, captures, keys=keys, table="bench_document")
    sent = [
        ("POST", "/api/v1/stock/move", {"lines": [line(k) for k in ks], "reference": "bench"})
        for ks in groups
    ]

    def single() -> Run:
        return pgbench(world.url, minimal(PRODUCTS), seconds=world.seconds, postmaster=world.postmaster)

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
            world.url,
            bulk.text,
            seconds=world.seconds,
            postmaster=world.postmaster,
            constants=bulk.constants,
        )

    by_rest()
    singles, rest, same = interleave(world.rounds, single, by_rest, by_pgbench)
    for name, runs in (("single", singles), ("REST", rest), ("bulk SQL", same)):
        world.say(
            f"{name:10} {middle(runs, 'rate'):8,.0f}/s {middle(runs, 'cpu_each'):8,.0f} µs CPU each"
            f" (server {middle(runs, 'server_each'):,.0f})"
        )
    lines = middle(rest, "rate") * LINES
    return [
        Result(
            "100-line move: lines/s ÷ pgbench's least single movements/s",
            lines / middle(singles, "rate"),
            "×",
            must=3,
            aim=5,
            note=f"{len(captures[0])} statements, {lines:,.0f} lines/s",
        ),
        Result(
            "the same, CPU of a single movement ÷ CPU of a line",
            middle(singles, "cpu_each") / (middle(rest, "cpu_each") / LINES),
            "×",
        ),
        Result(
            "100-line move ÷ pgbench sending the same bulk SQL, rate",
            middle(rest, "rate") / middle(same, "rate"),
            must=0.4,
            aim=0.65,
        ),
        Result("the same, CPU", middle(same, "cpu_each") / middle(rest, "cpu_each")),
    ]
