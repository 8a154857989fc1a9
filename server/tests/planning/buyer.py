"""A small world that plans: a forecast written by hand, a supplier, stock; and proposals worked out of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import orjson

from stillage.catalogue.models import Pack, Product
from stillage.core.clock import now
from stillage.places.models import Warehouse
from stillage.planning import operations
from stillage.planning.ahead import LEVELS, NAMES
from stillage.planning.models import Forecast, ForecastRun, Proposal, RunKind, RunStatus
from stillage.purchasing.models import Supplier, SupplierProduct
from tests.builders import BOSS, make_product, make_warehouse, receive

API = "/api/v1/"
WEEKS = 26
# How far a week's quantiles lie from its mean, in standard deviations of the normal distribution.
_Z = dict(zip(LEVELS, (-1.2816, 0.0, 0.8416, 1.2816, 1.6449, 2.0537, 2.3263), strict=True))


def numbers(per_week: float, *, variation: float = 0.3, weeks: int = WEEKS) -> dict[str, list[float]]:
    """Arrays of a forecast of steady weeks that vary independently."""
    found: dict[str, list[float]] = {
        "mean": [per_week] * weeks,
        "cum_mean": [per_week * week for week in range(1, weeks + 1)],
    }
    for name, level in zip(NAMES, LEVELS, strict=True):
        found[name.removeprefix("cum_")] = [max(per_week * (1 + variation * _Z[level]), 0.0)] * weeks
        found[name] = [
            max(per_week * (week + variation * week**0.5 * _Z[level]), 0.0) for week in range(1, weeks + 1)
        ]
    return found


def last_sunday() -> dt.date:
    """The end of the last week that is over."""
    today = now().date()
    return today - dt.timedelta(days=today.weekday() + 1)


def make_run() -> ForecastRun:
    """A run that is done; the newest there is."""
    found = ForecastRun.objects.order_by("-pk").first()
    return found or ForecastRun.objects.create(
        kind=RunKind.ASKED, status=RunStatus.DONE, username="tests", created_at=now()
    )


def make_forecast(
    product: Product, warehouse: Warehouse, *, per_week: float, variation: float = 0.3, **fields: Any
) -> Forecast:
    """What is expected of a product; in place of what was expected before."""
    Forecast.objects.filter(product=product, warehouse=warehouse).delete()
    return Forecast.objects.create(
        **{
            "product": product,
            "warehouse": warehouse,
            "run": make_run(),
            "origin_date": last_sunday(),
            "horizon_weeks": WEEKS,
            "method": "combined",
            "demand_class": "fast",
            "per_week": per_week,
            "numbers": orjson.dumps(numbers(per_week, variation=variation)).decode(),
            "fingerprint": "by hand",
            **fields,
        }
    )


def make_offer(
    product: Product, supplier: Supplier, *, pack: str = "case", cost: str = "12.00", **fields: Any
) -> SupplierProduct:
    """What a supplier sells of it."""
    own = Pack.objects.get(product=product, name=pack)
    return SupplierProduct.objects.create(
        supplier=supplier, pack=own, cost=Decimal(cost), **{"lead_time_days": 7, **fields}
    )


class Buyer:
    """MAIN with ALE-330, of which 48 a week are sold and 24 lie there; BREW sells cases of 24 within a week."""

    def __init__(self, main: Warehouse | None = None, *, work_out: bool = True) -> None:
        self.main = main or make_warehouse("MAIN")
        self.brew = Supplier.objects.create(code="BREW-P", name="Planned Brewery")
        self.stout = self.product("STOUT-P", per_week=48, on_hand=24)
        self.porter = self.product("PORTER-P", per_week=24, on_hand=24)
        if work_out:
            self.work_out()

    def product(
        self, sku: str, *, per_week: float | None, on_hand: int = 0, offered: bool = True, **fields: Any
    ) -> Product:
        """One more, forecast and offered."""
        made = make_product(sku, **fields)
        if per_week is not None:
            make_forecast(made, self.main, per_week=per_week)
        if offered:
            make_offer(made, self.brew)
        if on_hand:
            receive(made, f"L-{sku}", quantity=on_hand, location=f"{self.main.code}/A-01")
        return made

    def work_out(self) -> None:
        operations.propose(warehouse=self.main, run=make_run(), at=now())

    def proposal(self, product: Product) -> Proposal:
        """The open one."""
        return Proposal.objects.get(product=product, warehouse=self.main, status="open")


__all__ = ["API", "BOSS", "Buyer"]
