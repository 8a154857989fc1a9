"""Taking numbers out of a series. No room but this one writes the table."""

from stillage.core.sql import fetch

_TAKE = """
INSERT INTO numbering_series (name, next_number) VALUES (%s, %s + 1)
ON CONFLICT (name) DO UPDATE SET next_number = numbering_series.next_number + %s
RETURNING next_number
"""


def take(series: str, *, count: int = 1) -> range:
    """The next numbers of a series. One statement.

    The series stays locked until the transaction ends, and a transaction that fails gives its numbers back:
    that is what leaves no gap. Take them last, so that others wait as briefly as can be.
    """
    if count < 1:
        raise ValueError("take at least one number")
    ((following,),) = fetch(_TAKE, [series, count, count])
    return range(following - count, following)


def document_number(prefix: str, number: int) -> str:
    """How a document's number is written: SO-000042. It grows beyond six digits without a change of form."""
    return f"{prefix}-{number:06d}"
