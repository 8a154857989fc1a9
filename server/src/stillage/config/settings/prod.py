"""Settings of a production server: nothing is guessed, and a weak key is no start."""

import sys

from stillage.config.keys import faults_in
from stillage.config.settings.base import *  # noqa: F403
from stillage.config.settings.base import ALLOWED_HOSTS, SECRET_KEY, TOKEN_KEYS

_faults = faults_in(secret_key=SECRET_KEY, token_keys=TOKEN_KEYS, allowed_hosts=ALLOWED_HOSTS)
if _faults:
    sys.exit("Stillage does not start:\n  " + "\n  ".join(_faults))

SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = False  # Nginx redirects; the API itself is reached over the inner network only
SILENCED_SYSTEM_CHECKS = ["security.W008", "security.W003"]  # the redirect above; no cookies, so no CSRF
