"""Endpoints: what does this code say, and what is it here."""

from typing import ClassVar

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from stillage.core.actor import Actor
from stillage.core.errors import Fault, Kind, Refusal
from stillage.places.models import Warehouse
from stillage.rest.fields import Reference, Strict, Text
from stillage.rest.views import View
from stillage.scanning import resolve
from stillage.scanning.elements import ScanError
from stillage.scanning.symbols import read_symbols


class _Code(Text):
    """A scanned code: group separators belong to it, so it is not text in the usual sense."""

    def to_internal_value(self, data: object) -> str:
        if type(data) is not str:
            self.fail("invalid")
        if not data:
            self.fail("blank")
        if len(data) > 512:
            self.fail("max_length", max_length=512)
        return data


class Scan(Strict):
    data = _Code(max_length=512, trim_whitespace=False)  # type: ignore[assignment] # DRF keeps the name for itself
    symbology_id = Text(max_length=3, required=False, allow_null=True)
    warehouse = Reference(max_length=20, required=False, allow_null=True)


def named_warehouse(reference: int | str | None, actor: Actor) -> Warehouse | None:
    """The warehouse a scan happens in, if it was said."""
    if reference is None:
        return None
    rows = Warehouse.objects.filter(
        **({"pk": reference} if isinstance(reference, int) else {"code": reference})
    )
    found = rows.first()
    if found is None or not actor.sees(found.pk):
        fault = Fault("/warehouse", "unknown_warehouse", "There is no such warehouse.")
        raise Refusal(fault.detail, code=fault.code, faults=[fault])
    return found


class ScanView(View):
    """One code, as a scanner or a person typed it. Changes nothing."""

    permission: ClassVar[dict[str, str]] = {"POST": "scan.use"}
    transactional = False
    body = Scan

    def post(self, request: Request) -> Response:
        serializer = Scan(data=request.data)
        serializer.is_valid(raise_exception=True)
        given = serializer.validated_data
        warehouse = named_warehouse(given.get("warehouse"), self.actor)
        try:
            found = resolve.scan(
                given["data"], actor=self.actor, warehouse=warehouse, symbology_id=given.get("symbology_id")
            )
        except ScanError as error:
            meta = {"position": error.position, "ai": error.ai}
            raise Refusal(
                error.detail, code=error.code, faults=[Fault("/data", error.code, error.detail, meta)]
            ) from None
        return Response(found)


class Photo(Strict):
    image = serializers.FileField()
    warehouse = Reference(max_length=20, required=False)


class ScanImageView(View):
    """A photograph of one or more symbols. The photo is read and forgotten."""

    permission: ClassVar[dict[str, str]] = {"POST": "scan.use"}
    parser_classes = (MultiPartParser,)
    max_body_bytes = settings.IMAGE_MAX_BYTES + 10_000
    transactional = False
    body = Photo

    def post(self, request: Request) -> Response:
        for name in request.data:
            if name not in ("image", "warehouse"):
                raise _fault(f"/{name[:60]}", "unknown_field", "There is no such field.")
        image = request.FILES.get("image")
        if not isinstance(image, UploadedFile):
            raise _fault("/image", "required", "Send the photo as the file field `image`.")
        if image.size is None or image.size > settings.IMAGE_MAX_BYTES:
            raise Refusal("The photo is larger than 8 MB.", code="too_large", kind=Kind.TOO_LARGE)
        warehouse = named_warehouse(request.POST.get("warehouse") or None, self.actor)
        found = read_symbols(image.read())
        meant = resolve.scan_label(
            [(symbol.data, symbol.symbology_id or None) for symbol in found],
            actor=self.actor,
            warehouse=warehouse,
        )
        symbols = [
            {
                "symbology": symbol.symbology,
                "symbology_id": symbol.symbology_id,
                "data": symbol.data,
                "position": symbol.position,
                "scan": None if isinstance(what, ScanError) else what,
                "problem": resolve.refusal(what) if isinstance(what, ScanError) else None,
            }
            for symbol, what in zip(found, meant, strict=True)
        ]
        return Response({"symbols": symbols})


def _fault(pointer: str, code: str, detail: str) -> Refusal:
    return Refusal(detail, code=code, faults=[Fault(pointer, code, detail)])
