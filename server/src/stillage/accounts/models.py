"""People, their sessions, and the counters that slow guessing. No token is stored, nor what makes one."""

import uuid
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models

from stillage.core.models import Versioned
from stillage.places.models import Warehouse

# What the screens speak; the first is the one for those who have not chosen.
LANGUAGES = ("en", "de")


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
    warehouse = models.ForeignKey(
        Warehouse, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    auth_epoch = models.PositiveIntegerField(default=0, editable=False)
    # Made by the demonstration with its published password; gone as soon as the password is another.
    is_demo = models.BooleanField(default=False, editable=False)

    REQUIRED_FIELDS: ClassVar[list[str]] = []


class Session(models.Model):
    """One sign-in and all tokens that descend from it. Revoked whole, never in part.

    `generation` counts the rotations: the refresh token in force is the one that carries this number
    (docs/decisions/0002). Without the signing key neither it nor anything else here makes a token.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    auth_epoch = models.PositiveIntegerField()
    generation = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    rotated_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_reason = models.CharField(max_length=40, default="")
    address = models.CharField(max_length=45)
    # The /24 or /64 of the address: where this person is known to sign in from.
    network = models.CharField(max_length=60, default="")
    user_agent = models.CharField(max_length=200)

    class Meta:
        indexes = [
            models.Index(fields=["user", "revoked_at"], name="session_by_user"),
            models.Index(fields=["user", "network", "created_at"], name="session_by_network"),
            models.Index(fields=["created_at"], name="session_by_age"),
        ]


class Attempt(models.Model):
    """A counter of failed sign-ins within a window: by user and network, by network, and in all."""

    key = models.CharField(max_length=80, unique=True)
    failures = models.PositiveIntegerField(default=0)
    window_started_at = models.DateTimeField()
    next_allowed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["window_started_at"], name="attempt_by_age")]
