"""The files a browser loads: Flet's web client with our own index, icons, scripts and font laid over it.

Every file has an ETag of its content and, as soon as they are made, brotli and gzip forms in the cache.
"""

import asyncio
import base64
import hashlib
import json
import mimetypes
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import flet_web
from flet.controls.types import RouteUrlStrategy, WebRenderer
from starlette.types import Receive, Scope, Send

from stillage_client.hosting import font
from stillage_client.hosting.answers import answer

ASSETS = Path(__file__).parent.parent / "assets"
NAME, DESCRIPTION = "Stillage", "Beverage warehouse inventory: every case, lot and date from dock to door."
WRITTEN = ("index.html", "manifest.json", "assets/FontManifest.json")
SCRIPTS = ("scan_sound.js", "shortcuts.js", "wedge.js")
FONT_PATH = f"/fonts/{font.FILE_NAME}"
FONT_WAIT_SECONDS = 30.0
TYPES = {
    ".mjs": "text/javascript",
    ".js": "text/javascript",
    ".wasm": "application/wasm",
    ".json": "application/json",
    ".html": "text/html; charset=utf-8",
    ".woff2": "font/woff2",
}
COMPRESSED = {".js", ".mjs", ".wasm", ".json", ".otf", ".ttf", ".html", ".frag", ".bin", ""}
LEFT_OUT = ("pyodide/",)  # Python in the browser is not how this client runs
LEFT_OUT_ENDINGS = (".symbols", ".map")


@dataclass(frozen=True)
class File:
    """One file as it is served."""

    path: Path
    media_type: str
    compressible: bool

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(self.path.read_bytes()).hexdigest()[:32]

    @property
    def etag(self) -> str:
        return f'"{self.digest}"'


class Site:
    """All files by their address. `laid_out` puts the written ones into the cache folder first."""

    def __init__(self, cache: Path) -> None:
        self.cache = cache
        self.forms = cache / "forms"
        self._builder: subprocess.Popen[bytes] | None = None
        written = cache / "written"
        web = Path(flet_web.get_package_web_dir())
        _lay_out(web, written)
        self.files = {rel: _file(path) for root in (web, ASSETS, written) for rel, path in _files(root)}
        self.index = self.files["index.html"]

    @property
    def inline_script_hashes(self) -> list[str]:
        """What the page's own inline scripts hash to, for the content security policy."""
        scripts = re.findall(r"<script>(.*?)</script>", self.index.path.read_text("utf-8"), re.DOTALL)
        digests = (hashlib.sha256(script.encode()).digest() for script in scripts)
        return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]

    def start_building(self) -> None:
        """Font and compressed forms are made by a process beside; until then files go out as they are."""
        if self._builder is None:
            arguments = [sys.executable, "-m", "stillage_client.hosting.build", str(self.cache)]
            self._builder = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                arguments, env=_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
            )

    def stop_building(self) -> None:
        if self._builder is not None:
            self._builder.terminate()
            self._builder.wait(5)
            self._builder = None

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path == FONT_PATH:
            await self._wait_for_font()
        file = self._find(path)
        if file is None:
            return await answer(send, 404, "Not found.")
        headers = _headers(scope)
        etag = file.etag.encode()
        about = [
            (b"etag", etag),
            (b"cache-control", b"no-cache"),
            (b"content-type", file.media_type.encode()),
        ]
        if file.compressible:
            about.append((b"vary", b"accept-encoding"))
        if etag in [tag.strip() for tag in headers.get(b"if-none-match", b"").split(b",")]:
            return await answer(send, 304, headers=about)
        content, encoding = await asyncio.to_thread(self._read, file, headers.get(b"accept-encoding", b""))
        if encoding:
            about.append((b"content-encoding", encoding))
        return await answer(send, 200, content, headers=about, head_only=scope["method"] == "HEAD")

    def _find(self, path: str) -> File | None:
        if path == FONT_PATH:
            made = self.cache / "fonts" / font.FILE_NAME
            return _file(made) if made.is_file() else None
        found = self.files.get(path.lstrip("/"))
        if found is None and not Path(path).suffix:
            return self.index  # an address inside the app: the client draws it
        return found

    def _read(self, file: File, accepted: bytes) -> tuple[bytes, bytes]:
        if file.compressible:
            for coding, ending in ((b"br", "br"), (b"gzip", "gz")):
                form = self.forms / f"{file.digest}.{ending}"
                if coding in accepted and form.is_file():
                    return form.read_bytes(), coding
        return file.path.read_bytes(), b""

    async def _wait_for_font(self) -> None:
        made, waited = self.cache / "fonts" / font.FILE_NAME, 0.0
        while not made.is_file() and waited < FONT_WAIT_SECONDS and self._builder_works():
            await asyncio.sleep(0.1)
            waited += 0.1

    def _builder_works(self) -> bool:
        return self._builder is not None and self._builder.poll() is None


def _environment() -> dict[str, str]:
    """The builder finds this package where we found it."""
    return os.environ | {"PYTHONPATH": str(ASSETS.parent.parent)}


def _headers(scope: Scope) -> dict[bytes, bytes]:
    return dict(scope["headers"])


def _files(root: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(root.rglob("*")):
        rel = path.relative_to(root).as_posix()
        if path.is_file() and not rel.startswith(LEFT_OUT) and not rel.endswith(LEFT_OUT_ENDINGS):
            yield rel, path


def _file(path: Path) -> File:
    media_type = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return File(path, media_type, path.suffix in COMPRESSED)


def _lay_out(web: Path, written: Path) -> None:
    """index.html, manifest.json and FontManifest.json as Flet patches them, with our scripts and name. Other
    workers may be reading: a file is replaced whole, and only when it differs."""
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder)
        (draft / "assets").mkdir()
        for name in WRITTEN:
            shutil.copyfile(web / name, draft / name)
        _patch(draft)
        for name in WRITTEN:
            target, content = written / name, (draft / name).read_bytes()
            if not target.is_file() or target.read_bytes() != content:
                target.parent.mkdir(parents=True, exist_ok=True)
                half = target.with_suffix(f".{os.getpid()}")
                half.write_bytes(content)
                half.replace(target)


def _patch(written: Path) -> None:
    flet_web.patch_index_html(
        index_path=str(written / "index.html"),
        base_href="/",
        websocket_endpoint_path="/ws",
        app_name=NAME,
        app_description=DESCRIPTION,
        web_renderer=WebRenderer.AUTO,
        route_url_strategy=RouteUrlStrategy.PATH,
        no_cdn=True,
    )
    flet_web.patch_font_manifest_json(manifest_path=str(written / "assets/FontManifest.json"))
    index = written / "index.html"
    page = index.read_text("utf-8")
    tags = "".join(f'<script src="/{name}"></script>\n  ' for name in SCRIPTS)
    # Before everything else, so that keys are ours before they are Flutter's.
    page = page.replace('<script src="python.js"></script>', "").replace("<script>", tags + "<script>", 1)
    page = page.replace("background: #ffffff", "background: #F5F6F7").replace(
        "background: #222222", "background: #0E1113"
    )
    page = page.replace("width: 200px", "width: 72px")
    index.write_text(page, "utf-8")
    manifest = json.loads((written / "manifest.json").read_text("utf-8"))
    manifest |= {
        "name": NAME,
        "short_name": NAME,
        "description": DESCRIPTION,
        "start_url": "/",
        "background_color": "#F5F6F7",
        "theme_color": "#0B5F78",
    }
    (written / "manifest.json").write_text(json.dumps(manifest, indent=2), "utf-8")
