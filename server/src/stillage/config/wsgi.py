"""The API for Gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stillage.config.settings.prod")
_django = get_wsgi_application()

from stillage.config.checks import NoDemo  # noqa: E402 - models are there only now

application = NoDemo(_django)
