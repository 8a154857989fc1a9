#!/usr/bin/env python3
"""Django's own commands, on the checkout's settings."""

import os
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent / "src"), str(Path(__file__).parent.parent / "client" / "src")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stillage.config.settings.dev")

if __name__ == "__main__":
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
