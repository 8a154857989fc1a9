"""The audit trail: one row for every write. The database refuses to change or delete a row."""

from django.db import models


class Entry(models.Model):
    """Who did what to what, when, from where, with what before and after."""

    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    username = models.CharField(max_length=150)
    action = models.CharField(max_length=60)
    object_type = models.CharField(max_length=40)
    object_id = models.CharField(max_length=64)
    object_label = models.CharField(max_length=250)
    warehouse_id = models.BigIntegerField(null=True)
    # JSON as text: written once and read back as it was written; nothing searches inside it.
    before = models.TextField(null=True)  # noqa: DJ001 - none is not the empty text
    after = models.TextField(null=True)  # noqa: DJ001
    address = models.CharField(max_length=45)
    request_id = models.CharField(max_length=64)
    session_id = models.UUIDField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["object_type", "object_id", "id"], name="audit_by_object"),
            models.Index(fields=["user_id", "id"], name="audit_by_user"),
            models.Index(fields=["action", "id"], name="audit_by_action"),
            models.Index(fields=["at"], name="audit_by_time"),
        ]


class Seal(models.Model):
    """A digest over a run of rows of an append-only table, chained to the seal before it."""

    table = models.CharField(max_length=60)
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    row_count = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table", "first_id"], name="seal_once")]
