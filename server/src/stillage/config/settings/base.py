"""Settings that hold everywhere. What differs by machine comes from the environment; docs/settings.md lists it."""

import os
from datetime import timedelta
from pathlib import Path

import dj_database_url

from stillage.config.keys import from_environment
from stillage.config.watching import logging_config

HOME = Path(os.environ.get("STILLAGE_HOME", ".stillage")).resolve()

DEBUG = False
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
LANGUAGE_CODE = "en"
ROOT_URLCONF = "stillage.config.urls"
EVENT_ROUTES = "stillage.config.event_routes.ROUTES"
WSGI_APPLICATION = "stillage.config.wsgi.application"
APPEND_SLASH = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django_tasks",
    "django_tasks_db",
    "rest_framework",
    "django.contrib.staticfiles",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "stillage.rest",
    "stillage.audit",
    "stillage.numbering",
    "stillage.places",
    "stillage.accounts",
    "stillage.catalogue",
    "stillage.stock",
    "stillage.purchasing",
    "stillage.sales",
    "stillage.transfers",
    "stillage.counting",
    "stillage.recalls",
    "stillage.planning",
    "stillage.scanning",
    "stillage.live",
    "stillage.seeing",
    "stillage.analytics",
]

MIDDLEWARE = [
    "stillage.rest.middleware.Envelope",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "stillage.live.waking.TellOfWrites",
]

ALLOWED_HOSTS = [
    h for h in os.environ.get("STILLAGE_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]").split(",") if h
]
# How many proxies of our own stand in front; only then is X-Forwarded-For believed (SAFETY A12).
NUM_PROXIES = int(os.environ.get("STILLAGE_NUM_PROXIES", "0"))

# ---- database ---------------------------------------------------------------------------------
DATABASE_URL = from_environment("DATABASE_URL") or f"sqlite:///{HOME / 'stillage.sqlite3'}"
# The innermost limit gives up first and says why (docs/locking.md). A migration waits for locks only briefly,
# because everybody queues behind it, but may take its time over the work.
_TIMEOUTS = {
    "web": "-c statement_timeout=5s -c lock_timeout=2s -c idle_in_transaction_session_timeout=10s",
    "worker": "-c statement_timeout=60s -c lock_timeout=5s -c idle_in_transaction_session_timeout=30s",
    "migrate": "-c statement_timeout=0 -c lock_timeout=5s -c idle_in_transaction_session_timeout=60s",
}
_database = dj_database_url.parse(
    DATABASE_URL,
    # Django's SQLite backend, with the writers of this process in single file.
    engine="stillage.core.sqlite" if DATABASE_URL.startswith("sqlite") else None,
    conn_max_age=600,
    conn_health_checks=True,
)
if _database["ENGINE"].endswith("postgresql"):
    _database["OPTIONS"] = {
        **_database.get("OPTIONS", {}),
        "options": _TIMEOUTS[os.environ.get("STILLAGE_TIMEOUTS", "web")]
        + " -c client_connection_check_interval=5s",
        "server_side_binding": True,
        "prepare_threshold": 1,
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
    }
else:
    _database["CONN_MAX_AGE"] = 600
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 5,
        # FULL: a ledger acknowledges only what is on the disk. recursive_triggers: without it
        # INSERT OR REPLACE would slip past the append-only triggers.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
        " PRAGMA recursive_triggers=ON; PRAGMA journal_size_limit=67108864;",
    }
DATABASES = {"default": _database}

# ---- who may come in --------------------------------------------------------------------------
SECRET_KEY = from_environment("STILLAGE_SECRET_KEY")
# Tokens have a key of their own; the second one is still accepted while keys rotate.
TOKEN_KEYS = [key.strip() for key in from_environment("STILLAGE_TOKEN_KEYS").split(",") if key.strip()]
TOKEN_ISSUER = "stillage"  # noqa: S105 - a name, not a secret
TOKEN_AUDIENCE = "stillage-api"  # noqa: S105
ACCESS_TOKEN_LIFETIME = timedelta(minutes=10)
REFRESH_TOKEN_LIFETIME = timedelta(days=7)
SESSION_LIFETIME = timedelta(days=30)
REFRESH_GRACE = timedelta(seconds=10)

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# ---- how much may come in ---------------------------------------------------------------------
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
IMPORT_MAX_BYTES = 25 * 1024 * 1024
IMAGE_MAX_BYTES = 8 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 5
DATA_UPLOAD_MAX_NUMBER_FIELDS = 100
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
MAX_LINES = 5000
MAX_ORDER_LINES = 1000

# ---- money ------------------------------------------------------------------------------------
# What new orders are in; an order keeps the currency it was made in.
CURRENCY = os.environ.get("STILLAGE_CURRENCY", "EUR")

# ---- counting ---------------------------------------------------------------------------------
# After how many days a place is to be counted again, by the class of what lies there: A, B, C.
COUNT_EVERY_DAYS = [int(days) for days in os.environ.get("STILLAGE_COUNT_EVERY_DAYS", "30,90,180").split(",")]

# ---- live ---------------------------------------------------------------------------------------
# Streams of changes that one user may keep open in one process.
LIVE_STREAMS_PER_USER = int(os.environ.get("STILLAGE_LIVE_STREAMS_PER_USER", "5"))
# Whether a process that writes tells others of it at once; those who listen look twice a second anyway.
LIVE_TELLS_OTHERS = True

# ---- planning -----------------------------------------------------------------------------------
# Whether forecasts are learned by trees, too: more exact, and many times slower.
FORECAST_TREES = os.environ.get("STILLAGE_FORECAST_TREES", "") == "yes"

# ---- whose papers these are ---------------------------------------------------------------------
COMPANY_NAME = os.environ.get("STILLAGE_COMPANY_NAME", "Stillage")
# Lines of the address, separated by ";".
COMPANY_ADDRESS = os.environ.get("STILLAGE_COMPANY_ADDRESS", "")
# The GS1 company prefix (7 to 10 digits) in the SSCCs of pallets; this one is GS1's for examples.
GS1_PREFIX = os.environ.get("STILLAGE_GS1_PREFIX", "9521000")

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SILENCED_SYSTEM_CHECKS: list[str] = []

# ---- static files: only the API's own documentation page has any ---------------------------------
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

# ---- the interface ----------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["stillage.accounts.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["stillage.rest.permissions.Declared"],
    "DEFAULT_RENDERER_CLASSES": ["stillage.rest.rendering.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["stillage.rest.parsing.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "stillage.rest.schema.Schema",
    "EXCEPTION_HANDLER": "stillage.rest.errors.handle",
    "UNAUTHENTICATED_USER": None,
    "NUM_PROXIES": NUM_PROXIES,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Stillage",
    "DESCRIPTION": "Inventory for beverage warehouses. Every write takes an Idempotency-Key.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "persistAuthorization": False, "validatorUrl": None},
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "stillage.rest.schema.tidy",
    ],
}

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# ---- watching ---------------------------------------------------------------------------------
LOGGING = logging_config()
PRODUCTION = False
