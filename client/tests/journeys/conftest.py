"""A real Stillage with the demonstration warehouse, started once for all journeys, and a browser to walk it with."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from behind import Warehouse
from browser import chromium
from loopback import free_port
from playwright.sync_api import Browser

START_SECONDS = 240


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health/live", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """`stillage run` on a small demonstration, with a data folder of its own."""
    given = os.environ.get("STILLAGE_JOURNEY_URL")
    if given:
        yield Warehouse(given.rstrip("/"))
        return
    home = tmp_path_factory.mktemp("home")
    environment = os.environ | {"STILLAGE_HOME": str(home)}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, "-m", "stillage"]
    subprocess.run([*command, "demo", "--scale", "small"], env=environment, check=True, timeout=START_SECONDS)
    url = f"http://127.0.0.1:{free_port()}"
    log = Path(home, "journeys.log")
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, "run", "--port", url.rsplit(":", 1)[1]], env=environment, stdout=output, stderr=output
        )
        try:
            for _ in range(START_SECONDS * 2):
                if _answers(url):
                    break
                if process.poll() is not None:
                    pytest.fail(f"the server stopped: {log.read_text()[-2000:]}")
                time.sleep(0.5)
            yield Warehouse(url)
        finally:
            process.terminate()
            process.wait(30)


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    """One browser for a file of journeys: as long as it is open, its event loop runs, and other tests start their own."""
    with chromium() as browser:
        yield browser
