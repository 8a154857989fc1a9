"""Forecasts: what will be asked for, how right that was, what is known beforehand, and working it out.

Every act takes `key`, the Idempotency-Key.
"""

from collections.abc import Mapping
from typing import Any

from stillage_client.api.errors import Refused
from stillage_client.api.forecast_records import (
    Accuracy,
    DemandEvent,
    ForecastRow,
    Holiday,
    Run,
    WarehousePlan,
    WholeForecast,
)
from stillage_client.api.records import Page, read_page
from stillage_client.api.transport import Api, part

Body = Mapping[str, Any]


async def forecasts(api: Api, **filters: Any) -> Page[ForecastRow]:
    """Filters: warehouse, product, method, demand_class, category, worse_than_naive, search; ordering."""
    return read_page(ForecastRow.read, await api.get("forecasts", **filters))


async def forecast_of(api: Api, product: str, warehouse: str) -> WholeForecast | None:
    """All that is known of one product in one warehouse; None when nothing was worked out yet."""
    try:
        return WholeForecast.read(await api.get("forecasts/of", product=product, warehouse=warehouse))
    except Refused as error:
        if error.status == 404 and error.code == "no_forecast":
            return None
        raise


async def accuracy(api: Api, **filters: Any) -> Accuracy:
    """Filters: warehouse, category, product, by (week, product, category, method, class), weeks, step."""
    return Accuracy.read(await api.get("forecast-accuracy", **filters))


# --- runs -----------------------------------------------------------------------------------------


async def runs(api: Api, **filters: Any) -> Page[Run]:
    """The newest first."""
    return read_page(Run.read, await api.get("forecast-runs", **filters))


async def run(api: Api, ref: int) -> Run:
    return Run.read(await api.get(f"forecast-runs/{part(ref)}"))


async def begin_run(api: Api, *, full: bool = False, key: str | None = None) -> Run:
    """Work all forecasts out; who asks while one waits is given that one."""
    return Run.read(await api.post("forecast-runs", {"full": full}, key=key))


# --- what is known beforehand ---------------------------------------------------------------------


async def events(api: Api, **filters: Any) -> Page[DemandEvent]:
    """Filters: warehouse, kind, since, until, search."""
    return read_page(DemandEvent.read, await api.get("demand-events", **filters))


async def event(api: Api, ref: int) -> DemandEvent:
    return DemandEvent.read(await api.get(f"demand-events/{part(ref)}"))


async def add_event(api: Api, body: Body, *, key: str | None = None) -> DemandEvent:
    return DemandEvent.read(await api.post("demand-events", dict(body), key=key))


async def change_event(api: Api, event: DemandEvent, body: Body, *, key: str | None = None) -> DemandEvent:
    """Refused with 412 when somebody changed it after `event` was read."""
    answer = await api.patch(f"demand-events/{event.id}", dict(body), version=event.version, key=key)
    return DemandEvent.read(answer)


async def delete_event(api: Api, event: DemandEvent, *, key: str | None = None) -> None:
    await api.delete(f"demand-events/{event.id}", version=event.version, key=key)


async def holidays(api: Api, **filters: Any) -> tuple[Holiday, ...]:
    """Filters: warehouse, since, until."""
    answer = await api.get("holidays", **filters)
    rows = answer.get("results", answer.get("rows", [])) if isinstance(answer, Mapping) else answer
    return Holiday.read_all(rows)


async def warehouse_plan(api: Api, warehouse: str) -> WarehousePlan:
    return WarehousePlan.read(await api.get(f"warehouse-plans/{part(warehouse)}"))


async def change_warehouse_plan(
    api: Api, plan: WarehousePlan, warehouse: str, body: Body, *, key: str | None = None
) -> WarehousePlan:
    answer = await api.patch(f"warehouse-plans/{part(warehouse)}", dict(body), version=plan.version, key=key)
    return WarehousePlan.read(answer)
