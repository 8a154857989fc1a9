"""Planning: what will be drunk, what to buy, and what will go stale."""
