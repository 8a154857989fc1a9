"""Endpoints of the room: groups, products and packs, imports, exports."""
