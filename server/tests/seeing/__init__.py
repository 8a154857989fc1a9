"""Search everywhere, the trail as a page, the health of the ledger."""
