"""What several rooms' tables share."""

from django.db import models


class Versioned(models.Model):
    """Master data that two editors cannot overwrite each other unseen: `version` is its ETag."""

    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
