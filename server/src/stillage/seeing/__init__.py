"""What concerns all rooms at once: one search over everything, the trail as a page, the health of the ledger."""
