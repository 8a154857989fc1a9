"""Papers on their way to a browser: handed over once, under a ticket nobody can guess."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from loopback import Server, serving

from stillage_client.api import outgoing
from stillage_client.api.records import Export
from stillage_client.hosting import create_app

PDF = Export(file_name="SO-000001.pdf", content=b"%PDF-1.7 ", content_type="application/pdf")
ODD = Export(file_name='../x"\r\n.html', content=b"<script>", content_type="text/html; charset=utf-8")


@pytest.fixture
def server(client_cache: Path) -> Iterator[Server]:
    app = create_app(
        api_base="http://127.0.0.1:1",
        allowed_hosts={"127.0.0.1"},
        allowed_origins=set(),
        cache_dir=client_cache,
    )
    with serving(app) as running:
        yield running


def test_a_paper_is_handed_over_once(server: Server) -> None:
    url = server.url + outgoing.desk.keep(PDF)
    first = httpx.get(url, trust_env=False)
    assert (first.status_code, first.content) == (200, PDF.content)
    assert first.headers["content-type"] == "application/pdf"
    assert first.headers["content-disposition"] == 'inline; filename="SO-000001.pdf"'
    assert first.headers["cache-control"] == "no-store"
    assert httpx.get(url, trust_env=False).status_code == 404


def test_what_is_no_pdf_is_only_saved_and_its_name_is_made_harmless(server: Server) -> None:
    answer = httpx.get(server.url + outgoing.desk.keep(ODD), trust_env=False)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == 'attachment; filename=".._x___.html"'


def test_nothing_is_there_under_a_guessed_ticket_nor_by_another_way(server: Server) -> None:
    assert httpx.get(server.url + outgoing.PATH + "guess", trust_env=False).status_code == 404
    url = server.url + outgoing.desk.keep(PDF)
    assert httpx.post(url, headers={"Origin": server.url}, trust_env=False).status_code == 405
    assert httpx.get(url, trust_env=False).status_code == 200


def test_a_paper_nobody_fetches_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = outgoing.PaperDesk()
    late = desk.keep(PDF).removeprefix(outgoing.PATH)
    monkeypatch.setattr(outgoing.time, "monotonic", lambda: 1e12)
    assert desk.take(late) is None
