"""A page of 50 balances with names out of 200,000, against the same rows by psycopg; and the deepest pages."""

from __future__ import annotations

import statistics

from fill import sign_in
from harness import Run, World, hammer, interleave, middle
from reading import raw, statements_of, timed, with_cursor
from results import Result

NAME = "page"
STOCK, MOVEMENTS = "/api/v1/stock", "/api/v1/movements"
# The same rows as somebody would write them who needs nothing but them.
BY_HAND = """
SELECT b.id, b.product_id, p.sku, p.name, p.base_unit, b.lot_id, l.number, l.expiry_date, l.best_before_date,
  l.last_sale_date, b.location_id, x.full_code, x.kind, x.zone, x.is_active, b.warehouse_id, b.on_hand, b.allocated,
  EXISTS (SELECT 1 FROM stock_hold h WHERE h.lot_id = b.lot_id AND h.released_at IS NULL
    AND (h.location_id IS NULL OR h.location_id = b.location_id)) AS held
FROM stock_balance b
JOIN catalogue_product p ON p.id = b.product_id
JOIN stock_lot l ON l.id = b.lot_id
JOIN places_location x ON x.id = b.location_id
WHERE b.on_hand > 0 ORDER BY b.id LIMIT 51
"""


def _depths(world: World, token: str) -> list[tuple[str, str, str]]:
    """(what, first page, deepest page)."""
    from stillage.stock.models import Balance, Movement

    last = Balance.objects.order_by("-id")[60:61].get().pk
    by_sku = Balance.objects.order_by("-product__sku", "-id").values_list("product__sku", "id")[60]
    by_date = Balance.objects.order_by("-lot__last_sale_date", "-id").values_list(
        "lot__last_sale_date", "id"
    )[60]
    first_movement = Movement.objects.order_by("id").values_list("id", flat=True)[60]
    return [
        ("balances", f"{STOCK}?ordering=id", with_cursor(STOCK, "id", [last])),
        ("balances by product", f"{STOCK}?ordering=product", with_cursor(STOCK, "product", list(by_sku))),
        (
            "balances by date",
            f"{STOCK}?ordering=expiry_date",
            with_cursor(STOCK, "expiry_date", list(by_date)),
        ),
        ("movements", f"{MOVEMENTS}?ordering=-id", with_cursor(MOVEMENTS, "-id", [first_movement])),
    ]


def run(world: World) -> list[Result]:
    assert world.served
    token = sign_in()
    from statements import Statement

    sent = statements_of(STOCK, token=token)
    by_hand = [Statement(BY_HAND, (), False)]

    def page() -> Run:
        return hammer(
            world.served,
            token=token,
            requests=[("GET", STOCK, None)],
            seconds=world.seconds,
            also=[world.postmaster],
            expect=200,
        )

    def rows() -> Run:
        return raw(world.url, by_hand, seconds=world.seconds, postmaster=world.postmaster)

    page()
    raws, pages = interleave(world.rounds, rows, page)
    world.say(
        f"page {middle(pages, 'cpu_each'):,.0f} µs CPU (server {middle(pages, 'server_each'):,.0f}),"
        f" raw {middle(raws, 'cpu_each'):,.0f}"
    )
    results = [
        Result(
            "page of 50 balances out of 200,000 ÷ one statement by psycopg, CPU",
            middle(raws, "cpu_each") / middle(pages, "cpu_each"),
            must=0.45,
            aim=0.65,
            note=f"{middle(pages, 'rate'):,.0f} pages/s",
        ),
        Result(
            "SQL statements of that page, besides the one that asks who it is",
            len(sent) - 1,
            must=3,
            lower_is_better=True,
        ),
    ]
    for name, first, deep in _depths(world, token):
        times: list[list[float]] = [[], []]
        for _ in range(world.rounds):
            for index, path in enumerate((first, deep)):
                times[index].append(timed(world.served, [path], token=token, seconds=world.seconds / 3))
        shallow, deepest = statistics.median(times[0]), statistics.median(times[1])
        results.append(
            Result(
                f"deepest page ÷ first page, time: {name}",
                deepest / shallow,
                must=1.5,
                aim=1.2,
                lower_is_better=True,
                note=f"{shallow:.1f} → {deepest:.1f} ms",
            )
        )
    return results
