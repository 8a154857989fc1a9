"""The demonstration warehouse: made by our own generator with a fixed seed, through the real operations."""
