"""Counts: what lies there against what the book says, while goods go on moving."""
