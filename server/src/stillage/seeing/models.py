"""The room's one table: checks of the ledger and what they found."""

from django.db import models
from django.db.models import F, Q


class CheckStatus(models.TextChoices):
    """How far a check is. Done says that it came to its end, not that all agreed."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class CheckKind(models.TextChoices):
    """Who wanted it: somebody on the page, or whoever keeps the server (`stillage reconcile`)."""

    ASKED = "asked"
    COMMAND = "command"


class LedgerCheck(models.Model):
    """One reading of the whole book. `findings` (JSON) are its disagreements in sentences, the first 200.

    `attempts` fences as for imports: a worker that lost its lease finds another number and gives up unseen.
    """

    kind = models.CharField(max_length=8, choices=CheckKind.choices)
    status = models.CharField(max_length=8, choices=CheckStatus.choices, default=CheckStatus.QUEUED)
    parts_total = models.PositiveIntegerField(default=0)
    parts_done = models.PositiveIntegerField(default=0)
    finding_count = models.PositiveIntegerField(default=0)
    findings = models.TextField(default="[]")
    detail = models.CharField(max_length=500, blank=True, default="")
    user_id = models.BigIntegerField(null=True)
    username = models.CharField(max_length=150)
    attempts = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # Who asks while one waits is given that one.
            models.UniqueConstraint(
                fields=["status"], condition=Q(status="queued"), name="ledger_check_waits_once"
            )
        ]
        indexes = [models.Index(F("status"), F("id"), name="ledger_check_by_status")]
