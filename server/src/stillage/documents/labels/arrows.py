"""The shape of an arrow within a square of side one, from the upper left corner."""

from typing import Final

from stillage.documents.content import Arrow

_UP: Final = ((0.5, 0.0), (1.0, 0.5), (0.7, 0.5), (0.7, 1.0), (0.3, 1.0), (0.3, 0.5), (0.0, 0.5))


def corners(direction: Arrow) -> tuple[tuple[float, float], ...]:
    """Its corners: the arrow up, turned or mirrored."""
    if direction == "up":
        return _UP
    if direction == "down":
        return tuple((x, 1 - y) for x, y in _UP)
    if direction == "left":
        return tuple((y, x) for x, y in _UP)
    return tuple((1 - y, x) for x, y in _UP)
