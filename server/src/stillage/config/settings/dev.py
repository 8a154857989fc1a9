"""Settings of a checkout: one ASGI process, SQLite, and keys made once, in STILLAGE_HOME."""

from stillage.config.keys import local_key
from stillage.config.settings.base import *  # noqa: F403
from stillage.config.settings.base import DATABASES, HOME, SECRET_KEY, STATIC_ROOT, TOKEN_KEYS

SECRET_KEY = SECRET_KEY or local_key(HOME, "secret-key")
TOKEN_KEYS = TOKEN_KEYS or [local_key(HOME, "token-key")]

STATIC_ROOT.mkdir(parents=True, exist_ok=True)

# Under ASGI each request has a thread of its own, so a connection kept by a thread is never met again.
DATABASES["default"]["CONN_MAX_AGE"] = 0
if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 2, "max_size": 16, "timeout": 5}
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = False
