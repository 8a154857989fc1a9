"""Counts."""

import django.db.models.deletion
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
            name="Count",
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
                            ("open", "Open"),
                            ("recount", "Recount"),
                            ("to_approve", "To Approve"),
                            ("closed", "Closed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="open",
                        max_length=12,
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[("place", "Place"), ("product", "Product"), ("abc", "Abc")], max_length=10
                    ),
                ),
                ("blind", models.BooleanField(default=True)),
                ("recount", models.BooleanField(default=True)),
                ("tolerance_units", models.BigIntegerField(default=0)),
                ("tolerance_percent", models.DecimalField(decimal_places=2, default=0, max_digits=5)),
                ("tolerance_value", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("note", models.CharField(blank=True, default="", max_length=200)),
                ("user_id", models.BigIntegerField(null=True)),
                ("username", models.CharField(max_length=150)),
                ("submitted_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("approved_by", models.CharField(blank=True, default="", max_length=150)),
                (
                    "warehouse",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.warehouse"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CountEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("round", models.PositiveSmallIntegerField()),
                ("lot_number", models.CharField(blank=True, default="", max_length=20)),
                ("quantity", models.BigIntegerField()),
                ("counted_at", models.DateTimeField()),
                ("user_id", models.BigIntegerField(null=True)),
                ("username", models.CharField(max_length=150)),
                ("entered_at", models.DateTimeField()),
                (
                    "count",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="counting.count",
                    ),
                ),
                (
                    "location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.location"
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.product"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CountLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(default=1)),
                ("lot_number", models.CharField(blank=True, default="", max_length=20)),
                ("expiry_date", models.DateField(null=True)),
                ("best_before_date", models.DateField(null=True)),
                ("counted", models.BigIntegerField()),
                ("book", models.BigIntegerField()),
                ("unit_cost", models.DecimalField(decimal_places=4, max_digits=14, null=True)),
                ("abc_class", models.CharField(blank=True, default="", max_length=1)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("counted", "Counted"),
                            ("recount", "Recount"),
                            ("to_approve", "To Approve"),
                            ("posted", "Posted"),
                            ("dismissed", "Dismissed"),
                        ],
                        default="counted",
                        max_length=10,
                    ),
                ),
                ("counted_at", models.DateTimeField()),
                ("counted_by_id", models.BigIntegerField(null=True)),
                ("counted_by", models.CharField(max_length=150)),
                ("operation_id", models.UUIDField(null=True)),
                ("decided_by", models.CharField(blank=True, default="", max_length=150)),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
                (
                    "count",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="counting.count"
                    ),
                ),
                (
                    "location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.location"
                    ),
                ),
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
            ],
        ),
        migrations.CreateModel(
            name="CountPlace",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(default=1)),
                ("claimed_by_id", models.BigIntegerField(null=True)),
                ("claimed_by", models.CharField(blank=True, default="", max_length=150)),
                ("claimed_at", models.DateTimeField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                ("done_by_id", models.BigIntegerField(null=True)),
                ("done_by", models.CharField(blank=True, default="", max_length=150)),
                (
                    "count",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="places",
                        to="counting.count",
                    ),
                ),
                (
                    "location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.location"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CountProduct",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "count",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="products",
                        to="counting.count",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.product"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="count",
            index=models.Index(
                models.F("warehouse"), models.F("status"), models.F("id"), name="count_by_state"
            ),
        ),
        migrations.AddIndex(
            model_name="countentry",
            index=models.Index(models.F("count"), models.F("user_id"), name="count_entry_by_user"),
        ),
        migrations.AddIndex(
            model_name="countline",
            index=models.Index(models.F("counted_at"), models.F("id"), name="count_line_by_time"),
        ),
        migrations.AddIndex(
            model_name="countline",
            index=models.Index(models.F("lot"), models.F("id"), name="count_line_by_lot"),
        ),
        migrations.AddConstraint(
            model_name="countline",
            constraint=models.UniqueConstraint(
                fields=("count", "location", "product", "lot_number", "round"), name="count_line_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="countline",
            constraint=models.CheckConstraint(
                condition=models.Q(("counted__gte", 0)), name="count_line_is_not_negative"
            ),
        ),
        migrations.AddIndex(
            model_name="countplace",
            index=models.Index(models.F("location"), models.F("done_at"), name="count_place_by_location"),
        ),
        migrations.AddConstraint(
            model_name="countplace",
            constraint=models.UniqueConstraint(
                fields=("count", "location", "round"), name="count_place_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="countproduct",
            constraint=models.UniqueConstraint(fields=("count", "product"), name="count_product_once"),
        ),
    ]
