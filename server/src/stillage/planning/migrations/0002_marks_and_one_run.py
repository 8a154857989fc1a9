"""A history knows by which time zone its days were told; one run runs at a time."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("planning", "0001_initial")]

    operations = [
        migrations.AddField("historymark", "timezone", models.CharField(default="", max_length=60)),
        migrations.AddConstraint(
            "forecastrun",
            models.UniqueConstraint(
                fields=["status"], condition=Q(("status", "running")), name="forecast_run_runs_once"
            ),
        ),
    ]
