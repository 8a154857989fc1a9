"""Chance with a fixed seed: one stream of numbers for each purpose, so that a change in one leaves the others alone."""

import random
from typing import Final

SEED: Final = 20_240_229


def chance(purpose: str, seed: int = SEED) -> random.Random:
    """The numbers for a purpose; the same for the same seed, on every machine."""
    return random.Random(f"{seed} {purpose}")  # noqa: S311 - a story, not a secret
