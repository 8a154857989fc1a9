"""Transfers between warehouses."""

import uuid

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("catalogue", "0004_prices"),
        ("places", "0001_initial"),
        ("stock", "0005_more_kinds"),
    ]

    operations = [
        migrations.CreateModel(
            name="Transfer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("number", models.CharField(max_length=20, unique=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("dispatched", "Dispatched"),
                            ("partly_received", "Partly Received"),
                            ("received", "Received"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="draft",
                        max_length=16,
                    ),
                ),
                ("expected_date", models.DateField(null=True)),
                ("carrier", models.CharField(blank=True, default="", max_length=80)),
                ("note", models.CharField(blank=True, default="", max_length=500)),
                ("user_id", models.BigIntegerField(null=True)),
                ("username", models.CharField(max_length=150)),
                ("dispatched_at", models.DateTimeField(null=True)),
                ("received_at", models.DateTimeField(null=True)),
                ("cancelled_at", models.DateTimeField(null=True)),
                (
                    "from_warehouse",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.warehouse"
                    ),
                ),
                (
                    "to_warehouse",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.warehouse"
                    ),
                ),
                (
                    "transit_location",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="places.location",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TransferLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("quantity", models.BigIntegerField()),
                ("note", models.CharField(blank=True, default="", max_length=200)),
                (
                    "lot",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stock.lot",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.product"
                    ),
                ),
                (
                    "transfer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="transfers.transfer",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TransferItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("dispatched", models.BigIntegerField()),
                ("received", models.BigIntegerField(default=0)),
                ("missing", models.BigIntegerField(default=0)),
                ("damaged", models.BigIntegerField(default=0)),
                ("surplus", models.BigIntegerField(default=0)),
                ("demand_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "from_location",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="places.location",
                    ),
                ),
                (
                    "lot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="stock.lot"
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.product"
                    ),
                ),
                (
                    "transfer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="transfers.transfer",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="transfers.transferline",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="transfer",
            index=models.Index(
                models.F("from_warehouse"), models.F("status"), models.F("id"), name="transfer_by_origin"
            ),
        ),
        migrations.AddIndex(
            model_name="transfer",
            index=models.Index(
                models.F("to_warehouse"), models.F("status"), models.F("id"), name="transfer_by_target"
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(("from_warehouse", models.F("to_warehouse")), _negated=True),
                name="transfer_goes_somewhere_else",
            ),
        ),
        migrations.AddConstraint(
            model_name="transferline",
            constraint=models.UniqueConstraint(
                fields=("transfer", "position"), name="transfer_line_position_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="transferline",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gt", 0)), name="transfer_line_of_something"
            ),
        ),
        migrations.AddIndex(
            model_name="transferitem",
            index=models.Index(models.F("lot"), models.F("id"), name="transfer_item_by_lot"),
        ),
        migrations.AddConstraint(
            model_name="transferitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("dispatched__gte", 0),
                    ("received__gte", 0),
                    ("missing__gte", 0),
                    ("surplus__gte", 0),
                    ("damaged__gte", 0),
                    (
                        "dispatched__gte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("received"), "+", models.F("missing")
                        ),
                    ),
                ),
                name="transfer_item_adds_up",
            ),
        ),
    ]
