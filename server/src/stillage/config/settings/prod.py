"""Settings of a production server: nothing is guessed, and a weak key is no start."""

import os

from stillage.config import checks, sentry  # noqa: F401 - the checks register themselves
from stillage.config.keys import faults_in, from_environment, refuse_to_start
from stillage.config.settings.base import *  # noqa: F403
from stillage.config.settings.base import ALLOWED_HOSTS, SECRET_KEY, SPECTACULAR_SETTINGS, TOKEN_KEYS

_faults = faults_in(secret_key=SECRET_KEY, token_keys=TOKEN_KEYS, allowed_hosts=ALLOWED_HOSTS)
if not from_environment("DATABASE_URL"):
    _faults.append("DATABASE_URL must say where the database is.")
if _faults:
    refuse_to_start(_faults)

PRODUCTION = True
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = False  # Nginx redirects; the API itself is reached over the inner network only
SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # X-Frame-Options: every answer has it from rest.middleware.Envelope
    "security.W003",  # CSRF: no cookies, so nothing to forge with
    "security.W008",  # the redirect above
]
# `check --deploy` is about safety; how the interface describes itself is checked when it changes.
SPECTACULAR_SETTINGS = {**SPECTACULAR_SETTINGS, "ENABLE_DJANGO_DEPLOY_CHECK": False}
sentry.start(
    os.environ.get("STILLAGE_SENTRY_DSN", ""),
    environment=os.environ.get("STILLAGE_SENTRY_ENVIRONMENT", "production"),
)
