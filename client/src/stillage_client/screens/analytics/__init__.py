"""Reports over time: one screen for all of them."""
