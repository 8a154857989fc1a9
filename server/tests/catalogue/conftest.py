"""What the tests of the catalogue share: signed-in people, a folder for files, one call that imports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Protocol

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.people import Client, signed_in_client

API = "/api/v1/"


@pytest.fixture
def manager(db: None) -> Client:
    return signed_in_client("manager")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Any) -> Path:
    """Uploaded files wait in a folder of this test's own."""
    settings.HOME = tmp_path
    return tmp_path


class Importer(Protocol):
    def __call__(self, content: bytes | str, kind: str = "products", **options: Any) -> dict[str, Any]: ...


@pytest.fixture
def send(manager: Client, django_capture_on_commit_callbacks: Any) -> Importer:
    """Hand a file in through HTTP and return the finished import."""

    def run(content: bytes | str, kind: str = "products", **options: Any) -> dict[str, Any]:
        client: Client = options.pop("client", manager)
        raw = content.encode() if isinstance(content, str) else content
        name = options.pop("name", "list.csv")
        if "mapping" in options:
            options["mapping"] = json.dumps(options["mapping"])
        form = {"file": SimpleUploadedFile(name, raw), "kind": kind, **options}
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(f"{API}imports", form, format="multipart")
        assert answer.status_code == 202, answer.content
        found = client.get(f"{API}imports/{answer.json()['id']}")
        assert found.status_code == 200
        done: dict[str, Any] = found.json()
        return done

    return run
