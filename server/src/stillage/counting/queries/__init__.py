"""Reads of the room: counts as answers, what to count next, how right the book was."""
