"""Recalls."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("sales", "0004_return_dates"),
        ("stock", "0005_more_kinds"),
    ]

    operations = [
        migrations.CreateModel(
            name="Recall",
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
                ("title", models.CharField(max_length=120)),
                ("reason", models.CharField(max_length=500)),
                ("instructions", models.CharField(blank=True, default="", max_length=1000)),
                ("drill", models.BooleanField(default=False)),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Open"), ("closed", "Closed")], default="open", max_length=10
                    ),
                ),
                ("user_id", models.BigIntegerField(null=True)),
                ("username", models.CharField(max_length=150)),
                ("opened_at", models.DateTimeField()),
                ("all_told_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("closed_by", models.CharField(blank=True, default="", max_length=150)),
                ("outcome", models.CharField(blank=True, default="", max_length=500)),
            ],
            options={
                "indexes": [models.Index(models.F("status"), models.F("id"), name="recall_by_status")],
            },
        ),
        migrations.CreateModel(
            name="RecallCustomer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("shipped", models.BigIntegerField()),
                ("told_at", models.DateTimeField(null=True)),
                ("told_by", models.CharField(blank=True, default="", max_length=150)),
                ("told_how", models.CharField(blank=True, default="", max_length=20)),
                ("left_there", models.BigIntegerField(null=True)),
                ("note", models.CharField(blank=True, default="", max_length=200)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="sales.customer"
                    ),
                ),
                (
                    "recall",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="customers",
                        to="recalls.recall",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("recall", "customer"), name="recall_customer_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="RecallLot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("freed", models.BigIntegerField(default=0)),
                (
                    "hold",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stock.hold",
                    ),
                ),
                (
                    "lot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="stock.lot"
                    ),
                ),
                (
                    "recall",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lots", to="recalls.recall"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(models.F("lot"), models.F("id"), name="recall_by_lot")],
                "constraints": [models.UniqueConstraint(fields=("recall", "lot"), name="recall_lot_once")],
            },
        ),
    ]
