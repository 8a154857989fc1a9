"""The renderer of every endpoint's answer."""

from typing import Any

from rest_framework.renderers import BaseRenderer

from stillage.core.written_json import dumps


class JSONRenderer(BaseRenderer):
    """What every endpoint answers with."""

    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "binary"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        return b"" if data is None else dumps(data)
