"""Bodies of steps, read strictly, and the version that a change expects."""

from rest_framework.request import Request

from stillage.core.errors import Kind, Refusal
from stillage.rest.fields import Strict
from stillage.rest.reading import reader


class Nothing(Strict):
    """A body that says nothing."""


def expected_version(request: Request) -> int | None:
    """The version in If-Match; None for any (`*`)."""
    given = request.headers.get("If-Match")
    if given is None:
        raise Refusal(
            "Send the ETag you read as If-Match, so that nobody's change is overwritten unseen.",
            code="precondition_required",
            kind=Kind.PRECONDITION_MISSING,
        )
    tag = given.strip()
    digits = tag[1:-1] if len(tag) > 2 and tag[0] == tag[-1] == '"' else ""
    if tag == "*":
        return None
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 12 else 0


__all__ = ["Nothing", "expected_version", "reader"]
