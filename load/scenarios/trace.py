"""The trace of a lot with 20,000 movements in a table of 1,000,000, by REST against the same SQL by psycopg in one run."""

from __future__ import annotations

import psycopg
from fill import sign_in
from harness import Run, World, hammer, interleave, middle
from reading import raw, statements_of, timed
from results import Result

NAME = "trace"
MOVEMENTS, SHIPMENTS, CUSTOMERS = 1_000_000, 10_000, 200
LOT, QUIET_LOT, PRODUCT = 2_000_001, 2_000_002, 1_000_001
# The lot is picked and shipped ten thousand times, to two hundred customers; other lots move about until there are a
# million movements.
_FILL = f"""
SET session_replication_role = replica;
INSERT INTO sales_customer (id, version, created_at, updated_at, code, name, email, phone, address, city, postcode,
    minimum_remaining_days, is_active)
  SELECT 7000000 + g, 1, now(), now(), 'T-' || g, 'Customer ' || g, '', '01904 ' || g, 'Street ' || g, 'York', '', 0, true
  FROM generate_series(1, {CUSTOMERS}) g;
INSERT INTO sales_salesorder (id, version, created_at, updated_at, number, customer_id, warehouse_id, status, delivery_date,
    customer_reference, note, currency, net_total, tax_total, gross_total, username, cancel_reason)
  SELECT 7000000 + g, 1, now(), now(), 'T-SO-' || g, 7000001 + g % {CUSTOMERS}, w.id, 'shipped', current_date, '', '', 'EUR',
    0, 0, 0, 'fill', '' FROM generate_series(1, {SHIPMENTS}) g JOIN places_warehouse w ON w.code = 'MAIN';
INSERT INTO sales_salesorderline (id, order_id, position, product_id, pack_name, units_per_pack, quantity_packs, quantity,
    shipped, cancelled, pack_price, discount_percent, tax_rate_percent, net_amount, minimum_remaining_days, note, demand_id)
  SELECT 7000000 + g, 7000000 + g, 1, {PRODUCT}, 'bottle', 1, 4, 4, 4, 0, 1, 0, 0, 4, 0, '',
    CAST('00000000-0000-0000-0001-' || lpad(CAST(g AS text), 12, '0') AS uuid) FROM generate_series(1, {SHIPMENTS}) g;
INSERT INTO sales_shipment (id, number, order_id, warehouse_id, operation_id, delivery_date, customer_name,
    customer_address, carrier, tracking_number, username, shipped_at)
  SELECT 7000000 + g, 'T-SH-' || g, 7000000 + g, w.id,
    CAST('00000000-0000-0000-0002-' || lpad(CAST(g AS text), 12, '0') AS uuid), current_date, 'Customer', '', '', '', 'fill',
    now() FROM generate_series(1, {SHIPMENTS}) g JOIN places_warehouse w ON w.code = 'MAIN';
INSERT INTO stock_movement (operation_id, kind, product_id, lot_id, from_location_id, to_location_id, quantity, reason,
    reference, username, moved_at)
  SELECT gen_random_uuid(), 'move', 1000001 + g % 49999, 2000002 + g % 49998, 3000000 + g % 5000, 3010000 + g % 5000, 1,
    '', '', 'fill', now() FROM generate_series(1, CAST(%(movements)s AS int)) g;
INSERT INTO stock_movement (operation_id, kind, product_id, lot_id, from_location_id, to_location_id, quantity, reason,
    reference, demand_id, username, moved_at)
  SELECT gen_random_uuid(), 'pick', {PRODUCT}, {LOT}, 3000001, 3010001, 4, '', 'T-SO-' || g,
    CAST('00000000-0000-0000-0001-' || lpad(CAST(g AS text), 12, '0') AS uuid), 'fill', now()
  FROM generate_series(1, {SHIPMENTS}) g;
INSERT INTO stock_movement (operation_id, kind, product_id, lot_id, from_location_id, to_location_id, quantity, reason,
    reference, demand_id, username, moved_at)
  SELECT CAST('00000000-0000-0000-0002-' || lpad(CAST(g AS text), 12, '0') AS uuid), 'issue', {PRODUCT}, {LOT}, 3010001,
    x.id, 4, '', 'T-SO-' || g, CAST('00000000-0000-0000-0001-' || lpad(CAST(g AS text), 12, '0') AS uuid), 'fill', now()
  FROM generate_series(1, {SHIPMENTS}) g
  JOIN places_warehouse w ON w.code = 'MAIN' JOIN places_location x ON x.warehouse_id = w.id AND x.kind = 'customer';
UPDATE stock_balance SET on_hand = on_hand - {4 * SHIPMENTS} WHERE lot_id = {LOT} AND location_id = 3000001;
"""


def fill(url: str) -> int:
    """Write the history; the number of movements there are then."""
    with psycopg.connect(url) as connection:
        count = connection.execute("SELECT COUNT(*) FROM stock_movement").fetchone()
        missing = MOVEMENTS - 2 * SHIPMENTS - int(count[0] if count else 0)
        for statement in _FILL.replace("%(movements)s", str(max(missing, 0))).split(";\n"):
            if statement.strip():
                connection.execute(statement)
        connection.commit()
        connection.autocommit = True
        connection.execute(
            "VACUUM ANALYZE stock_movement, sales_shipment, sales_salesorder, sales_customer, stock_balance"
        )
        count = connection.execute("SELECT COUNT(*) FROM stock_movement").fetchone()
    return int(count[0] if count else 0)


def run(world: World) -> list[Result]:
    assert world.served
    count = fill(world.url)
    token = sign_in()
    busy, quiet = f"/api/v1/lots/{LOT}/trace", f"/api/v1/lots/{QUIET_LOT}/trace"
    sent, few = statements_of(busy, token=token), statements_of(quiet, token=token)
    assert len(few) <= len(sent)  # where there are no customers, nobody asks for their names

    def traces(path: str) -> Run:
        return hammer(
            world.served,
            token=token,
            requests=[("GET", path, None)],
            seconds=world.seconds,
            clients=2,
            also=[world.postmaster],
            expect=200,
        )

    def rows() -> Run:
        return raw(world.url, sent, seconds=world.seconds, postmaster=world.postmaster)

    traces(busy)
    raws, pages = interleave(world.rounds, rows, lambda: traces(busy))
    times = [timed(world.served, [path], token=token, seconds=world.seconds / 2) for path in (quiet, busy)]
    share = middle(raws, "cpu_each") / middle(pages, "cpu_each")
    world.say(f"trace {middle(pages, 'cpu_each'):,.0f} µs CPU, its SQL {middle(raws, 'cpu_each'):,.0f}")
    return [
        Result(
            f"trace of a lot with {2 * SHIPMENTS:,} movements among {count:,} ÷ the same SQL by psycopg, CPU",
            share,
            note=f"{SHIPMENTS:,} shipments to {CUSTOMERS} customers; {times[1]:.0f} ms, one client",
        ),
        Result("the same of a lot with 2 movements", times[0], " ms", note="one client"),
        Result("SQL statements of a trace, whatever happened to the lot", len(sent)),
    ]
