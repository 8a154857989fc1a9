"""Stillage: inventory for beverage warehouses. One room a package; see docs/architecture.md."""
