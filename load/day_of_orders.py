"""The busiest day of a year of real orders, laid into an empty database: products, customers, stock; and its requests.

    python load/day_of_orders.py 0        # for the database that the environment names; 0: all orders, n: the first n

Started by scenarios/day.py as a process of its own, for a database of its own; answers on standard output, as JSON.
"""

from __future__ import annotations

import collections
import csv
import datetime as dt
import gzip
import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

from fill import set_up, sign_in

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
LINES = DATA / "iowa_lines_2019-11_2020-10.parquet"
BOOK, STORES = DATA / "iowa_products_2022-11.csv.gz", DATA / "iowa_stores_2022-11.csv.gz"
BINS, LOTS, USERS = 1_200, 3, 8
# Each lot holds this share of what the day takes, in whole cases and one more: most lots run out under way.
SHARE = Decimal("0.6")
USUAL_CASE = 12


def busiest_day() -> tuple[str, list[dict[str, Any]]]:
    """The day with most invoice lines, and these; what came back (nought or less) is no order."""
    import pyarrow.compute as compute
    from pyarrow import parquet

    every = parquet.read_table(LINES)
    counts = collections.Counter(
        {one["values"]: one["counts"] for one in compute.value_counts(every["date"]).to_pylist()}
    )
    day = max(counts, key=lambda one: (counts[one], one))
    rows = every.filter(compute.equal(every["date"], day)).to_pylist()
    return day, [row for row in rows if row["bottles_sold"] > 0]


def invoices(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Lines by invoice, in the order of their numbers: `INV-`, 8 digits of the invoice, 3 of the line."""
    found: dict[str, list[dict[str, Any]]] = collections.defaultdict(list)
    for row in sorted(rows, key=lambda one: one["invoice_item_number"]):
        found[row["invoice_item_number"][4:12]].append(row)
    return found


def _book(path: Path, key: str) -> dict[str, dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return {row[key]: row for row in csv.DictReader(file)}


def _sku(item: str) -> str:
    """A name that cannot be taken for an id."""
    return f"IA-{item}"


def _store(number: str) -> str:
    return f"ST-{number}"


def lay_in(rows: list[dict[str, Any]]) -> dict[str, int]:
    """Products with their cases, the stores, the shelves, and stock in several lots; returns the cases."""
    from stillage.catalogue.models import Pack, Product
    from stillage.core.actor import service
    from stillage.core.clock import now
    from stillage.places.models import Location
    from stillage.places.operations import open_warehouse
    from stillage.sales.models import Customer
    from stillage.stock.operations import ReceiveLine, receive

    book, stores = _book(BOOK, "Item Number"), _book(STORES, "Store")
    house = open_warehouse(code="IOWA", name="Ankeny", timezone="America/Chicago")
    places = [(f"A-{number:04}", "storage", number) for number in range(BINS)]
    Location.objects.bulk_create(
        Location(warehouse=house, code=code, full_code=f"IOWA/{code}", kind=kind, pick_sequence=at)
        for code, kind, at in [*places, ("LANE", "staging", BINS)]
    )
    units: collections.Counter[str] = collections.Counter()
    dollars: collections.Counter[str] = collections.Counter()
    for row in rows:
        units[row["item_number"]] += row["bottles_sold"]
        dollars[row["item_number"]] += row["sale_dollars"]
    cases = {item: max(1, int(book.get(item, {}).get("Pack") or USUAL_CASE)) for item in units}
    products = Product.objects.bulk_create(
        Product(
            sku=_sku(item),
            name=(book.get(item, {}).get("Item Description") or f"Item {item}")[:200],
            unit_price=round(Decimal(dollars[item]) / units[item], 4),
        )
        for item in units
    )
    Pack.objects.bulk_create(
        Pack(product=one, name=name, units_per_pack=size)
        for one in products
        for name, size in {"bottle": 1, "case": cases[one.sku.removeprefix(_sku(""))]}.items()
    )
    Customer.objects.bulk_create(
        Customer(
            code=_store(store),
            name=(stores.get(store, {}).get("Name") or f"Store {store}")[:200],
            city=(stores.get(store, {}).get("city") or "")[:100],
        )
        for store in {row["store_number"] for row in rows}
    )
    first = now().date() + dt.timedelta(days=400)
    lines = [
        ReceiveLine(
            product=_sku(item),
            lot=f"L{lot}-{item}"[:20],
            location=f"IOWA/A-{(7 * index + 401 * lot) % BINS:04}",
            quantity=cases[item] * (int(units[item] * SHARE) // cases[item] + 1),
            best_before_date=first + dt.timedelta(days=90 * lot),
        )
        for index, item in enumerate(units)
        for lot in range(LOTS)
    ]
    for start in range(0, len(lines), 1_000):
        receive(actor=service("bench"), lines=lines[start : start + 1_000], reference="before", at=now())
    return cases


def requests(found: dict[str, list[dict[str, Any]]], cases: dict[str, int]) -> list[dict[str, Any]]:
    """A chain for each invoice: the order is written down, then goes all the way out of the door."""
    from selling import step

    from stillage.core.clock import now

    tokens = [sign_in() for _ in range(USERS)]
    day = (now().date() + dt.timedelta(days=2)).isoformat()
    chains = []
    for index, (invoice, rows) in enumerate(found.items()):
        lines = []
        for row in rows:
            case, bottles = cases[row["item_number"]], row["bottles_sold"]
            how = (
                {"pack": "bottle", "quantity": bottles}
                if bottles % case
                else {"pack": "case", "quantity_packs": bottles // case}
            )
            lines.append({"product": _sku(row["item_number"]), **how})
        body = {
            "customer": _store(rows[0]["store_number"]),
            "warehouse": "IOWA",
            "delivery_date": day,
            "customer_reference": invoice,
            "lines": lines,
        }
        steps = [step("create", "sales-orders", body, expect=201)]
        steps += [
            step(name, f"sales-orders/{{number}}/{name}") for name in ("confirm", "allocate", "pick", "pack")
        ]
        steps.append(step("ship", "sales-orders/{number}/ship", {}, expect=201))
        chains.append({"token": tokens[index % USERS], "steps": steps})
    return chains


def main() -> None:
    from django.db import connection

    day, rows = busiest_day()
    found = invoices(rows)
    limit = int(sys.argv[1])
    if limit:
        found = dict(list(found.items())[:limit])
        rows = [row for own in found.values() for row in own]
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    cases = lay_in(rows)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    json.dump(
        {
            "day": day,
            "lines": len(rows),
            "bottles": sum(row["bottles_sold"] for row in rows),
            "stores": len({row["store_number"] for row in rows}),
            "products": len(cases),
            "longest": max(len(own) for own in found.values()),
            "chains": requests(found, cases),
        },
        sys.stdout,
    )


if __name__ == "__main__":
    set_up({})
    main()
