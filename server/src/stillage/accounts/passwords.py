"""Passwords: what one may be, and hashing them a few at a time. Which hash is a setting."""

import os
import re
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.hashers import make_password, verify_password
from django.contrib.auth.password_validation import UserAttributeSimilarityValidator, validate_password
from django.core.exceptions import ValidationError

from stillage.accounts.errors import Busy
from stillage.accounts.models import User
from stillage.core import text
from stillage.core.errors import Fault

MAX_LENGTH = 512
# Argon2 takes 100 MiB a hash: as many at once as there are processors, the others wait in line.
AT_ONCE = max(2, min(4, os.cpu_count() or 2))
PATIENCE_SECONDS = 5.0
# Django's own list names first_name and last_name; ours have one name.
_not_ones_name = UserAttributeSimilarityValidator(user_attributes=("full_name",))
_gate = threading.BoundedSemaphore(AT_ONCE)
# What everybody tries first against a system of this name, with or without a number behind it.
_OUR_WORDS = re.compile(r"(?:stillage|warehouse|password|admin)+")


@contextmanager
def _in_line() -> Iterator[None]:
    if not _gate.acquire(timeout=PATIENCE_SECONDS):
        raise Busy
    try:
        yield
    finally:
        _gate.release()


def normalised(password: str) -> str:
    """NFC, as RFC 8265 has it: two keyboards that compose "é" differently type one password.

    Nothing else is changed: no space trimmed, no case folded, nothing cut off.
    """
    return unicodedata.normalize("NFC", password)


def hashed(password: str) -> str:
    """What is stored. Waits in line; refuses: Busy."""
    with _in_line():
        return make_password(normalised(password))


def matches(password: str, encoded: str | None) -> tuple[bool, bool]:
    """Is it this one, and should its hash be made anew? `None` takes as long as a wrong password does."""
    with _in_line():
        if encoded is None:
            make_password(normalised(password))
            return False, False
        return verify_password(normalised(password), encoded)


def faults_in(password: str, *, user: User, pointer: str) -> list[Fault]:
    """Everything that is wrong with a new password, at once."""
    password = normalised(password)
    faults = []
    for check in (validate_password, _not_ones_name.validate):
        try:
            check(password, user)
        except ValidationError as error:
            faults += [
                Fault(pointer, one.code or "invalid", " ".join(one.messages)) for one in error.error_list
            ]
    if _OUR_WORDS.fullmatch(re.sub(r"[\W\d_]", "", text.key(password))):
        faults.append(
            Fault(pointer, "password_too_common", "This is among the first that anybody would try.")
        )
    return faults
