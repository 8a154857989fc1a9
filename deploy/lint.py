"""Checks what is deployed and not Python: Dockerfile, compose, workflow, Nginx. Offline; `make lint` calls it.

python deploy/lint.py        every check, one line each; exit code 1 when one has found something
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NGINX = ROOT / "deploy" / "nginx"
BIN = Path(sys.executable).parent


def render_nginx(
    folder: Path,
    *,
    site: str = "plain",
    host: str = "stock.example.org",
    api: str = "127.0.0.1:8000",
    front: str = "127.0.0.1:8550",
    live: str = "127.0.0.1:8010",
    ports: dict[str, str] | None = None,
) -> Path:
    """The configuration as the container sees it, with its paths and addresses on this machine."""
    swaps = {
        "/etc/nginx/": f"{folder}/",
        "/tmp/": f"{folder}/",  # noqa: S108 - the container's own
        "server api:8000": f"server {api}",
        "server front:8550": f"server {front}",
        "server live:8010": f"server {live}",
        "${STILLAGE_HOST}": host,
        **(ports or {}),
    }
    (folder / "conf.d").mkdir(parents=True, exist_ok=True)
    for source in (*NGINX.glob("*.conf"), NGINX / f"{site}.conf.template"):
        pattern = "|".join(re.escape(old) for old in swaps)
        text = re.sub(pattern, lambda found: swaps[found[0]], source.read_text())
        target = folder / ("conf.d/server.conf" if source.suffix == ".template" else source.name)
        target.write_text(text)
    return folder / "nginx.conf"


def nginx_binary() -> str | None:
    """Nginx where it is installed; Debian keeps it off an ordinary person's path."""
    return shutil.which("nginx", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin")))


def make_certificate(folder: Path) -> bool:
    """One that nobody trusts, so that the TLS half can be read."""
    (folder / "tls").mkdir(parents=True, exist_ok=True)
    if shutil.which("openssl") is None:
        return False
    key, certificate = folder / "tls" / "privkey.pem", folder / "tls" / "fullchain.pem"
    # the key and certificate are for this run alone
    words = [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "1",
    ]
    run = ["openssl", *words, "-subj", "/CN=localhost", "-keyout", str(key), "-out", str(certificate)]
    return subprocess.run(run, capture_output=True, check=False).returncode == 0  # noqa: S603


def call(name: str, *arguments: str | Path) -> tuple[str, bool, str]:
    """One tool; whether it is content, and what it said."""
    tool = BIN / name if (BIN / name).exists() else shutil.which(name)
    if tool is None:
        return name, False, f"{name} is missing: run `make lint`, which installs it"
    done = subprocess.run(  # noqa: S603 - our own list of tools
        [tool, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    return name, done.returncode == 0, (done.stdout + done.stderr).strip()


def workflow() -> tuple[str, bool, str]:
    _, good, said = call("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *_workflows())
    return "workflow against its schema", good, said


def _workflows() -> list[Path]:
    return sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def workflow_safety() -> tuple[str, bool, str]:
    _, good, said = call("zizmor", "--offline", "--no-progress", "--quiet", *_workflows())
    return "workflow's safety (zizmor)", good, said


def compose() -> tuple[str, bool, str]:
    _, good, said = call("check-jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml")
    return "compose against its schema", good, said


def compose_secrets() -> tuple[str, bool, str]:
    """No secret has a default: `${NAME:?…}` or nothing."""
    text = (ROOT / "compose.yaml").read_text()
    lax = re.findall(r"\$\{(\w*(?:KEY|KEYS|PASSWORD))(?!:\?)\b[^:?]*[}:][^?]", text)
    return "compose's secrets have no defaults", not lax, f"these have: {', '.join(sorted(set(lax)))}"


def dockerfile() -> tuple[str, bool, str]:
    _, good, said = call("hadolint", "Dockerfile")
    return "Dockerfile (hadolint)", good, said


def nginx_safety() -> tuple[str, bool, str]:
    with tempfile.TemporaryDirectory() as folder:
        said = [call("gixy", render_nginx(Path(folder) / site, site=site)) for site in ("plain", "tls")]
    return "Nginx's safety (gixy)", all(good for _, good, _ in said), "\n".join(words for *_, words in said)


def nginx_syntax() -> tuple[str, bool, str]:
    name, binary = "Nginx's syntax (nginx -t)", nginx_binary()
    if binary is None:
        return f"{name}: not run: nginx is not installed", True, ""
    words, good = "", True
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent)
        sites = ["plain", "tls"] if make_certificate(folder / "tls") else ["plain"]
        for site in sites:
            config = render_nginx(folder / site, site=site)
            _, fine, said = call(binary, "-t", "-q", "-p", str(folder), "-c", str(config))
            good, words = good and fine, words + said
    return f"{name}: {' and '.join(sites)}", good, words


CHECKS = (
    workflow,
    workflow_safety,
    compose,
    compose_secrets,
    dockerfile,
    nginx_safety,
    nginx_syntax,
)


def main() -> int:
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda check: check(), CHECKS))
    for name, good, said in results:
        print(f"{'ok  ' if good else 'FAIL'} {name}")  # noqa: T201
        if not good:
            print(said)  # noqa: T201
    return 0 if all(good for _, good, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main())
