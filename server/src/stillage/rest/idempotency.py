"""One effect per request: the key, the effect and the answer commit together (docs/idempotency.md)."""

import hashlib
import json
import re
import zlib
from dataclasses import dataclass
from typing import Any

import orjson
from django.core.files.uploadedfile import UploadedFile
from django.db import OperationalError, connection
from django.utils.crypto import salted_hmac

from stillage.core.errors import Fault, Kind, Refusal
from stillage.core.written_json import plain

_KEY = re.compile(r"[A-Za-z0-9_-]{16,128}\Z")
MAX_ANSWER_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Stored:
    """The first answer to a request that came again."""

    status: int
    answer: bytes
    etag: str


def checked_key(raw: str | None) -> str | None:
    """The header's value, or a refusal that says what a key looks like."""
    if raw is None:
        return None
    if not _KEY.match(raw):
        raise Refusal(
            "Idempotency-Key must be 16 to 128 characters out of A-Z a-z 0-9 _ -.",
            code="bad_idempotency_key",
            kind=Kind.UNREADABLE,
            faults=[Fault("/headers/Idempotency-Key", "bad_idempotency_key", "Make a UUID and send it.")],
        )
    return raw


def _plain(value: Any) -> Any:
    if isinstance(value, UploadedFile):
        digest = hashlib.sha256()
        for chunk in value.chunks():
            digest.update(chunk)
        value.seek(0)
        return {"file": value.name, "sha256": digest.hexdigest()}
    return plain(value)


def body_hash(data: Any) -> bytes:
    """A digest of what was parsed, not of the bytes: spacing and key order do not matter."""
    if hasattr(data, "lists"):
        data = {name: list(values) for name, values in data.lists()}
    # Keyed: a body may hold a password, and a bare digest of it could be searched for.
    try:
        parsed = orjson.dumps(data, default=_plain, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        # A number beyond 64 bits: the fields will refuse it by name.
        parsed = json.dumps(data, default=_plain, sort_keys=True).encode()
    return salted_hmac("stillage.body", parsed, algorithm="sha256").digest()


def claim(*, user_id: int, operation: str, key: str, digest: bytes) -> Stored | None:
    """Take the key inside the open transaction, or return the stored first answer.

    On PostgreSQL a twin in flight waits at the unique index until the first has ended or
    lock_timeout speaks (409 with Retry-After). On SQLite writers are in single file anyway.
    """
    with connection.cursor() as cursor:
        try:
            cursor.execute(
                "INSERT INTO rest_idempotencykey (user_id, operation, key, body_hash, etag, created_at)"
                " VALUES (%s, %s, %s, %s, '', CURRENT_TIMESTAMP)"
                " ON CONFLICT (user_id, operation, key) DO NOTHING",
                [user_id, operation, key, digest],
            )
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) != "55P03":
                raise
            raise Refusal(
                "The same request is being carried out just now; ask again in a moment.",
                code="in_progress",
                kind=Kind.CONFLICT,
                retry_after_seconds=1,
            ) from None
        if cursor.rowcount == 1:
            return None
        cursor.execute(
            "SELECT body_hash, status, answer, etag FROM rest_idempotencykey"
            " WHERE user_id = %s AND operation = %s AND key = %s",
            [user_id, operation, key],
        )
        first_hash, status, answer, etag = cursor.fetchone()
    if bytes(first_hash) != digest:
        raise Refusal(
            "This Idempotency-Key was used for another request; make a new one for a new request.",
            code="idempotency_conflict",
            kind=Kind.CONFLICT,
        )
    return Stored(status=status, answer=zlib.decompress(bytes(answer)), etag=etag)


def keep(*, user_id: int, operation: str, key: str, status: int, answer: bytes, etag: str) -> None:
    """Store the answer beside the key, in the same transaction."""
    packed = zlib.compress(answer, 1)
    if len(packed) > MAX_ANSWER_BYTES:
        raise Refusal(
            "The answer is too large to keep; send fewer lines at once.",
            code="too_large",
            kind=Kind.TOO_LARGE,
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE rest_idempotencykey SET status = %s, answer = %s, etag = %s"
            " WHERE user_id = %s AND operation = %s AND key = %s",
            [status, packed, etag, user_id, operation, key],
        )
