"""Forecasts: the runs that make them, the newest of each series, and what was told before, held against what came."""

from django.db import models
from django.db.models import F, Q

from stillage.catalogue.models import Product
from stillage.places.models import Warehouse


class RunKind(models.TextChoices):
    """Why a run was made."""

    NIGHTLY = "nightly"
    ASKED = "asked"


class RunStatus(models.TextChoices):
    """How far a run has come."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class ForecastRun(models.Model):
    """One making of forecasts, proposals and expiry risks. `day` is set for nightly runs only: one a day.

    `attempts` fences as for imports: a worker that lost its lease finds another number and gives up unseen.
    `phase` and the counts are its progress; `figures` (JSON) what came of it: series by method, seconds, memory.
    """

    kind = models.CharField(max_length=8, choices=RunKind.choices)
    status = models.CharField(max_length=8, choices=RunStatus.choices, default=RunStatus.QUEUED)
    day = models.DateField(null=True, unique=True)
    origin_date = models.DateField(null=True)  # the Sunday that ends the last week that was used
    full = models.BooleanField(default=False)  # all series, not only those whose history changed
    phase = models.CharField(max_length=20, blank=True, default="")
    series_total = models.PositiveIntegerField(default=0)
    series_done = models.PositiveIntegerField(default=0)
    detail = models.CharField(max_length=500, blank=True, default="")
    figures = models.TextField(default="{}")
    user_id = models.BigIntegerField(null=True)
    username = models.CharField(max_length=150)
    attempts = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # One waits and one runs at a time: who asks while one waits is given that one.
            models.UniqueConstraint(
                fields=["status"], condition=Q(status="queued"), name="forecast_run_waits_once"
            ),
            models.UniqueConstraint(
                fields=["status"], condition=Q(status="running"), name="forecast_run_runs_once"
            ),
        ]
        indexes = [models.Index(F("status"), F("id"), name="forecast_run_by_status")]


class Forecast(models.Model):
    """What is expected of a product in a warehouse, from the week after `origin_date` on; the newest only.

    `numbers` (JSON) holds arrays of one number a week ahead, in base units: `mean`, `p10` to `p99`, and for all weeks
    up to each together `cum_mean`, `cum_p80` to `cum_p99`. `why` (JSON) is a list of reasons, each a code and its
    values. `error` and `naive_error` are MASE in the backtest, ours and of seasonal naive.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", db_index=False)
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+", db_index=False)
    run = models.ForeignKey(ForecastRun, on_delete=models.PROTECT, related_name="+")
    origin_date = models.DateField()
    horizon_weeks = models.PositiveSmallIntegerField()
    method = models.CharField(max_length=20)
    demand_class = models.CharField(max_length=12)
    per_week = models.FloatField()  # the mean of the coming 13 weeks
    error = models.FloatField(null=True)
    naive_error = models.FloatField(null=True)
    numbers = models.TextField()
    why = models.TextField(default="[]")
    fingerprint = models.CharField(max_length=64)  # of what it was made from

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "warehouse"], name="forecast_once")]
        indexes = [
            models.Index(F("warehouse"), F("id"), name="forecast_by_warehouse"),
            models.Index(F("method"), F("id"), name="forecast_by_method"),
        ]


class KeptForecast(models.Model):
    """What was told for a week some weeks before it, kept to be held against what came.

    `step` is how many weeks before its end it was told (1, 2, 4 or 8). `naive` is what seasonal naive would have told,
    `scale` the mean change from week to week before it (for MASE). `actual` is empty until the week is over, and stays
    empty where there was no stock to sell.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", db_index=False)
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+", db_index=False)
    week_date = models.DateField()  # the Sunday that ends it
    step = models.PositiveSmallIntegerField()
    method = models.CharField(max_length=20)
    mean = models.FloatField()
    p10 = models.FloatField()
    p50 = models.FloatField()
    p90 = models.FloatField()
    p95 = models.FloatField()
    p99 = models.FloatField()
    naive = models.FloatField(null=True)
    scale = models.FloatField(null=True)
    actual = models.FloatField(null=True)
    out_of_stock = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["warehouse", "product", "week_date", "step"], name="kept_forecast_once"
            )
        ]
        indexes = [models.Index(F("week_date"), F("step"), name="kept_forecast_by_week")]
