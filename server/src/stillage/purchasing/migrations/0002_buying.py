"""Purchase orders, advance notices, receipts, discrepancies and supplier returns."""

import uuid

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0004_prices"),
        ("places", "0001_initial"),
        ("purchasing", "0001_initial"),
        ("stock", "0005_more_kinds"),
    ]

    operations = [
        migrations.CreateModel(
            name="AdvanceNotice",
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
                ("despatch_number", models.CharField(max_length=60)),
                ("expected_date", models.DateField(null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Open"), ("received", "Received"), ("cancelled", "Cancelled")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("user_id", models.BigIntegerField(null=True)),
                ("username", models.CharField(max_length=150)),
            ],
        ),
        migrations.CreateModel(
            name="Discrepancy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("operation_id", models.UUIDField(null=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("over", "Over"),
                            ("short", "Short"),
                            ("damaged", "Damaged"),
                            ("short_dated", "Short Dated"),
                            ("not_ordered", "Not Ordered"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("accepted", "Accepted"),
                            ("quarantined", "Quarantined"),
                            ("refused", "Refused"),
                            ("missing", "Missing"),
                        ],
                        max_length=12,
                    ),
                ),
                ("lot_number", models.CharField(blank=True, default="", max_length=20)),
                ("quantity", models.BigIntegerField()),
                ("note", models.CharField(blank=True, default="", max_length=200)),
                ("user_id", models.BigIntegerField(null=True)),
                ("username", models.CharField(max_length=150)),
                ("found_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                ("settled_by", models.CharField(blank=True, default="", max_length=150)),
                ("settlement", models.CharField(blank=True, default="", max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name="NoticeLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("lot_number", models.CharField(blank=True, default="", max_length=20)),
                ("expiry_date", models.DateField(null=True)),
                ("best_before_date", models.DateField(null=True)),
                ("production_date", models.DateField(null=True)),
                ("quantity", models.BigIntegerField()),
                ("received", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="NoticeUnit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sscc", models.CharField(max_length=18, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="PurchaseOrder",
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
                            ("placed", "Placed"),
                            ("partly_received", "Partly Received"),
                            ("received", "Received"),
                            ("closed", "Closed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="draft",
                        max_length=16,
                    ),
                ),
                ("expected_date", models.DateField()),
                ("supplier_reference", models.CharField(blank=True, default="", max_length=80)),
                ("note", models.CharField(blank=True, default="", max_length=500)),
                ("currency", models.CharField(max_length=3)),
                ("net_total", models.DecimalField(decimal_places=2, default=0, max_digits=16)),
                ("user_id", models.BigIntegerField(null=True)),
                ("username", models.CharField(max_length=150)),
                ("placed_at", models.DateTimeField(null=True)),
                ("received_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("cancelled_at", models.DateTimeField(null=True)),
                ("cancel_reason", models.CharField(blank=True, default="", max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name="PurchaseOrderLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("pack_name", models.CharField(max_length=60)),
                ("units_per_pack", models.PositiveIntegerField()),
                ("gtin", models.CharField(blank=True, default="", max_length=14)),
                ("supplier_sku", models.CharField(blank=True, default="", max_length=60)),
                ("quantity_packs", models.PositiveIntegerField()),
                ("quantity", models.BigIntegerField()),
                ("received", models.BigIntegerField(default=0)),
                ("cancelled", models.BigIntegerField(default=0)),
                ("pack_cost", models.DecimalField(decimal_places=4, max_digits=14)),
                ("net_amount", models.DecimalField(decimal_places=2, max_digits=16)),
                ("expected_date", models.DateField(null=True)),
                ("note", models.CharField(blank=True, default="", max_length=200)),
                ("demand_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="Receipt",
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
                ("delivery_note", models.CharField(blank=True, default="", max_length=80)),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Open"), ("closed", "Closed")], default="open", max_length=10
                    ),
                ),
                ("user_id", models.BigIntegerField(null=True)),
                ("username", models.CharField(max_length=150)),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("closed_by", models.CharField(blank=True, default="", max_length=150)),
            ],
        ),
        migrations.CreateModel(
            name="ReceiptLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("operation_id", models.UUIDField()),
                ("quantity", models.BigIntegerField()),
                ("unit_cost", models.DecimalField(decimal_places=4, max_digits=14, null=True)),
                ("user_id", models.BigIntegerField(null=True)),
                ("username", models.CharField(max_length=150)),
                ("received_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="ReceiptUndo",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("operation_id", models.UUIDField(unique=True)),
                ("reversal_id", models.UUIDField()),
                ("username", models.CharField(max_length=150)),
                ("undone_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="SupplierReturn",
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
                            ("closed", "Closed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
                ("supplier_reference", models.CharField(blank=True, default="", max_length=80)),
                ("currency", models.CharField(max_length=3)),
                ("operation_id", models.UUIDField(null=True, unique=True)),
                ("credit_total", models.DecimalField(decimal_places=2, max_digits=16, null=True)),
                ("user_id", models.BigIntegerField(null=True)),
                ("username", models.CharField(max_length=150)),
                ("dispatched_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="SupplierReturnLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("quantity", models.BigIntegerField()),
                ("unit_cost", models.DecimalField(decimal_places=4, max_digits=14, null=True)),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
                ("demand_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
            ],
        ),
        migrations.AddField(
            model_name="supplier",
            name="address",
            field=models.CharField(blank=True, default="", max_length=400),
        ),
        migrations.AddField(
            model_name="supplier",
            name="contact_name",
            field=models.CharField(blank=True, default="", max_length=120),
        ),
        migrations.AddField(
            model_name="supplier",
            name="minimum_order_value",
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True),
        ),
        migrations.AddField(
            model_name="supplierproduct",
            name="order_multiple",
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddConstraint(
            model_name="supplierproduct",
            constraint=models.CheckConstraint(
                condition=models.Q(("order_multiple__gte", 1)), name="supplier_multiple_of_something"
            ),
        ),
        migrations.AddField(
            model_name="advancenotice",
            name="supplier",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="purchasing.supplier"
            ),
        ),
        migrations.AddField(
            model_name="advancenotice",
            name="warehouse",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.warehouse"
            ),
        ),
        migrations.AddField(
            model_name="discrepancy",
            name="product",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.product"
            ),
        ),
        migrations.AddField(
            model_name="noticeline",
            name="notice",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lines",
                to="purchasing.advancenotice",
            ),
        ),
        migrations.AddField(
            model_name="noticeline",
            name="product",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.product"
            ),
        ),
        migrations.AddField(
            model_name="noticeunit",
            name="notice",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="units",
                to="purchasing.advancenotice",
            ),
        ),
        migrations.AddField(
            model_name="noticeline",
            name="unit",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lines",
                to="purchasing.noticeunit",
            ),
        ),
        migrations.AddField(
            model_name="purchaseorder",
            name="supplier",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="orders", to="purchasing.supplier"
            ),
        ),
        migrations.AddField(
            model_name="purchaseorder",
            name="warehouse",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.warehouse"
            ),
        ),
        migrations.AddField(
            model_name="advancenotice",
            name="order",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notices",
                to="purchasing.purchaseorder",
            ),
        ),
        migrations.AddField(
            model_name="purchaseorderline",
            name="order",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lines",
                to="purchasing.purchaseorder",
            ),
        ),
        migrations.AddField(
            model_name="purchaseorderline",
            name="product",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.product"
            ),
        ),
        migrations.AddField(
            model_name="discrepancy",
            name="order_line",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="discrepancies",
                to="purchasing.purchaseorderline",
            ),
        ),
        migrations.AddField(
            model_name="receipt",
            name="location",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.location"
            ),
        ),
        migrations.AddField(
            model_name="receipt",
            name="notice",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="receipts",
                to="purchasing.advancenotice",
            ),
        ),
        migrations.AddField(
            model_name="receipt",
            name="order",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="receipts",
                to="purchasing.purchaseorder",
            ),
        ),
        migrations.AddField(
            model_name="receipt",
            name="supplier",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="receipts", to="purchasing.supplier"
            ),
        ),
        migrations.AddField(
            model_name="receipt",
            name="warehouse",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.warehouse"
            ),
        ),
        migrations.AddField(
            model_name="discrepancy",
            name="receipt",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="discrepancies",
                to="purchasing.receipt",
            ),
        ),
        migrations.AddField(
            model_name="receiptline",
            name="location",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.location"
            ),
        ),
        migrations.AddField(
            model_name="receiptline",
            name="lot",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="stock.lot"
            ),
        ),
        migrations.AddField(
            model_name="receiptline",
            name="notice_line",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="receipts",
                to="purchasing.noticeline",
            ),
        ),
        migrations.AddField(
            model_name="receiptline",
            name="order_line",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="receipts",
                to="purchasing.purchaseorderline",
            ),
        ),
        migrations.AddField(
            model_name="receiptline",
            name="product",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.product"
            ),
        ),
        migrations.AddField(
            model_name="receiptline",
            name="receipt",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="purchasing.receipt"
            ),
        ),
        migrations.AddField(
            model_name="receiptline",
            name="unit",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="receipts",
                to="purchasing.noticeunit",
            ),
        ),
        migrations.AddField(
            model_name="discrepancy",
            name="receipt_line",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="discrepancies",
                to="purchasing.receiptline",
            ),
        ),
        migrations.AddField(
            model_name="receiptundo",
            name="receipt",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="undone", to="purchasing.receipt"
            ),
        ),
        migrations.AddField(
            model_name="supplierreturn",
            name="receipt",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="returns",
                to="purchasing.receipt",
            ),
        ),
        migrations.AddField(
            model_name="supplierreturn",
            name="supplier",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="returns", to="purchasing.supplier"
            ),
        ),
        migrations.AddField(
            model_name="supplierreturn",
            name="warehouse",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.warehouse"
            ),
        ),
        migrations.AddField(
            model_name="supplierreturnline",
            name="discrepancy",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="returns",
                to="purchasing.discrepancy",
            ),
        ),
        migrations.AddField(
            model_name="supplierreturnline",
            name="location",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.location"
            ),
        ),
        migrations.AddField(
            model_name="supplierreturnline",
            name="lot",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="stock.lot"
            ),
        ),
        migrations.AddField(
            model_name="supplierreturnline",
            name="of_return",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="purchasing.supplierreturn",
            ),
        ),
        migrations.AddField(
            model_name="supplierreturnline",
            name="product",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.product"
            ),
        ),
        migrations.AddConstraint(
            model_name="noticeline",
            constraint=models.UniqueConstraint(
                fields=("notice", "position"), name="notice_line_position_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="noticeline",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gt", 0), ("received__gte", 0)), name="notice_line_of_something"
            ),
        ),
        migrations.AddIndex(
            model_name="purchaseorder",
            index=models.Index(models.F("supplier"), models.F("id"), name="purchase_by_supplier"),
        ),
        migrations.AddIndex(
            model_name="purchaseorder",
            index=models.Index(
                models.F("warehouse"), models.F("status"), models.F("expected_date"), name="purchase_by_state"
            ),
        ),
        migrations.AddIndex(
            model_name="purchaseorder",
            index=models.Index(models.F("status"), models.F("id"), name="purchase_by_status"),
        ),
        migrations.AddIndex(
            model_name="purchaseorder",
            index=models.Index(models.F("expected_date"), models.F("id"), name="purchase_by_date"),
        ),
        migrations.AddIndex(
            model_name="advancenotice",
            index=models.Index(
                models.F("warehouse"), models.F("status"), models.F("expected_date"), name="notice_by_state"
            ),
        ),
        migrations.AddConstraint(
            model_name="advancenotice",
            constraint=models.UniqueConstraint(fields=("supplier", "despatch_number"), name="notice_once"),
        ),
        migrations.AddIndex(
            model_name="purchaseorderline",
            index=models.Index(
                models.F("product"),
                models.F("order"),
                condition=models.Q(
                    (
                        "quantity__gt",
                        django.db.models.expressions.CombinedExpression(
                            models.F("received"), "+", models.F("cancelled")
                        ),
                    )
                ),
                name="purchase_line_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="purchaseorderline",
            constraint=models.UniqueConstraint(
                fields=("order", "position"), name="purchase_line_position_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="purchaseorderline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("quantity__gt", 0),
                    (
                        "quantity",
                        django.db.models.expressions.CombinedExpression(
                            models.F("quantity_packs"), "*", models.F("units_per_pack")
                        ),
                    ),
                ),
                name="purchase_line_is_whole_packs",
            ),
        ),
        migrations.AddConstraint(
            model_name="purchaseorderline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("received__gte", 0), ("cancelled__gte", 0), ("quantity__gte", models.F("cancelled"))
                ),
                name="purchase_line_adds_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="purchaseorderline",
            constraint=models.CheckConstraint(
                condition=models.Q(("pack_cost__gte", 0)), name="purchase_line_cost_makes_sense"
            ),
        ),
        migrations.AddIndex(
            model_name="receipt",
            index=models.Index(models.F("supplier"), models.F("id"), name="receipt_by_supplier"),
        ),
        migrations.AddIndex(
            model_name="receipt",
            index=models.Index(
                models.F("warehouse"), models.F("status"), models.F("id"), name="receipt_by_state"
            ),
        ),
        migrations.AddIndex(
            model_name="receipt",
            index=models.Index(models.F("opened_at"), models.F("id"), name="receipt_by_time"),
        ),
        migrations.AddIndex(
            model_name="receiptline",
            index=models.Index(models.F("lot"), models.F("id"), name="receipt_line_by_lot"),
        ),
        migrations.AddIndex(
            model_name="receiptline",
            index=models.Index(models.F("operation_id"), name="receipt_line_by_operation"),
        ),
        migrations.AddConstraint(
            model_name="receiptline",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gt", 0)), name="receipt_line_of_something"
            ),
        ),
        migrations.AddIndex(
            model_name="discrepancy",
            index=models.Index(models.F("receipt"), models.F("id"), name="discrepancy_by_receipt"),
        ),
        migrations.AddIndex(
            model_name="discrepancy",
            index=models.Index(
                models.F("id"),
                condition=models.Q(("settled_at__isnull", True), ("withdrawn_at__isnull", True)),
                name="discrepancy_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="discrepancy",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gt", 0)), name="discrepancy_of_something"
            ),
        ),
        migrations.AddIndex(
            model_name="supplierreturn",
            index=models.Index(models.F("supplier"), models.F("id"), name="supplier_return_by_supplier"),
        ),
        migrations.AddIndex(
            model_name="supplierreturn",
            index=models.Index(
                models.F("warehouse"), models.F("status"), models.F("id"), name="supplier_return_by_state"
            ),
        ),
        migrations.AddIndex(
            model_name="supplierreturnline",
            index=models.Index(models.F("lot"), models.F("id"), name="supplier_return_by_lot"),
        ),
        migrations.AddConstraint(
            model_name="supplierreturnline",
            constraint=models.UniqueConstraint(
                fields=("of_return", "position"), name="supplier_return_position_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="supplierreturnline",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gt", 0)), name="supplier_return_of_something"
            ),
        ),
    ]
