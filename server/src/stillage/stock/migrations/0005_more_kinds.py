"""Kinds of movements for supplier returns, transfers and counts; the database need not know."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("stock", "0004_present"),
    ]

    operations = [
        migrations.AlterField(
            model_name="movement",
            name="kind",
            field=models.CharField(
                choices=[
                    ("receive", "Receive"),
                    ("move", "Move"),
                    ("adjust", "Adjust"),
                    ("scrap", "Scrap"),
                    ("pick", "Pick"),
                    ("put_back", "Put Back"),
                    ("issue", "Issue"),
                    ("return", "Return"),
                    ("send_back", "Send Back"),
                    ("transfer", "Transfer"),
                    ("count", "Count"),
                    ("reverse", "Reverse"),
                ],
                max_length=10,
            ),
        ),
    ]
