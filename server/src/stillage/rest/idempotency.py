"""One effect per request: the key, the effect and the answer commit together (docs/idempotency.md)."""

import hashlib
import json
import re
import zlib
from dataclasses import dataclass
from typing import Any

import orjson
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, OperationalError
from django.utils.crypto import salted_hmac

from stillage.core.closing import Closing
from stillage.core.errors import Fault, Kind, Refusal
from stillage.core.sql import execute, fetch
from stillage.core.written_json import plain

_KEY = re.compile(r"[A-Za-z0-9_-]{16,128}\Z")
MAX_KEY = 128
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


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose key it is: the person's and the operation's, never the token's."""

    user_id: int
    operation: str
    key: str

    @property
    def values(self) -> list[Any]:
        return [self.user_id, self.operation, self.key]


def operation_of(method: str, path: str) -> str:
    """What a request asks for, as keys are kept under it."""
    return f"{method} {path.rstrip('/')}"[:200]


COLUMNS = ("body_hash", "status", "answer", "etag")
_FIND = """SELECT body_hash, status, answer, etag FROM rest_idempotencykey
WHERE user_id = %s AND operation = %s AND key = %s"""
_CLAIM = """INSERT INTO rest_idempotencykey (user_id, operation, key, body_hash, etag, created_at)
VALUES (%s, %s, %s, %s, '', CURRENT_TIMESTAMP) ON CONFLICT (user_id, operation, key) DO NOTHING"""
_KEEP_CLAIMED = """UPDATE rest_idempotencykey SET status = %s, answer = %s, etag = %s
WHERE user_id = %s AND operation = %s AND key = %s"""
# A twin's key is an error and no conflict to do nothing about, because COMMIT follows unseen (core/closing.py).
_KEEP = """INSERT INTO rest_idempotencykey (user_id, operation, key, body_hash, status, answer, etag, created_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, CURRENT_TIMESTAMP)"""
_ONCE = "idempotency_key_once"


def find(scope: Scope) -> tuple[Any, ...] | None:
    """What was kept under a key, as `first_answer` takes it."""
    found = fetch(_FIND, scope.values)
    return found[0] if found else None


def first_answer(kept: tuple[Any, ...], digest: bytes) -> Stored:
    """The answer that was kept, for the same request. Refuses: another request under the same key."""
    first_hash, status, answer, etag = kept
    if bytes(first_hash) != digest:
        raise Refusal(
            "This Idempotency-Key was used for another request; make a new one for a new request.",
            code="idempotency_conflict",
            kind=Kind.CONFLICT,
        )
    return Stored(status=status, answer=zlib.decompress(bytes(answer)), etag=etag)


def claim(scope: Scope, digest: bytes) -> Stored | None:
    """Take the key before anything is done, or return the first answer: for effects that no rollback undoes.

    On PostgreSQL a twin in flight waits at the unique index until the first has ended or
    lock_timeout speaks (409 with Retry-After). On SQLite writers are in single file anyway.
    """
    try:
        if execute(_CLAIM, [*scope.values, digest]) == 1:
            return None
    except OperationalError as error:
        raise _or_in_progress(error) from None
    kept = find(scope)
    return None if kept is None else first_answer(kept, digest)


def keep_claimed(scope: Scope, *, last: Closing, status: int, answer: bytes, etag: str) -> None:
    """Store the answer beside a key that was claimed, with whatever else the transaction writes last."""
    last.write(_KEEP_CLAIMED, [status, _packed(answer), etag, *scope.values])


def keep(scope: Scope, digest: bytes, *, last: Closing, status: int, answer: bytes, etag: str) -> bool:
    """Store the key with its answer, last of all. False: a twin was first, and nothing of this may stand.

    The unique index decides. A twin that is just committing is waited for.
    """
    try:
        return last.write(_KEEP, [*scope.values, digest, status, _packed(answer), etag]) == 1
    except IntegrityError as error:
        if _broken(error) == _ONCE:
            return False
        raise
    except OperationalError as error:
        raise _or_in_progress(error) from None


def _broken(error: IntegrityError) -> str:
    """Which constraint stood in the way."""
    said = getattr(error.__cause__, "diag", None)
    if said is not None:
        return str(said.constraint_name)
    return _ONCE if "rest_idempotencykey.key" in str(error) else ""


def _or_in_progress(error: OperationalError) -> Exception:
    if getattr(error.__cause__, "sqlstate", None) != "55P03":
        return error
    return Refusal(
        "The same request is being carried out just now; ask again in a moment.",
        code="in_progress",
        kind=Kind.CONFLICT,
        retry_after_seconds=1,
    )


def _packed(answer: bytes) -> bytes:
    packed = zlib.compress(answer, 1)
    if len(packed) > MAX_ANSWER_BYTES:
        raise Refusal(
            "The answer is too large to keep; send fewer lines at once.",
            code="too_large",
            kind=Kind.TOO_LARGE,
        )
    return packed
