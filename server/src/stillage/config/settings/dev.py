"""Settings of a checkout: SQLite and keys made once, in STILLAGE_HOME."""

from stillage.config.keys import local_key
from stillage.config.settings.base import *  # noqa: F403
from stillage.config.settings.base import HOME, SECRET_KEY, TOKEN_KEYS

SECRET_KEY = SECRET_KEY or local_key(HOME, "secret-key")
TOKEN_KEYS = TOKEN_KEYS or [local_key(HOME, "token-key")]
