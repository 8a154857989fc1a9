"""One good request for every write of planning: events, runs and what is known of a warehouse."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from stillage.places.models import Warehouse
from stillage.planning.models import DemandEvent, EventKind, EventProduct, WarehousePlan
from tests.builders import make_product


class Planning:
    """A promotion, and a plan of the warehouse."""

    def __init__(self, main: Warehouse) -> None:
        self.event = DemandEvent.objects.create(
            name="Summer offer",
            kind=EventKind.PROMOTION,
            first_date=dt.date(2026, 7, 1),
            last_date=dt.date(2026, 7, 14),
            warehouse=main,
        )
        EventProduct.objects.create(event=self.event, product=make_product("RADLER"))
        self.plan = WarehousePlan.objects.create(warehouse=main, holiday_country="DE")


NEW_EVENT = {
    "name": "Advent",
    "kind": "promotion",
    "first_date": "2026-12-01",
    "last_date": "2026-12-24",
    "warehouse": "MAIN",
    "products": ["RADLER"],
    "uplift_percent": "30.0",
}
Address, Body = Callable[[Planning], str], Callable[[Planning], Any]
# method, address, body, and the row whose version is sent
STEPS: dict[str, tuple[str, Address, Body, str]] = {
    "demand-events POST": ("POST", lambda own: "demand-events", lambda own: NEW_EVENT, ""),
    "demand-events-one PATCH": (
        "PATCH",
        lambda own: f"demand-events/{own.event.pk}",
        lambda own: {"uplift_percent": "-10.0", "products": []},
        "event",
    ),
    "demand-events-one DELETE": (
        "DELETE",
        lambda own: f"demand-events/{own.event.pk}",
        lambda own: None,
        "event",
    ),
    "forecast-runs POST": ("POST", lambda own: "forecast-runs", lambda own: {"full": True}, ""),
    "warehouse-plans-one PATCH": (
        "PATCH",
        lambda own: "warehouse-plans/MAIN",
        lambda own: {"holiday_country": "GB", "holiday_region": "ENG", "budget": "5000.00"},
        "plan",
    ),
}
