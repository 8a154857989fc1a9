"""What an endpoint answers when nothing about it has to be negotiated: JSON, written at once."""

from typing import Any

from django.http import HttpResponse

from stillage.core.written_json import dumps


class Answer(HttpResponse):
    """Data as JSON. DRF's own Response waits for a renderer to be chosen, and ours has but one."""

    def __init__(self, data: Any, status: int = 200) -> None:
        super().__init__(dumps(data), content_type="application/json", status=status)
