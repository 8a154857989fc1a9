"""Planning: histories, forecasts, policies, proposals."""

from decimal import Decimal

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("catalogue", "0004_prices"),
        ("places", "0001_initial"),
        ("purchasing", "0005_notice_again"),
        ("stock", "0005_more_kinds"),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoryMark",
            fields=[
                (
                    "warehouse",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="places.warehouse",
                    ),
                ),
                ("movement_id", models.BigIntegerField(default=0)),
                ("closed_until", models.DateField(null=True)),
                ("written_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="DemandEvent",
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
                ("name", models.CharField(max_length=120)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("promotion", "Promotion"),
                            ("holiday", "Holiday"),
                            ("disruption", "Disruption"),
                        ],
                        default="promotion",
                        max_length=10,
                    ),
                ),
                ("first_date", models.DateField()),
                ("last_date", models.DateField()),
                ("uplift_percent", models.DecimalField(decimal_places=1, max_digits=6, null=True)),
                ("note", models.CharField(blank=True, default="", max_length=500)),
                (
                    "category",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.category",
                    ),
                ),
                (
                    "warehouse",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="places.warehouse",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="EventProduct",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="products",
                        to="planning.demandevent",
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
            name="ForecastRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(choices=[("nightly", "Nightly"), ("asked", "Asked")], max_length=8),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        default="queued",
                        max_length=8,
                    ),
                ),
                ("day", models.DateField(null=True, unique=True)),
                ("origin_date", models.DateField(null=True)),
                ("full", models.BooleanField(default=False)),
                ("phase", models.CharField(blank=True, default="", max_length=20)),
                ("series_total", models.PositiveIntegerField(default=0)),
                ("series_done", models.PositiveIntegerField(default=0)),
                ("detail", models.CharField(blank=True, default="", max_length=500)),
                ("figures", models.TextField(default="{}")),
                ("user_id", models.BigIntegerField(null=True)),
                ("username", models.CharField(max_length=150)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("lease_until", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(models.F("status"), models.F("id"), name="forecast_run_by_status")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "queued")),
                        fields=("status",),
                        name="forecast_run_waits_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Forecast",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("origin_date", models.DateField()),
                ("horizon_weeks", models.PositiveSmallIntegerField()),
                ("method", models.CharField(max_length=20)),
                ("demand_class", models.CharField(max_length=12)),
                ("per_week", models.FloatField()),
                ("error", models.FloatField(null=True)),
                ("naive_error", models.FloatField(null=True)),
                ("numbers", models.TextField()),
                ("why", models.TextField(default="[]")),
                ("fingerprint", models.CharField(max_length=64)),
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
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="planning.forecastrun",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ExpiryRisk",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on_hand", models.BigIntegerField()),
                ("last_saleable_date", models.DateField()),
                ("unsold", models.BigIntegerField()),
                ("unsold_p90", models.BigIntegerField()),
                ("unit_cost", models.DecimalField(decimal_places=4, max_digits=14, null=True)),
                ("value", models.DecimalField(decimal_places=2, max_digits=16, null=True)),
                ("advice", models.CharField(max_length=20)),
                ("why", models.TextField(default="{}")),
                ("made_at", models.DateTimeField()),
                (
                    "lot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="stock.lot"
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.product"
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
                (
                    "run",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="planning.forecastrun",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="KeptForecast",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("week_date", models.DateField()),
                ("step", models.PositiveSmallIntegerField()),
                ("method", models.CharField(max_length=20)),
                ("mean", models.FloatField()),
                ("p10", models.FloatField()),
                ("p50", models.FloatField()),
                ("p90", models.FloatField()),
                ("p95", models.FloatField()),
                ("p99", models.FloatField()),
                ("naive", models.FloatField(null=True)),
                ("scale", models.FloatField(null=True)),
                ("actual", models.FloatField(null=True)),
                ("out_of_stock", models.BooleanField(default=False)),
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
        ),
        migrations.CreateModel(
            name="Policy",
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
                (
                    "abc_class",
                    models.CharField(
                        blank=True, choices=[("A", "A"), ("B", "B"), ("C", "C")], default="", max_length=1
                    ),
                ),
                ("scope", models.CharField(max_length=60, unique=True)),
                ("service_level_percent", models.DecimalField(decimal_places=1, max_digits=4, null=True)),
                ("review_days", models.PositiveSmallIntegerField(null=True)),
                ("lead_time_days", models.PositiveSmallIntegerField(null=True)),
                ("minimum_units", models.PositiveIntegerField(null=True)),
                ("maximum_units", models.PositiveIntegerField(null=True)),
                ("maximum_cover_days", models.PositiveSmallIntegerField(null=True)),
                ("sale_days_left", models.PositiveSmallIntegerField(null=True)),
                ("order", models.BooleanField(null=True)),
                ("note", models.CharField(blank=True, default="", max_length=500)),
                (
                    "category",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.category",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.product",
                    ),
                ),
                (
                    "warehouse",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="places.warehouse",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Open"), ("accepted", "Accepted"), ("refused", "Refused")],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("pack_name", models.CharField(blank=True, default="", max_length=60)),
                ("units_per_pack", models.PositiveIntegerField(default=1)),
                ("pack_cost", models.DecimalField(decimal_places=4, max_digits=14, null=True)),
                ("quantity_packs", models.PositiveIntegerField()),
                ("quantity", models.BigIntegerField()),
                ("net_amount", models.DecimalField(decimal_places=2, max_digits=16, null=True)),
                ("needed", models.BigIntegerField()),
                ("on_hand", models.BigIntegerField()),
                ("free", models.BigIntegerField()),
                ("on_order", models.BigIntegerField()),
                ("urgency", models.PositiveSmallIntegerField()),
                ("runs_out_date", models.DateField(null=True)),
                ("order_by_date", models.DateField(null=True)),
                ("expected_date", models.DateField(null=True)),
                ("why", models.TextField(default="{}")),
                ("troubles", models.TextField(default="[]")),
                ("made_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("answered_by", models.CharField(blank=True, default="", max_length=150)),
                ("chosen_packs", models.PositiveIntegerField(null=True)),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
                ("snoozed_until", models.DateField(null=True)),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.product"
                    ),
                ),
                (
                    "purchase_order",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="purchasing.purchaseorder",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="planning.forecastrun",
                    ),
                ),
                (
                    "supplier",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="purchasing.supplier",
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
        ),
        migrations.CreateModel(
            name="StockOut",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first_date", models.DateField()),
                ("last_date", models.DateField(null=True)),
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
        ),
        migrations.CreateModel(
            name="SupplierPlan",
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
                ("review_days", models.PositiveSmallIntegerField(null=True)),
                ("lead_time_days", models.PositiveSmallIntegerField(null=True)),
                ("order_weekdays", models.CharField(blank=True, default="", max_length=7)),
                ("truck_pallets", models.PositiveSmallIntegerField(null=True)),
                ("truck_fill_percent", models.PositiveSmallIntegerField(null=True)),
                ("budget", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                (
                    "supplier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="purchasing.supplier",
                    ),
                ),
                (
                    "warehouse",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.warehouse"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WarehousePlan",
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
                ("holiday_country", models.CharField(blank=True, default="", max_length=2)),
                ("holiday_region", models.CharField(blank=True, default="", max_length=6)),
                ("budget", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                (
                    "warehouse",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.warehouse"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="DemandDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("shipped", models.BigIntegerField(default=0)),
                ("returned", models.BigIntegerField(default=0)),
                ("imported", models.BigIntegerField(default=0)),
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
                "indexes": [models.Index(models.F("warehouse"), models.F("day"), name="demand_by_day")],
                "constraints": [
                    models.UniqueConstraint(fields=("warehouse", "product", "day"), name="demand_day_once"),
                    models.CheckConstraint(
                        condition=models.Q(("shipped__gte", 0), ("returned__gte", 0)),
                        name="demand_day_makes_sense",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="demandevent",
            index=models.Index(models.F("first_date"), models.F("id"), name="event_by_date"),
        ),
        migrations.AddConstraint(
            model_name="demandevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("last_date__gte", models.F("first_date"))),
                name="event_ends_after_it_began",
            ),
        ),
        migrations.AddConstraint(
            model_name="demandevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("uplift_percent__isnull", True), ("uplift_percent__gte", -100), _connector="OR"
                ),
                name="event_takes_no_more_than_all",
            ),
        ),
        migrations.AddConstraint(
            model_name="eventproduct",
            constraint=models.UniqueConstraint(fields=("event", "product"), name="event_product_once"),
        ),
        migrations.AddIndex(
            model_name="forecast",
            index=models.Index(models.F("warehouse"), models.F("id"), name="forecast_by_warehouse"),
        ),
        migrations.AddIndex(
            model_name="forecast",
            index=models.Index(models.F("method"), models.F("id"), name="forecast_by_method"),
        ),
        migrations.AddConstraint(
            model_name="forecast",
            constraint=models.UniqueConstraint(fields=("product", "warehouse"), name="forecast_once"),
        ),
        migrations.AddIndex(
            model_name="expiryrisk",
            index=models.Index(models.F("last_saleable_date"), models.F("id"), name="expiry_risk_by_date"),
        ),
        migrations.AddConstraint(
            model_name="expiryrisk",
            constraint=models.UniqueConstraint(fields=("warehouse", "lot"), name="expiry_risk_once"),
        ),
        migrations.AddIndex(
            model_name="keptforecast",
            index=models.Index(models.F("week_date"), models.F("step"), name="kept_forecast_by_week"),
        ),
        migrations.AddConstraint(
            model_name="keptforecast",
            constraint=models.UniqueConstraint(
                fields=("warehouse", "product", "week_date", "step"), name="kept_forecast_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="policy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("service_level_percent__isnull", True),
                    models.Q(
                        ("service_level_percent__gte", 50), ("service_level_percent__lte", Decimal("99.9"))
                    ),
                    _connector="OR",
                ),
                name="policy_service_makes_sense",
            ),
        ),
        migrations.AddConstraint(
            model_name="policy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("maximum_units__isnull", True),
                    ("minimum_units__isnull", True),
                    ("maximum_units__gte", models.F("minimum_units")),
                    _connector="OR",
                ),
                name="policy_most_is_not_below_least",
            ),
        ),
        migrations.AddIndex(
            model_name="proposal",
            index=models.Index(
                models.F("warehouse"),
                models.F("status"),
                models.F("supplier"),
                models.F("urgency"),
                name="proposal_by_supplier",
            ),
        ),
        migrations.AddIndex(
            model_name="proposal",
            index=models.Index(
                models.F("status"), models.F("urgency"), models.F("id"), name="proposal_by_urgency"
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "open")),
                fields=("warehouse", "product"),
                name="proposal_open_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "quantity",
                        django.db.models.expressions.CombinedExpression(
                            models.F("quantity_packs"), "*", models.F("units_per_pack")
                        ),
                    )
                ),
                name="proposal_is_whole_packs",
            ),
        ),
        migrations.AddConstraint(
            model_name="stockout",
            constraint=models.UniqueConstraint(
                fields=("warehouse", "product", "first_date"), name="stock_out_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="stockout",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("last_date__isnull", True), ("last_date__gte", models.F("first_date")), _connector="OR"
                ),
                name="stock_out_ends_after_it_began",
            ),
        ),
        migrations.AddConstraint(
            model_name="supplierplan",
            constraint=models.UniqueConstraint(fields=("supplier", "warehouse"), name="supplier_plan_once"),
        ),
    ]
