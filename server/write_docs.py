"""Writes the pages that come out of the code: the OpenAPI document, permissions and operations.

`make docs` writes them; `make lint` runs `--check`, which fails when a page is not what the code says.
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "server" / "src"), str(ROOT / "client" / "src")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stillage.config.settings.dev")

import django  # noqa: E402

OPERATIONS = (
    "places",
    "accounts",
    "catalogue",
    "stock",
    "sales",
    "purchasing",
    "transfers",
    "counting",
    "recalls",
    "planning",
)


def openapi() -> str:
    from drf_spectacular.drainage import GENERATOR_STATS
    from drf_spectacular.generators import SchemaGenerator

    with GENERATOR_STATS.silence():
        document = SchemaGenerator().get_schema(request=None, public=True)
    return json.dumps(document, indent=1, sort_keys=True, default=str) + "\n"


def permissions() -> str:
    from stillage.accounts.roles import PERMISSIONS, ROLES

    head = "| permission | " + " | ".join(ROLES) + " |\n|---|" + "---|" * len(ROLES)
    rows = [
        f"| `{name}` | " + " | ".join("yes" if name in granted else "" for granted in ROLES.values()) + " |"
        for name in PERMISSIONS
    ]
    return (
        "# Who may do what\n\nWritten by `make docs` from `server/src/stillage/accounts/roles.py`.\n\n"
        + "\n".join([head, *rows])
        + "\n"
    )


def operations() -> str:
    lines = ["# What the system can do", "", "Written by `make docs` from the operations' own words.", ""]
    for room in OPERATIONS:
        module = importlib.import_module(f"stillage.{room}.operations")
        public = [
            (name, function)
            for name in getattr(module, "__all__", dir(module))
            if inspect.isfunction(function := getattr(module, name, None))
            and function.__module__.startswith(f"stillage.{room}.operations")
            and not name.startswith("_")
        ]
        if public:
            lines += [f"## {room}", ""]
        for name, function in sorted(public):
            words = inspect.cleandoc(function.__doc__ or "").splitlines()
            lines += [f"### {name}", "", *words, ""]
    return "\n".join(lines)


PAGES = {
    "docs/api/openapi.json": openapi,
    "docs/permissions.md": permissions,
    "docs/operations.md": operations,
}


def main() -> int:
    django.setup()
    check = "--check" in sys.argv[1:]
    stale = []
    for name, write in PAGES.items():
        path, text = ROOT / name, write()
        if check:
            if not path.exists() or path.read_text() != text:
                stale.append(name)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    if stale:
        sys.stderr.write(f"Not what the code says: {', '.join(stale)}. Run `make docs` and commit.\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
