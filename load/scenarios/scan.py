"""A GS1 code through POST scan, against the look-up as plain SQL; and reading the code alone."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from fill import Numbers, gtin, sign_in
from harness import Run, World, hammer, interleave, middle, milliseconds, pgbench
from results import Result
from statements import head

from scenarios.movement import PRODUCTS

NAME = "scan"
LOOK_UP = """
SELECT k.id, k.name, k.units_per_pack, p.id, p.sku, p.name, l.id, l.number, l.expiry_date, b.id, b.on_hand, b.allocated,
 x.full_code FROM catalogue_pack k JOIN catalogue_product p ON p.id = k.product_id
 JOIN stock_lot l ON l.product_id = p.id AND l.number = ('L' || :i2000000)
 JOIN stock_balance b ON b.lot_id = l.id JOIN places_location x ON x.id = b.location_id
 WHERE k.gtin = (SELECT gtin FROM catalogue_pack WHERE product_id = :i1000000 AND name = 'case')
 ORDER BY l.last_sale_date, x.pick_sequence;
"""


def label(k: int) -> str:
    """What a scanner sends for a case: GTIN, expiry date, lot."""
    return f"]C101{gtin(k)}1728123110{Numbers(k).lot}"


def requests() -> list[tuple[str, str, Any]]:
    return [
        ("POST", "/api/v1/scan", {"data": label(k), "warehouse": "MAIN"})
        for k in random.sample(range(1, PRODUCTS + 1), 1000)
    ]


def run(world: World) -> list[Result]:
    from stillage.scanning.gs1 import parse

    assert world.served
    token, sent = sign_in(), requests()
    look_up = "\n".join([*head(PRODUCTS), " ".join(LOOK_UP.split()), ""])

    def by_rest() -> Run:
        return hammer(
            world.served,
            token=token,
            requests=sent,
            seconds=world.seconds,
            also=[world.postmaster],
            expect=200,
        )

    def by_pgbench() -> Run:
        return pgbench(world.url, look_up, seconds=world.seconds, postmaster=world.postmaster)

    first = by_rest()
    if '"lot_id":2' not in first.details["sample"]:
        raise RuntimeError(f"the code was not understood: {first.details['sample'][:500]}")
    raws, scans = interleave(world.rounds, by_pgbench, by_rest)
    codes, today = [label(k) for k in range(1, 500)], dt.date(2026, 11, 22)
    each = milliseconds(lambda: [parse(code, today=today) for code in codes], times=9) / len(codes) * 1000
    return [
        Result(
            "scan of a GS1-128 label ÷ its look-up as one statement by pgbench, CPU",
            middle(raws, "cpu_each") / middle(scans, "cpu_each"),
            note=f"{middle(scans, 'rate'):,.0f} scans/s",
        ),
        Result("reading the code alone", each, " µs"),
        Result("its share of a scan's CPU", each / middle(scans, "cpu_each") * 100, " %"),
    ]
