"""A despatch that was called off may be announced again, put right."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("purchasing", "0004_notice_unit_booking")]

    operations = [
        migrations.RemoveConstraint(model_name="advancenotice", name="notice_once"),
        migrations.AddConstraint(
            model_name="advancenotice",
            constraint=models.UniqueConstraint(
                fields=["supplier", "despatch_number"],
                condition=models.Q(("status", "cancelled"), _negated=True),
                name="notice_once",
            ),
        ),
    ]
