"""Warehouses and locations: where stock can be."""
