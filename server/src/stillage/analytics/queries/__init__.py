"""The reports, one file a family; `reports.py` lists them."""
