"""A document's history: its rows of the trail, with money only for those who may see it."""

from typing import Any

import orjson

from stillage.audit.models import Entry
from stillage.core.actor import Actor

MAX_ROWS = 500
PRICES, COSTS = "sales.prices", "cost.view"


def history(object_type: str, object_id: int, actor: Actor, *, right: str = PRICES) -> list[dict[str, Any]]:
    """Who did what with a document, newest first, at most 500. One statement. `right` is what money asks for."""
    rows = Entry.objects.filter(object_type=object_type, object_id=str(object_id)).order_by("-id")[:MAX_ROWS]
    return [shown_entry(row, actor, right=right) for row in rows]


def shown_entry(entry: Entry, actor: Actor, *, right: str = PRICES) -> dict[str, Any]:
    """A row of the trail as a document's history answers it; money only for those who may see it."""
    hidden = not actor.can(right)
    return {
        "at": entry.at,
        "user": entry.username,
        "user_id": entry.user_id,
        "action": entry.action,
        "label": entry.object_label,
        "before": _opened(entry.before, hidden),
        "after": _opened(entry.after, hidden),
    }


def _opened(text: str | None, hidden: bool) -> Any:
    value = None if text is None else orjson.loads(text)
    return _without_money(value) if hidden else value


def _without_money(value: Any) -> Any:
    """The same without prices, wherever they stand in it."""
    if isinstance(value, dict):
        return {name: _without_money(one) for name, one in value.items() if not _tells_money(name)}
    if isinstance(value, list):
        return [_without_money(one) for one in value]
    return value


def _tells_money(name: str) -> bool:
    return any(
        word in name for word in ("price", "total", "amount", "discount", "cost", "tax", "net", "gross")
    )
