"""Filling an empty database, all or nothing."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.db import transaction

from stillage.accounts.operations import create_demo_people
from stillage.core.actor import service
from stillage.core.clock import now
from stillage.core.sql import execute, fetch, is_postgres
from stillage.demo import write
from stillage.demo.last_hours import LONGEST_AGO, LastHours
from stillage.demo.progress import Report, reporting
from stillage.demo.site import TIMEZONE
from stillage.demo.story import Story, make_story

_ANYTHING = """
SELECT EXISTS (SELECT 1 FROM accounts_user) OR EXISTS (SELECT 1 FROM catalogue_product)
  OR EXISTS (SELECT 1 FROM places_warehouse)
"""


def fill_if_empty(*, scale: str = "full", at: dt.datetime | None = None) -> bool:
    """Fill a database without people, products and warehouses; say whether it was done.

    The same scale and the same instant `at` (now, unless given) make the same content. A start that is
    broken off leaves the database empty, so that the next one fills it.
    """
    if _is_filled():
        return False
    at = at or now()
    today = at.astimezone(ZoneInfo(TIMEZONE)).date()
    with reporting() as report:
        report("Making up two years of trade", 0.0)
        story = make_story(
            today=today, scale=scale, on_day=lambda share: report("Making up two years of trade", share * 0.2)
        )
        with transaction.atomic():
            if _is_filled():
                return False
            _take_time()
            _write(story, at=at, report=report)
            report("Measuring what was written", 0.98)
            execute("ANALYZE", [])
    return True


def _is_filled() -> bool:
    return bool(fetch(_ANYTHING, [])[0][0])


def _take_time() -> None:
    """Requests are given seconds; this once may take longer, on a slow machine minutes."""
    if is_postgres():
        for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
            execute(f"SET LOCAL {limit} = 0", [])


def _write(story: Story, *, at: dt.datetime, report: Report) -> None:
    actor = service("demonstration")
    report("Writing products, places and people", 0.2)
    warehouses = write.write_places(story)
    products = write.write_catalogue(story)
    write.write_parties(story)
    people = create_demo_people(warehouses)
    operations, demands = write.write_history(
        story,
        actor=actor,
        products=products,
        people=people,
        at=at - LONGEST_AGO,
        on_progress=lambda share: report("Writing lots and movements", 0.25 + share * 0.58),
    )
    report("Writing two years of orders", 0.84)
    write.write_orders(
        story, actor=actor, products=products, people=people, operations=operations, demands=demands
    )
    report("Writing two years of purchases", 0.9)
    write.write_purchases(
        story, actor=actor, products=products, people=people, operations=operations, demands=demands
    )
    write.age(story, products)
    report("Letting the last hours pass", 0.93)
    LastHours(story=story, people=people, warehouses=warehouses, at=at).happen()
    write.record_filling(story, actor=actor, at=at)
