"""The application under a server that can be made to die between the effect and the answer. For tests alone."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

from stillage.config.wsgi import application as honest

# The file's presence is the failpoint; it goes with the life it takes, so that the next worker lives.
FAILPOINT = Path(os.environ["STILLAGE_TEST_DIE_AFTER_COMMIT"])


def application(environ: dict[str, Any], start_response: Any) -> Any:
    answer = honest(environ, start_response)
    if environ["REQUEST_METHOD"] == "POST" and FAILPOINT.exists():
        FAILPOINT.unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    return answer
