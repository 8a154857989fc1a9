"""People and their sessions. A session is one sign-in; its tokens are never stored, only their digests."""

import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models

from stillage.core.models import Versioned
from stillage.places.models import Warehouse


class User(AbstractUser, Versioned):
    """Somebody who signs in. Roles are Django groups whose names stand in `roles.py`.

    `auth_epoch` rises with every change that must end what was signed before: password, dismissal.
    """

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    full_name = models.CharField(max_length=120, blank=True, default="")
    language = models.CharField(max_length=5, default="en")
    all_warehouses = models.BooleanField(default=False)
    warehouses = models.ManyToManyField(Warehouse, related_name="users", blank=True)
    warehouse = models.ForeignKey(Warehouse, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    auth_epoch = models.PositiveIntegerField(default=0, editable=False)

    REQUIRED_FIELDS: list[str] = []


class Session(models.Model):
    """One sign-in and all tokens that descend from it. Revoked whole, never in part."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    auth_epoch = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    rotated_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_reason = models.CharField(max_length=40, default="")
    # SHA-256 of the id inside the current refresh token, and of the one before it (the grace, SAFETY A5).
    current_digest = models.CharField(max_length=64)
    previous_digest = models.CharField(max_length=64, default="")
    address = models.CharField(max_length=45)
    user_agent = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["user", "revoked_at"], name="session_by_user")]


class Attempt(models.Model):
    """A counter of failed sign-ins within a window: by user and network, by network, and in all."""

    key = models.CharField(max_length=80, unique=True)
    failures = models.PositiveIntegerField(default=0)
    window_started_at = models.DateTimeField()
    next_allowed_at = models.DateTimeField(null=True)
