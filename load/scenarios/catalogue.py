"""Importing the Iowa price book, where it lies beside the checkout, against a bare COPY of what it wrote."""

from __future__ import annotations

import statistics
import time
from typing import Any

import psycopg
from harness import ROOT, World
from results import Result

NAME = "catalogue"
FILE = ROOT.parent / "shared" / "data" / "iowa_products_2022-11.csv.gz"
TABLES = ("catalogue_category", "catalogue_product", "catalogue_pack", "audit_entry")


def _import(data: bytes) -> tuple[float, Any]:
    """Hand the file in and carry the job out in this process."""
    from django.core.files.uploadedfile import SimpleUploadedFile
    from fill import sign_in
    from rest_framework.test import APIClient

    from stillage.catalogue.importing.job import run_import
    from stillage.catalogue.models import Import

    answer = APIClient().post(
        "/api/v1/imports",
        {
            "kind": "products",
            "bad_gtins": "leave_blank",
            "bad_rows": "leave_out",
            "file": SimpleUploadedFile("book.csv.gz", data),
        },
        format="multipart",
        HTTP_HOST="127.0.0.1",
        HTTP_AUTHORIZATION=f"Bearer {sign_in()}",
    )
    if answer.status_code != 202:
        raise RuntimeError(answer.content.decode()[:800])
    started = time.perf_counter()
    run_import.func(answer.json()["id"])
    return time.perf_counter() - started, Import.objects.get(pk=answer.json()["id"])


def _copy(url: str, before: dict[str, int]) -> float:
    """Write the same new rows again into empty twins of the tables, indexes included."""
    seconds = 0.0
    with psycopg.connect(url, autocommit=True) as connection:
        for table in TABLES:
            rows = connection.execute(f"SELECT * FROM {table} WHERE id > %s", [before[table]]).fetchall()
            connection.execute(f"CREATE TEMP TABLE twin (LIKE {table} INCLUDING ALL)")
            started = time.perf_counter()
            with connection.cursor().copy("COPY twin FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            seconds += time.perf_counter() - started
            connection.execute("DROP TABLE twin")
    return seconds


def run(world: World) -> list[Result]:
    if not FILE.exists():
        world.say(f"NOT RUN: {FILE.name} is not beside the checkout")
        return []
    data = FILE.read_bytes()
    with psycopg.connect(world.url) as connection:
        before = {
            table: connection.execute(f"SELECT COALESCE(MAX(id), 0) FROM {table}").fetchone()[0]  # type: ignore[index]
            for table in TABLES
        }
    first, job = _import(data)
    if job.status != "done":
        raise RuntimeError(f"{job.status}: {job.code} {job.detail} {job.errors[:500]}")
    copied = statistics.median(_copy(world.url, before) for _ in range(world.rounds))
    again, second = _import(data)
    return [
        Result(
            "import of the Iowa price book ÷ COPY of the same rows, rate",
            copied / first,
            note=f"{job.rows_total:,} rows in {first:.1f} s, {job.created:,} made, {job.refused:,} refused",
        ),
        Result(
            "the same file again ÷ the first time, time",
            again / first,
            lower_is_better=True,
            note=f"{second.unchanged:,} unchanged",
        ),
    ]
