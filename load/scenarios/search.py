"""Searching 50,000 products, and the stock screen over 200,000 balances, against the first page; PostgreSQL."""

from __future__ import annotations

import statistics
from urllib.parse import quote

from fill import gtin, sign_in
from harness import Served, World
from reading import timed
from results import Result

NAME = "search"
PRODUCTS = "/api/v1/products"
AVAILABLE = "/api/v1/availability"
WORDS = {
    "a frequent word": "stout",
    "two words": "kestrel porter",
    "a rare number": "No. 113",
    "a SKU": "SKU-1031234",
    "a GTIN": gtin(31_234),
    "nothing": "zzyzx",
}


def searches(served: Served, *, token: str, seconds: float, rounds: int, engine: str) -> list[Result]:
    """Both lists with every word, each beside the plain first page."""
    results = []
    for path, name in ((PRODUCTS, "products"), (AVAILABLE, "availability")):
        found: dict[str, list[float]] = {"": []}
        for _ in range(rounds):
            for what, word in {"": "", **WORDS}.items():
                address = f"{path}?search={quote(word)}" if word else path
                found.setdefault(what, []).append(timed(served, [address], token=token, seconds=seconds / 4))
        first = statistics.median(found[""])
        slowest = max(WORDS, key=lambda what: statistics.median(found[what]))
        each = ", ".join(f"{what} {statistics.median(found[what]):.0f}" for what in WORDS)
        results.append(
            Result(
                f"{engine}: slowest search of {name} ÷ its first page, time",
                statistics.median(found[slowest]) / first,
                "×",
                note=f"first page {first:.0f} ms; {each}",
            )
        )
    return results


def screen(served: Served, *, token: str, seconds: float, rounds: int, engine: str) -> list[Result]:
    """The stock screen: its orders and its counts, in ms, beside a page of products."""
    paths = {
        "by name": f"{AVAILABLE}?ordering=name",
        "by next expiry date": f"{AVAILABLE}?ordering=next_expiry_date",
        "only what is in stock": f"{AVAILABLE}?in_stock=true",
        "only expiring": f"{AVAILABLE}?status=expiring",
        "counts": f"{AVAILABLE}/summary",
    }
    found: dict[str, list[float]] = {}
    for _ in range(rounds):
        for name, path in {"": PRODUCTS, **paths}.items():
            found.setdefault(name, []).append(timed(served, [path], token=token, seconds=seconds / 3))
    first = statistics.median(found[""])
    return [
        Result(
            f"{engine}: stock screen {name} ÷ first page of products, time",
            statistics.median(found[name]) / first,
            "×",
            note=f"{statistics.median(found[name]):.0f} ms",
        )
        for name in paths
    ]


def run(world: World) -> list[Result]:
    assert world.served
    token = sign_in()
    asked = {"token": token, "seconds": world.seconds, "rounds": world.rounds, "engine": "PostgreSQL"}
    return [*searches(world.served, **asked), *screen(world.served, **asked)]
