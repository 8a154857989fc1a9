"""Endpoints: files in. Parsing the form here, everything else in `importing/`."""

from typing import Any, ClassVar

import orjson
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from stillage.audit.record import record
from stillage.catalogue.importing.files import ENCODINGS
from stillage.catalogue.importing.handing_in import hand_in
from stillage.catalogue.importing.job import resume_imports, run_import, stalled
from stillage.catalogue.importing.kinds import LEAVE_BLANK, LEAVE_OUT, REFUSE, REFUSE_ROW
from stillage.catalogue.models import Import, ImportStatus
from stillage.core.clock import now
from stillage.core.errors import Conflict, Fault, Kind, NotFound, Refusal, refuse_all
from stillage.core.strict_json import BadJSON, loads
from stillage.rest import paging, query
from stillage.rest.fields import MAX_ID
from stillage.rest.paging import Ordering
from stillage.rest.views import View

CHOICES: dict[str, tuple[str, ...]] = {
    "dry_run": ("false", "true"),
    "bad_rows": (REFUSE, LEAVE_OUT),
    "bad_gtins": (REFUSE_ROW, LEAVE_BLANK),
    "encoding": ENCODINGS,
}
KNOWN = {"file", "kind", "mapping", *CHOICES}
# Whoever reads all the trail may read all imports; others their own.
SEES_ALL = "audit.view"
LISTS = ("errors", "warnings")


def shown(job: Import, *, whole: bool) -> dict[str, Any]:
    """An import as its endpoint answers it; lists of rows only where one import is asked for."""
    plain = (
        "id",
        "kind",
        "file_name",
        "status",
        "code",
        "detail",
        "dry_run",
        "bad_rows",
        "bad_gtins",
        "encoding",
    )
    counts = ("rows_total", "rows_read", "created", "updated", "unchanged", "refused")
    at = now()
    waiting_since = job.lease_until if job.status == ImportStatus.RUNNING else None
    answer: dict[str, Any] = {name: getattr(job, name) for name in (*plain, *counts)}
    answer |= {
        "stalled": waiting_since is not None and waiting_since < at,
        "columns": orjson.loads(job.columns),
        "mapping": orjson.loads(job.mapping),
        "reasons": orjson.loads(job.reasons),
        "errors_truncated": job.errors_truncated,
        "warnings_truncated": job.warnings_truncated,
        "user": job.username,
        "user_id": job.user_id,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
    }
    for name in LISTS:
        answer[name] = orjson.loads(getattr(job, name)) if whole else []
    return answer


class _Imports(View):
    def rows(self) -> QuerySet[Import, Import]:
        """All imports this actor may see."""
        rows = Import.objects.all()
        return rows if self.actor.can(SEES_ALL) else rows.filter(user_id=self.actor.user_id)

    def one(self, pk: str) -> Import:
        found = None
        if pk.isascii() and pk.isdecimal() and len(pk) <= 19 and int(pk) <= MAX_ID:
            found = self.rows().filter(pk=int(pk)).first()
        if found is None:
            raise NotFound("There is nothing of that name.")
        return found


class ImportsView(_Imports):
    """Hand a file in; list what was handed in."""

    permission: ClassVar[dict[str, str]] = {"GET": "catalogue.view", "POST": "imports.run"}
    parser_classes = (MultiPartParser,)
    max_body_bytes = settings.IMPORT_MAX_BYTES

    def get(self, request: Request) -> Response:
        query.check_known(request, "status", "kind")
        rows = self.rows().defer(*LISTS)
        for name in ("status", "kind"):
            if (value := query.text(request, name, max_length=30)) is not None:
                rows = rows.filter(**{name: value})
        return Response(
            paging.page(
                request,
                rows,
                orderings={"id": Ordering(("id",))},
                default="-id",
                present=lambda jobs: [shown(job, whole=False) for job in jobs],
            )
        )

    def post(self, request: Request) -> Response:
        file, asked = _form(request)
        resume_imports()
        job = hand_in(actor=self.actor, file=file, file_name=file.name, **asked)
        record(
            actor=self.actor,
            action="import.create",
            object_type="import",
            object_id=job.pk,
            label=f"{job.kind}: {job.file_name}",
            after={name: getattr(job, name) for name in ("kind", "dry_run", "bad_rows", "bad_gtins")},
        )
        return Response(shown(job, whole=True), status=202)


class ImportView(_Imports):
    """One import, whole."""

    permission: ClassVar[dict[str, str]] = {"GET": "catalogue.view"}

    def get(self, request: Request, pk: str) -> Response:
        return Response(shown(self.one(pk), whole=True))


class RetryView(_Imports):
    """Queue an import again whose worker is gone."""

    permission: ClassVar[dict[str, str]] = {"POST": "imports.run"}

    def post(self, request: Request, pk: str) -> Response:
        job = self.one(pk)
        if not Import.objects.filter(stalled(now()), pk=job.pk).exists():
            raise Conflict(
                "Nobody has left this import lying; there is nothing to try again.", code="not_stalled"
            )
        transaction.on_commit(lambda: run_import.enqueue(job.pk) and None)
        record(
            actor=self.actor,
            action="import.retry",
            object_type="import",
            object_id=job.pk,
            label=f"{job.kind}: {job.file_name}",
        )
        return Response(shown(job, whole=True), status=202)


def _form(request: Request) -> tuple[UploadedFile[Any], dict[str, Any]]:
    """What the form says, or all that is wrong with it."""
    data: Any = request.data
    if not hasattr(data, "lists"):
        raise Refusal(
            "Send a form (multipart/form-data).", code="unsupported_media_type", kind=Kind.UNSUPPORTED
        )
    faults = [
        Fault(f"/{name[:60]}", "unknown_field", "There is no such field.")
        for name in data
        if name not in KNOWN
    ]
    faults += [
        Fault(f"/{name}", "repeated", "Send this once.")
        for name, values in data.lists()
        if name in KNOWN and len(values) > 1
    ]
    asked: dict[str, Any] = {}
    for name, allowed in CHOICES.items():
        asked[name] = data.get(name, allowed[0])
        if asked[name] not in allowed:
            faults.append(Fault(f"/{name}", "unknown_choice", f"{name} must be one of {', '.join(allowed)}."))
    kind = data.get("kind")
    if not isinstance(kind, str) or not kind:
        faults.append(
            Fault(
                "/kind",
                "required",
                "Say what the file holds: products, customers, suppliers, locations, sales-orders.",
            )
        )
    file = data.get("file")
    if not isinstance(file, UploadedFile):
        faults.append(Fault("/file", "required", "Send the file itself as `file`."))
    mapping = _mapping(data.get("mapping", "{}"), faults)
    refuse_all(faults)
    assert isinstance(file, UploadedFile)  # noqa: S101 - else there was a fault
    return file, {**asked, "dry_run": asked["dry_run"] == "true", "kind": kind, "mapping": mapping}


def _mapping(raw: Any, faults: list[Fault]) -> dict[str, str | None]:
    wrong = Fault("/mapping", "invalid", 'Send an object such as {"sku": "Item Number"}.')
    if not isinstance(raw, str) or len(raw) > 20_000:
        faults.append(wrong)
        return {}
    try:
        mapping = loads(raw.encode("utf-8", "replace") or b"{}")
    except BadJSON as error:
        faults.append(Fault("/mapping", "invalid", str(error)))
        return {}
    if not isinstance(mapping, dict) or any(
        not (value is None or isinstance(value, str)) for value in mapping.values()
    ):
        faults.append(wrong)
        return {}
    return mapping
