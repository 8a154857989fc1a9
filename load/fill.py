"""Fills an empty database with one large warehouse, by a few set-based statements that both engines understand.

    python load/fill.py 50000        # for the database that the environment names; prints a token

Ids follow from the product's number k (see `Numbers`), so that a captured statement can be written for any k.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

LOCATIONS = 5_000
FIRST = ("Harrow", "Copper", "Old Mill", "Stonebridge", "Fenland", "Drift", "Hollow Oak", "Kestrel", "Amber",
         "North Quay",
         "Saltmarsh", "Blackthorn", "Meadow", "Quarry", "Lantern", "Tidewater", "Grand Union", "Cinder", "Juniper",
         "Wild Rose", "Millrace", "Foxglove", "Granite")  # fmt: skip
SECOND = ("Pale Ale", "Stout", "Cider", "Lager", "Porter", "Ginger Beer", "Tonic Water", "Lemonade", "Sauvignon", "Merlot",
          "Riesling", "Gin", "Single Malt", "Rum", "Mead", "Wheat Beer", "Saison", "Cola", "Apple Juice")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Numbers:
    """The ids of everything around product k."""

    k: int

    @property
    def product(self) -> int:
        return 1_000_000 + self.k

    @property
    def sku(self) -> str:
        return f"SKU-{self.product}"

    @property
    def lot(self) -> str:
        return f"L{2_000_000 + self.k}"

    @property
    def source(self) -> str:
        return f"MAIN/A-{3_000_000 + self.k % LOCATIONS}"

    @property
    def target(self) -> str:
        return f"MAIN/B-{3_010_000 + self.k % LOCATIONS}"


# Where ids of a kind begin, and what is added: k, or l = k modulo the number of locations.
RANGES = {
    1_000_000: "k",  # products
    2_000_000: "k",  # their first lots
    2_100_000: "k",  # their second lots
    3_000_000: "l",  # the places they come from
    3_010_000: "l",  # the places they go to
    4_000_000: "k",  # balances of the first lot at the first place, …
    4_100_000: "k",
    4_200_000: "k",
    4_300_000: "k",
}

_GTIN_SUM = "({lead} + 11 + 3 * (k % 10) + (k / 10 % 10) + 3 * (k / 100 % 10) + (k / 1000 % 10) + 3 * (k / 10000 % 10))"


def _gtin(lead: int) -> str:
    weighted = _GTIN_SUM.format(lead=3 * lead)
    return f"'{lead}' || CAST(506000000000 + k AS text) || CAST((10 - {weighted} % 10) % 10 AS text)"


def gtin(k: int, lead: int = 1) -> str:
    """The GTIN-14 of product k's case (1) or bottle (0)."""
    body = f"{lead}{506_000_000_000 + k}"
    total = sum(int(digit) * (3 if index % 2 == 0 else 1) for index, digit in enumerate(body))
    return body + str(-total % 10)


def statements(products: int, *, postgres: bool) -> list[tuple[str, str]]:
    """(what, SQL) in order."""
    now = "CURRENT_TIMESTAMP"
    numbers = "WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < {count})"
    many = numbers.format(count=products)
    true = "true" if postgres else "1"
    operation = "gen_random_uuid()" if postgres else "lower(hex(randomblob(16)))"
    day = (
        "DATE '2027-01-01' + CAST(k % 700 AS int)"
        if postgres
        else "date('2027-01-01', '+' || (k % 700) || ' days')"
    )
    first = _case(FIRST, "(k / 7) % {}")
    second = _case(SECOND, "k % {}")

    def balances(base: int, lot: int, place: int, units: str) -> str:
        return (
            f"{many} INSERT INTO stock_balance (id, product_id, lot_id, location_id, warehouse_id, on_hand, allocated)"
            f" SELECT {base} + k, 1000000 + k, {lot} + k, {place} + k % {LOCATIONS}, w.id, {units}, 0"
            " FROM n JOIN places_warehouse w ON w.code = 'MAIN'"
        )

    def locations(base: int, row: str, kind: str) -> str:
        return (
            numbers.format(count=LOCATIONS)
            + " INSERT INTO places_location (id, version, created_at, updated_at, warehouse_id, code, full_code, kind,"
            " zone, pick_sequence, is_active)"
            f" SELECT {base} + k - 1, 1, {now}, {now}, w.id, '{row}-' || CAST({base} + k - 1 AS text),"
            f" 'MAIN/{row}-' || CAST({base} + k - 1 AS text), '{kind}', 'Zone ' || CAST(k % 20 AS text), k, {true}"
            " FROM n JOIN places_warehouse w ON w.code = 'MAIN'"
        )

    return [
        ("locations", locations(3_000_000, "A", "storage")),
        ("locations", locations(3_010_000, "B", "picking")),
        (
            "categories",
            numbers.format(count=20)
            + f" INSERT INTO catalogue_category (id, version, created_at, updated_at, name, tax_rate_percent)"
            f" SELECT k, 1, {now}, {now}, 'Category ' || CAST(k AS text), 0 FROM n",
        ),
        (
            "brands",
            numbers.format(count=500)
            + f" INSERT INTO catalogue_brand (id, version, created_at, updated_at, name) SELECT k, 1, {now}, {now},"
            " 'House ' || CAST(k AS text) FROM n",
        ),
        (
            "products",
            f"{many} INSERT INTO catalogue_product (id, version, created_at, updated_at, sku, name, category_id, brand_id,"
            " container, container_ml, base_unit, lot_tracked, minimum_intake_days, status)"
            f" SELECT 1000000 + k, 1, {now}, {now}, 'SKU-' || CAST(1000000 + k AS text),"
            f" {first} || ' ' || {second}"
            " || ' No. ' || CAST(k / 437 AS text) || ' ' || CAST(330 + 10 * (k % 43) AS text) || ' ml',"
            f" 1 + k % 20, 1 + k % 500, 'bottle', 330 + 10 * (k % 43), 'bottle', {true}, 0, 'active' FROM n",
        ),
        *(
            (
                "packs",
                f"{many} INSERT INTO catalogue_pack (version, created_at, updated_at, product_id, name,"
                " units_per_pack, gtin)"
                f" SELECT 1, {now}, {now}, 1000000 + k, '{name}', {units}, {_gtin(lead)} FROM n",
            )
            for name, units, lead in (("bottle", 1, 0), ("case", 24, 1))
        ),
        *(
            (
                "lots",
                f"{many} INSERT INTO stock_lot (id, product_id, number, expiry_date, last_sale_date, created_at)"
                f" SELECT {base} + k, 1000000 + k, 'L' || CAST({base} + k AS text), {day}, {day}, {now} FROM n",
            )
            for base in (2_000_000, 2_100_000)
        ),
        ("balances", balances(4_000_000, 2_000_000, 3_000_000, "1000000")),
        ("balances", balances(4_100_000, 2_000_000, 3_010_000, "1000000")),
        ("balances", balances(4_200_000, 2_100_000, 3_000_000, "24 + k % 480")),
        ("balances", balances(4_300_000, 2_100_000, 3_010_000, "24 + k % 240")),
        (
            "what lies there",  # PostgreSQL's triggers rest while this runs
            "INSERT INTO stock_present (balance_id, product_id, warehouse_id, lot_id, location_id, last_sale_date)"
            " SELECT b.id, b.product_id, b.warehouse_id, b.lot_id, b.location_id, l.last_sale_date"
            " FROM stock_balance b JOIN stock_lot l ON l.id = b.lot_id WHERE b.on_hand > 0"
            " AND b.id NOT IN (SELECT balance_id FROM stock_present)",
        ),
        (
            "movements",
            "INSERT INTO stock_movement (operation_id, kind, product_id, lot_id, from_location_id, to_location_id, quantity,"
            f" reason, reference, user_id, username, moved_at) SELECT {operation}, 'receive', b.product_id, b.lot_id, s.id,"
            f" b.location_id, b.on_hand, '', '', NULL, 'fill', {now} FROM stock_balance b"
            " JOIN places_location s ON s.warehouse_id = b.warehouse_id AND s.kind = 'supplier'",
        ),
    ]


def _case(words: tuple[str, ...], index: str) -> str:
    arms = " ".join(f"WHEN {number} THEN '{word}'" for number, word in enumerate(words))
    return f"(CASE {index.format(len(words))} {arms} END)"


def fill(products: int) -> None:
    """Fill the database that Django is set up for."""
    from django.db import connection, transaction

    from stillage.places.operations import open_warehouse

    postgres = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        if postgres:
            cursor.execute("SET statement_timeout = 0")
            cursor.execute("SET session_replication_role = replica")  # foreign keys need no proof here
        else:
            cursor.execute("PRAGMA synchronous=OFF")
    with transaction.atomic():
        open_warehouse(code="MAIN", name="Main", timezone="UTC")
        with connection.cursor() as cursor:
            for _, sql in statements(products, postgres=postgres):
                cursor.execute(sql)
            if postgres:
                for table in (
                    "places_location",
                    "catalogue_category",
                    "catalogue_brand",
                    "catalogue_product",
                    "stock_lot",
                    "stock_balance",
                ):
                    cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), 9000000)")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if postgres else "ANALYZE")
        if postgres:
            cursor.execute("SET statement_timeout = 5000")
            cursor.execute("SET session_replication_role = origin")
        else:
            cursor.execute("PRAGMA synchronous=FULL")


def sign_in(role: str = "manager") -> str:
    """A real access token of a new session."""
    from stillage.accounts import tokens
    from tests.people import make_session, make_user

    user = make_user(role, username=f"{role}-{uuid4().hex[:12]}")
    return tokens.pair_of(make_session(user)).access


def set_up(environment: dict[str, str]) -> None:
    """Make this process one of the server's."""
    os.environ.update(environment)
    root = Path(__file__).resolve().parents[1]
    sys.path.insert(0, str(root / "server"))
    import django

    django.setup()


def describe() -> dict[str, Any]:
    from django.db import connection

    with connection.cursor() as cursor:
        found = {}
        for table in ("catalogue_product", "stock_lot", "stock_balance", "stock_movement"):
            cursor.execute(f"SELECT COUNT(*) FROM {table}")
            found[table] = cursor.fetchone()[0]
    return found


if __name__ == "__main__":
    set_up({})
    fill(int(sys.argv[1]))
    print(json.dumps({"token": sign_in(), **describe()}))
