"""Runs as the API answers them."""

from collections.abc import Sequence
from typing import Any

import orjson

from stillage.planning.models import ForecastRun

EMPTY = {"by_method": {}, "changed": 0, "unchanged": 0, "seconds": None, "peak_mb": None}


def shown_run(run: ForecastRun) -> dict[str, Any]:
    return {
        "id": run.pk,
        "kind": run.kind,
        "status": run.status,
        "full": run.full,
        "phase": run.phase,
        "series_total": run.series_total,
        "series_done": run.series_done,
        "origin_date": run.origin_date,
        "detail": run.detail,
        "figures": {**EMPTY, **orjson.loads(run.figures)},
        "user": run.username,
        "user_id": run.user_id,
        "created_at": run.created_at,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
    }


def shown_runs(runs: Sequence[ForecastRun]) -> list[dict[str, Any]]:
    return [shown_run(run) for run in runs]
