"""Orders, picking, shipping and returns."""

import uuid

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0004_prices"),
        ("places", "0001_initial"),
        ("sales", "0001_initial"),
        ("stock", "0002_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="PickList",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=20, unique=True)),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Open"), ("done", "Done"), ("cancelled", "Cancelled")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("user_id", models.BigIntegerField(null=True)),
                ("username", models.CharField(max_length=150)),
                ("created_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "staging_location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.location"
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
            name="Return",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=20, unique=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("expected", "Expected"),
                            ("received", "Received"),
                            ("closed", "Closed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="expected",
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
                ("user_id", models.BigIntegerField(null=True)),
                ("username", models.CharField(max_length=150)),
                ("created_at", models.DateTimeField()),
                ("received_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="returns",
                        to="sales.customer",
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
            name="CreditNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=20, unique=True)),
                ("currency", models.CharField(max_length=3)),
                ("net_total", models.DecimalField(decimal_places=2, max_digits=16)),
                ("tax_total", models.DecimalField(decimal_places=2, max_digits=16)),
                ("gross_total", models.DecimalField(decimal_places=2, max_digits=16)),
                ("user_id", models.BigIntegerField(null=True)),
                ("username", models.CharField(max_length=150)),
                ("issued_at", models.DateTimeField()),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credit_notes",
                        to="sales.customer",
                    ),
                ),
                (
                    "of_return",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credit_notes",
                        to="sales.return",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReturnLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("lot_number", models.CharField(blank=True, default="", max_length=20)),
                ("expected", models.BigIntegerField(default=0)),
                ("received", models.BigIntegerField(default=0)),
                ("disposed", models.BigIntegerField(default=0)),
                ("credited", models.BigIntegerField(default=0)),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
                ("demand_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "location",
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
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stock.lot",
                    ),
                ),
                (
                    "of_return",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="sales.return"
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
            name="Disposition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[("restock", "Restock"), ("quarantine", "Quarantine"), ("scrap", "Scrap")],
                        max_length=10,
                    ),
                ),
                ("quantity", models.BigIntegerField()),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
                ("operation_id", models.UUIDField()),
                ("user_id", models.BigIntegerField(null=True)),
                ("username", models.CharField(max_length=150)),
                ("decided_at", models.DateTimeField()),
                (
                    "to_location",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="places.location",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dispositions",
                        to="sales.returnline",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CreditNoteLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sku", models.CharField(max_length=40)),
                ("product_name", models.CharField(max_length=200)),
                ("lot_number", models.CharField(blank=True, max_length=20)),
                ("quantity", models.BigIntegerField()),
                ("unit_price", models.DecimalField(decimal_places=6, max_digits=14)),
                ("tax_rate_percent", models.DecimalField(decimal_places=2, max_digits=5)),
                ("net_amount", models.DecimalField(decimal_places=2, max_digits=16)),
                (
                    "credit_note",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="sales.creditnote",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="sales.returnline"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SalesOrder",
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
                            ("confirmed", "Confirmed"),
                            ("allocated", "Allocated"),
                            ("picking", "Picking"),
                            ("packed", "Packed"),
                            ("shipped", "Shipped"),
                            ("closed", "Closed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("delivery_date", models.DateField()),
                ("customer_reference", models.CharField(blank=True, default="", max_length=80)),
                ("note", models.CharField(blank=True, default="", max_length=500)),
                ("currency", models.CharField(max_length=3)),
                ("net_total", models.DecimalField(decimal_places=2, default=0, max_digits=16)),
                ("tax_total", models.DecimalField(decimal_places=2, default=0, max_digits=16)),
                ("gross_total", models.DecimalField(decimal_places=2, default=0, max_digits=16)),
                ("promise_rank", models.BigIntegerField(null=True)),
                ("user_id", models.BigIntegerField(null=True)),
                ("username", models.CharField(max_length=150)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("shipped_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("cancelled_at", models.DateTimeField(null=True)),
                ("cancel_reason", models.CharField(blank=True, default="", max_length=200)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="sales.customer",
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
            name="HandlingUnit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sscc", models.CharField(max_length=18, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("pallet", "Pallet"), ("carton", "Carton")], default="pallet", max_length=10
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("user_id", models.BigIntegerField(null=True)),
                ("username", models.CharField(max_length=150)),
                ("packed_at", models.DateTimeField()),
                (
                    "warehouse",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.warehouse"
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="handling_units",
                        to="sales.salesorder",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SalesOrderLine",
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
                ("quantity_packs", models.PositiveIntegerField()),
                ("quantity", models.BigIntegerField()),
                ("shipped", models.BigIntegerField(default=0)),
                ("cancelled", models.BigIntegerField(default=0)),
                ("pack_price", models.DecimalField(decimal_places=4, max_digits=14)),
                ("discount_percent", models.DecimalField(decimal_places=2, default=0, max_digits=5)),
                ("tax_rate_percent", models.DecimalField(decimal_places=2, default=0, max_digits=5)),
                ("net_amount", models.DecimalField(decimal_places=2, max_digits=16)),
                ("minimum_remaining_days", models.PositiveIntegerField(default=0)),
                ("note", models.CharField(blank=True, default="", max_length=200)),
                ("demand_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="sales.salesorder",
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
            name="PickTask",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quantity", models.BigIntegerField()),
                ("picked", models.BigIntegerField(default=0)),
                ("short", models.BigIntegerField(default=0)),
                ("claimed_by", models.BigIntegerField(null=True)),
                ("claimed_name", models.CharField(blank=True, default="", max_length=150)),
                ("claimed_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.location"
                    ),
                ),
                (
                    "lot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="stock.lot"
                    ),
                ),
                (
                    "pick_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tasks", to="sales.picklist"
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="sales.salesorder"
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tasks",
                        to="sales.salesorderline",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PackedLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quantity", models.BigIntegerField()),
                (
                    "handling_unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="sales.handlingunit",
                    ),
                ),
                (
                    "lot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="stock.lot"
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="sales.salesorderline",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Shipment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=20, unique=True)),
                ("operation_id", models.UUIDField(unique=True)),
                ("delivery_date", models.DateField()),
                ("customer_name", models.CharField(max_length=200)),
                ("customer_address", models.CharField(blank=True, max_length=400)),
                ("carrier", models.CharField(blank=True, default="", max_length=80)),
                ("tracking_number", models.CharField(blank=True, default="", max_length=80)),
                ("user_id", models.BigIntegerField(null=True)),
                ("username", models.CharField(max_length=150)),
                ("shipped_at", models.DateTimeField()),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shipments",
                        to="sales.salesorder",
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
        migrations.AddField(
            model_name="return",
            name="shipment",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="returns",
                to="sales.shipment",
            ),
        ),
        migrations.AddField(
            model_name="handlingunit",
            name="shipment",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="handling_units",
                to="sales.shipment",
            ),
        ),
        migrations.CreateModel(
            name="ShipmentLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quantity", models.BigIntegerField()),
                ("sku", models.CharField(max_length=40)),
                ("product_name", models.CharField(max_length=200)),
                ("pack_name", models.CharField(max_length=60)),
                ("units_per_pack", models.PositiveIntegerField()),
                ("lot_number", models.CharField(blank=True, max_length=20)),
                ("expiry_date", models.DateField(null=True)),
                ("best_before_date", models.DateField(null=True)),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="sales.salesorderline",
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
                    "shipment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="sales.shipment"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="returnline",
            name="shipment_line",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="returns",
                to="sales.shipmentline",
            ),
        ),
        migrations.CreateModel(
            name="CustomerProduct",
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
                ("minimum_remaining_days", models.PositiveIntegerField(blank=True, null=True)),
                ("unit_price", models.DecimalField(blank=True, decimal_places=4, max_digits=14, null=True)),
                ("customer_sku", models.CharField(blank=True, default="", max_length=60)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="products",
                        to="sales.customer",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.product"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("customer", "product"), name="customer_product_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("unit_price__isnull", True), ("unit_price__gte", 0), _connector="OR"
                        ),
                        name="customer_price_is_not_negative",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="picklist",
            index=models.Index(
                models.F("warehouse"), models.F("status"), models.F("id"), name="pick_list_by_state"
            ),
        ),
        migrations.AddConstraint(
            model_name="disposition",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gt", 0)), name="disposition_of_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="creditnoteline",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gt", 0)), name="credit_of_something"
            ),
        ),
        migrations.AddIndex(
            model_name="salesorder",
            index=models.Index(models.F("customer"), models.F("id"), name="order_by_customer"),
        ),
        migrations.AddIndex(
            model_name="salesorder",
            index=models.Index(
                models.F("warehouse"), models.F("status"), models.F("delivery_date"), name="order_by_state"
            ),
        ),
        migrations.AddIndex(
            model_name="salesorder",
            index=models.Index(models.F("status"), models.F("id"), name="order_by_status"),
        ),
        migrations.AddIndex(
            model_name="salesorder",
            index=models.Index(models.F("delivery_date"), models.F("id"), name="order_by_date"),
        ),
        migrations.AddIndex(
            model_name="salesorder",
            index=models.Index(models.F("customer_reference"), name="order_by_reference"),
        ),
        migrations.AddIndex(
            model_name="salesorderline",
            index=models.Index(
                models.F("product"),
                models.F("order"),
                condition=models.Q(
                    (
                        "quantity__gt",
                        django.db.models.expressions.CombinedExpression(
                            models.F("shipped"), "+", models.F("cancelled")
                        ),
                    )
                ),
                name="order_line_owed",
            ),
        ),
        migrations.AddConstraint(
            model_name="salesorderline",
            constraint=models.UniqueConstraint(fields=("order", "position"), name="order_line_position_once"),
        ),
        migrations.AddConstraint(
            model_name="salesorderline",
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
                name="order_line_is_whole_packs",
            ),
        ),
        migrations.AddConstraint(
            model_name="salesorderline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("shipped__gte", 0),
                    ("cancelled__gte", 0),
                    (
                        "quantity__gte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("shipped"), "+", models.F("cancelled")
                        ),
                    ),
                ),
                name="order_line_ships_no_more_than_ordered",
            ),
        ),
        migrations.AddConstraint(
            model_name="salesorderline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("discount_percent__gte", 0),
                    ("discount_percent__lte", 100),
                    ("tax_rate_percent__gte", 0),
                    ("tax_rate_percent__lte", 100),
                    ("pack_price__gte", 0),
                ),
                name="order_line_prices_make_sense",
            ),
        ),
        migrations.AddIndex(
            model_name="picktask",
            index=models.Index(
                models.F("pick_list"),
                condition=models.Q(("finished_at__isnull", True)),
                name="pick_task_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="picktask",
            constraint=models.UniqueConstraint(
                fields=("pick_list", "line", "lot", "location"), name="pick_task_once_per_list"
            ),
        ),
        migrations.AddConstraint(
            model_name="picktask",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("picked__gte", 0),
                    ("short__gte", 0),
                    (
                        "quantity__gte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("picked"), "+", models.F("short")
                        ),
                    ),
                ),
                name="pick_task_takes_no_more_than_asked",
            ),
        ),
        migrations.AddConstraint(
            model_name="packedline",
            constraint=models.UniqueConstraint(
                fields=("handling_unit", "line", "lot"), name="packed_line_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="packedline",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gt", 0)), name="packed_line_packs_something"
            ),
        ),
        migrations.AddIndex(
            model_name="shipment",
            index=models.Index(models.F("shipped_at"), models.F("id"), name="shipment_by_time"),
        ),
        migrations.AddIndex(
            model_name="return",
            index=models.Index(models.F("customer"), models.F("id"), name="return_by_customer"),
        ),
        migrations.AddIndex(
            model_name="return",
            index=models.Index(
                models.F("warehouse"), models.F("status"), models.F("id"), name="return_by_state"
            ),
        ),
        migrations.AddIndex(
            model_name="shipmentline",
            index=models.Index(models.F("shipment"), models.F("id"), name="shipment_line_by_shipment"),
        ),
        migrations.AddIndex(
            model_name="shipmentline",
            index=models.Index(models.F("lot"), models.F("id"), name="shipment_line_by_lot"),
        ),
        migrations.AddConstraint(
            model_name="shipmentline",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gt", 0)), name="shipment_line_ships_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="returnline",
            constraint=models.UniqueConstraint(
                fields=("of_return", "position"), name="return_line_position_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="returnline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("expected__gte", 0),
                    ("disposed__gte", 0),
                    ("received__gte", models.F("disposed")),
                    ("credited__gte", 0),
                    ("received__gte", models.F("credited")),
                ),
                name="return_line_adds_up",
            ),
        ),
    ]
