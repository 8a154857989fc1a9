"""Taking a file in: what was asked is checked, the file is kept under a name of ours, the job is queued."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Protocol

import orjson
from django.db import transaction

from stillage.catalogue.importing.columns import check_mapping_names
from stillage.catalogue.importing.files import form_of
from stillage.catalogue.importing.job import path_of, run_import
from stillage.catalogue.importing.kinds import KINDS, Kind
from stillage.catalogue.models import Import
from stillage.core import text as rules
from stillage.core.actor import Actor
from stillage.core.clock import now
from stillage.core.errors import Fault, Refusal
from stillage.core.errors import Kind as Why
from stillage.core.locking import operation


class Upload(Protocol):
    """What is needed of an uploaded file."""

    def read(self, size: int = -1) -> bytes: ...
    def seek(self, position: int) -> int: ...
    def chunks(self) -> Iterator[bytes]: ...


def shown_name(name: str | None) -> str:
    """A file's name as data: the last part, without what could break a line or hide; never used as a path."""
    last = (name or "").replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(character for character in last[:1000] if rules.fault_in(character) is None)
    return rules.normalise(clean)[-250:] or "file"


def kind_for(name: str, actor: Actor) -> Kind:
    """The kind of that name, when this person may write what it writes."""
    kind = KINDS.get(name)
    if kind is None:
        detail = f"kind must be one of {', '.join(sorted(KINDS))}."
        raise Refusal(detail, code="unknown_kind", faults=[Fault("/kind", "unknown_kind", detail)])
    if not actor.can(kind.permission):
        raise Refusal(
            f"Your role does not allow this (it needs {kind.permission}).",
            code="forbidden",
            kind=Why.FORBIDDEN,
        )
    return kind


@operation
def hand_in(
    *,
    actor: Actor,
    kind: str,
    file: Upload,
    file_name: str | None,
    dry_run: bool,
    bad_rows: str,
    bad_gtins: str,
    encoding: str,
    mapping: Mapping[str, str | None],
) -> Import:
    """Keep a file and queue its import; it starts when this transaction has committed."""
    found = kind_for(kind, actor)
    check_mapping_names(found.fields, mapping)
    form_of(file.read(512))
    file.seek(0)
    scope = actor.warehouse_ids
    job = Import.objects.create(
        kind=kind,
        file_name=shown_name(file_name),
        encoding=encoding,
        dry_run=dry_run,
        bad_rows=bad_rows,
        bad_gtins=bad_gtins,
        mapping=orjson.dumps(dict(mapping)).decode(),
        user_id=actor.user_id,
        username=actor.username[:150],
        warehouse_ids=None if scope is None else orjson.dumps(sorted(scope)).decode(),
        address=actor.address[:45],
        request_id=actor.request_id[:64],
        session_id=actor.session_id,
        created_at=now(),
    )
    _keep(job, file)
    transaction.on_commit(partial(_queue, job.pk))
    return job


def _queue(import_id: int) -> None:
    run_import.enqueue(import_id)


def _keep(job: Import, file: Upload) -> None:
    path = path_of(job)
    path.touch(mode=0o600, exist_ok=False)
    with path.open("wb") as kept:
        for chunk in file.chunks():
            kept.write(chunk)
