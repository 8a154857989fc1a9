"""This room owns no tables."""
