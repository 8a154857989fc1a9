"""Suppliers and what they sell to us."""
