"""An announced pallet or carton keeps the booking that brought it: it arrives once, even when all of it is refused."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("purchasing", "0003_append_only")]

    operations = [
        migrations.AddField(
            model_name="noticeunit", name="operation_id", field=models.UUIDField(null=True, db_index=True)
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.UniqueConstraint(
                fields=["order"], condition=models.Q(status="open"), name="receipt_open_once_an_order"
            ),
        ),
    ]
