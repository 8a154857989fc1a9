"""What an endpoint answers when nothing about it has to be negotiated: JSON, written at once."""

from typing import Any

from django.http import HttpResponse
from rest_framework.response import Response

from stillage.core.written_json import dumps


class Answer(HttpResponse):
    """Data as JSON. DRF's own Response waits for a renderer to be chosen, and ours has but one."""

    def __init__(self, data: Any, status: int = 200) -> None:
        super().__init__(dumps(data), content_type="application/json", status=status)
        self.data = data


def written(response: Any) -> Any:
    """A response of DRF's as one of ours, written now and once; others as they are."""
    if type(response) is not Response or response.data is None or response.content_type:
        return response
    answer = Answer(response.data, status=response.status_code)
    for name, value in response.headers.items():
        if name != "Content-Type":
            answer.headers[name] = value
    return answer
