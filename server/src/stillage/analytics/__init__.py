"""Analytics: what the books say over time, as reports of one shape."""
