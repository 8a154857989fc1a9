"""Flows: what came and went by day."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("catalogue", "0004_prices"),
        ("places", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="FlowMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("movement_id", models.BigIntegerField(default=0)),
                ("zones", models.TextField(default="")),
                ("written_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="FlowDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                (
                    "flow",
                    models.CharField(
                        choices=[
                            ("received", "Received"),
                            ("sent_back", "Sent Back"),
                            ("shipped", "Shipped"),
                            ("returned", "Returned"),
                            ("scrapped", "Scrapped"),
                            ("adjusted", "Adjusted"),
                            ("counted", "Counted"),
                            ("transferred", "Transferred"),
                        ],
                        max_length=12,
                    ),
                ),
                ("units", models.BigIntegerField()),
                ("value", models.DecimalField(decimal_places=4, max_digits=20)),
                (
                    "product",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.product",
                    ),
                ),
                (
                    "warehouse",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="places.warehouse",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(models.F("day"), models.F("warehouse"), name="flow_by_day")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("product", "warehouse", "day", "flow"), name="flow_day_once"
                    )
                ],
            },
        ),
    ]
