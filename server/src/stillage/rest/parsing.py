"""Bodies: UTF-8 JSON, read strictly and within limits, or multipart where a view says so."""

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.utils.datastructures import MultiValueDict
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from stillage.core.errors import Kind, Refusal
from stillage.core.strict_json import BadJSON, loads

MULTIPART_HEADER_MAX = 200


class Asked(Request):
    """DRF's request; a body that is plainly JSON, where nothing else is taken, is read without asking who could read it."""

    def _parse(self) -> tuple[Any, Any]:
        asked: Any = self._request
        parsers: Any = self.parsers
        length = asked.META.get("CONTENT_LENGTH") or "0"
        if (
            asked.META.get("CONTENT_TYPE") != "application/json"
            or not (length.isdecimal() and length.strip("0"))
            or asked._read_started
            or len(parsers) != 1
            or type(parsers[0]) is not StrictJSONParser
        ):
            return super()._parse()  # type: ignore[misc]
        try:
            return parsers[0].parse(asked), MultiValueDict()
        except Exception:
            nothing: dict[str, Any] = {}
            vars(self).update(_data=nothing, _full_data=nothing, _files=MultiValueDict())
            raise


class StrictJSONParser(BaseParser):
    """JSON without the ways in which two readers can understand two things."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        charset = (media_type or "").lower().partition("charset=")[2].split(";")[0].strip(' "')
        if charset not in ("", "utf-8", "utf8"):
            raise UnsupportedMediaType(media_type or "", detail="Send JSON as UTF-8.")
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise Refusal(f"The body is larger than {limit} bytes.", code="too_large", kind=Kind.TOO_LARGE)
        try:
            return loads(raw)
        except BadJSON as error:
            raise Refusal(str(error), code="unreadable", kind=Kind.UNREADABLE) from None
