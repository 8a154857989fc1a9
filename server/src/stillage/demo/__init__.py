"""The demonstration warehouse: made by our own generator with a fixed seed, through the real operations.

`story.py` tells it (pure), `write.py` writes it, `last_hours.py` lets its people act, `plans.py` looks ahead;
docs/demonstration.md shows it.
"""

from stillage.demo.fill import fill_if_empty
from stillage.demo.plans import make_plans

__all__ = ["fill_if_empty", "make_plans"]
