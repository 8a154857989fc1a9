"""The dates on the label of a lot that nobody knows yet."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sales", "0003_append_only"),
    ]

    operations = [
        migrations.AddField(
            model_name="returnline",
            name="best_before_date",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="returnline",
            name="expiry_date",
            field=models.DateField(null=True),
        ),
    ]
