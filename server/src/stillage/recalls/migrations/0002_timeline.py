"""When a recall had found everything, and when a customer answered: the timeline reads the room's own rows."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("recalls", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="recall",
            name="found_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="recallcustomer",
            name="answered_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="recallcustomer",
            name="answered_by",
            field=models.CharField(blank=True, default="", max_length=150),
        ),
    ]
