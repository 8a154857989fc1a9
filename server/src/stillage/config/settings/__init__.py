"""Settings: base.py for all, and one file an occasion."""
