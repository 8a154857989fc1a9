"""The demonstration warehouse: made by our own generator with a fixed seed, through the real operations.

`story.py` tells it (pure), `write.py` writes it, `last_hours.py` lets its people act; docs/demonstration.md shows it.
"""

from stillage.demo.fill import fill_if_empty

__all__ = ["fill_if_empty"]
