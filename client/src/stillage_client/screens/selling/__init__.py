"""Selling: orders, picking, packing, shipments, returns and customers, one file a screen."""
