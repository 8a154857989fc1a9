"""List prices of products and tax rates of categories."""

from importlib import import_module

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0003_import"),
    ]

    operations = [
        migrations.AddField(
            model_name="category",
            name="tax_rate_percent",
            field=models.DecimalField(decimal_places=2, default=0, max_digits=5),
        ),
        migrations.AddField(
            model_name="product",
            name="unit_price",
            field=models.DecimalField(blank=True, decimal_places=4, max_digits=14, null=True),
        ),
        migrations.AddConstraint(
            model_name="category",
            constraint=models.CheckConstraint(
                condition=models.Q(("tax_rate_percent__gte", 0), ("tax_rate_percent__lte", 100)),
                name="category_tax_is_a_percentage",
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(("unit_price__isnull", True), ("unit_price__gte", 0), _connector="OR"),
                name="product_price_is_not_negative",
            ),
        ),
        migrations.RunPython(
            import_module("stillage.catalogue.migrations.0002_search").search_again, migrations.RunPython.noop
        ),
    ]
