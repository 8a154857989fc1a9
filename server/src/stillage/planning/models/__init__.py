"""The tables of planning."""

from stillage.planning.models.forecasts import Forecast, ForecastRun, KeptForecast, RunKind, RunStatus
from stillage.planning.models.history import (
    DemandDay,
    DemandEvent,
    EventKind,
    EventProduct,
    HistoryMark,
    StockOut,
)
from stillage.planning.models.policies import AbcClass, Policy, SupplierPlan, WarehousePlan
from stillage.planning.models.proposals import ExpiryRisk, Proposal, ProposalStatus

__all__ = [
    "AbcClass",
    "DemandDay",
    "DemandEvent",
    "EventKind",
    "EventProduct",
    "ExpiryRisk",
    "Forecast",
    "ForecastRun",
    "HistoryMark",
    "KeptForecast",
    "Policy",
    "Proposal",
    "ProposalStatus",
    "RunKind",
    "RunStatus",
    "StockOut",
    "SupplierPlan",
    "WarehousePlan",
]
