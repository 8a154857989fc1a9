"""Settings of a server that a test starts beside itself, on the test's own database."""

import os

from stillage.config.settings.test import *  # noqa: F403
from stillage.config.settings.test import DATABASES

DATABASES["default"]["NAME"] = os.environ["STILLAGE_TEST_DATABASE"]
if not DATABASES["default"]["ENGINE"].endswith("postgresql"):
    DATABASES["default"]["OPTIONS"]["init_command"] = DATABASES["default"]["OPTIONS"]["init_command"].replace(
        "synchronous=OFF", "synchronous=FULL"
    )
