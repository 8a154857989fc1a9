"""Bodies: UTF-8 JSON, read strictly and within limits, or multipart where a view says so."""

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import BaseParser

from stillage.core.errors import Kind, Refusal
from stillage.core.strict_json import BadJSON, loads

MULTIPART_HEADER_MAX = 200


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
