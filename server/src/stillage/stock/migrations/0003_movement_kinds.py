"""Kinds of movements for picking and returns; the database need not know."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("stock", "0002_append_only"),
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
                    ("reverse", "Reverse"),
                ],
                max_length=10,
            ),
        ),
    ]
