"""Reads of selling: orders, what was considered for them, what can be promised, who did what."""
