"""Keys: made once for a checkout, demanded in production."""

import os
import secrets
import sys
from pathlib import Path
from typing import NoReturn

MIN_BYTES = 32
MIN_DIFFERENT = 8  # characters: fewer, and nobody drew them by lot


def refuse_to_start(faults: list[str]) -> NoReturn:
    """Say why and end. By 3 Gunicorn knows a start that failed, and does not try for ever."""
    sys.stderr.write("Stillage does not start:\n  " + "\n  ".join(faults) + "\n")
    sys.stderr.flush()
    raise SystemExit(3)


def from_environment(name: str, default: str = "") -> str:
    """A secret's value: from NAME, or out of the file that NAME_FILE names (as container secrets come)."""
    path = os.environ.get(f"{name}_FILE")
    return Path(path).read_text().strip() if path else os.environ.get(name, default)


def local_key(home: Path, name: str) -> str:
    """Read the key from the data folder, or make it; readable by its owner only."""
    path = home / name
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()


def _weak(key: str) -> bool:
    return len(key.encode()) < MIN_BYTES or len(set(key)) < MIN_DIFFERENT


def faults_in(*, secret_key: str, token_keys: list[str], allowed_hosts: list[str]) -> list[str]:
    """What forbids a start in production, in words; empty when nothing does."""
    faults = []
    if _weak(secret_key):
        faults.append(f"STILLAGE_SECRET_KEY must hold at least {MIN_BYTES} random bytes.")
    if not token_keys:
        faults.append("STILLAGE_TOKEN_KEYS must name at least one key for signing tokens.")
    if any(_weak(key) for key in token_keys):
        faults.append(f"Every key in STILLAGE_TOKEN_KEYS must hold at least {MIN_BYTES} random bytes.")
    if secret_key and secret_key in token_keys:
        faults.append("STILLAGE_TOKEN_KEYS must not repeat STILLAGE_SECRET_KEY.")
    if any(
        word in key.lower()
        for key in [secret_key, *token_keys]
        for word in ("changeme", "insecure", "example")
    ):
        faults.append("A key still holds its example value; make one with `stillage make-key`.")
    if not allowed_hosts or "*" in allowed_hosts:
        faults.append("STILLAGE_ALLOWED_HOSTS must name the hosts that people type, and not be `*`.")
    return faults
