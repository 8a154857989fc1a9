"""What will be drunk, worked out from the demonstration's own two years, and what would have been told in past weeks."""

import datetime as dt

import click

from stillage.core.clock import now
from stillage.demo.progress import reporting
from stillage.planning.models import RunStatus
from stillage.planning.operations import plan_now

PAST_WEEKS = 13


def make_plans(*, at: dt.datetime | None = None) -> None:
    """Forecasts, proposals, expiry risks, thirteen weeks of accuracy, the quick way. Without them the rest still stands."""
    with reporting() as report:
        report("Working out forecasts", 0.0)
        run = plan_now(
            at or now(), backfill_weeks=PAST_WEEKS, learned=False, username="service:demonstration"
        )
    if run.status != RunStatus.DONE:
        click.echo(f"  Forecasts could not be made: {run.detail}", err=True)
