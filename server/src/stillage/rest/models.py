"""The table behind Idempotency-Key."""

from django.db import models


class IdempotencyKey(models.Model):
    """A write that was carried out, and what was answered. Committed together with its effect.

    The scope is the user and the operation, never the token: a retry after a refresh is still a retry.
    """

    user_id = models.BigIntegerField()
    operation = models.CharField(max_length=200)
    key = models.CharField(max_length=128)
    body_hash = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.BinaryField(null=True)
    etag = models.CharField(max_length=40, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user_id", "operation", "key"], name="idempotency_key_once")
        ]
        indexes = [models.Index(fields=["created_at"], name="idempotency_key_age")]
