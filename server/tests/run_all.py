"""`make test`: everything, on SQLite and on PostgreSQL, browser journeys included; says plainly what was not run.

Order: the server on SQLite, the server on PostgreSQL, the client. All of it is run even when a part fails.
STILLAGE_TEST_PARTS=sqlite,postgres,client runs some of them.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "server"))

from tests.postgres import NoPostgres, postgres  # noqa: E402

CI = os.environ.get("CI") == "true"
IN_A_BROWSER = ["client/tests/journeys", "client/tests/test_wedge.py", "client/tests/test_files.py"]
PARTS = os.environ.get("STILLAGE_TEST_PARTS", "sqlite,postgres,client").split(",")


def browser() -> str | None:
    """A Chromium: the one named, the system's, or Playwright's own."""
    named = os.environ.get("STILLAGE_CHROMIUM")
    if named:
        return named
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    downloads = [Path.home() / ".cache/ms-playwright", Path.home() / "Library/Caches/ms-playwright"]
    for folder in downloads:
        for pattern in ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*"):
            if matches := sorted(folder.glob(pattern)):
                return str(matches[-1])
    return None


def get_system_packages() -> list[str]:
    """Install what is missing where that is allowed; return what could not be had."""
    missing = []
    if browser() is None:
        missing.append("chromium")
    if not shutil.which("initdb") and not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        missing.append("postgresql")
    if not shutil.which("nginx") and not Path("/usr/sbin/nginx").exists():
        missing.append("nginx-light")
    if missing and os.getuid() == 0 and shutil.which("apt-get"):
        names = [*missing, "fonts-dejavu-core"]
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        print(f"Installing {' '.join(names)} with apt-get …", flush=True)  # noqa: T201
        subprocess.run(["apt-get", "update", "-qq"], env=environment, check=False)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", *names],
            env=environment,
            check=False,
            stdout=subprocess.DEVNULL,
        )
    if browser() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    return [name for name in missing if name == "chromium" and browser() is None]


def run(name: str, arguments: list[str], **environment: str) -> tuple[str, int, str]:
    """One part; its output is shown as it comes, its last line kept for the summary."""
    print(f"\n===== {name} =====", flush=True)  # noqa: T201
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines = []
    assert process.stdout is not None
    for line in process.stdout:
        print(line, end="", flush=True)  # noqa: T201
        lines.append(line)
    status = process.wait()
    summary = next(
        (line.strip(" =\n") for line in reversed(lines) if re.search(r"\d+ (passed|failed|error)", line)), ""
    )
    return name, status, f"{summary or 'no summary'} [{time.monotonic() - started:.0f} s]"


def main() -> int:
    not_run = [f"browser tests: no {name} could be installed" for name in get_system_packages()]
    workers = ["-n", os.environ.get("STILLAGE_TEST_WORKERS", "2")]
    chromium = {"STILLAGE_CHROMIUM": browser() or ""}
    without = {"DATABASE_URL": ""}
    results = []
    if "sqlite" in PARTS:
        results.append(run("server on SQLite", ["server/tests", *workers], **without))
    if "postgres" in PARTS:
        try:
            with postgres() as url:
                # Rules are pure: they know no database, and have been tried above.
                arguments = ["server/tests", *workers]
                if "sqlite" in PARTS:
                    arguments.append("--ignore=server/tests/rules")
                results.append(run("server on PostgreSQL", arguments, DATABASE_URL=url))
        except NoPostgres as error:
            not_run.append(f"server on PostgreSQL: {error}")
    if "client" in PARTS:
        # A browser runs an event loop of its own in its process, so the others have one to themselves.
        apart = [f"--ignore={path}" for path in IN_A_BROWSER]
        results.append(run("client", ["client/tests", *apart], **without))
        walked = run("client in a browser", IN_A_BROWSER, **chromium, **without)
        if walked[1] == 1:
            # Only here: a browser on a busy machine may be late. What needs a second try is named above.
            again = run(
                "client in a browser, what failed once more", [*IN_A_BROWSER, "--lf"], **chromium, **without
            )
            walked = (f"{walked[0]} (first: {walked[2]})", again[1], again[2])
        results.append(walked)
    print("\n===== summary =====")  # noqa: T201
    for name, status, summary in results:
        print(f"{'ok  ' if status == 0 else 'FAIL'} {name}: {summary}")  # noqa: T201
    for line in not_run:
        print(f"NOT RUN {line}")  # noqa: T201
    failed = any(status != 0 for _, status, _ in results)
    passed = sum(int(found[1]) for _, _, text in results if (found := re.search(r"(\d+) passed", text)))
    broken = sum(int(n) for _, _, text in results for n in re.findall(r"(\d+) (?:failed|error)", text))
    skipped = sum(int(found[1]) for _, _, text in results if (found := re.search(r"(\d+) skipped", text)))
    print(f"{passed} passed, {broken} failed, {skipped} skipped")  # noqa: T201
    return 1 if failed or (CI and not_run) else 0


if __name__ == "__main__":
    sys.exit(main())
