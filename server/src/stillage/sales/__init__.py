"""Customers and what they need of a lot."""
