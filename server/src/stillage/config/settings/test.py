"""Settings of the tests: SQLite in a file (real locking), or the PostgreSQL that DATABASE_URL names."""

import tempfile
from pathlib import Path

from stillage.config.settings.base import *  # noqa: F403
from stillage.config.settings.base import DATABASES

SECRET_KEY = "a key that only the tests use, and nobody else ever"  # noqa: S105
TOKEN_KEYS = ["another key that only the tests use, for tokens alone"]
PASSWORD_HASHERS = ["stillage.config.settings.test_hasher.QuickHasher"]
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
if not DATABASES["default"]["ENGINE"].endswith("postgresql"):
    _folder = Path(tempfile.gettempdir()) / f"stillage-tests-{__import__('os').getuid()}"
    _folder.mkdir(exist_ok=True)
    DATABASES["default"]["NAME"] = str(_folder / "unused.sqlite3")
    DATABASES["default"]["TEST"] = {"NAME": _folder / f"test-{__import__('os').getpid()}.sqlite3"}
    # Power loss is not what the ordinary tests ask about; the PRAGMA tests read the real ones.
    DATABASES["default"]["OPTIONS"]["init_command"] = DATABASES["default"]["OPTIONS"]["init_command"].replace(
        "synchronous=FULL", "synchronous=OFF"
    )
STATIC_ROOT = Path(tempfile.mkdtemp(prefix="stillage-static-"))
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
LIVE_TELLS_OTHERS = False  # a thread with a connection would outlive its test
LOGGING["root"]["level"] = "ERROR"  # noqa: F405
